//! What librdkafka calls back for: logs, errors and tokens.

use std::error::Error;
use std::time::SystemTime;

use gateway_ports::log::Delivered;
use rdkafka::ClientContext;
use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::message::{DeliveryResult, Message as _};
use rdkafka::producer::ProducerContext;
use tokio::sync::oneshot;

use crate::config::Security;
use crate::iam;

/// The producer's callbacks.
pub(crate) struct Context {
    pub(crate) security: Security,
}

impl ClientContext for Context {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    /// librdkafka's own errors are no failures yet: it tries again until the delivery time-out.
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if matches!(level, RDKafkaLogLevel::Info | RDKafkaLogLevel::Debug | RDKafkaLogLevel::Notice) {
            tracing::debug!(target: "rdkafka", facility, message);
        } else {
            tracing::warn!(target: "rdkafka", facility, message);
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(target: "rdkafka", %error, reason);
    }

    fn generate_oauth_token(&self, _config: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        match &self.security {
            Security::MskIam { region, credentials } => iam::token(region, credentials, SystemTime::now()),
            Security::Plain => Err("a plain connection has no token".into()),
        }
    }
}

impl ProducerContext for Context {
    /// Whoever awaits the record.
    type DeliveryOpaque = Box<oneshot::Sender<Result<Delivered, KafkaError>>>;

    fn delivery(&self, result: &DeliveryResult<'_>, waiting: Self::DeliveryOpaque) {
        let result = match result {
            Ok(record) => Ok(Delivered { partition: record.partition(), offset: record.offset() }),
            Err((error, _)) => Err(error.clone()),
        };
        // Nobody waits any more: the function's call was given up.
        let _ = waiting.send(result);
    }
}
