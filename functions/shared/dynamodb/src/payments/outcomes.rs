//! Verdicts and failures as maps.

use aws_sdk_dynamodb::types::AttributeValue;
use gateway_domain::charge::{AttemptFailure, Certainty, ChargeId};
use gateway_domain::{CardSummary, Verdict};
use gateway_ports::PortError;

use crate::item::{Reader, damaged, number, text};

/// The kind of verdict that gives way to a final one.
pub(super) const IN_ANALYSIS: &str = "IN_ANALYSIS";

type Entry = (&'static str, Option<AttributeValue>);

/// The verdict as a map.
pub(super) fn write_verdict(verdict: &Verdict) -> AttributeValue {
    let charge: Entry = ("charge_id", verdict.charge_id().map(|id| text(&id.0)));
    let kind: Entry = ("kind", Some(text(verdict.as_str())));
    let said: [Entry; 2] = match verdict {
        Verdict::Authorized { authorization_code, .. } => {
            [("authorization_code", authorization_code.as_ref().map(text)), ("code", None)]
        }
        Verdict::Declined { code, message, .. } => {
            [("code", Some(text(code))), ("message", Some(text(message)))]
        }
        Verdict::InAnalysis { .. } => [("code", None), ("message", None)],
    };
    let card = verdict.card();
    map([
        kind,
        charge,
        ("card_brand", card.map(|card| text(card.brand.as_str()))),
        ("card_bin", card.map(|card| text(&card.bin))),
        ("card_last4", card.map(|card| text(&card.last4))),
    ]
    .into_iter()
    .chain(said))
}

/// The verdict that [`write_verdict`] wrote.
pub(super) fn read_verdict(reader: Reader<'_>) -> Result<Verdict, PortError> {
    let charge_id = || reader.text("charge_id").map(|id| ChargeId(id.to_owned()));
    let card = read_card(&reader);
    match reader.text("kind")? {
        "AUTHORIZED" => Ok(Verdict::Authorized {
            charge_id: charge_id()?,
            authorization_code: reader.text_or_none("authorization_code"),
            card,
        }),
        "DECLINED" => Ok(Verdict::Declined {
            charge_id: reader.text_or_none("charge_id").map(ChargeId),
            code: reader.text("code")?.to_owned(),
            message: reader.text("message")?.to_owned(),
            card,
        }),
        IN_ANALYSIS => Ok(Verdict::InAnalysis { charge_id: charge_id()?, card }),
        _ => Err(damaged("verdict.kind")),
    }
}

/// What the PSP told of the card; items from before it was asked have nothing of it.
fn read_card(reader: &Reader<'_>) -> Option<CardSummary> {
    let text = |name| reader.text_or_none(name);
    CardSummary::told(&text("card_brand")?, &text("card_bin")?, &text("card_last4")?)
}

/// The failure as a map.
pub(super) fn write_failure(failure: &AttemptFailure) -> AttributeValue {
    map([
        ("certainty", Some(text(failure.certainty.as_str()))),
        ("code", Some(text(&failure.code))),
        ("message", Some(text(&failure.message))),
        ("retry_after_ms", failure.retry_after_ms.map(number)),
    ])
}

/// The failure that [`write_failure`] wrote.
pub(super) fn read_failure(reader: Reader<'_>) -> Result<AttemptFailure, PortError> {
    Ok(AttemptFailure {
        // Anything but a plain NOT_CHARGED leaves room for a charge.
        certainty: match reader.text("certainty")? {
            "NOT_CHARGED" => Certainty::NotCharged,
            _ => Certainty::Unknown,
        },
        code: reader.text("code")?.to_owned(),
        message: reader.text("message")?.to_owned(),
        retry_after_ms: if reader.has("retry_after_ms") {
            Some(reader.number("retry_after_ms")?)
        } else {
            None
        },
    })
}

fn map(entries: impl IntoIterator<Item = Entry>) -> AttributeValue {
    let present = entries.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    AttributeValue::M(present.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn charge() -> ChargeId {
        ChargeId("CHAR_1".into())
    }

    #[test]
    fn verdicts_survive_as_they_are() {
        let card = CardSummary::told("visa", "453962", "2097");
        for verdict in [
            Verdict::Authorized {
                charge_id: charge(),
                authorization_code: Some("123".into()),
                card: card.clone(),
            },
            Verdict::InAnalysis { charge_id: charge(), card },
            Verdict::Authorized { charge_id: charge(), authorization_code: None, card: None },
            Verdict::Declined { charge_id: None, code: "10000".into(), message: String::new(), card: None },
            Verdict::Declined {
                charge_id: Some(charge()),
                code: "1".into(),
                message: "não".into(),
                card: None,
            },
            Verdict::InAnalysis { charge_id: charge(), card: None },
        ] {
            let AttributeValue::M(map) = write_verdict(&verdict) else { panic!("no map") };
            assert_eq!(read_verdict(Reader::new(&map)).unwrap(), verdict);
        }
    }

    #[test]
    fn failures_survive_as_they_are() {
        for (certainty, retry_after_ms) in [(Certainty::NotCharged, Some(1)), (Certainty::Unknown, None)] {
            let (code, message) = ("timeout".to_owned(), "no answer".to_owned());
            let failure = AttemptFailure { certainty, code, message, retry_after_ms };
            let AttributeValue::M(map) = write_failure(&failure) else { panic!("no map") };
            assert_eq!(read_failure(Reader::new(&map)).unwrap(), failure);
        }
    }
}
