//! One payment from reservation to end, and what should be true afterwards.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{check, timeline};
use crate::Endpoints;
use crate::card::{self, TestCard};
use crate::gateway::{Failure, Gateway, Item};

/// How long a payment may take to its end, five retries included.
const ENDS_WITHIN: Duration = Duration::from_secs(60);
const STOCK: u32 = 5;

/// A payment to play.
#[derive(Debug, Clone, Copy)]
pub struct Story {
    title: &'static str,
    card: TestCard,
    status: &'static str,
    reservation: &'static str,
    attempts: u64,
    charges: usize,
    dead_letter: bool,
}

impl Story {
    /// Every story, in the order of its drama.
    pub const ALL: [Self; 4] = [
        Self {
            title: "An approved card",
            card: card::APPROVED,
            status: "AUTHORIZED",
            reservation: "CONFIRMED",
            attempts: 1,
            charges: 1,
            dead_letter: false,
        },
        Self {
            title: "A declined card: never retried, and the buyer may try another",
            card: card::DECLINED,
            status: "DECLINED",
            reservation: "HELD",
            attempts: 1,
            charges: 0,
            dead_letter: false,
        },
        Self {
            title: "The answer is lost on its way: asked again with the same key, charged once",
            card: card::ANSWER_LOST,
            status: "AUTHORIZED",
            reservation: "CONFIRMED",
            attempts: 2,
            charges: 1,
            dead_letter: false,
        },
        Self {
            title: "A PSP that always fails: five retries, the dead-letter queue, an honest end",
            card: card::ALWAYS_ERROR,
            status: "FAILED",
            reservation: "HELD",
            attempts: 6,
            charges: 0,
            dead_letter: true,
        },
    ];
}

/// Plays a story and checks its end.
pub async fn play(
    endpoints: &Endpoints,
    gateway: &Gateway,
    story: Story,
    say: &mut impl FnMut(String),
) -> Result<(), Failure> {
    say(format!("── {}", story.title));
    let item = product(gateway).await?;
    let reservation = gateway.reserve(&item).await?.expect(201)?;
    let reservation_id = reservation["id"].as_str().unwrap_or_default().to_owned();
    let held = gateway.stock(&item.product_id).await?;
    say(format!("   reservation {reservation_id}: HELD, stock {STOCK} ► {held}"));

    let sent = Instant::now();
    let body = gateway.payment_body(&reservation_id, &item, story.card);
    let accepted = gateway.pay(&body, None).await?.expect(202)?;
    let payment_id = accepted["id"].as_str().unwrap_or_default().to_owned();
    say(format!("   payment     {payment_id}: 202 after {:.1?}", sent.elapsed()));

    let payment = gateway.await_payment(&payment_id, None, ENDS_WITHIN).await?;
    timeline::lines(&payment).into_iter().for_each(&mut *say);
    check_end(endpoints, gateway, story, &payment, &reservation_id).await?;
    let after = gateway.stock(&item.product_id).await?;
    say(format!(
        "   {}, reservation {}, stock {after}, charges at the PSP: {}",
        story.status, story.reservation, story.charges
    ));
    say(String::new());
    check("stock", &after, &u64::from(STOCK - 1))
}

async fn product(gateway: &Gateway) -> Result<Item, Failure> {
    let product = gateway.create_product("Cafeteira de demonstração", "249.90", STOCK).await?;
    Ok(Item {
        product_id: product["id"].as_str().unwrap_or_default().to_owned(),
        price: product["price"].clone(),
        quantity: 1,
        total_price: "249.90".to_owned(),
    })
}

async fn check_end(
    endpoints: &Endpoints,
    gateway: &Gateway,
    story: Story,
    payment: &Value,
    reservation_id: &str,
) -> Result<(), Failure> {
    check("status of the payment", &payment["status"].as_str(), &Some(story.status))?;
    check("attempts", &payment["attempt"].as_u64(), &Some(story.attempts))?;
    let reservation = gateway.get(&format!("/reservations/{reservation_id}")).await?.expect(200)?;
    check("status of the reservation", &reservation["status"].as_str(), &Some(story.reservation))?;
    let payment_id = payment["id"].as_str().unwrap_or_default();
    check("charges at the PSP", &charges(endpoints, payment_id).await?, &story.charges)?;
    check("dead letter", &has_dead_letter(gateway, payment_id, story.dead_letter).await?, &story.dead_letter)
}

/// Charges that hold the buyer's money, as the PSP's own list says.
async fn charges(endpoints: &Endpoints, payment_id: &str) -> Result<usize, Failure> {
    let url = format!("{}/_simulator/charges?reference_id={payment_id}", endpoints.psp);
    let answer: Value = reqwest::get(url).await?.json().await?;
    let requests = answer.as_array().or_else(|| answer["charges"].as_array()).cloned().unwrap_or_default();
    let authorized = |request: &&Value| request["charge"]["status"] == "AUTHORIZED";
    Ok(requests.iter().filter(authorized).count())
}

/// The letter's row is written a moment after the payment's end, so one that is expected is waited for.
async fn has_dead_letter(gateway: &Gateway, payment_id: &str, expected: bool) -> Result<bool, Failure> {
    let deadline = Instant::now() + ENDS_WITHIN;
    loop {
        let list = gateway.as_admin().get("/dead-letters").await?.expect(200)?;
        let items = list["items"].as_array().cloned().unwrap_or_default();
        let found = items.iter().any(|letter| letter["payment_id"] == payment_id);
        if found || !expected || Instant::now() > deadline {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
