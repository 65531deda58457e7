//! Every route over the table and the index in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use catalog::Catalog;
use gateway_domain::{Product, Timestamp};
use gateway_edge::http::{Authorization, HttpResponse, answer};
use gateway_memory::clock::ManualClock;
use gateway_memory::index::MemoryIndex;
use gateway_memory::ledger::MemoryLedger;
use gateway_ports::catalogue::Catalogue as _;
use gateway_ports::index::{IndexChange, WriteIndex as _};
use serde_json::{Value, json};

type TestCatalog = Catalog<MemoryLedger, MemoryIndex, ManualClock>;

fn catalog() -> TestCatalog {
    let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000), 7);
    Catalog { products: MemoryLedger::new(), index: MemoryIndex::default(), clock }
}

/// A request as API Gateway sends it; `parts` holds what differs.
fn event(route: &str, parts: &Value) -> Value {
    let mut event = json!({
        "version": "2.0", "routeKey": route, "rawPath": "/", "rawQueryString": "", "headers": {},
        "requestContext": { "http": { "method": "GET", "path": "/" } }, "isBase64Encoded": false,
    });
    for (name, value) in parts.as_object().unwrap() {
        event[name] = value.clone();
    }
    event
}

async fn call(catalog: &TestCatalog, route: &str, parts: Value) -> HttpResponse {
    let event = serde_json::from_value(event(route, &parts)).unwrap();
    answer(catalog, event, Authorization::None).await
}

fn body(response: &HttpResponse) -> Value {
    serde_json::from_str(&response.body).unwrap()
}

async fn create(catalog: &TestCatalog, name: &str) -> Value {
    let product = json!({ "name": name, "price": "19.90", "quantity": 5 }).to_string();
    let response = call(catalog, "POST /products", json!({ "body": product })).await;
    assert_eq!(response.status, 201, "{}", response.body);
    body(&response)
}

async fn patch(catalog: &TestCatalog, id: &str, change: &Value, if_match: Option<&str>) -> HttpResponse {
    let headers = if_match.map_or(json!({}), |tag| json!({ "if-match": tag }));
    let parts = json!({ "pathParameters": { "id": id }, "body": change.to_string(), "headers": headers });
    call(catalog, "PATCH /products/{id}", parts).await
}

/// What index-products does, for all products of the table that the samples and `ids` name.
async fn index(catalog: &TestCatalog, ids: &[String]) {
    for id in ids {
        let product: Product = catalog.products.product(id.parse().unwrap()).await.unwrap().unwrap();
        catalog.index.apply(&[IndexChange::Put(product)]).await.unwrap();
    }
}

