//! Where everything answers: from the environment that `cargo xtask env` prints, else the default ports.

/// Addresses of the running system.
#[derive(Debug, Clone)]
pub struct Endpoints {
    /// The HTTP API.
    pub gateway: String,
    /// The local runtime's Invoke API.
    pub runtime: String,
    /// The issuer of tokens.
    pub issuer: String,
    /// The PSP simulator.
    pub psp: String,
    /// Kafka's brokers.
    pub kafka: String,
    /// MySQL or MariaDB.
    pub database: String,
    /// DynamoDB Local.
    pub dynamodb: String,
    /// OpenSearch or Elasticsearch.
    pub search: String,
    /// Kafka Connect's REST API.
    pub connect: String,
}

impl Endpoints {
    /// Reads the environment.
    #[must_use]
    pub fn from_env() -> Self {
        let or = |name: &str, default: &str| std::env::var(name).unwrap_or_else(|_| default.to_owned());
        Self {
            gateway: or("GATEWAY_URL", "http://127.0.0.1:3000"),
            runtime: or("RUNTIME_URL", "http://127.0.0.1:9000"),
            issuer: or("ISSUER_URL", "http://127.0.0.1:4020"),
            psp: or("PSP_BASE_URL", "http://127.0.0.1:4010"),
            kafka: or("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:9092"),
            database: or("DATABASE_URL", "mysql://gateway:gateway@127.0.0.1:3306/gateway"),
            dynamodb: or("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
            search: or("SEARCH_ENDPOINT", "http://127.0.0.1:9200"),
            connect: or("CONNECT_URL", "http://127.0.0.1:8083"),
        }
    }
}
