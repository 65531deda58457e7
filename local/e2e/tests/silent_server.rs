//! A server that is there and does not answer is given up, and asked again.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::time::Duration;

use e2e::{Shop, ledger};
use gateway_domain::ProductId;
use gateway_edge::SystemClock;
use gateway_mysql::{Database, Settings};
use gateway_ports::Clock as _;
use gateway_ports::catalogue::{Catalogue as _, PatchOutcome, ProductPatch};

/// Shorter than the server itself would wait for a row that another holds.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_statement_without_an_answer_is_given_up_and_the_next_one_is_served() {
    let shop = Shop::open(5).await;
    let id: ProductId = shop.item.product_id.parse().unwrap();
    let mut holder = ledger::connect(&shop.endpoints).await.begin().await.unwrap();
    let held = sqlx::query("SELECT id FROM products WHERE id = ? FOR UPDATE").bind(&shop.item.product_id);
    held.fetch_one(&mut *holder).await.unwrap();

    let settings = Settings { answer_timeout: ANSWER_TIMEOUT, ..Settings::new(&shop.endpoints.database) };
    let database = Database::open(&settings).unwrap();
    let patch = ProductPatch { restock: Some(1), ..ProductPatch::default() };
    let error = database.patch(id, &patch, SystemClock.now()).await.unwrap_err();
    assert!(error.is_transient() && error.message.contains("has not answered in time"), "{error}");

    holder.rollback().await.unwrap();
    let outcome = database.patch(id, &patch, SystemClock.now()).await;
    assert!(matches!(outcome, Ok(PatchOutcome::Patched(_))), "{outcome:?}");
    assert_eq!(shop.available().await, 6, "what was given up left nothing behind");
}
