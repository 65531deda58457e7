//! What the gateway says of each accepted payment, asked by its owner.

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt as _;

use crate::Endpoints;
use crate::chaos::load::Receipt;
use crate::gateway::{Failure, Gateway};

/// Questions at a time.
const CLIENTS: usize = 8;

/// The status of each accepted payment; empty where the answer is no payment.
pub(super) async fn shown(
    endpoints: &Endpoints,
    receipts: &[Receipt],
) -> Result<BTreeMap<String, String>, Failure> {
    let asker = Gateway::new(endpoints, "nobody")?;
    let users: BTreeSet<&str> = receipts.iter().map(|receipt| receipt.user.as_str()).collect();
    let gateways: BTreeMap<&str, Gateway> = users.iter().map(|user| (*user, asker.as_user(user))).collect();
    let accepted = receipts.iter().flat_map(|receipt| receipt.accepted.iter().map(move |id| (receipt, id)));
    let asked = accepted.filter_map(|(receipt, id)| Some((gateways.get(receipt.user.as_str())?, id)));
    let answers = futures::stream::iter(asked).map(|(gateway, id)| async move {
        let status = gateway.payment(id).await.ok();
        let status = status.as_ref().and_then(|payment| payment["status"].as_str()).unwrap_or_default();
        (id.clone(), status.to_owned())
    });
    Ok(answers.buffer_unordered(CLIENTS).collect().await)
}
