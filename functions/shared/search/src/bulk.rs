//! The answer to a bulk call, item by item.

use gateway_ports::index::IndexOutcome;
use serde::Deserialize;

use crate::failure::may_pass;

/// What the server says about each operation, in the order sent. HTTP 200 says nothing about them.
#[derive(Debug, Deserialize)]
pub(crate) struct BulkAnswer {
    pub(crate) items: Vec<BulkItem>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BulkItem {
    index: ItemResult,
}

#[derive(Debug, Deserialize)]
struct ItemResult {
    status: u16,
    error: Option<ItemError>,
}

#[derive(Debug, Deserialize)]
struct ItemError {
    #[serde(rename = "type")]
    kind: String,
    /// Absent or null where the server's own failure had no words.
    reason: Option<String>,
}

/// What a server answers with 400 although no document is at fault: the index is closed, or the alias stands for
/// several without saying which one is written.
const FAULTS_OF_THE_INDEX: [&str; 2] = ["index_closed_exception", "illegal_argument_exception"];

impl BulkItem {
    /// What became of the change. 409 says that the index has a newer version: nothing is left to do.
    /// Whatever is neither a success nor surely this document's own fault is tried again, a missing
    /// alias (404), a blocked index (403) and a closed one (400) included: it waits for a person, and loses nothing.
    pub(crate) fn into_outcome(self) -> IndexOutcome {
        let ItemResult { status, error } = self.index;
        let is_of_the_index =
            error.as_ref().is_some_and(|error| FAULTS_OF_THE_INDEX.contains(&error.kind.as_str()));
        let reason = || match error {
            Some(error) => format!("{status} {}: {}", error.kind, error.reason.unwrap_or_default()),
            None => format!("{status} without a reason"),
        };
        match status {
            200 | 201 => IndexOutcome::Applied,
            409 => IndexOutcome::Superseded,
            400..=499 if !may_pass(status) && status != 403 && status != 404 && !is_of_the_index => {
                IndexOutcome::Poison(reason())
            }
            _ => IndexOutcome::Retry(reason()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_judged_by_its_own_status() {
        for (json, expected) in [
            (r#"{"index":{"_id":"a","status":201}}"#, "Applied"),
            (r#"{"index":{"_id":"a","status":200,"_version":3}}"#, "Applied"),
            (
                r#"{"index":{"status":409,"error":{"type":"version_conflict_engine_exception","reason":"old"}}}"#,
                "Superseded",
            ),
            (
                r#"{"index":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"bad"}}}"#,
                "Poison(\"400 mapper_parsing_exception: bad\")",
            ),
            (
                r#"{"index":{"status":400,"error":{"type":"document_parsing_exception","reason":"bad"}}}"#,
                "Poison(\"400 document_parsing_exception: bad\")",
            ),
            (
                r#"{"index":{"status":400,"error":{"type":"index_closed_exception","reason":"closed"}}}"#,
                "Retry(\"400 index_closed_exception: closed\")",
            ),
            (
                r#"{"index":{"status":400,"error":{"type":"illegal_argument_exception","reason":"no write index"}}}"#,
                "Retry(\"400 illegal_argument_exception: no write index\")",
            ),
            (
                r#"{"index":{"status":500,"error":{"type":"null_pointer_exception","reason":null}}}"#,
                "Retry(\"500 null_pointer_exception: \")",
            ),
            (
                r#"{"index":{"status":404,"error":{"type":"index_not_found_exception","reason":"no alias"}}}"#,
                "Retry(\"404 index_not_found_exception: no alias\")",
            ),
            (r#"{"index":{"status":403}}"#, "Retry(\"403 without a reason\")"),
            (r#"{"index":{"status":429,"error":{"type":"rejected"}}}"#, "Retry(\"429 rejected: \")"),
            (r#"{"index":{"status":503}}"#, "Retry(\"503 without a reason\")"),
        ] {
            let item: BulkItem = serde_json::from_str(json).unwrap();
            assert_eq!(format!("{:?}", item.into_outcome()), expected, "{json}");
        }
    }
}
