//! The product index port on OpenSearch and Elasticsearch.
//!
//! Speaks only what OpenSearch 2.19 and 3.8 and Elasticsearch 7.17 to 9 have in common: plain JSON,
//! external versions, `search_after`; no point-in-time, no `compatible-with` headers. The product's
//! version is the document's external version, so a late or repeated change can never undo a newer
//! one, and a deletion is a document with a flag: the servers forget real deletions after a minute
//! (`index.gc_deletes`), and a replay would then raise the dead.
//!
//! Deliberately absent: reads of what is true *now*. The index lags; ask the ledger for that.

mod access;
mod bulk;
pub mod config;
mod cursor;
mod document;
mod ensure;
mod failure;
mod query;
mod read;
mod remove;
mod write;

pub use access::{Access, grant_access};
pub use config::{SearchAuth, SearchConfig};
pub use ensure::ensure_index;
pub use remove::remove_index;

use std::time::Duration;

use gateway_ports::PortError;
use opensearch::OpenSearch;
use opensearch::indices::IndicesRefreshParts;

/// How long one search may take, and the whole answer of one read.
pub const READ_TIMEOUT: Duration = Duration::from_secs(3);
/// How long one bulk call may take: below the indexing function's time-out.
pub const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// The product index behind its alias.
pub struct SearchIndex {
    client: OpenSearch,
    alias: String,
}

impl SearchIndex {
    /// A client of the index; connects on first use.
    ///
    /// # Errors
    /// A permanent one when no HTTP client can be built.
    pub fn new(config: SearchConfig) -> Result<Self, PortError> {
        let alias = config.alias.clone();
        Ok(Self { client: config.client()?, alias })
    }

    /// Makes everything written so far visible to searches: for tests, which do not wait for
    /// `refresh_interval`.
    ///
    /// # Errors
    /// The server's.
    pub async fn refresh(&self) -> Result<(), PortError> {
        let names = [self.alias.as_str()];
        let indices = self.client.indices();
        let call = indices.refresh(IndicesRefreshParts::Index(&names)).request_timeout(WRITE_TIMEOUT);
        failure::expect_success("refresh", call.send().await).await.map(|_| ())
    }
}
