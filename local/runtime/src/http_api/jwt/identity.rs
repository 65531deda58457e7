//! Where a request carries its token.

use http::request::Parts;

use crate::percent;

/// `IdentitySource` of an authorizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum IdentitySource {
    /// `$request.header.NAME`.
    Header(String),
    /// `$request.querystring.NAME`.
    Query(String),
}

impl IdentitySource {
    /// Reads a selection expression; `None` if it is none that holds a token.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.trim().strip_prefix("$request.")?.split_once('.')?;
        match kind {
            _ if name.is_empty() => None,
            "header" => Some(Self::Header(name.to_ascii_lowercase())),
            "querystring" => Some(Self::Query(name.to_owned())),
            _ => None,
        }
    }

    /// The token, with or without `Bearer` before it.
    pub(super) fn token(&self, head: &Parts) -> Option<String> {
        let text = match self {
            // Several tokens are none: which of them counts would be anybody's guess.
            Self::Header(name) => {
                let mut values = head.headers.get_all(name).iter();
                let value = values.next().filter(|_| values.next().is_none())?;
                value.to_str().ok()?.to_owned()
            }
            Self::Query(name) => query(head.uri.query()?, name)?,
        };
        let text = text.trim();
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
            _ => text,
        };
        (!token.is_empty()).then(|| token.to_owned())
    }
}

fn query(query: &str, name: &str) -> Option<String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs.filter(|(key, _)| percent::decode_query(key) == name).map(|(_, value)| value);
    let value = values.next().filter(|_| values.next().is_none())?;
    Some(percent::decode_query(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    fn token(source: &str, request: http::request::Builder) -> Option<String> {
        IdentitySource::parse(source).unwrap().token(&request.body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_token_is_found_where_the_template_says() {
        const HEADER: &str = "$request.header.Authorization";
        let with = |value| Request::get("/").header("authorization", value);
        for (source, request, expected) in [
            (HEADER, with("Bearer a.b.c"), Some("a.b.c")),
            (HEADER, with("bearer   a.b.c "), Some("a.b.c")),
            (HEADER, with("a.b.c"), Some("a.b.c")),
            (HEADER, with("Basic YTpi"), Some("Basic YTpi")),
            (HEADER, with("Bearer "), Some("Bearer")),
            (HEADER, with(""), None),
            (HEADER, Request::get("/"), None),
            (HEADER, with("Bearer a.b.c").header("authorization", "Bearer d.e.f"), None),
            ("$request.header.X-Token", Request::get("/").header("x-token", "a.b.c"), Some("a.b.c")),
            ("$request.querystring.token", Request::get("/?x=1&token=a.b.c"), Some("a.b.c")),
            ("$request.querystring.token", Request::get("/?token=Bearer+a.b.c"), Some("a.b.c")),
            ("$request.querystring.token", Request::get("/?token=a&token=b"), None),
            ("$request.querystring.token", Request::get("/"), None),
        ] {
            let shown = format!("{source} {request:?}");
            assert_eq!(token(source, request).as_deref(), expected, "{shown}");
        }
    }

    #[test]
    fn other_sources_are_refused() {
        for source in ["Authorization", "$request.header.", "$request.body", "$context.identity.sourceIp", ""]
        {
            assert_eq!(IdentitySource::parse(source), None, "{source}");
        }
    }
}
