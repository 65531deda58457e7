//! The test cards: PagBank's own, and those of this simulator.
//!
//! Any other number that passes the Luhn check is approved.

use serde::Serialize;

use crate::issuer::Refusal;
use crate::scenario::{Analysis, Scenario};

/// A card and what it brings about.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct TestCard {
    /// The card number; none of these was ever issued.
    pub number: &'static str,
    /// The name that stands for it inside an `encrypted` card.
    pub alias: &'static str,
    /// What the simulator does.
    pub scenario: Scenario,
    /// The same for a human reader.
    pub effect: &'static str,
}

const fn card(
    number: &'static str,
    alias: &'static str,
    scenario: Scenario,
    effect: &'static str,
) -> TestCard {
    TestCard { number, alias, scenario, effect }
}

/// All cards: first PagBank's official ones, then the special ones by theme.
#[rustfmt::skip]
pub const CARDS: &[TestCard] = &[
    card("4539620659922097", "visa-ok", Scenario::Approve, "PagBank's test card: approved"),
    card("4929291898380766", "visa-declined", Scenario::Decline(Refusal::Generic), "PagBank's test card: declined (10002)"),
    card("5240082975622454", "mastercard-ok", Scenario::Approve, "PagBank's test card: approved"),
    card("5530062640663264", "mastercard-declined", Scenario::Decline(Refusal::Generic), "PagBank's test card: declined (10002)"),
    card("345817690311361", "amex-ok", Scenario::Approve, "PagBank's test card: approved"),
    card("4514161122113757", "elo-ok", Scenario::Approve, "PagBank's test card: approved"),
    card("6062828598919021", "hiper-ok", Scenario::Approve, "PagBank's test card: approved"),

    card("4000000000000010", "approve", Scenario::Approve, "approved"),

    card("4000000000001018", "declined-by-risk", Scenario::Decline(Refusal::Risk), "declined: PagBank's risk check (10000)"),
    card("4000000000001026", "insufficient-funds", Scenario::Decline(Refusal::InsufficientFunds), "declined: insufficient funds (20003), may be tried again"),
    card("4000000000001034", "check-card-data", Scenario::Decline(Refusal::CheckCardData), "declined: card data not known to the issuer (20007)"),
    card("4000000000001042", "not-permitted", Scenario::Decline(Refusal::NotPermitted), "declined: not permitted, never again (20017)"),
    card("4000000000001059", "issuer-unavailable", Scenario::Decline(Refusal::IssuerUnavailable), "declined: issuer out of reach (20019), may be tried again"),
    card("4000000000001067", "try-later", Scenario::Decline(Refusal::TryLater), "declined: not now (20158), may be tried again"),
    card("4000000000001075", "too-many-retries", Scenario::Decline(Refusal::TooManyRetries), "declined: too many retries (10001), never again"),
    card("4000000000001083", "call-issuer", Scenario::Decline(Refusal::CallIssuer), "declined: call the bank (20001)"),

    card("4000000000002016", "answer-lost", Scenario::AnswerLost, "charged, the connection is cut before the answer; a replay is answered"),
    card("4000000000002024", "answer-always-lost", Scenario::AnswerAlwaysLost, "charged, every answer to a POST is lost; GET answers"),
    card("4000000000002032", "closed-then-fine", Scenario::ClosedThenFine, "connection closed before charging, N times a key; then approved"),
    card("4000000000002040", "always-closed", Scenario::AlwaysClosed, "connection always closed before charging: never a charge"),

    card("4000000000003014", "error-then-fine", Scenario::ErrorThenFine, "500 before charging, N times a key; then approved"),
    card("4000000000003022", "always-error", Scenario::AlwaysError, "always 500: never a charge"),
    card("4000000000003030", "error-after-charge", Scenario::ErrorAfterCharge, "charged, yet answered with a 500; a replay is answered"),
    card("4000000000003048", "unavailable-then-fine", Scenario::UnavailableThenFine, "503 with Retry-After before charging, N times a key; then approved"),
    card("4000000000003055", "throttled-then-fine", Scenario::ThrottledThenFine, "429 with Retry-After before charging, N times a key; then approved"),
    card("4000000000003063", "always-throttled", Scenario::AlwaysThrottled, "always 429: never a charge"),

    card("4000000000004012", "unreadable", Scenario::Unreadable, "charged, the first answer is no JSON; a replay is answered"),
    card("4000000000004020", "slow", Scenario::Slow, "charged, the first answer comes after --slow-ms; a replay is answered"),
    card("4000000000004038", "other-amount", Scenario::OtherAmount, "charged, every answer to a POST names one cent more; GET tells the truth"),

    card("4000000000006017", "used-up-by-error", Scenario::UsedUpByError, "500 before charging, and an encrypted card is used up: refused from then on; in clear, then approved"),
    card("4000000000006025", "used-up-by-throttling", Scenario::UsedUpByThrottling, "429 before charging, and an encrypted card is used up: refused from then on; in clear, then approved"),

    card("4000000000005019", "analysis-approved", Scenario::Analysis(Analysis::Approved), "IN_ANALYSIS, approved after --analysis-ms, with a webhook"),
    card("4000000000005027", "analysis-declined", Scenario::Analysis(Analysis::Declined), "IN_ANALYSIS, declined after --analysis-ms, with a webhook"),
    card("4000000000005035", "analysis-silent", Scenario::Analysis(Analysis::ApprovedSilently), "IN_ANALYSIS, approved after --analysis-ms, without a webhook"),
    card("4000000000005043", "analysis-endless", Scenario::Analysis(Analysis::Endless), "IN_ANALYSIS for ever"),
    card("4000000000005050", "analysis-approved-twice", Scenario::Analysis(Analysis::ApprovedTwice), "IN_ANALYSIS, approved after --analysis-ms, with the webhook sent twice"),
];

/// The test card with this number.
#[must_use]
pub fn by_number(number: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.number == number)
}

/// The test card with this alias.
#[must_use]
pub fn by_alias(alias: &str) -> Option<&'static TestCard> {
    CARDS.iter().find(|card| card.alias == alias)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::CARDS;
    use crate::pan::passes_luhn;

    #[test]
    fn every_test_card_passes_the_luhn_check_and_is_named_once() {
        let mut seen = HashSet::new();
        for card in CARDS {
            assert!(passes_luhn(card.number), "{}", card.alias);
            assert!(seen.insert(card.number) && seen.insert(card.alias), "{} twice", card.alias);
        }
    }
}
