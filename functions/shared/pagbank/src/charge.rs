//! What the answer to `POST /charges` comes to.
//!
//! | answer | outcome |
//! |---|---|
//! | 2xx with this payment's charge | its verdict |
//! | 2xx illegible, or about something else | unknown |
//! | 400 or 422 about the card's data | declined, once an inquiry finds no charge |
//! | the same about the ciphertext | likewise; its code says that the card must be encrypted anew |
//! | other 400, 401, 403, 404, 405, 406, 413, 415, 422 | not charged: PagBank read it and refused |
//! | 429, 503 with `Retry-After` | not charged: PagBank says that it did not take it up |
//! | other 5xx, 408, 409, 3xx | unknown: proxies answer so too, after passing the request on |
//! | no connection | not charged: nothing was sent |
//! | time-out, broken connection | unknown |
//!
//! A ciphertext is used once, whatever the outcome, and PagBank does not say which answers used it. So
//! nothing is assumed: after "not charged" and after "unknown" the same ciphertext goes again under the
//! same key. Where PagBank has a charge under the key it replays it; where it has not and the ciphertext
//! is used up, it refuses the ciphertext, and that refusal is the proof.

use gateway_domain::charge::{AttemptFailure, CANCELLED_CODE, Certainty, ChargeId, ChargeOutcome, Verdict};
use gateway_domain::decline::ENCRYPTED_CARD_REFUSED;

use crate::integrity::Expected;
use crate::response::{ChargeAnswer, PaymentResponse, Problem, Status, shorten};
use crate::transport::{Answer, NoAnswer};

/// What one call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// This.
    Outcome(ChargeOutcome),
    /// PagBank refuses the card's data. An earlier attempt may have been charged all the same,
    /// so this is a verdict only when PagBank knows no charge.
    CardRefused { code: String, message: String },
}

/// Reads the answer to a charge, or the want of one.
pub(crate) fn read(answer: &Result<Answer, NoAnswer>, expected: &Expected) -> Reading {
    match answer {
        Ok(answer) if (200..300).contains(&answer.status) => Reading::Outcome(verdict_in(answer, expected)),
        Ok(answer) if matches!(answer.status, 400 | 422) => refusal(answer),
        Ok(answer) => Reading::Outcome(ChargeOutcome::Failed(failure(answer))),
        Err(no_answer) => Reading::Outcome(ChargeOutcome::Failed(unheard(no_answer))),
    }
}

fn verdict_in(answer: &Answer, expected: &Expected) -> ChargeOutcome {
    let Some(charge) = ChargeAnswer::read(&answer.body) else {
        return unknown("unreadable_answer", format!("HTTP {} without a legible charge", answer.status));
    };
    match expected.differs(&charge) {
        None => ChargeOutcome::Verdict(verdict_of(&charge)),
        Some(difference) => {
            tracing::error!(payment_id = %expected.payment_id, difference, "PagBank's answer does not fit the payment");
            unknown("answer_mismatch", difference)
        }
    }
}

/// The verdict of a charge whose integrity was checked.
pub(crate) fn verdict_of(charge: &ChargeAnswer) -> Verdict {
    let charge_id = ChargeId(charge.id.clone());
    let said = charge.payment_response.as_ref();
    let verdict = match charge.status {
        Status::Authorized | Status::Paid => Verdict::Authorized {
            charge_id,
            authorization_code: said.and_then(|said| said.raw_data.authorization_code.clone()),
            card: None,
        },
        Status::InAnalysis | Status::Waiting => Verdict::InAnalysis { charge_id, card: None },
        Status::Declined => declined(charge_id, said),
        // No money is held: as far as the buyer is concerned it was refused.
        Status::Canceled => Verdict::Declined {
            charge_id: Some(charge_id),
            code: CANCELLED_CODE.to_owned(),
            message: "the charge was cancelled".to_owned(),
            card: None,
        },
    };
    verdict.with_card(charge.card())
}

fn declined(charge_id: ChargeId, said: Option<&PaymentResponse>) -> Verdict {
    let (code, message) =
        said.map_or_else(Default::default, |said| (said.code.clone(), said.message.clone()));
    Verdict::Declined {
        charge_id: Some(charge_id),
        code: shorten(&code),
        message: shorten(&message),
        card: None,
    }
}

