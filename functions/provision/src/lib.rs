//! The deploy step that needs the network: tables, users and index of the servers that no one outside of it
//! can reach.
//!
//! `infra/deploy.sh` invokes it, before the functions are there and once more when their roles are. Each run
//! changes only what is missing. Topics are not its business: MSK makes them itself.

use gateway_mysql::{Replicator, Settings};
use gateway_ports::PortError;
use gateway_search::{Access, SearchConfig};
use gateway_secrets::{FetchSecret as _, Manager};
use serde::{Deserialize, Serialize};

/// Whom the index is to be opened to; nobody is, or is shut out, where no role is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
pub struct Wish {
    /// Whether the index is taken away first: its products come back when the connector takes a snapshot.
    pub reindex: bool,
    /// ARNs of roles that search.
    pub search_readers: Vec<String>,
    /// ARNs of roles that write the index.
    pub search_writers: Vec<String>,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Report {
    /// Indexes that were taken away.
    pub indices_removed: usize,
    /// Whether the index was made, or there.
    pub index_made: bool,
    /// Roles that the index is open to now; none if nothing was asked.
    pub search_roles: usize,
}

/// What is prepared.
pub struct Provision {
    /// The ledger, as a user that may change tables and users.
    pub ledger: Settings,
    /// Debezium's user of the ledger, as `{"username", "password"}`; read for each call, since it may change.
    pub replicator: Manager,
    /// Another configuration of the index for each call, since a client takes it whole.
    pub search: fn() -> Result<SearchConfig, String>,
}

impl Provision {
    /// Brings everything up to date.
    ///
    /// # Errors
    /// The first step that failed; those before it stay done.
    pub async fn run(&self, wish: Wish) -> Result<Report, PortError> {
        gateway_mysql::migrate_as(&self.ledger).await?;
        gateway_mysql::ensure_users(&self.ledger, &self.replicator().await?).await?;
        tracing::info!("ledger: tables and users are there");
        let indices_removed =
            if wish.reindex { gateway_search::remove_index(self.search()?).await? } else { 0 };
        let index_made = gateway_search::ensure_index(self.search()?).await?;
        tracing::info!(indices_removed, index_made, "search: the index is there");
        let search_roles = wish.search_readers.len() + wish.search_writers.len();
        if search_roles > 0 {
            let access = Access { readers: wish.search_readers, writers: wish.search_writers };
            gateway_search::grant_access(self.search()?, &access).await?;
            tracing::info!(search_roles, "search: the index is open to these roles and no others");
        }
        Ok(Report { indices_removed, index_made, search_roles })
    }

    async fn replicator(&self) -> Result<Replicator, PortError> {
        let secret = self.replicator.fetch().await?;
        Replicator::new(secret.field("username")?.to_string(), secret.field("password")?.to_string())
    }

    fn search(&self) -> Result<SearchConfig, PortError> {
        (self.search)().map_err(PortError::permanent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_event_and_the_deploy_scripts_words_are_understood() {
        let sample = include_str!("../../../events/provision.json");
        let wish: Wish = serde_json::from_str(sample).unwrap();
        assert_eq!((wish.search_readers.len(), wish.search_writers.len()), (1, 1));
        assert_eq!(serde_json::from_str::<Wish>("{}").unwrap(), Wish::default());
        let deploy = include_str!("../../../infra/deploy.sh");
        assert!(deploy.contains(r#"\"SearchReaders\""#) && deploy.contains(r#"\"SearchWriters\""#));
    }

    #[test]
    fn a_mistyped_wish_is_refused() {
        assert!(serde_json::from_str::<Wish>(r#"{"SearchReader": []}"#).is_err());
    }
}
