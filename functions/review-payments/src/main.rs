//! Wires review-payments to its servers.

use gateway_dynamodb::{DynamoStore, StoreConfig};
use gateway_edge::config::{optional, parsed_or};
use gateway_edge::http::Authorization;
use gateway_edge::{SystemClock, combined, telemetry};
use gateway_mysql::{Database, Settings};
use gateway_pagbank::{PagBank, PagBankConfig};
use review_payments::{LastAudit, ReviewPayments};

/// After how long a payment under review is asked about again, in milliseconds.
const REVIEW_AFTER_MS: i64 = 300_000;
/// How long a charge may be on its way after an attempt of unknown outcome, in milliseconds.
const INQUIRY_GRACE_MS: i64 = 30_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    telemetry::init();
    let provider = PagBank::new(PagBankConfig::from_env(optional)?)?;
    provider.prepare().await;
    let function = ReviewPayments {
        ledger: Database::open(&Settings::from_env(optional)?)?,
        vault: DynamoStore::new(StoreConfig::from_env()?),
        provider,
        clock: SystemClock,
        review_after_ms: parsed_or("REVIEW_AFTER_MS", REVIEW_AFTER_MS, "give milliseconds")?,
        inquiry_grace_ms: parsed_or("INQUIRY_GRACE_MS", INQUIRY_GRACE_MS, "give milliseconds")?,
        stock_audited: LastAudit::default(),
    };
    let authorization = parsed_or("AUTHORIZATION", Authorization::Jwt, "give jwt, or none in development")?;
    combined::serve(function, authorization).await
}