/// A 400 is the buyer's to mend only when it is about the card; anything else is ours.
fn refusal(answer: &Answer) -> Reading {
    let problems = Problem::read(&answer.body).unwrap_or_default();
    let about_card = !problems.is_empty() && problems.iter().all(Problem::is_about_card);
    match problems.into_iter().next() {
        Some(problem) if about_card && problem.is_about_ciphertext() => {
            Reading::CardRefused { code: ENCRYPTED_CARD_REFUSED.to_owned(), message: problem.words() }
        }
        Some(problem) if about_card => {
            Reading::CardRefused { code: shorten(&problem.code), message: problem.words() }
        }
        _ => Reading::Outcome(ChargeOutcome::Failed(failure(answer))),
    }
}

fn failure(answer: &Answer) -> AttemptFailure {
    AttemptFailure {
        certainty: certainty(answer),
        code: format!("http_{}", answer.status),
        message: words(answer),
        retry_after_ms: answer.retry_after_ms,
    }
}

fn certainty(answer: &Answer) -> Certainty {
    match answer.status {
        400 | 401 | 403..=406 | 413 | 415 | 422 | 429 => Certainty::NotCharged,
        503 if answer.retry_after_ms.is_some() => Certainty::NotCharged,
        _ => Certainty::Unknown,
    }
}

/// PagBank's complaint, where it wrote the body.
pub(crate) fn words(answer: &Answer) -> String {
    let problems = Problem::read(&answer.body).unwrap_or_default();
    let complaint: Vec<String> =
        problems.iter().map(|problem| format!("{} {}", problem.code, problem.words())).collect();
    match complaint.as_slice() {
        [] => format!("HTTP {}", answer.status),
        complaint => shorten(&format!("HTTP {}: {}", answer.status, complaint.join("; "))),
    }
}

/// The failure that stands for hearing nothing.
pub(crate) fn unheard(no_answer: &NoAnswer) -> AttemptFailure {
    let (certainty, code, message) = match no_answer {
        NoAnswer::NotSent(why) => (Certainty::NotCharged, "not_connected", why.as_str()),
        NoAnswer::TimedOut => (Certainty::Unknown, "timeout", "no answer in time"),
        NoAnswer::Lost(why) => (Certainty::Unknown, "connection_lost", why.as_str()),
    };
    AttemptFailure { certainty, code: code.to_owned(), message: shorten(message), retry_after_ms: None }
}

fn unknown(code: &str, message: String) -> ChargeOutcome {
    let code = code.to_owned();
    ChargeOutcome::Failed(AttemptFailure {
        certainty: Certainty::Unknown,
        code,
        message,
        retry_after_ms: None,
    })
}

#[cfg(test)]
mod tests {
    use gateway_domain::money::Cents;
    use gateway_domain::{CardSummary, PaymentId};
    use serde_json::{Value, json};

    use super::*;

    fn expected() -> Expected {
        Expected { payment_id: PaymentId::from_u128(1), amount: Cents::new(15_000).unwrap() }
    }

    fn charge(status: &str, code: &str) -> Value {
        json!({
            "id": "CHAR_1",
            "reference_id": expected().payment_id.to_string(),
            "status": status,
            "amount": { "value": 15000, "currency": "BRL" },
            "payment_response": { "code": code, "message": "SUCESSO", "raw_data": { "authorization_code": "145803" } },
            "payment_method": { "card": { "brand": "visa", "first_digits": "453962", "last_digits": "2097" } },
        })
    }

    fn outcome(status: u16, retry_after_ms: Option<i64>, body: &str) -> String {
        let answer = Answer { status, retry_after_ms, body: body.as_bytes().to_vec() };
        summary(read(&Ok(answer), &expected()))
    }

    fn summary(reading: Reading) -> String {
        match reading {
            Reading::CardRefused { code, message } => format!("card refused: {code} {message}"),
            Reading::Outcome(ChargeOutcome::Verdict(verdict)) => verdict.as_str().to_owned(),
            Reading::Outcome(ChargeOutcome::Failed(failure)) => {
                format!("{} {}", failure.certainty.as_str(), failure.code)
            }
        }
    }

    #[test]
    fn a_status_is_a_verdict() {
        for (status, verdict) in [
            ("AUTHORIZED", "AUTHORIZED"),
            ("PAID", "AUTHORIZED"),
            ("IN_ANALYSIS", "IN_ANALYSIS"),
            ("WAITING", "IN_ANALYSIS"),
            ("DECLINED", "DECLINED"),
            ("CANCELED", "DECLINED"),
        ] {
            assert_eq!(outcome(201, None, &charge(status, "20000").to_string()), verdict, "{status}");
        }
    }

