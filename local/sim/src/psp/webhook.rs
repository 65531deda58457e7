//! Webhooks: hints that come, come twice, come late or never.

use std::sync::Arc;

use gateway_domain::PaymentId;
use gateway_domain::charge::ChargeId;
use gateway_edge::http::testing::TestRequest;

use super::Psp;
use crate::actor::Actor;
use crate::chance::Fault;
use crate::functions;
use crate::world::World;

const FAULTS: [Fault; 3] = [Fault::WebhookLost, Fault::WebhookTwice, Fault::WebhookLate];
/// A hint that was not taken is sent again after these waits, in milliseconds.
const AGAIN_AFTER_MS: [i64; 3] = [5_000, 30_000, 120_000];

impl Psp {
    /// Tells of a charge, unless the webhook is lost for ever.
    pub(super) fn tell_by_webhook(world: &Arc<World>, id: ChargeId, payment_id: PaymentId) {
        let lot = world.draw(Actor::Psp, "webhook");
        let fault = world.fault(&lot, &FAULTS);
        if fault == Some(Fault::WebhookLost) {
            return;
        }
        let hint = Hint { id, payment_id };
        let late = fault == Some(Fault::WebhookLate);
        let wait_ms = if late { lot.millis(30_000, 600_000, 1) } else { lot.millis(5, 1_500, 2) };
        deliver(world, hint.clone(), wait_ms);
        if fault == Some(Fault::WebhookTwice) {
            deliver(world, hint, lot.millis(5, 20_000, 3));
        }
    }
}

#[derive(Clone)]
struct Hint {
    id: ChargeId,
    payment_id: PaymentId,
}

fn deliver(world: &Arc<World>, hint: Hint, wait_ms: i64) {
    let there = Arc::clone(world);
    world.psp.hint(true);
    world.runtime.spawn(async move {
        there.sleep(wait_ms).await;
        send(&there, &hint).await;
        there.psp.hint(false);
    });
}

async fn send(world: &Arc<World>, hint: &Hint) {
    for wait_ms in AGAIN_AFTER_MS {
        let body = format!(r#"{{"id":"{}","reference_id":"{}"}}"#, hint.id.0, hint.payment_id);
        let request =
            TestRequest::to("POST /webhooks/pagbank").header("x-authenticity-token", "simulated").body(body);
        let answer = functions::http(world, Actor::ReceivePspWebhook, request).await;
        world.tell(|| format!("psp: webhook about {}: {:?}", hint.id.0, answer.as_ref().map(|it| &it.body)));
        if answer.is_some_and(|answer| answer.status == 200) {
            return;
        }
        world.sleep(wait_ms).await;
    }
}
