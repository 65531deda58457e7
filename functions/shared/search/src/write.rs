//! Writing: one bulk call a batch, with the product's version as the document's.

use gateway_ports::PortError;
use gateway_ports::index::{IndexChange, IndexOutcome, WriteIndex};
use opensearch::params::VersionType;
use opensearch::{BulkOperation, BulkParts};

use crate::bulk::{BulkAnswer, BulkItem};
use crate::document::Document;
use crate::failure::{expect_success, unreachable_server};
use crate::{SearchIndex, WRITE_TIMEOUT};

impl WriteIndex for SearchIndex {
    async fn apply(&self, changes: &[IndexChange]) -> Result<Vec<IndexOutcome>, PortError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let operations = changes.iter().map(operation).collect::<Result<Vec<_>, _>>()?;
        let answer = self.bulk(operations).await?;
        if answer.items.len() != changes.len() {
            let (sent, answered) = (changes.len(), answer.items.len());
            return Err(PortError::transient(format!("bulk: {sent} changes sent, {answered} answered")));
        }
        Ok(answer.items.into_iter().map(BulkItem::into_outcome).collect())
    }
}

impl SearchIndex {
    /// `require_alias`: a server that creates missing indices would otherwise make one under the
    /// alias' name, without the mapping and in the alias' way.
    async fn bulk(&self, operations: Vec<BulkOperation<Document>>) -> Result<BulkAnswer, PortError> {
        let call = self
            .client
            .bulk(BulkParts::Index(&self.alias))
            .require_alias(true)
            .request_timeout(WRITE_TIMEOUT)
            .body(operations);
        let response = expect_success("bulk", call.send().await).await?;
        response.json().await.map_err(|error| unreachable_server("bulk", &error))
    }
}

/// `external_gte` takes a repeated version again: a replay is no conflict.
fn operation(change: &IndexChange) -> Result<BulkOperation<Document>, PortError> {
    let (id, version, document) = match change {
        IndexChange::Put(product) => (product.id, product.version, Document::live(product)),
        IndexChange::Delete { id, version } => (*id, *version, Document::deleted(*id, *version)),
    };
    let version = i64::try_from(version).map_err(|_| {
        PortError::permanent(format!("product {id} has version {version}: no database gave it"))
    })?;
    Ok(BulkOperation::index(document)
        .id(id.to_string())
        .version(version)
        .version_type(VersionType::ExternalGte)
        .into())
}
