//! Makes what the functions stand on: topics, tables, schema, index, connector. Each step may be run
//! again at any time and changes only what is missing.

mod connector;
mod tables;
mod topics;

pub(crate) use tables::client as dynamodb_client;

use std::path::Path;

use esm_local::template::{Settings, Template};

use crate::Endpoints;
use crate::gateway::Failure;

/// Brings everything up to what the template says; prints a line for each thing done.
///
/// # Errors
/// The first step that fails, with its remedy.
pub async fn run(
    endpoints: &Endpoints,
    template: &Path,
    parameters: &Path,
    connectors: &Path,
) -> Result<Vec<String>, Failure> {
    let settings = Settings::read(&[parameters.to_owned()]).map_err(|error| Failure(error.to_string()))?;
    let template = Template::read(template, settings).map_err(|error| Failure(error.to_string()))?;
    let (topics, tables, schema, index) = tokio::try_join!(
        topics::create(&endpoints.kafka, &template),
        tables::create(&endpoints.dynamodb, &template),
        migrate(&endpoints.database),
        ensure_index(&endpoints.search),
    )?;
    let connector = connector::put(&endpoints.connect, connectors).await?;
    Ok(vec![topics, tables, schema, index, connector])
}

async fn migrate(database: &str) -> Result<String, Failure> {
    gateway_mysql::migrate(database).await.map_err(|error| Failure(format!("migrations: {error}")))?;
    Ok("schema: migrated".to_owned())
}

async fn ensure_index(search: &str) -> Result<String, Failure> {
    let config = gateway_search::SearchConfig::plain(search).map_err(Failure)?;
    let made =
        gateway_search::ensure_index(config).await.map_err(|error| Failure(format!("index: {error}")))?;
    Ok(format!("search index: {}", if made { "made" } else { "there" }))
}
