//! The addresses of the running stack as environment variables: what `cargo xtask env` prints, what
//! every process of the stack is given, and what templates may refer to.

use crate::app;
use crate::ports::{Port, Ports};
use crate::settings::Engine;

/// Every variable with its value.
pub fn all(ports: &Ports, engine: Engine) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut set = |name: &str, value: String| variables.push((name.to_owned(), value));
    for port in Port::ALL {
        set(port.variable(), ports.get(port).to_string());
    }
    let address = |port: Port| format!("127.0.0.1:{}", ports.get(port));
    set("KAFKA_BOOTSTRAP_SERVERS", address(Port::Kafka));
    set("DATABASE_URL", format!("mysql://gateway:gateway@{}/gateway", address(Port::Mysql)));
    set("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", address(Port::Dynamodb)));
    set("AWS_REGION", "us-east-1".to_owned());
    set("AWS_ACCESS_KEY_ID", "local".to_owned());
    set("AWS_SECRET_ACCESS_KEY", "local".to_owned());
    set("SEARCH_ENDPOINT", format!("http://{}", address(Port::Search)));
    set("CONNECT_URL", format!("http://{}", address(Port::Connect)));
    set("PSP_BASE_URL", format!("http://{}", address(Port::Psp)));
    set("ISSUER_URL", format!("http://{}", address(Port::Issuer)));
    set("JWT_ISSUER", format!("http://{}/realms/{}", address(Port::Issuer), app::REALM));
    set("JWT_AUDIENCE", app::AUDIENCE.to_owned());
    set("GATEWAY_URL", format!("http://{}", address(Port::Http)));
    set("RUNTIME_URL", format!("http://{}", address(Port::Invoke)));
    variables.extend(seen_from_connect(ports, engine));
    variables
}

/// What the connector needs: addresses as the Connect worker sees them, which in Compose is another
/// network.
fn seen_from_connect(ports: &Ports, engine: Engine) -> [(String, String); 5] {
    let (database, port, kafka) = match engine {
        Engine::Native => {
            let kafka = format!("127.0.0.1:{}", ports.get(Port::Kafka));
            ("127.0.0.1", ports.get(Port::Mysql).to_string(), kafka)
        }
        Engine::Docker => ("mysql", "3306".to_owned(), "kafka:19092".to_owned()),
    };
    [
        ("CDC_DATABASE_HOSTNAME", database.to_owned()),
        ("CDC_DATABASE_PORT", port),
        ("CDC_DATABASE_USER", "debezium".to_owned()),
        ("CDC_DATABASE_PASSWORD", "debezium".to_owned()),
        ("CDC_KAFKA_BOOTSTRAP_SERVERS", kafka),
    ]
    .map(|(name, value)| (name.to_owned(), value))
}
