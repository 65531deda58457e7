//! The index ports on a real OpenSearch or Elasticsearch. Each case has an index of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use gateway_conformance::index::Fresh;
use gateway_domain::{Money, Product, ProductId};
use gateway_ports::index::{IndexChange, IndexOutcome, SearchProducts as _, WriteIndex as _};
use gateway_search::{SearchConfig, SearchIndex, ensure_index};

fn config(alias: &str) -> SearchConfig {
    SearchConfig {
        alias: alias.to_owned(),
        ..SearchConfig::plain(&harness::Endpoints::from_env().search).unwrap()
    }
}

/// A name that no other test and no earlier run has.
fn own_alias() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let run = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    format!("conformance-{run}-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn delete_index(alias: String) {
    let request =
        reqwest::Client::new().delete(format!("{}/{alias}-v1", harness::Endpoints::from_env().search));
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{answer:?}");
}

async fn fresh() -> Fresh<SearchIndex, impl AsyncFn(&SearchIndex), impl AsyncFnOnce(SearchIndex)> {
    let alias = own_alias();
    assert!(ensure_index(config(&alias)).await.unwrap());
    Fresh {
        index: SearchIndex::new(config(&alias)).unwrap(),
        refresh: async |index: &SearchIndex| index.refresh().await.unwrap(),
        discard: async move |_| delete_index(alias).await,
    }
}

gateway_conformance::index_suite!(fresh);

fn put(name: &str) -> IndexChange {
    let price = Money::from_units(1);
    let id = ProductId::from_u128(1);
    IndexChange::Put(Product { id, name: name.to_owned(), price, available: 1, version: 1 })
}

#[tokio::test]
async fn other_forms_of_a_portuguese_word_find_it_too() {
    let fresh = fresh().await;
    fresh.index.apply(&[put("Cadeiras de escritório confortáveis")]).await.unwrap();
    (fresh.refresh)(&fresh.index).await;
    for text in ["cadeira confortável", "escritórios", "confortavel"] {
        let page = fresh.index.find_by_name(text, 10, None).await.unwrap();
        assert_eq!(page.products.len(), 1, "{text}");
    }
    (fresh.discard)(fresh.index).await;
}

#[tokio::test]
async fn making_the_index_again_changes_nothing_and_racing_makes_one() {
    let alias = own_alias();
    let (one, other) = tokio::join!(ensure_index(config(&alias)), ensure_index(config(&alias)));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert!(!ensure_index(config(&alias)).await.unwrap());
    delete_index(alias).await;
}

#[tokio::test]
async fn a_missing_index_keeps_changes_waiting_and_is_not_made_by_them() {
    let alias = own_alias();
    let index = SearchIndex::new(config(&alias)).unwrap();
    let outcomes = index.apply(&[put("Mouse")]).await.unwrap();
    assert!(matches!(outcomes[..], [IndexOutcome::Retry(_)]), "{outcomes:?}");
    assert!(index.find_by_id(ProductId::from_u128(1)).await.is_err());
    assert!(ensure_index(config(&alias)).await.unwrap());
    delete_index(alias).await;
}

#[tokio::test]
async fn a_server_that_is_away_is_a_transient_failure() {
    let index = SearchIndex::new(SearchConfig::plain("http://127.0.0.1:1").unwrap()).unwrap();
    assert!(index.apply(&[put("Mouse")]).await.unwrap_err().is_transient());
    assert!(index.find_by_id(ProductId::from_u128(1)).await.unwrap_err().is_transient());
}
