//! Functions behind a route.

use std::sync::Arc;

use catalog::Catalog;
use dead_letters::DeadLetters;
use enqueue_payment::EnqueuePayment;
use gateway_edge::http::HttpResponse;
use gateway_edge::http::testing::TestRequest;
use payments::Payments;
use receive_psp_webhook::ReceivePspWebhook;
use reserve::Reserve;

use crate::actor::Actor;
use crate::env::{Ended, Port};
use crate::world::World;

/// Sends a request to a function; `None` if it dies or takes too long: the caller sees a 5xx.
pub async fn http(world: &Arc<World>, actor: Actor, request: TestRequest) -> Option<HttpResponse> {
    let port = Port::open(world, actor);
    match port.run(handle(&port, request)).await {
        Ended::Answered(response) => Some(response),
        Ended::Crashed | Ended::TimedOut => None,
    }
}

async fn handle(port: &Port, request: TestRequest) -> HttpResponse {
    let setting = &port.0.world.setting;
    let port = port.clone();
    match port.0.actor {
        Actor::Reserve => {
            let reservation_life_ms = setting.reservation_life_ms;
            request.send(&Reserve { ledger: port.clone(), clock: port, reservation_life_ms }).await
        }
        Actor::EnqueuePayment => {
            let (ledger, claims, log) = (port.clone(), port.clone(), port.clone());
            request.send(&EnqueuePayment { ledger, claims, log, clock: port }).await
        }
        Actor::ReceivePspWebhook => {
            let (ledger, attempts, provider, log) = (port.clone(), port.clone(), port.clone(), port.clone());
            let signature_optional = false;
            let handler =
                ReceivePspWebhook { ledger, attempts, provider, log, clock: port, signature_optional };
            request.send(&handler).await
        }
        Actor::ReviewPayments => request.send(&super::schedule::review_payments(&port)).await,
        Actor::DeadLetters => {
            request.send(&DeadLetters { ledger: port.clone(), log: port.clone(), clock: port }).await
        }
        Actor::Catalog => {
            request.send(&Catalog { products: port.clone(), index: port.clone(), clock: port }).await
        }
        _ => request.send(&Payments { ledger: port.clone(), pending: port }).await,
    }
}
