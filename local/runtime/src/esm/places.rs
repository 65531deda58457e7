//! Where the ARNs of on-failure destinations lead on this machine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use url::Url;

use super::config::DestinationArn;

/// Places by ARN, by service (`sqs`, `sns`, `s3`), or for all (`*`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DestinationPlaces(BTreeMap<String, DestinationPlace>);

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DestinationPlace {
    /// An emulator, or AWS itself: whatever speaks the service's protocol.
    Endpoint(Url),
    /// A folder, in which every document becomes a file.
    Folder(PathBuf),
}

impl DestinationPlace {
    /// An endpoint where the text is an HTTP address, else a folder.
    pub fn of(text: &str) -> Self {
        match Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Self::Endpoint(url),
            _ => Self::Folder(text.into()),
        }
    }
}

impl DestinationPlaces {
    /// The place of an ARN: the most special that is given.
    pub fn find(&self, arn: &DestinationArn) -> Option<&DestinationPlace> {
        [arn.arn.as_str(), arn.service.name(), "*"].iter().find_map(|name| self.0.get(*name))
    }
}

impl<N: Into<String>, T: AsRef<str>> FromIterator<(N, T)> for DestinationPlaces {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(places: I) -> Self {
        let place = |(name, text): (N, T)| (name.into(), DestinationPlace::of(text.as_ref()));
        Self(places.into_iter().map(place).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_special_place_is_taken() {
        let places = DestinationPlaces::from_iter([
            ("arn:aws:sqs:us-east-1:123456789012:special", "special/files"),
            ("sqs", "http://127.0.0.1:9324"),
            ("*", "files"),
        ]);
        for (arn, expected) in [
            ("arn:aws:sqs:us-east-1:123456789012:special", "special/files"),
            ("arn:aws:sqs:us-east-1:123456789012:other", "http://127.0.0.1:9324"),
            ("arn:aws:s3:::bucket", "files"),
        ] {
            let arn = DestinationArn::parse(arn).unwrap();
            assert_eq!(places.find(&arn), Some(&DestinationPlace::of(expected)));
        }
        let arn = DestinationArn::parse("arn:aws:s3:::bucket").unwrap();
        assert_eq!(DestinationPlaces::default().find(&arn), None);
    }
}
