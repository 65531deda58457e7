//! Delivering on-failure records.

mod endpoint;
mod folder;
mod signature;
mod topic;

use crate::esm::config::{DestinationArn, MappingConfig, OnFailureDestination};
use crate::esm::engine::Letter;
use crate::esm::options::EsmOptions;
use crate::esm::places::{DestinationPlace, DestinationPlaces};
use crate::esm::response::FailedItems;

use super::start::StartError;
use endpoint::Endpoint;
use folder::Folder;
use topic::Topic;

/// Where a mapping's on-failure records go.
#[derive(Clone)]
pub enum Destination {
    /// `kafka://topic` on the source's cluster.
    Topic(Topic),
    /// SQS, SNS or S3, at an endpoint.
    Endpoint(Endpoint),
    /// SQS, SNS or S3, as files.
    Folder(Folder),
}

/// What the destination did not take, and why.
#[derive(Debug, Default)]
pub struct Undelivered {
    /// The failed records: worth sending again.
    pub records: FailedItems,
    /// The last error.
    pub cause: Option<String>,
    /// Records that it can never take, however often they are sent.
    pub refused: FailedItems,
    /// Why the last of those.
    pub refusal: Option<String>,
}

impl Undelivered {
    fn note(&mut self, letter: &Letter, cause: String) {
        self.records.extend(&letter.records);
        self.cause = Some(cause);
    }

    fn refuse(&mut self, letter: &Letter, cause: String) {
        self.refused.extend(&letter.records);
        self.refusal = Some(cause);
    }
}

impl Destination {
    /// The destination of a mapping, if it has one.
    pub fn new(config: &MappingConfig, options: &EsmOptions) -> Result<Option<Self>, StartError> {
        let mapping = config.id.clone();
        match &config.on_failure {
            None => Ok(None),
            Some(OnFailureDestination::KafkaTopic(topic)) if *topic == config.topic => {
                Err(StartError::DestinationIsSource { mapping, topic: topic.clone() })
            }
            Some(OnFailureDestination::KafkaTopic(topic)) => {
                Ok(Some(Self::Topic(Topic::new(topic, config, options))))
            }
            Some(OnFailureDestination::Arn(arn)) => Self::of_arn(arn, config, options).map(Some),
        }
    }

    fn of_arn(
        arn: &DestinationArn,
        config: &MappingConfig,
        options: &EsmOptions,
    ) -> Result<Self, StartError> {
        let key_prefix = format!("aws/lambda/{}", config.uuid);
        Self::at(arn, &options.destinations, key_prefix)
            .ok_or_else(|| StartError::NoPlace { mapping: config.id.clone(), arn: arn.arn.clone() })
    }

    /// What an ARN means on this machine, if anything.
    pub fn at(arn: &DestinationArn, places: &DestinationPlaces, key_prefix: String) -> Option<Self> {
        Some(match places.find(arn)? {
            DestinationPlace::Endpoint(url) => {
                Self::Endpoint(Endpoint::new(url.clone(), arn.clone(), key_prefix))
            }
            DestinationPlace::Folder(folder) => Self::Folder(Folder::new(folder, arn, key_prefix)),
        })
    }

    /// Delivers the letters and waits until they are safe, or known not to be.
    pub async fn deliver(&self, topic: &str, letters: &[Letter]) -> Undelivered {
        match self {
            Self::Topic(destination) => destination.deliver(letters).await,
            Self::Endpoint(destination) => destination.deliver(topic, letters).await,
            Self::Folder(destination) => destination.deliver(topic, letters).await,
        }
    }
}

/// Name of a letter's object or file, as AWS names those of other streams (for Kafka it says
/// nothing): `aws/lambda/<mapping>/<topic>-<partition>/2026/01/31/2026-01-31T23.59.59-<uuid>`, and as it
/// names those of asynchronous calls: `aws/lambda/async/<function>/…`.
fn object_key(prefix: &str, topic: &str, letter: &Letter) -> String {
    let partition = letter.records.first().map(|record| format!("-{}", record.0)).unwrap_or_default();
    let now = jiff::Timestamp::now();
    let (day, time) = (now.strftime("%Y/%m/%d"), now.strftime("%Y-%m-%dT%H.%M.%S"));
    format!("{prefix}/{topic}{partition}/{day}/{time}-{}", crate::ids::uuid())
}
