//! What can go wrong.

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $words:literal,)*) => {
        /// One thing that can go wrong at one place.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault { $($(#[$doc])* $name,)* }

        impl Fault {
            /// Every one.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it is, in words.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

faults! {
    /// The function dies at an await point, before what it asked for takes effect.
    CrashBefore = "crashes before the effect",
    /// The function dies at an await point, after the effect.
    CrashAfter = "crashes after the effect",
    /// The server fails without an effect.
    FailBefore = "fails without effect",
    /// The server does it and fails to say so.
    FailAfter = "takes effect, answer lost",
    /// The function stands still for long before the effect.
    StallBefore = "stalls before the effect",
    /// The function stands still for long after the effect.
    StallAfter = "stalls after the effect",
    /// A request of a dead function takes effect later.
    LateEffect = "crashes, and the effect comes later",
    /// No connection to the PSP.
    NotConnected = "no connection",
    /// The PSP is busy: 429.
    TooMany = "429",
    /// The PSP fails before it charged: 500.
    ErrorBefore = "500 without a charge",
    /// The PSP fails after it charged: 500.
    ErrorAfter = "500 after the charge",
    /// The request is lost.
    RequestLost = "request lost",
    /// The PSP decides, its answer is lost.
    AnswerLost = "charged, answer lost",
    /// The PSP decides after the caller has gone.
    DecidedLate = "decided after the caller's time-out",
    /// The PSP decides after everybody has given up.
    DecidedVeryLate = "decided long after all have given up",
    /// A proxy sends the request twice.
    SentTwice = "request arrives twice",
    /// The answer shows another amount than was charged.
    WrongAnswer = "answer shows another amount",
    /// The PSP charges another amount.
    WrongAmount = "charges another amount",
    /// The PSP cannot say what happened.
    Unanswered = "cannot say",
    /// The webhook never comes.
    WebhookLost = "webhook lost",
    /// The webhook comes twice.
    WebhookTwice = "webhook twice",
    /// The webhook comes late.
    WebhookLate = "webhook late",
    /// No environment is free.
    Throttled = "throttled",
    /// The function runs, and who invoked it does not hear its answer.
    Unheard = "runs, answer not heard",
    /// Records are delivered a second time, side by side.
    DeliveredTwice = "delivered twice",
    /// A partition's records come late.
    FetchStalls = "partition stalls",
    /// A commit fails.
    CommitFails = "commit fails",
    /// A partition moves to another member.
    Rebalance = "partition moves",
    /// A member dies without a word.
    MemberDies = "member dies",
    /// A schedule starts two runs.
    RunTwice = "runs twice",
    /// A schedule misses its time.
    RunMissed = "run missed",
    /// No server answers one of the functions, or the PSP answers nobody, for many minutes.
    Outage = "everything it asks is away for long",
    /// The buyer does not hear the answer.
    BuyerUnheard = "buyer hears no answer",
    /// The connector starts again and tells once more what it told before.
    ConnectorRepeats = "connector repeats what it told",
    /// The PSP does not let go of a charge for a while.
    CancelRefused = "refuses to cancel",
    /// The PSP says once that it does not know a charge at its risk check.
    ChargeDenied = "does not know a charge for once",
    /// The PSP loses a charge at its risk check for good.
    ChargeForgotten = "forgets a charge",
}
