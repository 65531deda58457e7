//! Entity tags: the payment's version and the length of its story, which may grow without it.

/// The tag of a payment at `version` with `events` events.
pub(crate) fn of(version: u64, events: usize) -> String {
    format!("\"{version}-{events}\"")
}

/// Whether `If-None-Match` names this tag. Source: RFC 9110 §13.1.2, weak comparison.
pub(crate) fn matches(if_none_match: Option<&str>, etag: &str) -> bool {
    if_none_match.is_some_and(|header| tags(header).any(|tag| tag == "*" || tag == etag))
}

/// Whether `If-None-Match` names a tag of this version, whatever the length of its story.
pub(crate) fn knows_version(if_none_match: &str, version: u64) -> bool {
    let prefix = format!("\"{version}-");
    tags(if_none_match).any(|tag| tag == "*" || tag.starts_with(&prefix))
}

fn tags(header: &str) -> impl Iterator<Item = &str> {
    header.split(',').map(|tag| tag.trim().trim_start_matches("W/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn if_none_match_is_a_list_of_tags_weak_or_not() {
        for (header, matching) in [
            (None, false),
            (Some("\"3-7\""), true),
            (Some("W/\"3-7\""), true),
            (Some("\"1-1\", \"3-7\""), true),
            (Some("*"), true),
            (Some("\"3-8\""), false),
            (Some("3-7"), false),
        ] {
            assert_eq!(matches(header, "\"3-7\""), matching, "{header:?}");
        }
    }

    #[test]
    fn a_tag_tells_its_version() {
        for (header, version, known) in [("\"3-7\"", 3, true), ("\"3-7\"", 37, false), ("\"0-0\"", 1, false)]
        {
            assert_eq!(knows_version(header, version), known, "{header} {version}");
        }
    }
}
