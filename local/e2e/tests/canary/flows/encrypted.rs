//! Cards as PagBank's browser SDK encrypts them.

use e2e::canary::Card;
use e2e::psp;
use serde_json::json;

use super::{Play, Stage};

pub async fn play(stage: &Stage, play: &mut Play) {
    let approved = Card::fresh("encrypted, approved", "453962", 16);
    let used_up = Card::known("encrypted, used up", "4000000000006025");
    let used_up_in_doubt = Card::known("encrypted, used up in doubt", "4000000000006017");
    for (card, status) in [(approved, "AUTHORIZED"), (used_up, "DECLINED"), (used_up_in_doubt, "FAILED")] {
        let ciphertext = psp::encrypt(&stage.shop.endpoints, &card.number, &card.code).await;
        let sent = json!({
            "encrypted": ciphertext, "holder": { "name": "Jose da Silva", "tax_id": "52998224725" },
        });
        let accepted = stage.pay(&stage.order(sent).await, None).await;
        assert_eq!(accepted.status, 202, "{}: {}", card.name, accepted.body);
        let payment_id = accepted.text("/id").to_owned();
        play.payments.push((payment_id.clone(), card.code.clone()));
        play.ciphertexts.push((format!("ciphertext: {}", card.name), ciphertext));
        play.cards.push(card);
        stage.await_status(&payment_id, status).await;
    }
}
