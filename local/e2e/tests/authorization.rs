//! Who may: every route with every kind of caller.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use e2e::{Shop, tokens, unique};
use esm_local::template::{Settings, Template};
use harness::card;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// What a route wants of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wants {
    /// Any good token.
    Token,
    /// That the thing in the path is the caller's, or the caller an admin.
    Owner,
    /// That the user in the body is the caller, whoever that is.
    OwnName,
    /// The role `admin`.
    Admin,
    /// No token: the PSP's signature.
    Signature,
    /// Nothing: it is for everybody.
    Nothing,
}

/// Every route of the template.
const ROUTES: [(&str, Wants); 17] = [
    ("POST /", Wants::Admin),
    ("POST /products", Wants::Admin),
    ("PATCH /products/{id}", Wants::Admin),
    ("GET /findAll", Wants::Token),
    ("GET /findById/{id}", Wants::Token),
    ("GET /findByName/{name}", Wants::Token),
    ("POST /reserve", Wants::OwnName),
    ("GET /reservations/{id}", Wants::Owner),
    ("DELETE /reservations/{id}", Wants::Owner),
    ("POST /payment", Wants::OwnName),
    ("GET /payments/{id}", Wants::Owner),
    ("GET /payments/{id}/events", Wants::Owner),
    ("POST /payments/{id}/review", Wants::Admin),
    ("GET /dead-letters", Wants::Admin),
    ("GET /dead-letters/{id}", Wants::Admin),
    ("POST /dead-letters/{id}/redrive", Wants::Admin),
    ("POST /dead-letters/{id}/discard", Wants::Admin),
];

/// Routes that open without a token.
const OPEN: [(&str, Wants); 2] =
    [("POST /webhooks/pagbank", Wants::Signature), ("GET /openapi.json", Wants::Nothing)];

/// A buyer with a reservation that is paid.
struct World {
    shop: Shop,
    client: Client,
    reservation_id: String,
    payment_id: String,
}

impl World {
    async fn open() -> Self {
        let shop = Shop::open(3).await;
        let (payment, reservation_id) = shop.buy(card::APPROVED).await;
        let payment_id = payment["id"].as_str().unwrap().to_owned();
        Self { shop, client: Client::new(), reservation_id, payment_id }
    }

    /// A request that the buyer would make, by whoever carries the token.
    async fn call(&self, route: &str, token: Option<&str>) -> Seen {
        let (method, path) = route.split_once(' ').unwrap();
        let id = match path {
            _ if path.starts_with("/reservations") => &self.reservation_id,
            _ if path.starts_with("/payments") => &self.payment_id,
            _ => &self.shop.item.product_id,
        };
        let path = path.replace("{id}", id).replace("{name}", "x");
        let url = format!("{}{path}", self.shop.endpoints.gateway);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, url).json(&self.body(route));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Seen::of(request.send().await.unwrap()).await
    }

    fn body(&self, route: &str) -> Value {
        let item = &self.shop.item;
        match route {
            "POST /products" => json!({ "name": unique("produto"), "price": "1.00", "quantity": 1 }),
            "PATCH /products/{id}" => json!({ "price": item.price }),
            "POST /reserve" => json!({
                "product_id": item.product_id,
                "user_id": self.shop.gateway.user(),
                "quantity": 1,
                "price": item.price,
                "total_price": item.total_price,
            }),
            "POST /payment" => self.shop.gateway.payment_body(&self.reservation_id, item, card::APPROVED),
            _ => Value::Null,
        }
    }

    async fn token(&self, request: Value) -> String {
        tokens::issued(&self.shop.endpoints, request).await
    }
}

/// An answer, as far as it says who was let in.
#[derive(Debug)]
struct Seen {
    status: StatusCode,
    challenge: String,
    body: Value,
}

impl Seen {
    async fn of(response: reqwest::Response) -> Self {
        let challenge = response.headers().get("www-authenticate");
        let challenge = challenge.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        let status = response.status();
        Self { status, challenge, body: response.json().await.unwrap_or_default() }
    }

    fn is_gateways_401(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
            && self.challenge.starts_with("Bearer")
            && self.body == json!({ "message": "Unauthorized" })
    }

