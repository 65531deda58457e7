//! On-failure destinations outside of Kafka, named by an ARN.

use std::fmt;

/// An SQS queue, an SNS topic or an S3 bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationArn {
    /// The whole ARN.
    pub arn: String,
    /// Whose resource it is.
    pub service: DestinationService,
    /// Region; empty for a bucket.
    pub region: String,
    /// Account; empty for a bucket.
    pub account_id: String,
    /// Name of the queue, topic or bucket.
    pub name: String,
}

/// The services that take on-failure records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DestinationService {
    /// `arn:aws:sqs:REGION:ACCOUNT:QUEUE`.
    Sqs,
    /// `arn:aws:sns:REGION:ACCOUNT:TOPIC`.
    Sns,
    /// `arn:aws:s3:::BUCKET`.
    S3,
}

/// An ARN that cannot be a destination.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDestination {
    /// Neither of the three services, or no ARN at all.
    #[error(
        "{0} is no on-failure destination: kafka://TOPIC, or the ARN of an SQS queue, SNS topic or S3 bucket"
    )]
    NotADestination(String),
    /// AWS takes no FIFO queues and topics.
    #[error("{0} is FIFO: event source mappings of Kafka take standard queues and topics only")]
    Fifo(String),
}

impl DestinationArn {
    /// Reads an ARN.
    ///
    /// # Errors
    /// [`InvalidDestination`] for what AWS refuses.
    pub fn parse(arn: &str) -> Result<Self, InvalidDestination> {
        let refuse = || InvalidDestination::NotADestination(arn.to_owned());
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, service, region, account_id, name] = parts[..] else { return Err(refuse()) };
        let service = DestinationService::named(service).ok_or_else(refuse)?;
        if name.is_empty() || name.contains([':', '/']) {
            return Err(refuse());
        }
        if name.ends_with(".fifo") {
            return Err(InvalidDestination::Fifo(arn.to_owned()));
        }
        let [arn, region, account_id, name] = [arn, region, account_id, name].map(str::to_owned);
        Ok(Self { arn, service, region, account_id, name })
    }
}

impl DestinationService {
    fn named(name: &str) -> Option<Self> {
        [Self::Sqs, Self::Sns, Self::S3].into_iter().find(|service| service.name() == name)
    }

    /// `sqs`, `sns`, `s3`: as in ARNs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::S3 => "s3",
        }
    }
}

impl fmt::Display for DestinationArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queues_topics_and_buckets_are_destinations() {
        for (arn, service, name) in [
            ("arn:aws:sqs:us-east-1:123456789012:failed", DestinationService::Sqs, "failed"),
            ("arn:aws-cn:sns:cn-north-1:123456789012:failed", DestinationService::Sns, "failed"),
            ("arn:aws:s3:::failed.records", DestinationService::S3, "failed.records"),
        ] {
            let parsed = DestinationArn::parse(arn).unwrap();
            assert_eq!((parsed.service, parsed.name.as_str()), (service, name));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for arn in [
            "failed",
            "arn:aws:sqs:us-east-1:123456789012",
            "arn:aws:sqs:us-east-1:123456789012:",
            "arn:aws:sqs:us-east-1:123456789012:failed.fifo",
            "arn:aws:sns:us-east-1:123456789012:failed:subscription",
            "arn:aws:kinesis:us-east-1:123456789012:stream/x",
            "arn:aws:s3:::bucket/key",
        ] {
            assert!(DestinationArn::parse(arn).is_err(), "{arn}");
        }
    }
}
