//! Lists in pages: `MaxItems`, `Marker`, `NextMarker`.

use http::Uri;
use serde_json::Value;

use super::mappings::Invalid;
use crate::percent;

/// A request's query, decoded.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// The query of a request.
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let decoded = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent::decode_query(name), percent::decode_query(value))
        });
        Self(decoded.collect())
    }

    /// The first value of a name.
    pub(super) fn get(&self, wanted: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// The page that a query asks for, and the marker of the next one. AWS never puts more than
/// `most` on a page, whatever is asked for.
pub(super) fn of<T>(items: Vec<T>, query: &Query, most: usize) -> Result<(Vec<T>, Option<String>), Invalid> {
    let number = |name: &str, default: usize| match query.get(name) {
        None | Some("") => Ok(default),
        Some(text) => text.parse().map_err(|_| Invalid(format!("{text} is no {name}"))),
    };
    let (first, size) = (number("Marker", 0)?, number("MaxItems", most)?.clamp(1, most));
    let next = (first + size < items.len()).then(|| (first + size).to_string());
    Ok((items.into_iter().skip(first).take(size).collect(), next))
}

/// Adds `NextMarker`, where there is more.
pub(super) fn with_marker(mut answer: Value, next: Option<String>) -> Value {
    if let (Some(members), Some(next)) = (answer.as_object_mut(), next) {
        members.insert("NextMarker".to_owned(), next.into());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_until_nothing_is_left() {
        type Row = (&'static str, &'static [u8], Option<&'static str>);
        let rows: [Row; 6] = [
            ("", &[1, 2, 3, 4], Some("4")),
            ("MaxItems=2", &[1, 2], Some("2")),
            ("MaxItems=2&Marker=2", &[3, 4], Some("4")),
            ("MaxItems=2&Marker=4", &[5], None),
            ("MaxItems=100&Marker=", &[1, 2, 3, 4], Some("4")),
            ("Marker=9", &[], None),
        ];
        for (query, expected, next) in rows {
            let query = Query::of(&format!("/?{query}").parse().unwrap());
            let page = of(vec![1, 2, 3, 4, 5], &query, 4).unwrap();
            assert_eq!((page.0.as_slice(), page.1.as_deref()), (expected, next));
        }
        assert!(of(vec![1], &Query::of(&"/?Marker=x".parse().unwrap()), 4).is_err());
    }

    #[test]
    fn queries_are_decoded() {
        let query = Query::of(&"/?FunctionName=arn%3Aaws%3Alambda&Marker".parse().unwrap());
        assert_eq!((query.get("FunctionName"), query.get("Marker")), (Some("arn:aws:lambda"), Some("")));
        assert_eq!(query.get("MaxItems"), None);
    }
}
