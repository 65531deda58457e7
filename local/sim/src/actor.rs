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
    /// The payment service provider.
    Psp,
    /// Who starts the scheduled functions.
    Scheduler,
    /// A buyer's program.
    Buyer,
}

impl Actor {
    /// The functions that read a topic.
    pub const CONSUMERS: [Self; 5] = [
        Self::OrchestratePayment,
        Self::ProcessPayment,
        Self::SettlePayment,
        Self::ScheduleRetry,
        Self::HandleDlq,
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
            Self::Psp => "psp",
            Self::Scheduler => "scheduler",
            Self::Buyer => "buyer",
        }
    }
}
