//! What the answer to an inquiry comes to. "There is no charge" makes a payment fail for good,
//! so it is believed only in PagBank's own words: never for a proxy's 404 or a search that
//! seems not to have been filtered.

use gateway_domain::charge::{ChargeId, Inquiry};

use crate::charge::{unheard, verdict_of, words};
use crate::integrity::Expected;
use crate::response::{ChargeAnswer, Problem, Status};
use crate::transport::{Answer, NoAnswer};

/// Reads the answer to `GET /charges/{id}`.
pub(crate) fn read_one(answer: &Result<Answer, NoAnswer>, expected: &Expected) -> Inquiry {
    match answer {
        Ok(answer) if answer.status == 200 => match ChargeAnswer::read(&answer.body) {
            Some(charge) => found(&charge, expected),
            None => unanswered("the answer holds no legible charge"),
        },
        other => read_none(other),
    }
}

/// Reads the answer to `GET /charges?reference_id=`.
pub(crate) fn read_search(answer: &Result<Answer, NoAnswer>, expected: &Expected) -> Inquiry {
    match answer {
        Ok(answer) if answer.status == 200 => match ChargeAnswer::read_all(&answer.body) {
            Some(charges) => choose(&charges, expected),
            None => unanswered("the answer holds no legible charges"),
        },
        other => read_none(other),
    }
}

fn read_none(answer: &Result<Answer, NoAnswer>) -> Inquiry {
    match answer {
        Ok(answer) if answer.status == 404 && Problem::read(&answer.body).is_some() => Inquiry::None,
        Ok(answer) => Inquiry::Unanswered { reason: words(answer) },
        Err(no_answer) => {
            let failure = unheard(no_answer);
            Inquiry::Unanswered { reason: format!("{}: {}", failure.code, failure.message) }
        }
    }
}

/// A charge of the payment's own that holds no money fits, whatever its amount: it is no obstacle.
fn found(charge: &ChargeAnswer, expected: &Expected) -> Inquiry {
    match expected.differs(charge) {
        None => Inquiry::Found(verdict_of(charge)),
        Some(_) if expected.is_mine(charge) && !holds_money(charge.status) => {
            Inquiry::Found(verdict_of(charge))
        }
        Some(reason) => Inquiry::Mismatch { charge_id: ChargeId(charge.id.clone()), reason },
    }
}

/// One charge speaks for the payment: the one that holds money, else the last of the others.
fn choose(charges: &[ChargeAnswer], expected: &Expected) -> Inquiry {
    let mine: Vec<&ChargeAnswer> = charges.iter().filter(|charge| expected.is_mine(charge)).collect();
    let holding: Vec<&ChargeAnswer> =
        mine.iter().copied().filter(|charge| holds_money(charge.status)).collect();
    match (holding.as_slice(), mine.last()) {
        ([charge], _) | ([], Some(charge)) => found(charge, expected),
        ([first, ..], _) => Inquiry::Mismatch {
            charge_id: ChargeId(first.id.clone()),
            reason: format!("{} charges hold money for one payment", holding.len()),
        },
        ([], None) if charges.is_empty() => Inquiry::None,
        ([], None) => unanswered("the search found charges of other references"),
    }
}

pub(crate) fn holds_money(status: Status) -> bool {
    match status {
        Status::Authorized | Status::Paid | Status::InAnalysis | Status::Waiting => true,
        Status::Declined | Status::Canceled => false,
    }
}

fn unanswered(reason: &str) -> Inquiry {
    Inquiry::Unanswered { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use gateway_domain::PaymentId;
    use gateway_domain::money::Cents;
    use serde_json::{Value, json};

    use super::*;

    fn expected() -> Expected {
        Expected { payment_id: PaymentId::from_u128(1), amount: Cents::new(15_000).unwrap() }
    }

    fn charge(id: &str, status: &str) -> Value {
        let reference = expected().payment_id.to_string();
        json!({ "id": id, "reference_id": reference, "status": status, "amount": { "value": 15000, "currency": "BRL" } })
    }

    fn summary(inquiry: Inquiry) -> String {
        match inquiry {
            Inquiry::Found(verdict) => {
                format!("{} {}", verdict.as_str(), verdict.charge_id().map_or("", |id| &id.0))
            }
            Inquiry::Mismatch { .. } => "mismatch".to_owned(),
            Inquiry::None => "none".to_owned(),
            Inquiry::Unanswered { .. } => "unanswered".to_owned(),
        }
    }

    fn searched(charges: &Value) -> String {
        let answer = Answer { status: 200, retry_after_ms: None, body: charges.to_string().into_bytes() };
        summary(read_search(&Ok(answer), &expected()))
    }

    #[test]
    fn the_charge_that_holds_money_speaks_for_the_payment() {
        let (declined, authorized) = (charge("D", "DECLINED"), charge("A", "AUTHORIZED"));
        let (cancelled, analysed) = (charge("C", "CANCELED"), charge("I", "IN_ANALYSIS"));
        let mut dear = charge("X", "PAID");
        dear["amount"]["value"] = json!(15_001);
        let mut dear_but_cancelled = dear.clone();
        dear_but_cancelled["status"] = json!("CANCELED");
        let mut foreign = charge("F", "PAID");
        foreign["reference_id"] = json!("another");
        for (charges, outcome) in [
            (json!([]), "none"),
            (json!([declined]), "DECLINED D"),
            (json!([declined, authorized]), "AUTHORIZED A"),
            (json!([authorized, cancelled]), "AUTHORIZED A"),
            (json!([declined, cancelled]), "DECLINED C"),
            (json!([analysed]), "IN_ANALYSIS I"),
            (json!([authorized, analysed]), "mismatch"),
            (json!([dear]), "mismatch"),
            (json!([dear_but_cancelled]), "DECLINED X"),
            (json!([foreign]), "unanswered"),
            (json!([foreign, authorized]), "AUTHORIZED A"),
            (json!({ "charges": [] }), "unanswered"),
        ] {
            assert_eq!(searched(&charges), outcome, "{charges}");
        }
    }

    #[test]
    fn only_pagbank_itself_can_say_that_there_is_no_charge() {
        for (status, body, outcome) in [
            (404, r#"{"code":"40400","description":"resource_not_found"}"#, "none"),
            (404, "<html>not found</html>", "unanswered"),
            (406, r#"{"code":"40600","description":"not_acceptable"}"#, "unanswered"),
            (401, r#"{"error_messages":[{"code":"UNAUTHORIZED"}]}"#, "unanswered"),
            (500, "", "unanswered"),
            (200, "<html>", "unanswered"),
        ] {
            let answer = || Ok(Answer { status, retry_after_ms: None, body: body.as_bytes().to_vec() });
            assert_eq!(summary(read_one(&answer(), &expected())), outcome, "{status} {body}");
            assert_eq!(summary(read_search(&answer(), &expected())), outcome, "{status} {body}");
        }
        assert_eq!(summary(read_one(&Err(NoAnswer::TimedOut), &expected())), "unanswered");
    }
}
