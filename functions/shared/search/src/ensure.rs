//! Making the index, once.

use gateway_ports::PortError;
use opensearch::OpenSearch;
use opensearch::http::response::Response;
use opensearch::indices::{IndicesCreateParts, IndicesExistsAliasParts, IndicesPutAliasParts};
use serde_json::Value;

use crate::WRITE_TIMEOUT;
use crate::config::SearchConfig;
use crate::failure::{expect_success, refused, unreachable_server};

/// Settings and mapping, as `infra/` deploys them.
const DEFINITION: &str = include_str!("../../../../infra/search/products.json");
/// Grows when the mapping changes in a way that old documents cannot follow: the new index is filled
/// from the table and the alias moved over.
const INDEX_VERSION: u32 = 1;

/// Makes the versioned index and its alias unless they are there; says whether it made anything.
/// Safe to repeat and to run twice at once.
///
/// # Errors
/// The server's, or a permanent one when another index has taken the alias' name.
pub async fn ensure_index(config: SearchConfig) -> Result<bool, PortError> {
    let alias = config.alias.clone();
    let client = config.client()?;
    if alias_exists(&client, &alias).await? {
        return Ok(false);
    }
    let index = format!("{alias}-v{INDEX_VERSION}");
    create_index(&client, &index).await?;
    let names = [index.as_str()];
    let parts = IndicesPutAliasParts::IndexName(&names, &alias);
    let indices = client.indices();
    let call = indices.put_alias(parts).request_timeout(WRITE_TIMEOUT);
    expect_success("put alias", call.send().await).await.map(|_| true)
}

async fn alias_exists(client: &OpenSearch, alias: &str) -> Result<bool, PortError> {
    let names = [alias];
    let parts = IndicesExistsAliasParts::Name(&names);
    let indices = client.indices();
    let call = indices.exists_alias(parts).request_timeout(WRITE_TIMEOUT);
    let response = call.send().await.map_err(|error| unreachable_server("exists alias", &error))?;
    match response.status_code().as_u16() {
        200 => Ok(true),
        404 => Ok(false),
        _ => Err(refused("exists alias", response.status_code(), "")),
    }
}

/// Another process may have been faster: that the index is there is what was wanted.
async fn create_index(client: &OpenSearch, index: &str) -> Result<(), PortError> {
    let definition: Value = serde_json::from_str(DEFINITION)
        .map_err(|error| PortError::permanent(format!("infra/search/products.json is not JSON: {error}")))?;
    let indices = client.indices();
    let call =
        indices.create(IndicesCreateParts::Index(index)).request_timeout(WRITE_TIMEOUT).body(definition);
    let response = call.send().await.map_err(|error| unreachable_server("create index", &error))?;
    created(response).await
}

async fn created(response: Response) -> Result<(), PortError> {
    let status = response.status_code();
    if status.is_success() {
        return Ok(());
    }
    let reason = response.text().await.unwrap_or_default();
    if reason.contains("resource_already_exists_exception") {
        return Ok(());
    }
    Err(refused("create index", status, &reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mapping_is_strict_and_holds_no_float() {
        let definition: Value = serde_json::from_str(DEFINITION).unwrap();
        let mappings = &definition["mappings"];
        assert_eq!(mappings["dynamic"], "strict");
        assert_eq!(mappings["properties"]["price_units"]["type"], "long");
        assert_eq!(mappings["properties"]["name"]["analyzer"], "portuguese");
    }
}
