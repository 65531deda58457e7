//! Functions behind a mapping: event in, partial batch response out.

use std::sync::Arc;

use bytes::Bytes;
use esm_local::invoke::InvokeOutcome;
use gateway_edge::kafka::{KafkaBatchResponse, KafkaEvent, RawRecord, run_batch};
use gateway_wire::RecordOrigin;
use gateway_wire::topics;
use handle_dlq::HandleDlq;
use index_products::IndexProducts;
use orchestrate_payment::OrchestratePayment;
use process_payment::ProcessPayment;
use schedule_retry::ScheduleRetry;
use settle_payment::SettlePayment;

use crate::actor::Actor;
use crate::env::{Ended, Port};
use crate::records::Place;
use crate::world::World;

/// Invokes a function with an event of its mapping.
pub async fn kafka(world: &Arc<World>, actor: Actor, payload: Bytes) -> InvokeOutcome {
    let event = serde_json::from_slice::<KafkaEvent>(&payload).map_err(|error| error.to_string());
    let records = match event.and_then(KafkaEvent::into_records) {
        Ok(records) => records,
        Err(error) => return failure("InvalidEvent", &error),
    };
    let places: Vec<_> = records.iter().filter_map(|record| place(&record.origin)).collect();
    world.topics.delivered(&places);
    world.tell(|| format!("{} is given {}", actor.name(), listed(&places)));
    let port = Port::open(world, actor);
    match port.run(handle(&port, records)).await {
        Ended::Answered(response) => {
            let done = done(&places, &response);
            world.topics.processed(&done);
            world.tell(|| format!("{} has done {}", actor.name(), listed(&done)));
            InvokeOutcome::Success(serde_json::to_vec(&response).unwrap_or_default().into())
        }
        Ended::Crashed => failure("Runtime.ExitError", "the function died"),
        Ended::TimedOut => failure("Sandbox.Timedout", "the function took too long"),
    }
}

async fn handle(port: &Port, records: Vec<RawRecord>) -> KafkaBatchResponse {
    let setting = &port.0.world.setting;
    let (log, clock, port) = (port, port, port.clone());
    match port.0.actor {
        Actor::OrchestratePayment => {
            let (ledger, vault, own_log) = (port.clone(), port.clone(), port.clone());
            let step = OrchestratePayment { ledger, vault, log: own_log, clock: port };
            run_batch(&step, log, clock, records).await
        }
        Actor::ProcessPayment => {
            let (attempts, provider, own_log) = (port.clone(), port.clone(), port.clone());
            let step = ProcessPayment { attempts, provider, log: own_log, clock: port };
            run_batch(&step, log, clock, records).await
        }
        Actor::SettlePayment => {
            let step = SettlePayment { ledger: port.clone(), clock: port };
            run_batch(&step, log, clock, records).await
        }
        Actor::ScheduleRetry => {
            let step = ScheduleRetry { ledger: port.clone(), policy: setting.retry, clock: port };
            run_batch(&step, log, clock, records).await
        }
        Actor::IndexProducts => run_batch(&IndexProducts { index: port.clone() }, log, clock, records).await,
        _ => {
            let (ledger, vault, provider) = (port.clone(), port.clone(), port.clone());
            let inquiry_grace_ms = setting.inquiry_grace_ms;
            let step = HandleDlq { ledger, vault, provider, clock: port, inquiry_grace_ms };
            run_batch(&step, log, clock, records).await
        }
    }
}

/// Where a record stands, by the topic's one name.
pub(crate) fn place(origin: &RecordOrigin) -> Option<Place> {
    let topic = topics::ALL.into_iter().find(|topic| *topic == origin.topic)?;
    Some((topic, origin.partition, origin.offset))
}

fn done(places: &[Place], response: &KafkaBatchResponse) -> Vec<Place> {
    let failed = |place: &&Place| {
        response.batch_item_failures.iter().any(|failure| {
            let item = &failure.item_identifier;
            item.offset == place.2 && item.partition == format!("{}-{}", place.0, place.1)
        })
    };
    places.iter().filter(|place| !failed(place)).copied().collect()
}

fn listed(places: &[Place]) -> String {
    let words: Vec<_> =
        places.iter().map(|(topic, partition, offset)| format!("{topic}-{partition}@{offset}")).collect();
    words.join(" ")
}

fn failure(error_type: &str, error_message: &str) -> InvokeOutcome {
    InvokeOutcome::FunctionError {
        error_type: error_type.to_owned(),
        error_message: error_message.to_owned(),
        payload: Bytes::new(),
    }
}
