//! An admin: sees to dead letters and to payments under review when an alarm tells of them, and says now
//! and then what is not so.

use std::sync::Arc;

use gateway_domain::letter::LetterState;
use gateway_domain::{PaymentId, PaymentStatus};
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use serde_json::{Value, json};

use super::requests::send;
use crate::actor::Actor;
use crate::chance::Lot;
use crate::psp::Standing;
use crate::runtime::lock;
use crate::world::World;

/// How often the alarms are looked at, in milliseconds.
const LOOK_MS: (i64, i64) = (20_000, 400_000);
/// Letters on a page: few, so that pages have to be turned.
const PAGE: usize = 2;

/// What the alarms tell.
struct Alarms {
    letters: bool,
    in_review: Vec<PaymentId>,
}

pub(super) async fn see_to_alarms(world: Arc<World>) {
    loop {
        let lot = world.draw(Actor::Admin, "look");
        world.sleep(lot.millis(LOOK_MS.0, LOOK_MS.1, 1)).await;
        let alarms = alarms(&world);
        if alarms.letters {
            see_to_letters(&world).await;
        }
        for id in alarms.in_review {
            review(&world, id).await;
        }
    }
}

fn alarms(world: &World) -> Alarms {
    world.ledger.inspect(|rows| {
        let undecided = |state| matches!(state, LetterState::Open | LetterState::Redriving);
        let in_review = rows.payments().filter(|payment| payment.status == PaymentStatus::InReview);
        Alarms {
            letters: rows.letters().any(|(_, state)| undecided(state)),
            in_review: in_review.map(|payment| payment.id).collect(),
        }
    })
}

async fn ask(
    world: &Arc<World>,
    to: Actor,
    what: &'static str,
    request: TestRequest,
) -> Option<HttpResponse> {
    send(world, (Actor::Admin, to), what, request.admin("root")).await
}

async fn see_to_letters(world: &Arc<World>) {
    for state in ["open", "redriving"] {
        let mut cursor: Option<String> = None;
        loop {
            let mut request = TestRequest::to("GET /dead-letters").query("state", state).query("limit", PAGE);
            if let Some(cursor) = &cursor {
                request = request.query("cursor", cursor);
            }
            let Some(page) = ask(world, Actor::DeadLetters, "GET /dead-letters", request).await else {
                return;
            };
            let page: Value = serde_json::from_str(&page.body).unwrap_or_default();
            for letter in page["items"].as_array().into_iter().flatten() {
                see_to_letter(world, letter).await;
            }
            match page["next"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
    }
}

/// What nobody can read is discarded; who waits for a review may be left alone; the rest is redriven.
async fn see_to_letter(world: &Arc<World>, letter: &Value) {
    let Some(id) = letter["id"].as_str() else { return };
    let lot = world.draw(Actor::Admin, "letter");
    let code = letter["cause"]["code"].as_str().unwrap_or_default();
    let waits = letter["resolution"].as_str() == Some("in_review");
    if matches!(code, "undecodable" | "unreadable_letter") {
        discard(world, id, "nobody can read it").await;
    } else if !waits || lot.happens(300, 1) {
        redrive(world, id, &lot).await;
    }
}

async fn discard(world: &Arc<World>, id: &str, reason: &str) {
    let body = json!({ "reason": reason });
    let request = TestRequest::to("POST /dead-letters/{id}/discard").path("id", id).body(body);
    drop(ask(world, Actor::DeadLetters, "discard", request).await);
}

async fn redrive(world: &Arc<World>, id: &str, lot: &Lot) {
    let request = || TestRequest::to("POST /dead-letters/{id}/redrive").path("id", id);
    let answer = ask(world, Actor::DeadLetters, "redrive", request()).await;
    if answer.as_ref().is_some_and(|answer| answer.status == 422) {
        discard(world, id, "it is not kept as it was").await;
    } else if answer.is_some_and(|answer| answer.status == 200) {
        lock(&world.judge).heard_redriven(id);
        if lot.happens(300, 2) {
            drop(ask(world, Actor::DeadLetters, "redrive again", request()).await);
        }
    }
}

/// Whether a charge holds what the payment is about: nobody can mend it who says so of another one.
fn fits(world: &World, id: PaymentId, cents: i64) -> bool {
    let amount = world.ledger.inspect(|rows| rows.payment(id).map(|payment| payment.amount));
    amount.and_then(|amount| amount.to_cents().ok()).is_some_and(|amount| amount.get() == cents)
}

/// Says what the PSP's back office shows, or something else.
async fn review(world: &Arc<World>, id: PaymentId) {
    let lot = world.draw(Actor::Admin, "review");
    let charge = world.psp.by_payment(id);
    let (resolution, charge_id) = match charge {
        Some(charge) if charge.standing == Standing::Authorized => match lot.below(3, 1) {
            0 if fits(world, id, charge.amount) => ("authorized", Some(charge.id.0)),
            0 | 1 => ("voided", None),
            _ => ("failed", None),
        },
        Some(charge) if charge.standing == Standing::Declined => ("declined", Some(charge.id.0)),
        Some(charge) if charge.standing == Standing::Cancelled => ("voided", Some(charge.id.0)),
        _ => ("failed", None),
    };
    if lot.happens(400, 2) && !world.is_healed() {
        return;
    }
    if resolution == "failed" {
        lock(&world.judge).person_says(id);
    }
    let body = json!({ "resolution": resolution, "charge_id": charge_id, "reason": "back office" });
    let request = TestRequest::to("POST /payments/{id}/review").path("id", id).body(body);
    drop(ask(world, Actor::ReviewPayments, "review", request).await);
}
