//! Test cards: PagBank's official ones and the simulator's, by what they bring about.

use serde_json::{Value, json};

/// A test card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TestCard(&'static str);

/// Approved (PagBank's official Visa).
pub const APPROVED: TestCard = TestCard("4539620659922097");
/// Declined (PagBank's official Visa).
pub const DECLINED: TestCard = TestCard("4929291898380766");
/// Charged, and every answer to a POST is lost; asking by reference answers.
pub const ANSWER_ALWAYS_LOST: TestCard = TestCard("4000000000002024");
/// Charged, and the first answer is lost; a replay is answered.
pub const ANSWER_LOST: TestCard = TestCard("4000000000002016");
/// 500 twice, then approved.
pub const ERROR_THEN_FINE: TestCard = TestCard("4000000000003014");
/// Always 500: never a charge.
pub const ALWAYS_ERROR: TestCard = TestCard("4000000000003022");
/// Connection closed before charging, always.
pub const ALWAYS_CLOSED: TestCard = TestCard("4000000000002040");
/// 429 with Retry-After, then approved.
pub const THROTTLED_THEN_FINE: TestCard = TestCard("4000000000003055");
/// At the risk check, then approved by webhook.
pub const ANALYSIS_APPROVED: TestCard = TestCard("4000000000005019");
/// At the risk check, then declined by webhook.
pub const ANALYSIS_DECLINED: TestCard = TestCard("4000000000005027");
/// At the risk check, then approved without a webhook.
pub const ANALYSIS_SILENT: TestCard = TestCard("4000000000005035");
/// Charged; the first answer cannot be read.
pub const UNREADABLE: TestCard = TestCard("4000000000004012");

/// 429 before charging, and an encrypted card is used up by it.
pub const USED_UP_BY_THROTTLING: TestCard = TestCard("4000000000006025");
/// 500 before charging, and an encrypted card is used up by it.
pub const USED_UP_BY_ERROR: TestCard = TestCard("4000000000006017");

/// Every one of them that a sample could hold.
pub const NUMBERS: [&str; 20] = [
    APPROVED.0,
    DECLINED.0,
    ANSWER_ALWAYS_LOST.0,
    ANSWER_LOST.0,
    ERROR_THEN_FINE.0,
    ALWAYS_ERROR.0,
    ALWAYS_CLOSED.0,
    THROTTLED_THEN_FINE.0,
    ANALYSIS_APPROVED.0,
    ANALYSIS_DECLINED.0,
    ANALYSIS_SILENT.0,
    UNREADABLE.0,
    USED_UP_BY_THROTTLING.0,
    USED_UP_BY_ERROR.0,
    "5240082975622454",
    "5530062640663264",
    "345817690311361",
    "4514161122113757",
    "6062828598919021",
    "4000000000000010",
];

impl TestCard {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> &'static str {
        self.0
    }

    /// The `card` of a payment request.
    #[must_use]
    pub fn to_json(self) -> Value {
        json!({
            "card_number": self.0,
            "card_exp_month": "12",
            "card_exp_year": "2030",
            "card_security_code": "123",
        })
    }
}
