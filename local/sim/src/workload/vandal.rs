//! Records that no step can read: poison, which must block nobody.

use std::sync::Arc;

use gateway_ports::log::OutgoingRecord;

use super::Garbage;
use crate::actor::Actor;
use crate::world::World;

/// The number of a card that stands in each of them, and must not be kept.
pub(crate) const CARD: &str = "4539620659922097";

pub(super) async fn write(world: &Arc<World>, garbage: &[Garbage]) {
    let mut garbage = garbage.to_vec();
    garbage.sort_by_key(|it| it.at_ms);
    let start_ms = world.now_ms();
    for (number, it) in garbage.into_iter().enumerate() {
        world.sleep(start_ms + it.at_ms - world.now_ms()).await;
        let value = format!(r#"{{"number":{number},"card":"{CARD}","payment_id":"#).into_bytes();
        let key = format!("garbage-{number}");
        let record = OutgoingRecord { topic: it.topic, key, value, headers: Vec::new() };
        world.append(Actor::Vandal, vec![record]);
    }
}
