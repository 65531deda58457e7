//! The topics, by the names they have always had.

/// Accepted payments, from enqueue-payment to orchestrate-payment.
pub const ORDER_QUEUE: &str = "order_queue";
/// Charge attempts, to process-payment.
pub const PROCESS_PURCHASES: &str = "process-purchases";
/// Verdicts, to settle-payment.
pub const PURCHASES_PROCESSED: &str = "purchases-processed";
/// Attempts that ended without a verdict, to schedule-retry.
pub const PAYMENT_RETRY: &str = "payment_retry";
/// What needs analysis, to handle-dlq; kept for ever.
pub const PAYMENT_DLQ: &str = "payment_dlq";
/// Changes of the product table, from Debezium to index-products.
pub const PRODUCT_CHANGES: &str = "gateway.gateway.products";

/// Every topic of the gateway.
pub const ALL: [&str; 6] =
    [ORDER_QUEUE, PROCESS_PURCHASES, PURCHASES_PROCESSED, PAYMENT_RETRY, PAYMENT_DLQ, PRODUCT_CHANGES];
