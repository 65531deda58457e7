//! Change data capture: each version of a product's row becomes a record, in the order of the commits; a
//! connector that starts again tells what it told before.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use gateway_domain::{Product, ProductId};
use gateway_memory::ledger::Rows;
use gateway_ports::log::OutgoingRecord;
use gateway_wire::topics;
use serde_json::json;

use crate::actor::Actor;
use crate::chance::Fault;
use crate::runtime::{Inbox, lock};
use crate::world::World;

/// The connector looks around at least this often, in milliseconds.
const IDLE_MS: i64 = 24 * 60 * 60 * 1000;
/// How far back a connector may begin when it starts again, in records.
const REPEATED_MAX: u64 = 6;

/// The binlog as far as the connector reads it.
#[derive(Default)]
pub struct Cdc {
    state: Mutex<State>,
    inbox: Arc<Inbox<()>>,
}

#[derive(Default)]
struct State {
    seen: BTreeMap<ProductId, u64>,
    told: Vec<Product>,
    pending: VecDeque<Product>,
    /// Whether the connector has something in hand.
    telling: bool,
}

impl Cdc {
    /// Notes the rows that a commit has changed.
    pub(crate) fn capture(&self, rows: &Rows<'_>) {
        let mut state = lock(&self.state);
        for (product, _) in rows.products() {
            if state.seen.insert(product.id, product.version) != Some(product.version) {
                state.pending.push_back(product.clone());
                self.inbox.nudge();
            }
        }
    }

    /// Whether all that was committed is in the topic.
    pub fn is_idle(&self) -> bool {
        let state = lock(&self.state);
        state.pending.is_empty() && !state.telling
    }

    fn next(&self) -> Option<Product> {
        let mut state = lock(&self.state);
        let product = state.pending.pop_front();
        state.telling = product.is_some();
        let product = product?;
        state.told.push(product.clone());
        Some(product)
    }

    fn last(&self, count: u64) -> Vec<Product> {
        let state = lock(&self.state);
        let from = state.told.len().saturating_sub(usize::try_from(count).unwrap_or(0));
        state.told[from..].to_vec()
    }
}

/// Carries changes to their topic.
pub async fn connect(world: Arc<World>) {
    loop {
        while let Some(product) = world.cdc.next() {
            let lot = world.draw(Actor::Connector, "tell");
            world.sleep(lot.millis(1, 30, 1)).await;
            world.append(Actor::Connector, vec![record(&product)]);
            if world.fault(&lot, &[Fault::ConnectorRepeats]).is_some() {
                world.sleep(lot.millis(500, 60_000, 2)).await;
                let mut again = world.cdc.last(1 + lot.below(REPEATED_MAX, 3));
                again.truncate(1 + lot.below(REPEATED_MAX, 4) as usize);
                world.append(Actor::Connector, again.iter().map(record).collect());
            }
        }
        let sleep = world.sleep(IDLE_MS);
        world.cdc.inbox.news(sleep).await;
    }
}

/// As the connector's unwrapped rows are.
fn record(product: &Product) -> OutgoingRecord {
    let row = json!({
        "id": product.id.to_string(), "name": product.name, "price": product.price.to_string(),
        "available": product.available, "version": product.version, "__deleted": "false",
    });
    OutgoingRecord {
        topic: topics::PRODUCT_CHANGES,
        key: product.id.to_string(),
        value: row.to_string().into_bytes(),
        headers: Vec::new(),
    }
}
