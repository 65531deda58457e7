//! Who may do what with the index, on a domain with fine-grained access control.

use gateway_ports::PortError;
use opensearch::OpenSearch;
use opensearch::http::Method;
use opensearch::http::headers::HeaderMap;
use opensearch::http::request::JsonBody;
use serde_json::{Value, json};

use crate::WRITE_TIMEOUT;
use crate::config::SearchConfig;
use crate::failure::expect_success;

/// The IAM roles, by ARN, that the index is opened to.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Who searches.
    pub readers: Vec<String>,
    /// Who writes, and reads nothing.
    pub writers: Vec<String>,
}

/// Lets these roles in, and those that were let in before no more. Safe to repeat; only the domain's
/// administrator may. OpenSearch only: Elasticsearch answers 400.
///
/// # Errors
/// The server's.
pub async fn grant_access(config: SearchConfig, access: &Access) -> Result<(), PortError> {
    let alias = config.alias.clone();
    let client = config.client()?;
    let read = ["indices:data/read/get", "indices:data/read/search"];
    let write = ["indices:data/write/bulk*", "indices:data/write/index"];
    for (name, actions, members) in
        [("gateway_reader", read, &access.readers), ("gateway_writer", write, &access.writers)]
    {
        put(&client, &format!("roles/{name}"), role(&alias, &actions)).await?;
        put(&client, &format!("rolesmapping/{name}"), json!({"backend_roles": members})).await?;
    }
    Ok(())
}

/// The alias stands for a versioned index, whose name begins with the alias'. A bulk call is first of all
/// an action on the cluster.
fn role(alias: &str, actions: &[&str]) -> Value {
    let index = json!({"index_patterns": [alias, format!("{alias}-v*")], "allowed_actions": actions});
    let cluster: &[&str] =
        if actions.iter().any(|action| action.contains("bulk")) { &["indices:data/write/bulk"] } else { &[] };
    json!({"cluster_permissions": cluster, "index_permissions": [index]})
}

async fn put(client: &OpenSearch, path: &str, body: Value) -> Result<(), PortError> {
    let path = format!("/_plugins/_security/api/{path}");
    let answer = client
        .send::<JsonBody<Value>, ()>(
            Method::Put,
            &path,
            HeaderMap::new(),
            None,
            Some(body.into()),
            Some(WRITE_TIMEOUT),
        )
        .await;
    expect_success("put access", answer).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_writes_nothing_and_a_writer_reads_nothing() {
        let reader = role("products", &["indices:data/read/search"]).to_string();
        assert!(!reader.contains("write"), "{reader}");
        let writer = role("products", &["indices:data/write/bulk*"]).to_string();
        assert!(!writer.contains("read"), "{writer}");
        assert!(writer.contains("\"products-v*\""), "{writer}");
    }
}
