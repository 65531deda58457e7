//! On-failure records. AWS has two forms, which differ in more than size:
//!
//! | | topic (`of_record`) | SQS, SNS, S3 (`of_batch`) |
//! |---|---|---|
//! | one for | each failed record | the failed batch |
//! | `condition` after retries | `RetriesExhausted` | `RetryAttemptsExhausted` |
//! | `functionArn` | with `:$LATEST` | without |
//! | offsets | `recordInfo` | `recordsInfo`, by topic and partition |
//! | `payload` | the record's event, as an object | S3 only: the whole event, as a string |
//!
//! `responseContext` is null where the function never answered (too large, too old before the
//! first delivery, throttled throughout); `functionError` is left out where the function answered
//! and named the record as failed.

mod of_batch;
mod of_record;

use serde::Serialize;

use super::action::{Condition, Letter};
use super::piece::Piece;
use crate::esm::config::{DestinationService, MappingConfig, OnFailureDestination};
use crate::esm::event::Envelope;

/// What is the same for all on-failure records of a mapping.
#[derive(Debug, Clone)]
pub struct LetterHead {
    /// The function's ARN without a qualifier.
    function_arn: String,
    form: LetterForm,
}

/// Which of the two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LetterForm {
    Record,
    Batch { has_payload: bool },
}

impl LetterHead {
    /// For the destination of a mapping.
    pub fn new(config: &MappingConfig) -> Self {
        let form = match &config.on_failure {
            Some(OnFailureDestination::Arn(arn)) => {
                LetterForm::Batch { has_payload: arn.service == DestinationService::S3 }
            }
            Some(OnFailureDestination::KafkaTopic(_)) | None => LetterForm::Record,
        };
        Self { function_arn: config.function_arn.clone(), form }
    }

    /// Writes the on-failure records of a piece that was given up, in payload order.
    pub fn letters(&self, given_up: &GivenUp<'_>) -> Vec<Letter> {
        match self.form {
            LetterForm::Record => of_record::letters(&self.function_arn, given_up),
            LetterForm::Batch { has_payload } => {
                vec![of_batch::letter(&self.function_arn, given_up, has_payload)]
            }
        }
    }
}

/// A piece that was given up, and what is known about it.
#[derive(Debug, Clone, Copy)]
pub struct GivenUp<'a> {
    /// The records and what has happened to them.
    pub piece: &'a Piece,
    /// Why.
    pub condition: Condition,
    /// What stands around the records.
    pub envelope: &'a Envelope,
    /// Where no invocation gave one.
    pub fallback_request_id: &'a str,
    /// Now, in epoch milliseconds.
    pub now_ms: i64,
}

impl<'a> GivenUp<'a> {
    fn request_context(&self, function_arn: &'a str, condition: &'static str) -> RequestContext<'a> {
        let last = self.piece.last_response.as_ref();
        RequestContext {
            request_id: last.map_or(self.fallback_request_id, |last| &last.request_id),
            function_arn,
            condition,
            approximate_invoke_count: self.piece.tally.invocations,
        }
    }

    fn response_context(&self) -> Option<ResponseContext> {
        self.piece.last_response.as_ref().map(|last| ResponseContext {
            status_code: 200,
            executed_version: "$LATEST",
            function_error: last.function_error.then_some("Unhandled"),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext<'a> {
    request_id: &'a str,
    function_arn: &'a str,
    condition: &'static str,
    approximate_invoke_count: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResponseContext {
    status_code: u16,
    executed_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_error: Option<&'static str>,
}

/// `2019-11-14T00:38:06.021Z`.
fn iso_8601(epoch_ms: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(epoch_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