    #[test]
    fn a_verdict_carries_the_psps_own_words() {
        let read = |status, code| {
            let body = charge(status, code).to_string().into_bytes();
            read(&Ok(Answer { status: 201, retry_after_ms: None, body }), &expected())
        };
        let verdict = |verdict| Reading::Outcome(ChargeOutcome::Verdict(verdict));
        let charge_id = ChargeId("CHAR_1".to_owned());
        let card = || CardSummary::told("visa", "453962", "2097");
        assert_eq!(
            read("AUTHORIZED", "20000"),
            verdict(Verdict::Authorized {
                charge_id: charge_id.clone(),
                authorization_code: Some("145803".to_owned()),
                card: card(),
            })
        );
        assert_eq!(
            read("DECLINED", "10002"),
            verdict(Verdict::Declined {
                charge_id: Some(charge_id),
                code: "10002".to_owned(),
                message: "SUCESSO".to_owned(),
                card: card(),
            })
        );
    }

    #[test]
    fn what_is_not_legible_or_not_about_this_payment_is_unknown() {
        let with = |path: &str, value: Value| {
            let mut body = charge("AUTHORIZED", "20000");
            *body.pointer_mut(path).unwrap() = value;
            body.to_string()
        };
        for (body, code) in [
            ("<html>".to_owned(), "unreadable_answer"),
            (String::new(), "unreadable_answer"),
            (with("/status", json!("FROZEN")), "unreadable_answer"),
            (with("/amount/value", json!(15_001)), "answer_mismatch"),
            (with("/amount/currency", json!("USD")), "answer_mismatch"),
            (with("/reference_id", json!("another")), "answer_mismatch"),
        ] {
            assert_eq!(outcome(201, None, &body), format!("UNKNOWN {code}"), "{body}");
        }
    }

    #[test]
    fn an_error_counts_as_not_charged_only_on_proof() {
        for (status, retry_after_ms, expected) in [
            (302, None, "UNKNOWN http_302"),
            (400, None, "NOT_CHARGED http_400"),
            (401, None, "NOT_CHARGED http_401"),
            (403, None, "NOT_CHARGED http_403"),
            (404, None, "NOT_CHARGED http_404"),
            (408, None, "UNKNOWN http_408"),
            (409, None, "UNKNOWN http_409"),
            (429, None, "NOT_CHARGED http_429"),
            (429, Some(1_000), "NOT_CHARGED http_429"),
            (500, None, "UNKNOWN http_500"),
            (502, None, "UNKNOWN http_502"),
            (503, None, "UNKNOWN http_503"),
            (503, Some(1_000), "NOT_CHARGED http_503"),
            (504, Some(1_000), "UNKNOWN http_504"),
        ] {
            assert_eq!(outcome(status, retry_after_ms, "<html>"), expected, "{retry_after_ms:?}");
        }
    }

    #[test]
    fn only_a_complaint_about_the_card_is_the_buyers() {
        let problem = |parameter: &str| json!({ "code": "40002", "description": "invalid_parameter", "parameter_name": parameter });
        let (card, ours) = (problem("payment_method.card.number"), problem("notification_urls"));
        let ciphertext = problem("payment_method.card.encrypted");
        let refused = "card refused: 40002 invalid_parameter: payment_method.card.number";
        let spent = "card refused: encrypted_card_refused invalid_parameter: payment_method.card.encrypted";
        for (problems, expected) in [
            (json!([card]), refused),
            (json!([ciphertext]), spent),
            (json!([ours]), "NOT_CHARGED http_400"),
            (json!([card, ours]), "NOT_CHARGED http_400"),
            (json!([]), "NOT_CHARGED http_400"),
        ] {
            let body = json!({ "error_messages": problems }).to_string();
            assert_eq!(outcome(400, None, &body), expected, "{body}");
        }
    }

    #[test]
    fn hearing_nothing_is_unknown_unless_nothing_was_sent() {
        for (no_answer, expected) in [
            (NoAnswer::NotSent("connection refused".to_owned()), "NOT_CHARGED not_connected"),
            (NoAnswer::TimedOut, "UNKNOWN timeout"),
            (NoAnswer::Lost("connection reset".to_owned()), "UNKNOWN connection_lost"),
        ] {
            assert_eq!(summary(read(&Err(no_answer), &self::expected())), expected);
        }
    }
}
