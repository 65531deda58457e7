//! Taking the index away, so that it is made anew.

use std::collections::BTreeMap;

use gateway_ports::PortError;
use opensearch::OpenSearch;
use opensearch::indices::{IndicesDeleteParts, IndicesGetAliasParts};
use serde::de::IgnoredAny;

use crate::WRITE_TIMEOUT;
use crate::config::SearchConfig;
use crate::failure::{expect_success, refused, unreachable_server};

/// Removes every index behind the alias, with what is in it; says how many there were. The alias goes
/// with them. Safe to repeat.
///
/// # Errors
/// The server's.
pub async fn remove_index(config: SearchConfig) -> Result<usize, PortError> {
    let alias = config.alias.clone();
    let client = config.client()?;
    let indices = behind(&client, &alias).await?;
    for index in &indices {
        let names = [index.as_str()];
        let api = client.indices();
        let call = api.delete(IndicesDeleteParts::Index(&names)).request_timeout(WRITE_TIMEOUT);
        expect_success("delete index", call.send().await).await?;
    }
    Ok(indices.len())
}

/// The indexes that an alias stands for.
async fn behind(client: &OpenSearch, alias: &str) -> Result<Vec<String>, PortError> {
    let names = [alias];
    let api = client.indices();
    let call = api.get_alias(IndicesGetAliasParts::Name(&names)).request_timeout(WRITE_TIMEOUT);
    let response = call.send().await.map_err(|error| unreachable_server("get alias", &error))?;
    let status = response.status_code();
    if status.as_u16() == 404 {
        return Ok(Vec::new());
    }
    if !status.is_success() {
        return Err(refused("get alias", status, &response.text().await.unwrap_or_default()));
    }
    let indices: BTreeMap<String, IgnoredAny> =
        response.json().await.map_err(|error| unreachable_server("get alias", &error))?;
    Ok(indices.into_keys().collect())
}
