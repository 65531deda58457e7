//! The vault.

use crate::chaos::evidence::Evidence;

/// No card and no code beside a verdict, nor beside a payment that has ended.
pub(super) fn erased(evidence: &Evidence) -> Vec<(String, String)> {
    let mut findings = Vec::new();
    for (id, item) in &evidence.vault {
        let status = evidence.payments.get(id).map(|payment| payment.status);
        let has_ended = status.is_some_and(gateway_domain::PaymentStatus::is_final);
        if item.has_verdict || has_ended {
            let what = if item.has_cvv { "its security code" } else { "its card" };
            findings.push((id.clone(), format!("{what} is in the vault, and it is {status:?}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use gateway_domain::PaymentStatus;

    use super::*;
    use crate::chaos::check::testing::{paid, sound};
    use crate::chaos::evidence::VaultItem;

    #[test]
    fn card_data_stays_only_while_nothing_is_decided() {
        for (has_verdict, status, found) in [
            (false, PaymentStatus::Processing, false),
            (true, PaymentStatus::Processing, true),
            (false, PaymentStatus::Authorized, true),
        ] {
            let mut evidence = sound();
            paid(&mut evidence).status = status;
            evidence.vault.insert("p1".to_owned(), VaultItem { has_verdict, has_cvv: true });
            assert_eq!(!erased(&evidence).is_empty(), found, "{has_verdict} {status}");
        }
    }
}
