//! The searches, as the server takes them.

use gateway_ports::index::fold;
use serde_json::{Value, json};

use crate::cursor::Cursor;

/// Server-side bound of one search, below [`crate::READ_TIMEOUT`].
const SEARCH_TIMEOUT: &str = "2s";

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Search {
    /// Every product.
    All,
    /// Those whose folded name contains this folded text.
    Name {
        /// As the user wrote it, for the analyzer.
        text: String,
        /// Folded, for the substring.
        folded: String,
    },
}

impl Search {
    pub(crate) fn name(text: &str) -> Self {
        Self::Name { text: text.to_owned(), folded: fold(text) }
    }

    /// Tells searches apart in cursors.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Name { folded, .. } => format!("name:{folded}"),
        }
    }

    /// The search body for `size` products after the cursor.
    pub(crate) fn body(&self, size: u32, after: Option<&Cursor>) -> Value {
        let mut body = json!({
            "size": size,
            "timeout": SEARCH_TIMEOUT,
            "track_total_hits": false,
            "query": { "bool": self.clauses() },
            "sort": [{ "name_folded": "asc" }, { "id": "asc" }],
        });
        if let Some(cursor) = after {
            body["search_after"] = json!([cursor.name_folded, cursor.id]);
        }
        body
    }

    /// Filters all of them: hits are ordered by name, so no score is worth computing. A leading
    /// wildcard reads every term of the field, which a catalogue's few thousand names allow.
    fn clauses(&self) -> Value {
        let live = json!({ "term": { "deleted": false } });
        match self {
            Self::All => json!({ "filter": [live] }),
            Self::Name { text, folded } => {
                let substring = json!({ "wildcard": { "name_folded": {
                    "value": format!("*{}*", escape_wildcard(folded)) } } });
                let same_words = json!({ "match": { "name": { "query": text, "operator": "and" } } });
                let either =
                    json!({ "bool": { "should": [substring, same_words], "minimum_should_match": 1 } });
                json!({ "filter": [live, either] })
            }
        }
    }
}

/// The text with every character that a wildcard query gives a meaning to taken literally.
fn escape_wildcard(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_users_text_has_no_syntax() {
        for (text, escaped) in [
            ("mouse", "mouse"),
            ("*", r"\*"),
            ("a?b", r"a\?b"),
            (r"back\slash", r"back\\slash"),
            (r#"say "hi""#, r#"say "hi""#),
            (r"\*", r"\\\*"),
        ] {
            assert_eq!(escape_wildcard(text), escaped);
        }
    }

    #[test]
    fn a_name_is_searched_folded_and_among_live_products_only() {
        let body = Search::name("CÂMERA*").body(11, None);
        let filter = &body["query"]["bool"]["filter"];
        assert_eq!(filter[0], json!({ "term": { "deleted": false } }));
        let substring = &filter[1]["bool"]["should"][0]["wildcard"]["name_folded"]["value"];
        assert_eq!(substring, r"*camera\**");
        assert_eq!(body["size"], 11);
        assert!(body.get("search_after").is_none());
    }

    #[test]
    fn a_page_begins_after_its_cursor() {
        let cursor = Cursor::after("all", "mouse".to_owned(), "01J".to_owned());
        assert_eq!(Search::All.body(2, Some(&cursor))["search_after"], json!(["mouse", "01J"]));
    }
}
