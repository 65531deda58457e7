//! The catalogue: seeded, changed, captured, searched.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use e2e::{Shop, eventually, unique};
use serde_json::{Value, json};

async fn found(shop: &Shop, text: &str, product_id: &str) -> Option<Value> {
    let path = format!("/findByName/{text}");
    let page = shop.gateway.get(&path).await.unwrap().expect(200).unwrap();
    page["items"].as_array().unwrap().iter().find(|item| item["id"] == product_id).cloned()
}

#[tokio::test]
async fn seeding_twice_makes_the_46_products_once() {
    let shop = Shop::open(1).await;
    for _ in 0..2 {
        shop.gateway.as_admin().post("/", &Value::Null).await.unwrap().expect(201).unwrap();
    }
    let notebook = eventually("the seeded products in the index", async || {
        let page = shop.gateway.get("/findByName/notebook?limit=200").await.unwrap().expect(200).unwrap();
        let items = page["items"].as_array().unwrap().clone();
        items.into_iter().find(|item| item["name"] == "Notebook")
    })
    .await;
    assert_eq!(notebook["price"], serde_json::json!(4500.0));
}

#[tokio::test]
async fn a_change_of_the_table_arrives_in_the_index_in_its_newest_version() {
    let shop = Shop::open(7).await;
    let product_id = &shop.item.product_id;
    let name = format!("Cadeira Ergonômica {}", unique("x"));
    shop.gateway
        .as_admin()
        .patch(&format!("/products/{product_id}"), &json!({ "name": name }))
        .await
        .unwrap()
        .expect(200)
        .unwrap();
    let needle = name.replace("Cadeira Ergonômica ", "ergonomica%20").to_uppercase().replace("%20", " ");
    let needle = needle.replace(' ', "%20");
    let indexed = eventually("the renamed product", async || found(&shop, &needle, product_id).await).await;
    assert_eq!(indexed["name"], name.as_str());
    shop.reserve().await;
    eventually("the smaller stock", async || {
        found(&shop, &needle, product_id).await.filter(|item| item["quantity"] == 6)
    })
    .await;
}

#[tokio::test]
async fn paging_visits_every_product_once() {
    let shop = Shop::open(1).await;
    let needle = unique("pagina");
    let mut made = std::collections::BTreeSet::new();
    for number in 0..10 {
        let product = shop.gateway.create_product(&format!("{needle} {number}"), "1.00", 1).await.unwrap();
        made.insert(product["id"].as_str().unwrap().to_owned());
    }
    eventually("all of them in the index", async || {
        let path = format!("/findByName/{needle}?limit=200");
        let page = shop.gateway.get(&path).await.unwrap().expect(200).unwrap();
        (page["items"].as_array().unwrap().len() == made.len()).then_some(())
    })
    .await;
    let mut seen = std::collections::BTreeSet::new();
    let mut path = format!("/findByName/{needle}?limit=3");
    loop {
        let page = shop.gateway.get(&path).await.unwrap().expect(200).unwrap();
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "{item} twice");
        }
        match page["next"].as_str() {
            Some(cursor) => path = format!("/findByName/{needle}?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, made);
}

#[tokio::test]
async fn search_text_has_no_syntax() {
    let shop = Shop::open(1).await;
    for text in ["%2A", "%3F", "%22", "%5C", "a%2A%3F"] {
        shop.gateway.get(&format!("/findByName/{text}")).await.unwrap().expect(200).unwrap();
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let shop = Shop::open(1).await;
    for path in [
        "/findById/01J00000000000000000000000",
        "/payments/01J00000000000000000000000",
        "/reservations/01J00000000000000000000000",
        "/payments/not-an-id",
        "/nothing/here",
    ] {
        assert_eq!(shop.gateway.get(path).await.unwrap().status, 404, "{path}");
    }
}
