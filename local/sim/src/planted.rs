//! Bugs planted on purpose, each at the edge of the simulation and none in the gateway: whether the
//! checkers would notice.

macro_rules! planted {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)*) => {
        /// A bug that the checkers must find.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
        pub enum Planted { $($(#[$doc])* $name,)* }

        impl Planted {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it does, in words.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

planted! {
    /// Offsets are committed when records are delivered, not when they are finished.
    CommitEarly = "commits before the function has answered",
    /// A partial batch response is taken for success.
    IgnorePartialFailures = "ignores the records that the function names as failed",
    /// What the mapping gives up is dropped instead of dead-lettered.
    DropLetters = "drops on-failure records",
    /// The producer reports success before the broker has the record.
    AckBeforeProduce = "acknowledges before producing",
    /// Records are spread without regard to their key.
    ScatterKeys = "puts records of one key into different partitions",
    /// Each call to the PSP carries another idempotency key.
    NewKeyOnRetry = "charges with a new idempotency key each time",
    /// Answers of the PSP are not compared with what was asked.
    SkipAmountCheck = "skips the amount check",
    /// A time-out of the PSP counts as "surely not charged".
    TimeoutIsNoCharge = "takes a time-out for no charge",
    /// A PSP that cannot say counts as one that says no.
    SilenceIsNoCharge = "takes the PSP's silence for no charge",
    /// A cancellation at the PSP is reported and not made.
    PretendCancel = "pretends to cancel",
    /// Outcomes count whatever the fence says, and leases are ignored.
    DropFence = "drops the fence",
    /// The card outlives the verdict.
    KeepCard = "keeps the card after the verdict",
    /// A final status gives way to a later verdict.
    SettleTwice = "settles twice",
    /// Expired reservations give their stock back twice.
    ReleaseTwice = "releases stock twice",
    /// Reservations expire while they are being paid.
    ExpirePaying = "expires reservations that are being paid",
    /// Claims are granted to everybody.
    ForgetClaims = "forgets who was first",
    /// What was read is committed, though an earlier record has failed.
    CommitPastFailure = "commits past a failed record",
    /// A letter that was redriven is redriven again.
    RedriveTwice = "redrives a letter twice",
    /// A letter is redriven before an earlier one of its key.
    RedriveOutOfOrder = "redrives a letter before an earlier one of its key",
    /// The index takes whatever comes last.
    IndexWithoutVersion = "indexes without regard to versions",
    /// A PSP that cannot say counts as one that says no, where a payment is reviewed.
    GuessInReview = "guesses in review",
    /// A cancellation is not written down.
    LoseVoid = "forgets what it has cancelled",
    /// A charge is cancelled before the ledger knows that it is to be.
    CancelBeforeDeciding = "cancels before it has decided",
    /// Nobody looks for charges that turn up late.
    MissLateCharges = "does not look for late charges",
    /// Whoever asks the PSP what became of a payment does not know that it has named a charge.
    ForgetCharge = "forgets which charge the PSP has named",
    /// Due retries are noted as dispatched and not sent.
    LoseDispatch = "notes retries as sent without sending them",
}
