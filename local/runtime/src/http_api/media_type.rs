//! `BinaryMediaTypes` of REST APIs: which bodies travel in base64.

/// Whether a media type (or the first of an `Accept` header) is one of the API's binary ones.
pub(super) fn is_binary(binary: &[String], header: &str) -> bool {
    let media_type = header.split([';', ',']).next().unwrap_or_default().trim();
    binary.iter().any(|pattern| matches(&pattern.replace("~1", "/"), media_type))
}

/// `*/*` takes everything, `image/*` a family.
fn matches(pattern: &str, media_type: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some("*") => true,
        Some(family) => media_type.split('/').next().is_some_and(|own| own.eq_ignore_ascii_case(family)),
        None => pattern.eq_ignore_ascii_case(media_type),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_types_are_listed() {
        for (binary, header, expected) in [
            (&["image/png"][..], "image/png", true),
            (&["image~1png"], "image/png; q=1", true),
            (&["image/*"], "image/webp", true),
            (&["*/*"], "", true),
            (&["*~1*"], "text/plain", true),
            (&["image/png"], "text/html, image/png", false),
            (&["image/png"], "image/jpeg", false),
            (&[], "image/png", false),
        ] {
            let binary: Vec<String> = binary.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(is_binary(&binary, header), expected, "{binary:?} {header}");
        }
    }
}
