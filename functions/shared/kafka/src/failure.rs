//! What a failed record means, for the caller and for the producer.

use gateway_ports::PortError;
use gateway_ports::log::OutgoingRecord;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode as Code;

/// The failure of one record, with its topic and librdkafka's code.
pub(crate) fn port_error(record: &OutgoingRecord, error: &KafkaError) -> PortError {
    let OutgoingRecord { topic, key, .. } = record;
    let message = format!("produce to {topic} (key {key}): {error}");
    if is_permanent(error) { PortError::permanent(message) } else { PortError::transient(message) }
}

/// A record that waits behind a failed one of its key.
pub(crate) fn held_back(record: &OutgoingRecord) -> PortError {
    let OutgoingRecord { topic, key, .. } = record;
    PortError::transient(format!(
        "produce to {topic} (key {key}): held back, an earlier one of the key failed"
    ))
}

/// Whether a person must look: a right that is missing, a topic that is, a record that no broker takes.
fn is_permanent(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::TopicAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::SaslAuthenticationFailed
                | Code::UnknownTopic
                | Code::UnknownTopicOrPartition
                | Code::InvalidTopic
                | Code::PolicyViolation
        )
    ) || is_the_records_fault(error)
}

fn is_the_records_fault(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            Code::MessageSizeTooLarge | Code::InvalidMessage | Code::InvalidMessageSize | Code::InvalidRecord
        )
    )
}

/// Whether the producer may go on failing for ever, though the cause has gone: a fatal error, or a
/// topic that it once saw refused or missing. After a time-out or for an unfit record it is as good as
/// before.
pub(crate) fn poisons_producer(error: &KafkaError) -> bool {
    let passes = matches!(error.rdkafka_error_code(), Some(Code::MessageTimedOut | Code::QueueFull));
    !passes && !is_the_records_fault(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_what_to_do_next() {
        let record = OutgoingRecord { topic: "order_queue", key: "k".into(), value: vec![], headers: vec![] };
        for (code, transient, poisons) in [
            (Code::MessageTimedOut, true, false),
            (Code::QueueFull, true, false),
            (Code::NotEnoughReplicas, true, true),
            (Code::Fatal, true, true),
            (Code::TopicAuthorizationFailed, false, true),
            (Code::UnknownTopic, false, true),
            (Code::MessageSizeTooLarge, false, false),
        ] {
            let error = KafkaError::MessageProduction(code);
            let told = port_error(&record, &error);
            assert_eq!((told.is_transient(), poisons_producer(&error)), (transient, poisons), "{code:?}");
            assert!(told.message.contains("order_queue"), "{told}");
        }
    }
}
