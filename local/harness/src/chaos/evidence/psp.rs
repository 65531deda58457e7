//! The simulator's list of charges.

use serde_json::Value;

use super::Charge;
use crate::gateway::Failure;

/// Charges a page.
const PAGE: usize = 1_000;

/// Every charge that was made.
pub(super) async fn charges(psp: &str) -> Result<Vec<Charge>, Failure> {
    let (mut charges, mut offset) = (Vec::new(), 0);
    loop {
        let url = format!("{psp}/_simulator/charges?offset={offset}&limit={PAGE}");
        let page: Value = reqwest::get(url).await?.error_for_status()?.json().await?;
        let Some(requests) = page["charges"].as_array().filter(|requests| !requests.is_empty()) else {
            return Ok(charges);
        };
        offset += requests.len();
        charges.extend(requests.iter().filter_map(charge));
    }
}

/// None for a request that led to no charge.
fn charge(request: &Value) -> Option<Charge> {
    let charge = request.get("charge").filter(|charge| !charge.is_null())?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Some(Charge {
        payment_id: text(&request["reference_id"]),
        id: text(&charge["id"]),
        key: text(&request["idempotency_key"]),
        status: text(&charge["status"]),
        amount_cents: charge["amount"]["value"].as_i64().unwrap_or_default(),
        currency: text(&charge["amount"]["currency"]),
    })
}
