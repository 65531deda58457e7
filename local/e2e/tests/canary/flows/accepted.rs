//! Cards in clear, and all that can become of them.

use e2e::canary::Card;
use serde_json::json;

use super::{Play, Stage};
use crate::items;

/// The card, and how its payment ends.
fn rows() -> Vec<(Card, &'static str)> {
    let known = |name, number| Card::known(name, number);
    vec![
        (Card::fresh("approved", "453962", 16), "AUTHORIZED"),
        (Card::fresh("approved, American Express", "34", 15), "AUTHORIZED"),
        (Card::fresh("approved, 13 digits", "453962", 13), "AUTHORIZED"),
        (known("declined", "4000000000001026"), "DECLINED"),
        (known("retried", "4000000000003014"), "AUTHORIZED"),
        (known("throttled", "4000000000003055"), "AUTHORIZED"),
        (known("answer lost", "4000000000002016"), "AUTHORIZED"),
        (known("answer always lost", "4000000000002024"), "AUTHORIZED"),
        (known("answer not legible", "4000000000004012"), "AUTHORIZED"),
        (known("in analysis, approved by webhook", "4000000000005019"), "AUTHORIZED"),
        (known("in analysis, declined by webhook", "4000000000005027"), "DECLINED"),
        (known("dead-lettered", "4000000000003022"), "FAILED"),
    ]
}

/// All at once; while one of them waits for its retry, its card lies in the vault.
pub async fn play(stage: &Stage, play: &mut Play) {
    let mut started = Vec::new();
    for (card, status) in rows() {
        let mut sent = card.to_json();
        if status == "DECLINED" {
            let groups: Vec<_> = card.number.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
            sent["card_number"] = json!(groups.join(" "));
        }
        let accepted = stage.pay(&stage.order(sent).await, None).await;
        assert_eq!(accepted.status, 202, "{}: {}", card.name, accepted.body);
        let payment_id = accepted.text("/id").to_owned();
        play.payments.push((payment_id.clone(), card.code.clone()));
        play.cards.push(card);
        started.push((payment_id, status));
    }
    let (waiting, _) = started.last().unwrap();
    stage.await_status(waiting, "RETRY_SCHEDULED").await;
    items::expect_sealed(&stage.shop.endpoints, waiting, play.cards.last().unwrap()).await;
    for (payment_id, status) in started {
        stage.await_status(&payment_id, status).await;
    }
}
