//! A real Kafka of its own, with a listener for each way of getting in.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};

use super::certificates::Certificates;
use super::support::eventually;

/// The user whom both SASL listeners know.
pub const USER: &str = "ana";
/// Her password.
pub const PASSWORD: &str = "word";

const CLUSTER_ID: &str = "c2VjdXJlZC1icm9rZXJzLQ";

/// Where the broker listens. The first is plain, for who sets the stage.
#[derive(Debug, Clone, Copy)]
pub enum Listener {
    Plaintext,
    /// SASL/SCRAM over TLS.
    Scram,
    /// SASL/PLAIN over TLS.
    Basic,
    /// TLS with a certificate from the client.
    Mutual,
    /// TLS.
    Tls,
}

/// A running broker; ends when dropped.
pub struct Broker {
    process: Child,
    folder: PathBuf,
    ports: Vec<u16>,
    pub certificates: Certificates,
}

impl Broker {
    /// Starts one, if Kafka's program is named in the environment.
    pub async fn start() -> Option<Self> {
        let (jars, java) = (std::env::var("KAFKA_JARS").ok()?, std::env::var("KAFKA_JAVA").ok()?);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("secured-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let certificates = Certificates::make(&folder);
        // All held at the same time, so that they differ.
        let held: Vec<_> = (0..6).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ports: Vec<u16> = held.iter().map(|port| port.local_addr().unwrap().port()).collect();
        let properties = folder.join("server.properties");
        std::fs::write(&properties, server_properties(&folder, &ports)).unwrap();
        format_storage(&java, &jars, &properties);
        drop(held);
        let log = std::fs::File::create(folder.join("kafka.log")).unwrap();
        let process = program(&java, &jars, "kafka.Kafka")
            .arg(&properties)
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let broker = Self { process, folder, ports, certificates };
        broker.answers().await;
        Some(broker)
    }

    /// Where clients of a kind connect to.
    pub fn address(&self, listener: Listener) -> String {
        format!("localhost:{}", self.ports[listener as usize])
    }

    /// Creates a topic of one partition with one record.
    pub async fn fill(&self, topic: &str) {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", self.address(Listener::Plaintext)).set("broker.address.family", "v4");
        let admin: AdminClient<DefaultClientContext> = client.create().unwrap();
        let new = NewTopic::new(topic, 1, TopicReplication::Fixed(1));
        admin.create_topics([&new], &AdminOptions::new()).await.unwrap();
        let producer: FutureProducer = client.create().unwrap();
        producer.send(FutureRecord::<(), _>::to(topic).payload("x"), Duration::from_secs(30)).await.unwrap();
    }

    async fn answers(&self) {
        let address = self.address(Listener::Plaintext);
        eventually("the broker", || async {
            let address = address.clone();
            let asked = tokio::task::spawn_blocking(move || {
                let client: BaseConsumer = ClientConfig::new()
                    .set("bootstrap.servers", address)
                    .set("broker.address.family", "v4")
                    .create()
                    .unwrap();
                client
                    .fetch_metadata(None, Duration::from_secs(1))
                    .is_ok_and(|found| !found.brokers().is_empty())
            });
            asked.await.unwrap()
        })
        .await;
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        if std::thread::panicking() {
            eprintln!("the broker's log is in {}", self.folder.display());
        } else {
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

fn program(java: &str, jars: &str, main: &str) -> Command {
    let logging = Path::new(env!("CARGO_MANIFEST_DIR")).join("../stack/kafka/log4j2.properties");
    let mut command = Command::new(java);
    command
        .args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
        .arg(format!("-Dlog4j2.configurationFile={}", logging.display()))
        .args(["-cp", &format!("{jars}/*"), main])
        .env_remove("JAVA_TOOL_OPTIONS")
        .stdin(Stdio::null());
    command
}

/// Formats the storage with the user in it.
fn format_storage(java: &str, jars: &str, properties: &Path) {
    let mut format = program(java, jars, "kafka.tools.StorageTool");
    format.args(["format", "--cluster-id", CLUSTER_ID, "--config"]).arg(properties);
    for mechanism in ["SCRAM-SHA-256", "SCRAM-SHA-512"] {
        format.args(["--add-scram", &format!("{mechanism}=[name={USER},password={PASSWORD}]")]);
    }
    let output = format.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn server_properties(folder: &Path, ports: &[u16]) -> String {
    let [plaintext, scram, basic, mutual, tls, controller] = ports else { panic!("six ports") };
    let folder = folder.display();
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{plaintext},SCRAM://127.0.0.1:{scram},BASIC://127.0.0.1:{basic},MUTUAL://127.0.0.1:{mutual},TLS://127.0.0.1:{tls},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://localhost:{plaintext},SCRAM://localhost:{scram},BASIC://localhost:{basic},MUTUAL://localhost:{mutual},TLS://localhost:{tls}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SCRAM:SASL_SSL,BASIC:SASL_SSL,MUTUAL:SSL,TLS:SSL
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
ssl.keystore.type=PEM
ssl.keystore.location={folder}/server.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
listener.name.mutual.ssl.client.auth=required
listener.name.scram.sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512
listener.name.scram.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.scram.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.basic.sasl.enabled.mechanisms=PLAIN
listener.name.basic.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{USER}=\"{PASSWORD}\";
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=1
num.io.threads=2
log.cleaner.dedupe.buffer.size=2097152
"
    )
}