    /// The function was reached and had nothing against the caller.
    fn is_let_in(&self) -> bool {
        !matches!(self.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
            && !self.status.is_server_error()
    }

    fn is_functions_403(&self) -> bool {
        self.status == StatusCode::FORBIDDEN && self.body["code"].is_string()
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn settings() -> Settings {
    Settings::read(&[root().join("local/parameters.yaml")]).unwrap()
}

#[test]
fn the_rows_are_the_routes_of_the_template_and_what_is_open_is_named() {
    let template = Template::read(&root().join("infra/template.yaml"), settings()).unwrap();
    let routes = template.application().unwrap().routes;
    let named = |open: bool| -> BTreeSet<String> {
        routes.iter().filter(|route| route.authorizer.is_none() == open).map(|route| route.key()).collect()
    };
    let rows = |rows: &[(&str, Wants)]| rows.iter().map(|(route, _)| (*route).to_owned()).collect();
    assert_eq!(named(false), rows(&ROUTES));
    assert_eq!(named(true), rows(&OPEN));
}

#[tokio::test]
async fn no_route_opens_to_a_token_that_does_not_hold() {
    let world = World::open().await;
    let user = world.shop.gateway.user();
    let good = world.token(json!({ "user": user })).await;
    let admin = world.token(json!({ "user": "root", "roles": ["admin"] })).await;
    let key = tokens::public_key(&good).await;
    let with = |claims: Value| world.token(json!({ "user": user, "roles": ["admin"], "claims": claims }));
    let callers = [
        ("no token", None),
        ("garbage", Some("garbage".to_owned())),
        ("expired", Some(world.token(json!({ "user": user, "roles": ["admin"], "expires_in_s": -1 })).await)),
        ("not yet", Some(with(json!({ "nbf": 4_102_444_800_u64 })).await)),
        ("wrong audience", Some(with(json!({ "aud": "another-gateway" })).await)),
        ("wrong issuer", Some(with(json!({ "iss": "https://issuer.example.com/realms/gateway" })).await)),
        ("alg none", Some(tokens::unsigned(&admin))),
        ("the public key as secret", Some(tokens::signed_with_secret(&admin, key.to_string().as_bytes()))),
        (
            "its modulus as secret",
            Some(tokens::signed_with_secret(&admin, key["n"].as_str().unwrap().as_bytes())),
        ),
        ("an admin's claims under a user's signature", Some(tokens::with_claims_of(&good, &admin))),
    ];
    for (route, _) in ROUTES {
        for (caller, token) in &callers {
            let seen = world.call(route, token.as_deref()).await;
            assert!(seen.is_gateways_401(), "{route}, {caller}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn each_route_opens_to_those_it_is_for() {
    let world = World::open().await;
    let user = world.shop.gateway.user();
    let owner = world.token(json!({ "user": user, "roles": ["user"] })).await;
    let other = world
        .token(json!({ "user": unique("other"), "roles": ["user", "administrator", "not admin"] }))
        .await;
    let admin = world.token(json!({ "user": "root", "roles": ["user", "admin"] })).await;
    for (route, wants) in ROUTES {
        // Who is let in: the owner, another user, an admin.
        let expected = match wants {
            Wants::Token => [true, true, true],
            Wants::Owner => [true, false, true],
            Wants::OwnName => [true, false, false],
            Wants::Admin => [false, false, true],
            Wants::Signature | Wants::Nothing => panic!("{route} asks for no token"),
        };
        for (caller, token, is_let_in) in [
            ("owner", &owner, expected[0]),
            ("another user", &other, expected[1]),
            ("admin", &admin, expected[2]),
        ] {
            let seen = world.call(route, Some(token)).await;
            let is_right = if is_let_in { seen.is_let_in() } else { seen.is_functions_403() };
            assert!(is_right, "{route}, {caller}: {seen:?}");
        }
    }
}

#[tokio::test]
async fn nobody_pays_anothers_reservation_in_their_own_name() {
    let shop = Shop::open(1).await;
    let reservation_id = shop.reserve().await;
    let thief = shop.gateway.as_user(&unique("thief"));
    let body = thief.payment_body(&reservation_id, &shop.item, card::APPROVED);
    let answer = thief.pay(&body, None).await.unwrap();
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(shop.reservation_status(&reservation_id).await, "HELD");
}

#[tokio::test]
async fn a_webhook_is_heard_with_the_psps_signature_alone() {
    let world = World::open().await;
    let admin = world.token(json!({ "user": "root", "roles": ["admin"] })).await;
    let body = json!({ "id": "CHAR_unheard-of", "reference_id": world.payment_id }).to_string();
    let psp_token = settings().parameters["PspToken"].as_str().unwrap().to_owned();
    let signed = |token: &str| {
        let digest = digest(&SHA256, format!("{token}-{body}").as_bytes());
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    for (what, signature, expected) in [
        ("none", None, 401),
        ("another token's", Some(signed("guessed")), 401),
        ("of another body", Some(signed(&psp_token).chars().rev().collect()), 401),
        ("the PSP's", Some(signed(&psp_token)), 200),
    ] {
        let url = format!("{}/webhooks/pagbank", world.shop.endpoints.gateway);
        let request = world.client.post(url).bearer_auth(&admin).body(body.clone());
        let request =
            signature.into_iter().fold(request, |it, value| it.header("x-authenticity-token", value));
        let seen = Seen::of(request.send().await.unwrap()).await;
        assert_eq!(seen.status.as_u16(), expected, "{what}: {seen:?}");
        if expected == 401 {
            assert_eq!(seen.body["code"], "webhook_not_authentic", "{what}");
        }
    }
    let payment = world.shop.gateway.payment(&world.payment_id).await.unwrap();
    assert_eq!(payment["status"], "AUTHORIZED", "a hint is never believed");
}
