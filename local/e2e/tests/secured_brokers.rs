//! `SourceAccessConfigurations` against a real broker: every way in, and what a mapping says of the ways
//! that are wrong. Kafka's program is named by `KAFKA_JARS` and `KAFKA_JAVA` (`cargo xtask test`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking, and say what they leave out"
)]

#[path = "secured/broker.rs"]
mod broker;
#[path = "secured/certificates.rs"]
mod certificates;
#[path = "../../runtime/tests/esm/support/mod.rs"]
mod support;

use std::sync::Arc;

use broker::{Broker, Listener, PASSWORD, USER};
use certificates::KEY_PASSWORD;
use esm_local::esm::config::{
    Authentication, Certificate, MappingConfig, OnFailureDestination, Password, Secret, SourceAccess,
};
use esm_local::esm::status::MappingState;
use esm_local::esm::{EsmOptions, Mapping, MappingHandle};
use futures::future::join_all;
use support::function::{Function, function_error};
use support::{committed, eventually, mapping, quick};
use tokio_util::sync::CancellationToken;

/// What a mapping says where the broker takes other credentials.
const REFUSED: &str = "the brokers refuse the credentials; trying on";
/// … and where one of the two does not trust the other's certificate.
const NO_TLS: &str = "TLS with the brokers fails; trying on";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_source_access_configuration_gets_in_and_wrong_ones_say_why() {
    let Some(broker) = Broker::start().await else {
        eprintln!("KAFKA_JARS and KAFKA_JAVA name no Kafka: left out (`cargo xtask test` gives them)");
        return;
    };
    let ways = Ways { broker: &broker };
    join_all(ways.right().into_iter().map(|way| gets_in(&broker, way))).await;
    let right = ways.right();
    let wrong = ways.wrong().into_iter().enumerate().map(|(number, (listener, access, says))| {
        let corrected = right.iter().find(|way| way.listener as usize == listener as usize).unwrap();
        let topic = format!("out-{number}");
        stays_out_until_corrected(&broker, topic, says, (listener, access, corrected.access.clone()))
    });
    join_all(wrong).await;
    what_fails_goes_to_a_topic_the_same_way(&broker, ways.scram_512()).await;
}

/// A listener, and how to get in.
struct Way {
    name: &'static str,
    listener: Listener,
    access: SourceAccess,
}

struct Ways<'b> {
    broker: &'b Broker,
}

impl Ways<'_> {
    /// All that AWS has and that this machine can do.
    fn right(&self) -> Vec<Way> {
        let way =
            |name, listener, authentication| Way { name, listener, access: self.trusting(authentication) };
        vec![
            way("scram512", Listener::Scram, Some(Authentication::Scram512(password(PASSWORD)))),
            way("scram256", Listener::Scram, Some(Authentication::Scram256(password(PASSWORD)))),
            way("basic", Listener::Basic, Some(Authentication::Basic(password(PASSWORD)))),
            way("mutual", Listener::Mutual, Some(self.certificate("client.key", None))),
            way(
                "mutualenc",
                Listener::Mutual,
                Some(self.certificate("client.encrypted.key", Some(KEY_PASSWORD))),
            ),
            way("tls", Listener::Tls, None),
        ]
    }

    /// What is wrong, where, and what the mapping says of it.
    fn wrong(&self) -> Vec<(Listener, SourceAccess, &'static str)> {
        let stranger = |authentication| SourceAccess {
            root_certificate: Some(self.broker.certificates.text("stranger.pem")),
            authentication,
            ..SourceAccess::default()
        };
        vec![
            (Listener::Scram, self.trusting(Some(Authentication::Scram512(password("wrong")))), REFUSED),
            (Listener::Basic, self.trusting(Some(Authentication::Basic(password("wrong")))), REFUSED),
            (Listener::Scram, stranger(Some(Authentication::Scram512(password(PASSWORD)))), NO_TLS),
            (Listener::Tls, stranger(None), NO_TLS),
            (Listener::Mutual, self.trusting(None), NO_TLS),
        ]
    }

    fn scram_512(&self) -> SourceAccess {
        self.trusting(Some(Authentication::Scram512(password(PASSWORD))))
    }

    fn trusting(&self, authentication: Option<Authentication>) -> SourceAccess {
        SourceAccess {
            root_certificate: Some(self.broker.certificates.text("ca.pem")),
            authentication,
            ..SourceAccess::default()
        }
    }

    fn certificate(&self, key: &str, password: Option<&str>) -> Authentication {
        let text = |file| self.broker.certificates.text(file);
        Authentication::ClientCertificate(Certificate {
            certificate: text("client.pem"),
            private_key: Secret::new(text(key)),
            private_key_password: password.map(Secret::new),
        })
    }
}

fn password(password: &str) -> Password {
    Password { username: USER.to_owned(), password: Secret::new(password) }
}

fn options() -> EsmOptions {
    let kafka_properties = vec![("broker.address.family".to_owned(), "v4".to_owned())];
    EsmOptions { kafka_properties, ..quick() }
}

async fn gets_in(broker: &Broker, way: Way) {
    let topic = format!("in-{}", way.name);
    broker.fill(&topic).await;
    let source_access = way.access;
    let config = MappingConfig { source_access, ..mapping(&broker.address(way.listener), &topic) };
    let stop = CancellationToken::new();
    let handle = Mapping::start(config, options(), Function::succeeding(), stop.clone()).unwrap();
    committed(&handle, 0, 1).await;
    assert_eq!(handle.status().await.unwrap().last_processing_result, "OK", "{}", way.name);
    stop.cancel();
    handle.join().await;
}

async fn stays_out_until_corrected(
    broker: &Broker,
    topic: String,
    says: &str,
    (listener, access, corrected): (Listener, SourceAccess, SourceAccess),
) {
    broker.fill(&topic).await;
    let config = MappingConfig { source_access: access, ..mapping(&broker.address(listener), &topic) };
    let stop = CancellationToken::new();
    let handle = Mapping::start(config.clone(), options(), Function::succeeding(), stop.clone()).unwrap();
    says_and_waits(&handle, says).await;
    handle.update(MappingConfig { source_access: corrected, ..config }).await.unwrap();
    committed(&handle, 0, 1).await;
    assert_eq!(handle.status().await.unwrap().last_processing_result, "OK");
    stop.cancel();
    handle.join().await;
}

async fn says_and_waits(handle: &MappingHandle, says: &str) {
    eventually(says, || async {
        let status = handle.status().await.unwrap();
        status.state == MappingState::Enabling && status.last_processing_result.starts_with(says)
    })
    .await;
    assert_eq!(handle.metrics().invoked, 0);
}

async fn what_fails_goes_to_a_topic_the_same_way(broker: &Broker, source_access: SourceAccess) {
    broker.fill("source").await;
    broker.fill("failed").await;
    let config = MappingConfig {
        source_access,
        maximum_retry_attempts: Some(0),
        on_failure: Some(OnFailureDestination::KafkaTopic("failed".to_owned())),
        ..mapping(&broker.address(Listener::Scram), "source")
    };
    let stop = CancellationToken::new();
    let function = Function::new(|_, _| async { function_error() });
    let handle = Mapping::start(config, options(), Arc::clone(&function), stop.clone()).unwrap();
    committed(&handle, 0, 1).await;
    assert_eq!(handle.metrics().destination_delivered, 1);
    stop.cancel();
    handle.join().await;
}
