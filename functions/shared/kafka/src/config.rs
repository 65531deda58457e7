//! Where Kafka is, who the gateway is there, and how long anything may take.

use std::time::Duration;

use aws_credential_types::Credentials;
use rdkafka::ClientConfig;

/// How long a record may wait for its acknowledgement, retries included: below the accepting request's
/// lease (15 s) and every function's time-out (20 s and more), so that a caller learns of a failure.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(8);
/// How long a broker may wait for its in-sync replicas before it says that they are missing.
const ACK_TIMEOUT: Duration = Duration::from_millis(2_500);
/// How long an answer may take before its connection counts as dead. Longer than [`ACK_TIMEOUT`], or a slow replica
/// would look like a dead broker; and so short that the record is sent again, on a new connection, well within its
/// delivery time-out. That is what heals a connection that went silent while the environment was frozen.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);
/// Connections that were idle for longer are closed by us: the network between a function and its brokers may forget
/// them after 350 s, without a word, and brokers close them after 10 minutes.
const IDLE_MAX: Duration = Duration::from_secs(240);
/// How long a connection may take to be set up, TLS and SASL included.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a topic may be unknown before records for it fail.
const UNKNOWN_TOPIC_TIMEOUT: Duration = Duration::from_secs(3);
/// Waits between attempts to reconnect, growing from the first to the second.
const RECONNECT_BACKOFF_MS: (&str, &str) = ("50", "1000");
/// Records that may wait in the producer; more wait for room.
const QUEUE_LEN_MAX: u32 = 10_000;

/// Where Kafka is and who the gateway is there.
#[derive(Debug, Clone)]
pub struct KafkaConfig {
    /// Brokers to ask for the others: `host:port`, separated by commas.
    pub bootstrap_servers: String,
    /// How the connection is secured.
    pub security: Security,
    /// The producer's name in brokers' logs and quotas.
    pub client_id: String,
    /// How long a record may wait for its acknowledgement, retries included.
    pub delivery_timeout: Duration,
    /// Records that may wait in the producer; more wait for room.
    pub queue_len_max: u32,
}

/// How the connection is secured.
#[derive(Debug, Clone)]
pub enum Security {
    /// Not at all: brokers on loopback.
    Plain,
    /// TLS and the function's IAM role: SASL/OAUTHBEARER with a signed token, as Amazon MSK takes it.
    MskIam {
        /// The cluster's region.
        region: String,
        /// The role's credentials.
        credentials: Credentials,
    },
}

impl KafkaConfig {
    /// Brokers that ask nobody's name.
    #[must_use]
    pub fn plain(bootstrap_servers: impl Into<String>) -> Self {
        Self {
            bootstrap_servers: bootstrap_servers.into(),
            security: Security::Plain,
            client_id: "gateway".to_owned(),
            delivery_timeout: DELIVERY_TIMEOUT,
            queue_len_max: QUEUE_LEN_MAX,
        }
    }

    /// From the environment, through `lookup`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `KAFKA_BOOTSTRAP_SERVERS` | `host:port`, separated by commas; required |
    /// | `KAFKA_SECURITY` | `plain` (if unset) or `msk-iam` |
    /// | `AWS_LAMBDA_FUNCTION_NAME` | the producer's name; Lambda sets it |
    /// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | for `msk-iam`; Lambda sets them |
    ///
    /// # Errors
    /// The variable at fault and what to do about it.
    pub fn from_env(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        let servers = gateway_sign::required(
            &lookup,
            "KAFKA_BOOTSTRAP_SERVERS",
            "give the brokers, such as 127.0.0.1:9092",
        )?;
        let security = match lookup("KAFKA_SECURITY").as_deref() {
            None | Some("plain") => Security::Plain,
            Some("msk-iam") => {
                let (region, credentials) =
                    gateway_sign::role(&lookup, "KAFKA_SECURITY=msk-iam needs it, and Lambda sets it")?;
                Security::MskIam { region, credentials }
            }
            Some(other) => {
                return Err(format!(
                    "environment variable KAFKA_SECURITY is {other:?}; plain or msk-iam is expected"
                ));
            }
        };
        let plain = Self::plain(servers);
        let client_id = lookup("AWS_LAMBDA_FUNCTION_NAME").unwrap_or(plain.client_id);
        Ok(Self { security, client_id, ..plain })
    }

