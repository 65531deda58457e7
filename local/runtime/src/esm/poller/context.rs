//! What librdkafka calls back with, turned into signals for the mapping's own task.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::base_consumer::BaseConsumer;
use rdkafka::consumer::{Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

/// Something the client has to say besides records.
#[derive(Debug)]
pub enum Signal {
    /// These partitions are to be read; to be answered with [`accept`].
    Assigned(TopicPartitionList),
    /// These partitions go to someone else; to be answered with [`release`].
    Revoked {
        /// Which.
        partitions: TopicPartitionList,
        /// They are someone else's already: nothing of them may be committed.
        lost: bool,
    },
    /// The client cannot do its work at the moment.
    Trouble(String),
}

/// Collects signals. Rebalances are only *noted* here: librdkafka waits until the mapping's task
/// answers them, which it does when the partitions are drained. Nothing blocks in a callback.
#[derive(Debug)]
pub struct SessionContext {
    signals: Mutex<VecDeque<Signal>>,
    closing: AtomicBool,
    /// The brokers do not let the client in: that they "cannot be reached" is a consequence only.
    refused: AtomicBool,
    mapping: Arc<str>,
}

impl SessionContext {
    /// For the mapping with this id.
    pub fn new(mapping: Arc<str>) -> Self {
        Self {
            signals: Mutex::default(),
            closing: AtomicBool::new(false),
            refused: AtomicBool::new(false),
            mapping,
        }
    }

    /// The oldest signal not yet taken.
    pub fn next_signal(&self) -> Option<Signal> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// From now on revocations are answered at once: everything is drained and committed.
    pub fn set_closing(&self) {
        self.closing.store(true, Relaxed);
    }

    fn push(&self, signal: Signal) {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner).push_back(signal);
    }
}

impl ConsumerContext for SessionContext {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, err: RDKafkaRespErr, list: &mut TopicPartitionList) {
        let is_assignment = err == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if self.closing.load(Relaxed) {
            let nothing = TopicPartitionList::new();
            let answer = if is_assignment { accept(consumer, &nothing) } else { release(consumer, list) };
            if let Err(error) = answer {
                tracing::debug!(mapping = %self.mapping, %error, "rebalance while leaving the group");
            }
        } else if is_assignment {
            self.refused.store(false, Relaxed);
            self.push(Signal::Assigned(list.clone()));
        } else {
            self.push(Signal::Revoked { partitions: list.clone(), lost: consumer.assignment_lost() });
        }
    }
}

impl ClientContext for SessionContext {
    fn log(&self, level: RDKafkaLogLevel, fac: &str, message: &str) {
        // What matters comes as an error too, and is told once; the client's own log repeats itself.
        tracing::debug!(mapping = %self.mapping, ?level, fac, message, "librdkafka");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        match explain(&error, reason) {
            Trouble::Refused(what) => {
                self.refused.store(true, Relaxed);
                self.push(Signal::Trouble(what));
            }
            Trouble::Unreachable if self.refused.load(Relaxed) => {}
            Trouble::Unreachable => self.push(Signal::Trouble(UNREACHABLE.to_owned())),
            Trouble::Other(what) => self.push(Signal::Trouble(what)),
        }
    }
}

const UNREACHABLE: &str = "the brokers cannot be reached; trying on";

/// What a complaint of the client comes down to.
enum Trouble {
    /// The brokers answer, but not to this client.
    Refused(String),
    Unreachable,
    Other(String),
}

/// The same words for the same trouble, so that it is told once and not at every attempt.
fn explain(error: &KafkaError, reason: &str) -> Trouble {
    use RDKafkaErrorCode::{
        AllBrokersDown, Authentication, BrokerTransportFailure, OperationTimedOut, Resolve, SSL,
        UnknownPartition, UnknownTopic, UnknownTopicOrPartition,
    };
    match error.rdkafka_error_code() {
        // TLS 1.3: what the brokers think of the client's certificate, or of there being none, comes
        // only after the handshake.
        Some(BrokerTransportFailure) if reason.contains("SSL alert") => tls(reason),
        Some(AllBrokersDown | BrokerTransportFailure | OperationTimedOut | Resolve) => Trouble::Unreachable,
        Some(Authentication) => Trouble::Refused("the brokers refuse the credentials; trying on".to_owned()),
        Some(SSL) => tls(reason),
        Some(UnknownTopicOrPartition | UnknownTopic | UnknownPartition) => {
            Trouble::Other("the topic does not exist yet; waiting for it".to_owned())
        }
        _ => Trouble::Other(format!("{error}: {reason}")),
    }
}

/// Without the time that it took, which is in brackets at the end, and different every time.
fn tls(reason: &str) -> Trouble {
    let cause = reason.split(" (after ").next().unwrap_or(reason);
    Trouble::Refused(format!("TLS with the brokers fails; trying on: {cause}"))
}

/// Starts reading these partitions, in the way of the group's protocol.
pub fn accept(consumer: &BaseConsumer<SessionContext>, partitions: &TopicPartitionList) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_assign(partitions),
        _ => consumer.assign(partitions),
    }
}

/// Gives these partitions away, in the way of the group's protocol.
pub fn release(consumer: &BaseConsumer<SessionContext>, partitions: &TopicPartitionList) -> KafkaResult<()> {
    match consumer.rebalance_protocol() {
        RebalanceProtocol::Cooperative => consumer.incremental_unassign(partitions),
        _ => consumer.unassign(),
    }
}
