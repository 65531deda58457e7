//! Analyses dead letters and ends payments truthfully.
//!
//! Reads `payment_dlq`: our own dead letters and the event source mappings' on-failure records. A
//! payment that no step will carry on is closed to further charges, then the PSP is asked what
//! happened: AUTHORIZED or DECLINED if it knows a charge, FAILED only if it says there is none,
//! IN_REVIEW if it cannot say. Each letter leaves one row in the dead letters' table. Nothing in a
//! record can make this step fail; only an absent server can, and then the record waits.

mod analyse;
mod inquire;
pub mod letter;
mod never_begun;

use gateway_edge::kafka::{self, Outcome, RawRecord, Record, Step};
use gateway_edge::metrics::{self, Unit};
use gateway_ports::attempts::{CardVault, ChargeAttempts};
use gateway_ports::dead_letters::{DeadLetterRow, DeadLetters};
use gateway_ports::ledger::{BeginPayments, ReadPayments, SettlePayments};
use gateway_ports::provider::PaymentProvider;
use gateway_ports::{Clock, PortError};
use gateway_wire::{DeadLetterCause, TraceContext};

pub use gateway_domain::letter::Resolution;
use gateway_domain::mask::mask_card_numbers_in;
use letter::Letter;

/// Letters analysed at the same time, in one function environment.
pub const LETTERS_AT_ONCE_MAX: usize = 8;

/// The step with the ports it needs.
pub struct HandleDlq<L, V, P, C> {
    /// Payments, reservations and the dead letters' table.
    pub ledger: L,
    /// The card vault and the attempts' fence.
    pub vault: V,
    /// Who knows what was charged.
    pub provider: P,
    /// Time.
    pub clock: C,
    /// How long after an attempt with an unknown outcome the PSP's "no charge" is believed: a charge
    /// may still be on its way. In milliseconds.
    pub inquiry_grace_ms: i64,
}

/// Everything the ledger does here.
pub trait Ledger: BeginPayments + SettlePayments + ReadPayments + DeadLetters {}
impl<T: BeginPayments + SettlePayments + ReadPayments + DeadLetters> Ledger for T {}

/// Everything the vault does here.
pub trait Vault: CardVault + ChargeAttempts {}
impl<T: CardVault + ChargeAttempts> Vault for T {}

/// Why a letter cannot be finished now.
pub(crate) enum Postponed {
    /// A server is away.
    Port(PortError),
    /// It is too early to believe the PSP's "no charge".
    TooEarly,
}

impl From<PortError> for Postponed {
    fn from(error: PortError) -> Self {
        Self::Port(error)
    }
}

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> Step for HandleDlq<L, V, P, C> {
    const NAME: &'static str = "handle-dlq";
    type Message = Letter;

    /// Never refuses: what is no letter of a known form is kept as it is.
    fn decode(record: &RawRecord) -> Result<Letter, DeadLetterCause> {
        Ok(letter::read(record))
    }

    /// The mappings' own letters have no headers: the record within has.
    fn trace(record: &RawRecord) -> Option<TraceContext> {
        record.trace().or_else(|| letter::trace_within(record))
    }

    async fn handle(&self, batch: Vec<Record<Letter>>) -> Vec<Outcome> {
        kafka::each_by_key(batch, LETTERS_AT_ONCE_MAX, |record| self.finish(record)).await
    }
}

impl<L: Ledger, V: Vault, P: PaymentProvider, C: Clock> HandleDlq<L, V, P, C> {
    async fn finish(&self, record: Record<Letter>) -> Outcome {
        match self.resolve_and_record(&record).await {
            Ok(resolution) => {
                tracing::warn!(payment_id = ?record.message.payment_id(), cause = record.message.cause.code,
                    resolution = resolution.as_str(), topic = record.origin.topic,
                    partition = record.origin.partition, offset = record.origin.offset, "dead letter analysed");
                tell_alarms(resolution);
                Outcome::Done
            }
            Err(Postponed::Port(error)) => Outcome::Retry(error.to_string()),
            Err(Postponed::TooEarly) => {
                Outcome::Retry("too early to believe that there is no charge".to_owned())
            }
        }
    }

    /// What a record holds may make the ledger refuse it, and must not hold up the letters behind it:
    /// the record itself stays in the queue's topic for ever.
    async fn resolve_and_record(&self, record: &Record<Letter>) -> Result<Resolution, Postponed> {
        let resolution = match self.analyse(record).await {
            Err(Postponed::Port(error)) if error.is_refused() => {
                tracing::error!(%error, "a dead letter cannot be resolved");
                Resolution::Unresolved
            }
            other => other?,
        };
        match self.ledger.record(&self.row(record, resolution)).await {
            Err(error) if error.is_refused() => tracing::error!(%error, "a dead letter cannot be listed"),
            other => other?,
        }
        Ok(resolution)
    }

    /// What anybody may have written into a record is masked before it is kept; [`letter::read`] has masked what the
    /// letter says of it.
    fn row(&self, record: &Record<Letter>, resolution: Resolution) -> DeadLetterRow {
        let letter = &record.message;
        let (key, key_masked) = masked(letter.key.as_deref(), None);
        let (value, value_masked) = masked(letter.value.as_deref(), letter.long_user_id());
        DeadLetterRow {
            id: self.clock.ulid(),
            origin: letter.origin.clone(),
            dlq: record.origin.clone(),
            step: letter.step.clone(),
            cause_code: letter.cause.code.clone(),
            cause_message: letter.cause.message.clone(),
            payment_id: letter.payment_id(),
            attempts: letter.attempts.or_else(|| letter.attempt()),
            key,
            value,
            masked: key_masked || value_masked,
            trace: Some(record.trace.clone()),
            resolution: Some(resolution.as_str().to_owned()),
            created_at: self.clock.now(),
        }
    }
}

/// The bytes without card numbers, and whether there was any. Where there is one, its code may stand beside it,
/// three or four digits that nothing tells from others: so no digit is kept, and nothing of what is encoded.
fn masked(bytes: Option<&[u8]>, user_id: Option<&str>) -> (Option<Vec<u8>>, bool) {
    let Some(bytes) = bytes else { return (None, false) };
    if letter::encloses_card_number(bytes) {
        return (None, true);
    }
    let without_user = user_id.map(|id| String::from_utf8_lossy(bytes).replace(id, ""));
    let holds_number = match &without_user {
        Some(text) => mask_card_numbers_in(text.as_bytes()).is_some(),
        None => mask_card_numbers_in(bytes).is_some(),
    };
    let hide = |byte: &u8| if byte.is_ascii_digit() { b'*' } else { *byte };
    (Some(if holds_number { bytes.iter().map(hide).collect() } else { bytes.to_vec() }), holds_number)
}

/// What a person must see to.
fn tell_alarms(resolution: Resolution) {
    let name = match resolution {
        Resolution::InReview => metrics::REVIEWS_BEGUN,
        Resolution::VoidRefused => metrics::VOIDS_REFUSED,
        _ => return,
    };
    metrics::put("handle-dlq", name, Unit::Count, 1);
}