#[tokio::test]
async fn seeding_is_done_once_however_often_it_is_asked_for() {
    let catalog = catalog();
    for created in [46, 0] {
        let response = call(&catalog, "POST /", json!({})).await;
        assert_eq!((response.status, body(&response)), (201, json!({ "created": created, "total": 46 })));
    }
    let id = json!({ "pathParameters": { "id": "01JB3Q0000000000000000001E" } });
    let last = call(&catalog, "GET /findById/{id}", id).await;
    assert!(last.body.contains(r#""name":"Projetor","price":2200.00,"quantity":8"#), "{}", last.body);
}

#[tokio::test]
async fn a_created_product_is_there_at_once_with_exact_money() {
    let catalog = catalog();
    let product = json!({ "name": "Luminária", "price": 0.1250, "quantity": 5 });
    let created = call(&catalog, "POST /products", json!({ "body": product.to_string() })).await;
    assert_eq!(created.status, 201);
    let id = body(&created)["id"].as_str().unwrap().to_owned();
    assert_eq!(created.headers["location"], format!("/findById/{id}"));
    let found = call(&catalog, "GET /findById/{id}", json!({ "pathParameters": { "id": id } })).await;
    assert_eq!((found.status, &found.body), (200, &created.body));
    assert!(found.body.contains(r#""price":0.1250"#), "{}", found.body);
    assert_eq!(found.headers["etag"], "\"1\"");
}

#[tokio::test]
async fn what_cannot_be_a_product_is_refused_field_by_field() {
    let catalog = catalog();
    for (product, status, code, pointers) in [
        (json!({ "name": " ", "price": 0, "quantity": 1 }), 422, "invalid_request", vec!["/name", "/price"]),
        (json!({ "name": "a\u{7}b", "price": 1, "quantity": 1 }), 422, "invalid_request", vec!["/name"]),
        (
            json!({ "name": "x".repeat(121), "price": 1, "quantity": 1 }),
            422,
            "invalid_request",
            vec!["/name"],
        ),
        (json!({ "name": "x", "price": "1.23456", "quantity": 1 }), 422, "invalid_shape", vec![]),
        (json!({ "name": "x", "price": 1, "quantity": -1 }), 422, "invalid_shape", vec![]),
        (json!({ "name": "x", "price": 1, "quantity": 1, "prize": 2 }), 422, "invalid_shape", vec![]),
        (json!(null), 422, "invalid_shape", vec![]),
    ] {
        let response = call(&catalog, "POST /products", json!({ "body": product.to_string() })).await;
        let problem = body(&response);
        assert_eq!((response.status, problem["code"].as_str()), (status, Some(code)), "{product}");
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let found: Vec<_> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(found, pointers, "{product}");
        assert_eq!(response.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn a_change_needs_the_version_that_the_caller_saw_where_they_name_one() {
    let catalog = catalog();
    let id = create(&catalog, "Mesa").await["id"].as_str().unwrap().to_owned();
    for (tag, status) in [
        (Some("\"1\""), 200),
        (Some("\"1\""), 412),
        (Some("2"), 200),
        (Some("*"), 200),
        (Some("W/\"4\""), 412),
        (None, 200),
    ] {
        let response = patch(&catalog, &id, &json!({ "price": "9.90" }), tag).await;
        assert_eq!(response.status, status, "{tag:?}: {}", response.body);
    }
    let response = patch(&catalog, &id, &json!({ "name": "Mesa nova" }), None).await;
    assert_eq!(
        (&response.headers["etag"], &body(&response)["name"]),
        (&"\"6\"".parse().unwrap(), &json!("Mesa nova"))
    );
}

#[tokio::test]
async fn changes_that_cannot_be_made_say_why() {
    let catalog = catalog();
    let id = create(&catalog, "Mesa").await["id"].as_str().unwrap().to_owned();
    let unknown = "01J00000000000000000000000".to_owned();
    for (id, change, status, code) in [
        (&id, json!({}), 422, "nothing_to_change"),
        (&id, json!({ "price": "-1" }), 422, "invalid_request"),
        (&id, json!({ "quantity": 3 }), 422, "invalid_shape"),
        (&id, json!({ "restock": 1 }), 428, "precondition_required"),
        (&unknown, json!({ "name": "Mesa" }), 404, "product_not_found"),
        (&"no-id".to_owned(), json!({ "name": "Mesa" }), 404, "product_not_found"),
    ] {
        let response = patch(&catalog, id, &change, None).await;
        assert_eq!((response.status, body(&response)["code"].as_str()), (status, Some(code)), "{change}");
    }
}

#[tokio::test]
async fn a_product_with_an_id_of_the_callers_is_made_once() {
    let catalog = catalog();
    let id = "01J00000000000000000000001";
    for (id, name, price, quantity, status, code) in [
        (id, "Mesa", "19.90", 5, 201, Value::Null),
        (id, "Mesa", "19.90", 5, 200, Value::Null),
        (id, "Mesa", "19.90", 6, 200, Value::Null),
        (id, "Mesa", "19.91", 5, 409, json!("product_exists")),
        (id, "Cadeira", "19.90", 5, 409, json!("product_exists")),
        ("no-id", "Mesa", "19.90", 5, 422, json!("invalid_shape")),
    ] {
        let product = json!({ "id": id, "name": name, "price": price, "quantity": quantity }).to_string();
        let response = call(&catalog, "POST /products", json!({ "body": product })).await;
        assert_eq!((response.status, &body(&response)["code"]), (status, &code), "{product}");
        if status < 300 {
            assert_eq!((&body(&response)["id"], &body(&response)["quantity"]), (&json!(id), &json!(5)));
            assert_eq!(response.headers["location"], format!("/findById/{id}"));
        }
    }
    let product = json!({ "id": null, "name": "Mesa", "price": "19.90", "quantity": 5 }).to_string();
    let response = call(&catalog, "POST /products", json!({ "body": product })).await;
    assert_eq!(response.status, 201, "without one: {}", response.body);
}

#[tokio::test]
async fn a_restock_that_is_sent_again_counts_once() {
    let catalog = catalog();
    let id = create(&catalog, "Mesa").await["id"].as_str().unwrap().to_owned();
    for (restock, tag, status, quantity) in [
        (3, "\"1\"", 200, json!(8)),
        (3, "\"1\"", 412, Value::Null),
        (-9, "\"2\"", 409, Value::Null),
        (-8, "*", 200, json!(0)),
    ] {
        let response = patch(&catalog, &id, &json!({ "restock": restock }), Some(tag)).await;
        let found = (response.status, body(&response)["quantity"].clone());
        assert_eq!(found, (status, quantity), "{restock} if {tag}");
    }
}

#[tokio::test]
async fn lists_come_in_pages_from_the_index() {
    let catalog = catalog();
    let mut ids = Vec::new();
    for name in ["Cadeira", "Câmera", "Mesa"] {
        ids.push(create(&catalog, name).await["id"].as_str().unwrap().to_owned());
    }
    index(&catalog, &ids).await;
    let mut names = Vec::new();
    let mut cursor = None;
    loop {
        let mut query = json!({ "limit": "2" });
        if let Some(cursor) = &cursor {
            query["cursor"] = json!(cursor);
        }
        let page = body(&call(&catalog, "GET /findAll", json!({ "queryStringParameters": query })).await);
        names.extend(page["items"].as_array().unwrap().iter().map(|item| item["name"].clone()));
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(names, ["Cadeira", "Câmera", "Mesa"]);

    let by_name = json!({ "pathParameters": { "name": "CAMERA" } });
    let page = body(&call(&catalog, "GET /findByName/{name}", by_name).await);
    assert_eq!((&page["items"][0]["name"], &page["next"]), (&json!("Câmera"), &Value::Null));
}

#[tokio::test]
async fn what_cannot_be_asked_or_found_is_a_problem() {
    let catalog = catalog();
    let query = |name: &str, value: &str| json!({ "queryStringParameters": { name: value } });
    let path = |name: &str, value: &str| json!({ "pathParameters": { name: value } });
    for (route, parts, status, code) in [
        ("GET /findAll", query("limit", "0"), 400, "invalid_query"),
        ("GET /findAll", query("limit", "201"), 400, "invalid_query"),
        ("GET /findAll", query("limit", "many"), 400, "invalid_query"),
        ("GET /findAll", query("cursor", "forged"), 400, "invalid_cursor"),
        ("GET /findByName/{name}", path("name", &"x".repeat(121)), 400, "invalid_name"),
        ("GET /findById/{id}", path("id", "01J00000000000000000000000"), 404, "product_not_found"),
        ("GET /findById/{id}", path("id", "1"), 404, "product_not_found"),
        ("GET /elsewhere", json!({}), 404, "no_such_route"),
    ] {
        let response = call(&catalog, route, parts).await;
        assert_eq!((response.status, body(&response)["code"].as_str()), (status, Some(code)), "{route}");
    }
    catalog.index.set_outage(Some("connection refused"));
    let response = call(&catalog, "GET /findAll", json!({})).await;
    assert_eq!((response.status, &response.headers["retry-after"]), (503, &"1".parse().unwrap()));
}

#[tokio::test]
async fn only_admins_write_and_anybody_with_a_token_reads() {
    let catalog = catalog();
    let product = json!({ "name": "Mesa", "price": 1, "quantity": 1 }).to_string();
    let parts = |roles: &str| {
        let claims = json!({ "sub": "ana", "realm_access": format!("{{\"roles\":[\"{roles}\"]}}") });
        json!({
            "body": product, "pathParameters": { "id": "01J00000000000000000000000" },
            "requestContext": {
                "http": { "method": "GET", "path": "/" },
                "authorizer": { "jwt": { "claims": claims, "scopes": null } },
            },
        })
    };
    for (route, roles, status) in [
        ("POST /", "user", 403),
        ("POST /products", "user", 403),
        ("PATCH /products/{id}", "user", 403),
        ("GET /findAll", "user", 200),
        ("POST /", "admin", 201),
        ("POST /products", "admin", 201),
    ] {
        let event = serde_json::from_value(event(route, &parts(roles))).unwrap();
        let response = answer(&catalog, event, Authorization::Jwt).await;
        assert_eq!(response.status, status, "{route} as {roles}: {}", response.body);
    }
}
