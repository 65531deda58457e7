//! Producing, and telling the spans of what is on its way.

use gateway_ports::PortError;
use gateway_ports::log::{Delivered, MessageLog, OutgoingRecord};

use crate::span;

/// Produces all and answers for each in the same order: [`MessageLog::produce`], seen.
pub async fn produce(
    log: &impl MessageLog,
    records: Vec<OutgoingRecord>,
) -> Vec<Result<Delivered, PortError>> {
    let sending: Vec<_> = records.iter().map(span::sending).collect();
    let results = log.produce(records).await;
    for (span_id, result) in sending.into_iter().zip(&results) {
        if let Some(span_id) = span_id {
            span::sent(span_id, result);
        }
    }
    results
}

/// Produces one.
///
/// # Errors
/// The log's.
pub async fn produce_one(log: &impl MessageLog, record: OutgoingRecord) -> Result<Delivered, PortError> {
    let result = produce(log, vec![record]).await.pop();
    result.unwrap_or_else(|| Err(PortError::permanent("the log answered for no record")))
}
