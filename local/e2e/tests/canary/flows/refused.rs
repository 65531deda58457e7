//! Requests that are refused, each with a card in it.

use e2e::canary::Card;
use e2e::tokens::issued;
use serde_json::{Value, json};

use super::{Play, Stage};

/// What is changed in a good request, and the status that comes of it.
type Row = (&'static str, fn(&mut Value, &Card), u16);

const ROWS: [Row; 10] = [
    ("another check digit", |body, card| body["card"]["card_number"] = json!(off_by_one(&card.number)), 422),
    ("expired", |body, _| body["card"]["card_exp_year"] = json!("2020"), 422),
    ("no month", |body, _| body["card"]["card_exp_month"] = json!("13"), 422),
    (
        "a code too long",
        |body, card| body["card"]["card_security_code"] = json!(format!("{}99", card.code)),
        422,
    ),
    ("a number for an id", |body, card| body["produto"]["reserve_id"] = json!(card.number), 422),
    ("a number for an amount", |body, card| body["produto"]["total_price"] = json!(card.number), 422),
    ("a number for a user", |body, card| body["produto"]["user_id"] = json!(card.number), 403),
    (
        "a reservation nobody has",
        |body, _| body["produto"]["reserve_id"] = json!("01J00000000000000000000000"),
        404,
    ),
    (
        "another amount than reserved",
        |body, _| {
            body["produto"]["quantity"] = json!(2);
            body["produto"]["total_price"] = json!("39.80");
        },
        422,
    ),
    ("encrypted and in clear", |body, _| body["card"]["encrypted"] = json!("YXBwcm92ZQ=="), 422),
];

pub async fn play(stage: &Stage, play: &mut Play) {
    for (name, change, status) in ROWS {
        let card = Card::fresh(name, "453962", 16);
        let mut body = stage.order(card.to_json()).await;
        change(&mut body, &card);
        let answer = stage.pay(&body, None).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
        play.cards.push(Card { number: off_by_one(&card.number), ..card.clone() });
        play.cards.push(card);
    }
    unreadable(stage, play).await;
}

/// The right digits but for the last one.
fn off_by_one(number: &str) -> String {
    let (front, last) = number.split_at(number.len() - 1);
    let digit: u32 = last.parse().unwrap();
    format!("{front}{}", (digit + 1) % 10)
}

/// What is no JSON, and what comes without a token.
async fn unreadable(stage: &Stage, play: &mut Play) {
    let url = format!("{}/payment", stage.shop.endpoints.gateway);
    let token = issued(&stage.shop.endpoints, json!({ "user": stage.shop.gateway.user() })).await;
    for (name, token, status) in [("cut off", token.as_str(), 400), ("without a token", "", 401)] {
        let card = Card::fresh(name, "453962", 16);
        let body = stage.order(card.to_json()).await.to_string();
        let sent = body[..body.len() - usize::from(status == 400)].to_owned();
        let request = reqwest::Client::new().post(&url).bearer_auth(token).body(sent);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{name}");
        stage.keep_text(answer.text().await.unwrap());
        play.cards.push(card);
    }
    let card = Card::fresh("no object", "453962", 16);
    for (body, status) in [(json!([card.number]), 422), (json!(card.number), 422)] {
        let answer = stage.pay(&body, None).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    play.cards.push(card);
}
