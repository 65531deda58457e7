//! Who does something in the simulation.

/// A deployed function, or one of the things around them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// `reserve`.
    Reserve,
    /// `enqueue-payment`.
    EnqueuePayment,
    /// `payments`.
    Payments,
    /// `orchestrate-payment`.
    OrchestratePayment,
    /// `process-payment`.
    ProcessPayment,
    /// `settle-payment`.
    SettlePayment,
    /// `schedule-retry`.
    ScheduleRetry,
    /// `handle-dlq`.
    HandleDlq,
    /// `dispatch-retries`.
    DispatchRetries,
    /// `expire-reservations`.
    ExpireReservations,
    /// `receive-psp-webhook`.
    ReceivePspWebhook,
    /// `review-payments`.
    ReviewPayments,
    /// `dead-letters`.
    DeadLetters,
    /// `catalog`.
    Catalog,
    /// `index-products`.
    IndexProducts,
    /// Debezium, which carries the product table's changes to their topic.
    Connector,
    /// The payment service provider.
    Psp,
    /// Who starts the scheduled functions.
    Scheduler,
    /// A buyer's program.
    Buyer,
    /// Who looks after dead letters and payments under review.
    Admin,
    /// Who restocks and prices the products.
    Shopkeeper,
    /// Who writes what nobody can read into the topics.
    Vandal,
}

impl Actor {
    /// The functions that read a topic.
    pub const CONSUMERS: [Self; 6] = [
        Self::OrchestratePayment,
        Self::ProcessPayment,
        Self::SettlePayment,
        Self::ScheduleRetry,
        Self::HandleDlq,
        Self::IndexProducts,
    ];

    /// A function's name in the template; the others' for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserve => "reserve",
            Self::EnqueuePayment => "enqueue-payment",
            Self::Payments => "payments",
            Self::OrchestratePayment => "orchestrate-payment",
            Self::ProcessPayment => "process-payment",
            Self::SettlePayment => "settle-payment",
            Self::ScheduleRetry => "schedule-retry",
            Self::HandleDlq => "handle-dlq",
            Self::DispatchRetries => "dispatch-retries",
            Self::ExpireReservations => "expire-reservations",
            Self::ReceivePspWebhook => "receive-psp-webhook",
            Self::ReviewPayments => "review-payments",
            Self::DeadLetters => "dead-letters",
            Self::Catalog => "catalog",
            Self::IndexProducts => "index-products",
            Self::Connector => "connector",
            Self::Psp => "psp",
            Self::Scheduler => "scheduler",
            Self::Buyer => "buyer",
            Self::Admin => "admin",
            Self::Shopkeeper => "shopkeeper",
            Self::Vandal => "vandal",
        }
    }
}
