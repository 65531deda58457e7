//! What the tests run on.

use gateway_memory::shop::{ACCEPTED, PAYMENT, RESERVATION};
use gateway_ports::dead_letters::DeadLetterRow;
use gateway_wire::{RecordOrigin, topics};

/// Runs one case to its end; who waits finds that time flies.
pub fn run<T>(case: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.unwrap().block_on(case)
}

/// A dead letter about the shop's payment, which needs a person.
pub fn letter() -> DeadLetterRow {
    let origin = |topic: &str| RecordOrigin { topic: topic.to_owned(), partition: 0, offset: 5 };
    DeadLetterRow {
        id: 5,
        origin: origin(topics::PROCESS_PURCHASES),
        dlq: origin(topics::PAYMENT_DLQ),
        step: "process-payment".to_owned(),
        cause_code: "undecodable".to_owned(),
        cause_message: "Data error at line 1 column 3".to_owned(),
        payment_id: Some(PAYMENT),
        attempts: Some(1),
        key: Some(RESERVATION.to_string().into_bytes()),
        value: Some(b"{".to_vec()),
        masked: false,
        trace: None,
        resolution: None,
        created_at: ACCEPTED,
    }
}