    /// librdkafka's settings. Each record leaves at once (`linger.ms` 0, no Nagle): a payment's next
    /// step waits for it. The partitioner is the Java clients', so that a record lands where any
    /// other producer of the topic would put its key.
    pub(crate) fn to_client_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", &self.bootstrap_servers)
            .set("client.id", &self.client_id)
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", "0")
            .set("socket.nagle.disable", "true")
            .set("partitioner", "murmur2_random")
            .set("queue.buffering.max.messages", self.queue_len_max.to_string())
            .set("message.timeout.ms", millis(self.delivery_timeout))
            .set("request.timeout.ms", millis(ACK_TIMEOUT.min(self.delivery_timeout)))
            .set("socket.timeout.ms", millis(ANSWER_TIMEOUT))
            .set("socket.connection.setup.timeout.ms", millis(CONNECT_TIMEOUT))
            .set("socket.keepalive.enable", "true")
            .set("connections.max.idle.ms", millis(IDLE_MAX))
            .set("topic.metadata.propagation.max.ms", millis(UNKNOWN_TOPIC_TIMEOUT))
            .set("reconnect.backoff.ms", RECONNECT_BACKOFF_MS.0)
            .set("reconnect.backoff.max.ms", RECONNECT_BACKOFF_MS.1)
            // Brokers close idle connections as a matter of course.
            .set("log.connection.close", "false");
        if let Security::MskIam { .. } = self.security {
            config.set("security.protocol", "SASL_SSL").set("sasl.mechanisms", "OAUTHBEARER");
        }
        config
    }
}

fn millis(duration: Duration) -> String {
    duration.as_millis().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<KafkaConfig, String> {
        KafkaConfig::from_env(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_brokers_alone_are_enough_on_loopback() {
        let config = read(&[("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092")]).unwrap();
        assert!(matches!(config.security, Security::Plain));
        assert_eq!(config.to_client_config().get("security.protocol"), None);
    }

    #[test]
    fn a_connection_that_went_silent_is_given_up_while_its_records_can_still_be_sent() {
        let settings = KafkaConfig::plain("127.0.0.1:9092").to_client_config();
        let ms = |name: &str| settings.get(name).unwrap().parse::<u64>().unwrap();
        assert!(ms("request.timeout.ms") < ms("socket.timeout.ms"));
        let once_more = ms("socket.timeout.ms") + ms("socket.connection.setup.timeout.ms");
        assert!(once_more + 1_000 < ms("message.timeout.ms"), "{once_more} ms");
    }

    #[test]
    fn a_role_connects_by_tls_and_token() {
        let config = read(&[
            ("KAFKA_BOOTSTRAP_SERVERS", "b-1.example:9098"),
            ("KAFKA_SECURITY", "msk-iam"),
            ("AWS_REGION", "sa-east-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_LAMBDA_FUNCTION_NAME", "settle-payment"),
        ]);
        let settings = config.unwrap().to_client_config();
        assert_eq!(settings.get("sasl.mechanisms"), Some("OAUTHBEARER"));
        assert_eq!(settings.get("client.id"), Some("settle-payment"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let servers = ("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092");
        for (pairs, name) in [
            (vec![], "KAFKA_BOOTSTRAP_SERVERS"),
            (vec![servers, ("KAFKA_SECURITY", "msk-iam")], "AWS_REGION"),
            (vec![servers, ("KAFKA_SECURITY", "hope")], "KAFKA_SECURITY"),
        ] {
            let error = read(&pairs).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
