//! The shopkeeper: new products, other prices, units that arrive or are written off.

use std::sync::Arc;

use gateway_edge::http::testing::TestRequest;
use serde_json::json;

use super::Change;
use super::requests::send;
use crate::actor::Actor;
use crate::world::World;

pub(super) async fn keep(world: &Arc<World>, changes: &[Change]) {
    let mut changes = changes.to_vec();
    changes.sort_by_key(|change| change.at_ms);
    let start_ms = world.now_ms();
    for (number, change) in changes.iter().enumerate() {
        world.sleep(start_ms + change.at_ms - world.now_ms()).await;
        let request = match change.product {
            Some(_) => patch(world, change).await,
            None => create(number, change),
        };
        drop(send(world, (Actor::Shopkeeper, Actor::Catalog), "change product", request).await);
    }
}

/// Whoever was seen is changed, or nobody.
async fn patch(world: &Arc<World>, change: &Change) -> TestRequest {
    let id = change.product.map(|id| id.to_string()).unwrap_or_default();
    let mut body = json!({ "restock": change.restock });
    if let Some(price) = change.price {
        body["price"] = json!(price.to_string());
    }
    let request = TestRequest::to("PATCH /products/{id}").path("id", &id).admin("root").body(body);
    if change.if_seen {
        let look = TestRequest::to("GET /findById/{id}").path("id", &id);
        let seen = send(world, (Actor::Shopkeeper, Actor::Catalog), "look at product", look).await;
        if let Some(etag) = seen.and_then(|seen| seen.headers.get("etag").cloned()) {
            return request.header("if-match", etag.to_str().unwrap_or_default());
        }
    }
    request.header("if-match", "*")
}

fn create(number: usize, change: &Change) -> TestRequest {
    let price = change.price.map_or("9.90".to_owned(), |price| price.to_string());
    let body = json!({ "name": format!("Novo {number}"), "price": price, "quantity": change.restock.max(0) });
    TestRequest::to("POST /products").admin("root").body(body)
}
