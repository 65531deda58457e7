//! What buyers do. Knows nothing of what is checked; the checkers know nothing of it.

mod admin;
mod buyer;
mod plan;
mod requests;
mod shopkeeper;
mod vandal;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gateway_domain::Timestamp;
use gateway_ports::catalogue::{Catalogue as _, NewProduct};

pub use plan::{Change, Garbage, Order, Plan};
pub(crate) use vandal::CARD as VANDALS_CARD;

use crate::world::World;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The shopkeeper and the vandal.
const OTHERS: usize = 2;

/// Fills the shop and lets the buyers in; the number of those who are not done yet.
pub fn start(world: &Arc<World>, plan: &Plan, only: Option<&[usize]>) -> Arc<AtomicUsize> {
    let busy = Arc::new(AtomicUsize::new(0));
    let (there, products) = (Arc::clone(world), plan.products());
    world.runtime.spawn(async move { stock(&there, &products).await });
    for (number, order) in plan.orders.iter().enumerate() {
        if only.is_some_and(|only| !only.contains(&number)) {
            continue;
        }
        busy.fetch_add(1, Ordering::Relaxed);
        let (there, order, busy) = (Arc::clone(world), order.clone(), Arc::clone(&busy));
        world.runtime.spawn(async move {
            buyer::shop(&there, &order).await;
            busy.fetch_sub(1, Ordering::Relaxed);
        });
    }
    for (number, task) in (plan.orders.len()..).zip(others(world, plan)) {
        if only.is_none_or(|only| only.contains(&number)) {
            world.runtime.spawn(task);
        }
    }
    world.runtime.spawn(admin::see_to_alarms(Arc::clone(world)));
    busy
}

/// Who comes beside the buyers.
fn others(world: &Arc<World>, plan: &Plan) -> [Task; OTHERS] {
    let (keeps, vandalizes) = (Arc::clone(world), Arc::clone(world));
    let (changes, garbage) = (plan.changes.clone(), plan.garbage.clone());
    [
        Box::pin(async move { shopkeeper::keep(&keeps, &changes).await }),
        Box::pin(async move { vandal::write(&vandalizes, &garbage).await }),
    ]
}

async fn stock(world: &World, products: &[NewProduct]) {
    // The memory ledger never fails by itself.
    drop(world.ledger.seed(products, Timestamp::from_millis(world.now_ms())).await);
}
