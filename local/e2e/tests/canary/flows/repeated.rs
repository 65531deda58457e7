//! Duplicates, replays, and keys that are used for something else.

use e2e::canary::Card;
use e2e::unique;

use super::{Play, Stage};

pub async fn play(stage: &Stage, play: &mut Play) {
    let card = Card::fresh("repeated", "34", 15);
    let body = stage.order(card.to_json()).await;
    let key = unique("key");
    let first = stage.pay(&body, Some(&key)).await;
    assert_eq!(first.status, 202, "{}", first.body);
    let payment_id = first.text("/id").to_owned();
    stage.await_status(&payment_id, "AUTHORIZED").await;
    assert_eq!(stage.pay(&body, Some(&key)).await.headers["idempotent-replayed"], "true");
    assert_eq!(stage.pay(&body, None).await.status, 409);

    let other = Card::fresh("under a used key", "453962", 16);
    let mut changed = body;
    changed["card"] = other.to_json();
    assert_eq!(stage.pay(&changed, Some(&key)).await.status, 422);

    let twice = Card::fresh("sent twice", "453962", 16);
    let body = stage.order(twice.to_json()).await;
    let (one, two) = tokio::join!(stage.pay(&body, None), stage.pay(&body, None));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409], "{} {}", one.body, two.body);
    let accepted = if one.status == 202 { &one } else { &two };
    stage.await_status(accepted.text("/id"), "AUTHORIZED").await;
    play.payments
        .extend([(payment_id, card.code.clone()), (accepted.text("/id").to_owned(), twice.code.clone())]);
    play.cards.extend([card, other, twice]);
}
