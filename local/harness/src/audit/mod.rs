//! Compares offsets with outcomes: every record that a step has finished with was processed or
//! dead-lettered, and if neither can be shown, it is told.
//!
//! Offsets are read first, topics second, tables last: whatever a step produced or wrote before it
//! reported a record done is seen then, also while the gateway is running. The judgement itself is pure
//! ([`explain`]). Not audited: the topic of product changes, whose outcome is the search index.

mod evidence;
pub mod explain;
mod ledger;
mod letters;
mod report;
#[cfg(test)]
mod tests;
mod topics;

use std::path::Path;

pub use evidence::{Evidence, Partition, PaymentFact, Record};
pub use report::{Report, TopicReport, Unexplained};

use crate::Endpoints;
use crate::deployed::read_template;
use crate::gateway::Failure;

/// A step's topic and the group that reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// The topic.
    pub topic: String,
    /// The consumer group.
    pub group: String,
}

/// Reads what there is and judges it.
///
/// # Errors
/// A server that does not answer, or a template that cannot be read.
pub async fn run(endpoints: &Endpoints, template: &Path, parameters: &Path) -> Result<Report, Failure> {
    let readers = readers(template, parameters)?;
    let brokers = endpoints.kafka.clone();
    let read = tokio::task::spawn_blocking(move || topics::read(&brokers, &readers));
    let partitions = read.await.map_err(|error| Failure(format!("audit: {error}")))??;
    let evidence = ledger::read(&endpoints.database, partitions).await?;
    Ok(explain::explain(&evidence))
}

/// The audited mappings of the template.
fn readers(template: &Path, parameters: &Path) -> Result<Vec<Reader>, Failure> {
    let template = read_template(template, parameters)?;
    let application = template.application().map_err(|error| Failure(format!("audit: {error}")))?;
    let audited =
        application.mappings.into_iter().filter(|it| it.topic != gateway_wire::topics::PRODUCT_CHANGES);
    Ok(audited.map(|it| Reader { topic: it.topic, group: it.consumer_group_id }).collect())
}
