//! Tokens, good and bad, against an issuer in this process.

use super::*;
use crate::template::{Settings, Template};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use token_issuer::{Options, Running, SigningKey};

/// An issuer and the authorizers of a template that trusts it.
struct World {
    issuer: Running,
    jwt: Jwt,
    application: Application,
}

impl World {
    async fn open(options: JwtOptions) -> Self {
        let issuer = Running::start(Options { audience: "shop".into(), ..Options::default() }).await.unwrap();
        let text = include_str!("tests_template.yaml").replace("ISSUER", &issuer.issuer);
        let file = std::env::temp_dir().join(format!(
            "esm-local-jwt-{}-{}.yaml",
            std::process::id(),
            issuer.address.port()
        ));
        std::fs::write(&file, text).unwrap();
        let application = Template::read(&file, Settings::default()).unwrap().application().unwrap();
        std::fs::remove_file(file).unwrap();
        let jwt = Jwt::new(&application, &options).unwrap();
        Self { issuer, jwt, application }
    }

    /// A token as the issuer signs it.
    async fn token(&self, request: Value) -> String {
        let answer: Value = self.post("tokens", &request).await;
        answer["access_token"].as_str().unwrap().to_owned()
    }

    async fn get(&self, url: &str) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        client.get(url).send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, what: &str, body: &Value) -> Value {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}/_issuer/{what}", self.issuer.address);
        client.post(url).json(body).send().await.unwrap().json().await.unwrap()
    }

    /// What the function of a route is told, or status and `www-authenticate` of the refusal.
    async fn call(&self, path: &str, authorization: Option<&str>) -> Result<Value, (StatusCode, String)> {
        let route = self.application.routes.iter().find(|route| route.path == path).unwrap();
        let mut request = Request::get(path);
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        let head = request.body(()).unwrap().into_parts().0;
        match self.jwt.authorize(route, &head).await {
            Ok(context) => Ok(context.map_or(Value::Null, |json| serde_json::from_str(json.get()).unwrap())),
            Err(Refusal::Unauthorized(challenge)) => Err((StatusCode::UNAUTHORIZED, challenge)),
            Err(Refusal::Forbidden(challenge)) => Err((StatusCode::FORBIDDEN, challenge)),
        }
    }
}

fn encoded(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn header(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap()).unwrap()
}

