//! What buyers were promised.

use std::collections::{BTreeMap, BTreeSet};

use gateway_domain::PaymentStatus;

use crate::chaos::evidence::Evidence;

/// Each accepted payment has ended, or is under review while the PSP itself cannot say.
pub(super) fn end(evidence: &Evidence) -> Vec<(String, String)> {
    let undecided: BTreeSet<&str> = evidence
        .charges
        .iter()
        .filter(|charge| charge.status == "IN_ANALYSIS")
        .map(|charge| charge.payment_id.as_str())
        .collect();
    let judge = |id: &str| match evidence.payments.get(id).map(|payment| payment.status) {
        None => Some("it was accepted, and the ledger does not know it".to_owned()),
        Some(PaymentStatus::InReview) if undecided.contains(id) => None,
        Some(status) if status.is_final() => None,
        Some(status) => Some(format!("it was accepted, and is still {status}")),
    };
    evidence.accepted().into_iter().filter_map(|id| Some((id.to_owned(), judge(id)?))).collect()
}

/// `GET /payments/{id}` says what the ledger says, and what was said to be final has stayed so.
pub(super) fn told(evidence: &Evidence) -> Vec<(String, String)> {
    let mut findings = Vec::new();
    for receipt in &evidence.receipts {
        for id in &receipt.accepted {
            let Some(status) = evidence.payments.get(id).map(|payment| payment.status.as_str()) else {
                continue;
            };
            let shown = evidence.shown.get(id).map_or("", String::as_str);
            if shown != status {
                findings.push((id.clone(), format!("it is {status}, and its owner sees {shown:?}")));
            }
            if let Some(told) = receipt.told.as_deref().filter(|told| *told != status) {
                findings.push((id.clone(), format!("its owner was told {told}, and now it is {status}")));
            }
        }
    }
    findings
}

/// Each payment of the ledger was accepted by an answer that somebody has.
pub(super) fn invented(evidence: &Evidence) -> Vec<(String, String)> {
    let accepted = evidence.accepted();
    let unknown = evidence.payments.keys().filter(|id| !accepted.contains(id.as_str()));
    unknown.map(|id| (id.clone(), "no answer has ever named it".to_owned())).collect()
}

/// All answers to one key name one payment, and no two keys share one. Of what DynamoDB has forgotten nobody can know
/// any more that it was asked for before.
pub(super) fn keys(evidence: &Evidence) -> Vec<String> {
    let mut findings = Vec::new();
    let mut key_of = BTreeMap::new();
    for receipt in &evidence.receipts {
        let key = &receipt.key;
        let ids: BTreeSet<_> = receipt.accepted.difference(&evidence.forgotten).collect();
        if ids.len() > 1 {
            findings.push(format!("{key}: {ids:?}"));
        }
        if !ids.is_empty() && receipt.refused.is_some() {
            findings.push(format!("{key} was accepted as {ids:?} and then refused: {:?}", receipt.refused));
        }
        for id in &receipt.accepted {
            if let Some(other) = key_of.insert(id, key) {
                findings.push(format!("{key} and {other} both were told {id}"));
            }
        }
    }
    findings
}

/// No request has stayed without an answer.
pub(super) fn answered(evidence: &Evidence) -> Vec<String> {
    let silent = evidence.receipts.iter().filter(|it| it.accepted.is_empty() && it.refused.is_none());
    silent.map(|it| format!("{}: no answer to {} requests", it.key, it.unanswered)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chaos::check::testing::{paid, sound};

    #[test]
    fn a_sound_run_breaks_no_promise() {
        let evidence = sound();
        assert!(end(&evidence).is_empty() && told(&evidence).is_empty() && invented(&evidence).is_empty());
        assert!(keys(&evidence).is_empty() && answered(&evidence).is_empty());
    }

    #[test]
    fn a_payment_that_is_lost_or_never_ends_is_found() {
        let mut lost = sound();
        lost.payments.remove("p1");
        assert_eq!(end(&lost)[0].0, "p1");
        for (status, found) in [
            (PaymentStatus::Processing, true),
            (PaymentStatus::InReview, true),
            (PaymentStatus::Failed, false),
        ] {
            let mut evidence = sound();
            paid(&mut evidence).status = status;
            assert_eq!(!end(&evidence).is_empty(), found, "{status}");
        }
    }

    #[test]
    fn review_is_an_end_only_while_the_psp_cannot_say() {
        let mut evidence = sound();
        paid(&mut evidence).status = PaymentStatus::InReview;
        evidence.charges[0].status = "IN_ANALYSIS".to_owned();
        assert!(end(&evidence).is_empty());
    }

    #[test]
    fn an_answer_that_differs_from_the_ledger_is_found() {
        let mut evidence = sound();
        evidence.shown.insert("p1".to_owned(), "FAILED".to_owned());
        assert_eq!(told(&evidence).len(), 1);
        evidence.shown.remove("p1");
        evidence.receipts[0].told = Some("FAILED".to_owned());
        assert_eq!(told(&evidence).len(), 2);
    }

    #[test]
    fn keys_with_two_payments_and_payments_with_two_keys_are_found() {
        let mut two = sound();
        two.receipts[0].accepted.insert("p9".to_owned());
        assert_eq!(keys(&two).len(), 1);
        let mut shared = sound();
        let again = shared.receipts[0].clone();
        shared.receipts.push(again);
        assert_eq!(keys(&shared).len(), 1);
        let mut refused = sound();
        refused.receipts[0].refused = Some((409, "already_paid".to_owned()));
        assert_eq!(keys(&refused).len(), 1);
        for mut evidence in [two, refused] {
            evidence.forgotten.insert("p1".to_owned());
            assert!(keys(&evidence).is_empty());
        }
    }

    #[test]
    fn silence_and_invention_are_found() {
        let mut evidence = sound();
        evidence.receipts[0].accepted.clear();
        assert_eq!(answered(&evidence).len(), 1);
        assert_eq!(invented(&evidence)[0].0, "p1");
    }
}
