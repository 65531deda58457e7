//! A refused card beside a doubt.
//!
//! The PSP refuses a card's data without making a charge: most of all a ciphertext, which is good for one
//! use. If each earlier attempt surely did nothing, that is a decline. If one of them may have reached
//! the PSP it is not: that attempt may be what used the ciphertext up, and its charge may appear yet. Nor
//! can trying again help. So the payment goes where the PSP is asked until its "no charge" can be
//! believed.

use gateway_domain::Verdict;
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeOutcome};
use gateway_domain::decline::ENCRYPTED_CARD_REFUSED;
use gateway_wire::DeadLetterCause;

/// The code of a refusal of a card in clear that is no verdict.
const CARD_REFUSED: &str = "card_refused";

/// The outcome as far as it may be believed when an earlier attempt may have been charged.
pub(crate) fn in_doubt(outcome: ChargeOutcome, may_be_charged: bool) -> ChargeOutcome {
    match outcome {
        ChargeOutcome::Verdict(Verdict::Declined { charge_id: None, code, message, .. })
            if may_be_charged =>
        {
            let code = if code == ENCRYPTED_CARD_REFUSED { ENCRYPTED_CARD_REFUSED } else { CARD_REFUSED };
            ChargeOutcome::Failed(AttemptFailure {
                // This attempt surely made no charge; what the earlier one made stays open.
                certainty: Certainty::NotCharged,
                code: code.to_owned(),
                message,
                retry_after_ms: None,
            })
        }
        outcome => outcome,
    }
}

/// Why no retry can help, if none can: the cause of the dead letter, and the payment's reason if the PSP
/// then says that there is no charge.
pub(crate) fn needs_inquiry(failure: &AttemptFailure) -> Option<DeadLetterCause> {
    let refused = matches!(failure.code.as_str(), ENCRYPTED_CARD_REFUSED | CARD_REFUSED);
    refused.then(|| DeadLetterCause { code: failure.code.clone(), message: failure.message.clone() })
}