/// The token with another header and a signature to match.
fn resigned(token: &str, header: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let claims = token.split('.').nth(1).unwrap();
    let message = format!("{}.{claims}", encoded(header));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn hmac_with(secret: &[u8]) -> impl Fn(&[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    move |message| hmac::sign(&key, message).as_ref().to_vec()
}

#[tokio::test]
async fn only_a_token_that_holds_in_every_respect_opens_a_route() {
    let world = World::open(JwtOptions::default()).await;
    let good = world.token(json!({ "user": "ana" })).await;
    let kid = header(&good)["kid"].clone();
    let with = |claims: Value| world.token(json!({ "user": "ana", "claims": claims }));
    let unsigned = resigned(&good, &json!({ "alg": "none", "typ": "JWT", "kid": kid }), |_| Vec::new());
    let hmac_header = json!({ "alg": "HS256", "typ": "JWT", "kid": kid });
    let published = world.get(&format!("{}/protocol/openid-connect/certs", world.issuer.issuer)).await;
    let key = &published["keys"][0];
    let modulus = key["n"].as_str().unwrap();
    let modulus_bytes = URL_SAFE_NO_PAD.decode(modulus).unwrap();
    let stranger = SigningKey::generate().unwrap();
    let (_, claims) = good.split_once('.').unwrap();
    let strangers_kid = stranger.sign(json!({ "sub": "ana" }).as_object().unwrap()).unwrap();
    let borrowed_kid = {
        let signature = strangers_kid.rsplit_once('.').unwrap().1;
        format!("{}.{signature}", good.rsplit_once('.').unwrap().0)
    };
    let changed = format!(
        "{}.{}.{}",
        good.split('.').next().unwrap(),
        encoded(&json!({"sub": "bia"})),
        claims.rsplit_once('.').unwrap().1
    );
    let expired = world.token(json!({ "user": "ana", "expires_in_s": -1 })).await;
    for (what, token, expected) in [
        ("a good one", good.clone(), None),
        ("expired", expired, Some("expired")),
        ("not yet", with(json!({ "nbf": 4_102_444_800_u64 })).await, Some("not valid yet")),
        ("issued later", with(json!({ "iat": 4_102_444_800_u64 })).await, Some("not valid yet")),
        ("no end", with(json!({ "exp": null })).await, Some("expired")),
        ("wrong audience", with(json!({ "aud": "other" })).await, Some("valid audience")),
        ("wrong issuer", with(json!({ "iss": "http://other" })).await, Some("valid issuer")),
        ("not signed", unsigned.clone(), Some("signing method")),
        (
            "not signed, the signature kept",
            resigned(&good, &json!({ "alg": "None", "kid": kid }), |_| vec![1]),
            Some("signing method"),
        ),
        (
            "the public key as secret",
            resigned(&good, &hmac_header, hmac_with(key.to_string().as_bytes())),
            Some("signing method"),
        ),
        (
            "its modulus as secret",
            resigned(&good, &hmac_header, hmac_with(modulus.as_bytes())),
            Some("signing method"),
        ),
        (
            "its modulus' bytes as secret",
            resigned(&good, &hmac_header, hmac_with(&modulus_bytes)),
            Some("signing method"),
        ),
        ("no key id", resigned(&good, &json!({ "alg": "RS256" }), |_| vec![1]), Some("matches no key")),
        ("a stranger's key", strangers_kid, Some("matches no key")),
        ("a stranger's signature under a known key id", borrowed_kid, Some("valid signature")),
        ("changed claims", changed, Some("valid signature")),
        (
            "another hash",
            resigned(&good, &json!({ "alg": "RS512", "kid": kid }), |_| vec![1]),
            Some("signing method"),
        ),
        (
            "extensions",
            resigned(&good, &json!({ "alg": "RS256", "kid": kid, "crit": ["b64"] }), |_| vec![1]),
            Some("signing method"),
        ),
        ("no base64", format!("!.{claims}"), Some("cannot be decoded")),
        ("one part", "not-a-token".to_owned(), Some("invalid number of segments")),
        ("four parts", format!("{good}.x"), Some("invalid number of segments")),
        ("another scheme", "Basic YTpi".to_owned(), Some("invalid number of segments")),
    ] {
        let answer = world.call("/open-to-users", Some(&format!("Bearer {token}"))).await;
        match (answer, expected) {
            (Ok(context), None) => assert_eq!(context["jwt"]["claims"]["sub"], "ana"),
            (Err((StatusCode::UNAUTHORIZED, challenge)), Some(expected)) => {
                assert!(
                    challenge.starts_with(r#"Bearer scope="" error="invalid_token""#),
                    "{what}: {challenge}"
                );
                assert!(challenge.contains(expected), "{what}: {challenge}");
            }
            (answer, _) => panic!("{what}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn no_token_is_asked_for_with_the_bare_scheme_and_open_routes_ask_for_none() {
    let world = World::open(JwtOptions::default()).await;
    let refused = (StatusCode::UNAUTHORIZED, "Bearer".to_owned());
    assert_eq!(world.call("/open-to-users", None).await, Err(refused));
    assert_eq!(world.call("/open-to-all", None).await, Ok(Value::Null));
    assert_eq!(world.call("/open-to-all", Some("Bearer garbage")).await, Ok(Value::Null));
}

#[tokio::test]
async fn a_route_with_scopes_wants_one_of_them() {
    let world = World::open(JwtOptions::default()).await;
    for (scope, expected) in [
        (json!({ "scope": "read other" }), Some(json!(["read", "other"]))),
        (json!({ "scp": ["write"] }), Some(json!(["write"]))),
        (json!({ "scope": "other" }), None),
        (json!({ "scope": "reads" }), None),
        (json!({ "scope": null }), None),
    ] {
        let token = world.token(json!({ "user": "ana", "claims": scope })).await;
        match (world.call("/scoped", Some(&token)).await, expected) {
            (Ok(context), Some(scopes)) => assert_eq!(context["jwt"]["scopes"], scopes),
            (Err((StatusCode::FORBIDDEN, challenge)), None) => {
                assert!(challenge.starts_with(r#"Bearer scope="read write" error="insufficient_scope""#));
            }
            (answer, _) => panic!("{scope}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn claims_arrive_as_texts() {
    let world = World::open(JwtOptions::default()).await;
    let token = world.token(json!({ "user": "ana", "roles": ["admin", "user"] })).await;
    let context = world.call("/open-to-users", Some(&token)).await.unwrap();
    let claims = &context["jwt"]["claims"];
    assert_eq!(claims["realm_access"], "map[roles:[admin user]]");
    assert!(claims["exp"].as_str().unwrap().parse::<u64>().is_ok(), "{claims}");
    assert_eq!(context["jwt"]["scopes"], Value::Null);
}

#[tokio::test]
async fn a_token_is_taken_from_where_its_authorizer_says() {
    let world = World::open(JwtOptions::default()).await;
    let token = world.token(json!({ "user": "ana" })).await;
    let route = world.application.routes.iter().find(|route| route.path == "/by-query").unwrap();
    for (uri, is_let_in) in [(format!("/by-query?token={token}"), true), ("/by-query".to_owned(), false)] {
        let request = Request::get(&uri).header("authorization", format!("Bearer {token}"));
        let head = request.body(()).unwrap().into_parts().0;
        assert_eq!(world.jwt.authorize(route, &head).await.is_ok(), is_let_in, "{uri}");
    }
}

#[tokio::test]
async fn keys_are_asked_for_once_and_their_rotation_is_followed() {
    let world = World::open(JwtOptions::default()).await;
    let first = world.token(json!({ "user": "ana" })).await;
    for _ in 0..20 {
        world.call("/open-to-users", Some(&first)).await.unwrap();
        world.call("/scoped", Some(&first)).await.unwrap_err();
    }
    let health = world.get(&format!("http://{}/_issuer/health", world.issuer.address)).await;
    assert_eq!(health["key_sets_served"], 1);
    world.post("rotate", &Value::Null).await;
    world.post("rotate", &Value::Null).await;
    let second = world.token(json!({ "user": "ana" })).await;
    // Not sooner than the issuer may be asked again.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while world.call("/open-to-users", Some(&second)).await.is_err() {
        assert!(std::time::Instant::now() < deadline, "the new key was not found");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let withdrawn = world.call("/open-to-users", Some(&first)).await.unwrap_err();
    assert_eq!(withdrawn.0, StatusCode::UNAUTHORIZED, "a remembered token goes with its key");
}

#[tokio::test]
async fn without_its_issuer_no_token_is_good() {
    let world = World::open(JwtOptions::default()).await;
    let token = world.token(json!({ "user": "ana" })).await;
    let World { issuer, jwt, application } = world;
    issuer.stop().await.unwrap();
    let route = application.routes.iter().find(|route| route.path == "/open-to-users").unwrap();
    let request = Request::get("/").header("authorization", token).body(()).unwrap();
    let Err(Refusal::Unauthorized(challenge)) = jwt.authorize(route, &request.into_parts().0).await else {
        panic!("let in")
    };
    assert!(challenge.contains("OIDC discovery endpoint communication error"), "{challenge}");
}
