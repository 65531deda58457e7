//! The catalogue: seeded into MySQL, captured by Debezium, found in the index.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::gateway::{Failure, Gateway};

/// How long a change may take from the table to the index.
const INDEXED_WITHIN: Duration = Duration::from_secs(60);
/// Found by a part of its name, without its accent and in capitals.
const NEEDLE: &str = "NOTEB";

/// Seeds the products and finds one of them.
pub async fn show(gateway: &Gateway, say: &mut impl FnMut(String)) -> Result<(), Failure> {
    say("── Products: MySQL ► Debezium ► Kafka ► index-products ► OpenSearch".to_owned());
    let seeded = Instant::now();
    gateway.as_admin().post("/", &Value::Null).await?.expect(201)?;
    loop {
        let page = gateway.get(&format!("/findByName/{NEEDLE}")).await?.expect(200)?;
        if let Some(product) = page.pointer("/items/0") {
            say(format!(
                "   searched for {NEEDLE}, found {} after {} ms",
                product["name"],
                seeded.elapsed().as_millis()
            ));
            say(String::new());
            return Ok(());
        }
        if seeded.elapsed() > INDEXED_WITHIN {
            return Err(Failure(format!(
                "no product named like {NEEDLE} in the index after {INDEXED_WITHIN:?}"
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
