//! Which ports the stack uses, and how they are chosen.
//!
//! For each port: its own variable (`GATEWAY_PORT_KAFKA=19092`), else the default moved by
//! `GATEWAY_PORT_OFFSET`, else what `.stack/ports.toml` remembers, else the default.

use std::collections::BTreeMap;

use crate::failure::{Failure, Outcome};

/// A port of the stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Port {
    /// Kafka, for clients.
    Kafka,
    /// Kafka's own controller.
    KafkaController,
    /// MySQL or MariaDB.
    Mysql,
    /// DynamoDB Local.
    Dynamodb,
    /// OpenSearch or Elasticsearch over HTTP.
    Search,
    /// OpenSearch between nodes: there is one, but it insists.
    SearchTransport,
    /// OpenSearch beside Elasticsearch, where Compose is asked for it.
    Opensearch,
    /// The REST API of Kafka Connect.
    Connect,
    /// The PSP simulator.
    Psp,
    /// The issuer of development tokens.
    Issuer,
    /// The gateway's HTTP API.
    Http,
    /// The local runtime's Invoke API and health.
    Invoke,
}

impl Port {
    /// Every port, in the order in which they are shown.
    pub const ALL: [Self; 12] = [
        Self::Kafka,
        Self::KafkaController,
        Self::Mysql,
        Self::Dynamodb,
        Self::Search,
        Self::SearchTransport,
        Self::Opensearch,
        Self::Connect,
        Self::Psp,
        Self::Issuer,
        Self::Http,
        Self::Invoke,
    ];

    const fn row(self) -> (&'static str, &'static str, u16) {
        match self {
            Self::Kafka => ("kafka", "GATEWAY_PORT_KAFKA", 9092),
            Self::KafkaController => ("kafka-controller", "GATEWAY_PORT_KAFKA_CONTROLLER", 9093),
            Self::Mysql => ("mysql", "GATEWAY_PORT_MYSQL", 3306),
            Self::Dynamodb => ("dynamodb", "GATEWAY_PORT_DYNAMODB", 8000),
            Self::Search => ("search", "GATEWAY_PORT_SEARCH", 9200),
            Self::SearchTransport => ("search-transport", "GATEWAY_PORT_SEARCH_TRANSPORT", 9300),
            Self::Opensearch => ("opensearch", "GATEWAY_PORT_OPENSEARCH", 9201),
            Self::Connect => ("connect", "GATEWAY_PORT_CONNECT", 8083),
            Self::Psp => ("psp", "GATEWAY_PORT_PSP", 4010),
            Self::Issuer => ("issuer", "GATEWAY_PORT_ISSUER", 4020),
            Self::Http => ("http", "GATEWAY_PORT_HTTP", 3000),
            Self::Invoke => ("invoke", "GATEWAY_PORT_INVOKE", 9000),
        }
    }

    /// Its key in `ports.toml`.
    pub const fn key(self) -> &'static str {
        self.row().0
    }

    /// The environment variable that sets it.
    pub const fn variable(self) -> &'static str {
        self.row().1
    }

    /// The port used when nothing else is asked for.
    pub const fn default(self) -> u16 {
        self.row().2
    }
}

/// The variable that moves every port that is not set by itself.
pub const OFFSET_VARIABLE: &str = "GATEWAY_PORT_OFFSET";

/// The port of each server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ports(BTreeMap<Port, u16>);

impl Ports {
    /// Chooses the ports from the environment (`variable`) and the text of `ports.toml`.
    ///
    /// # Errors
    /// A value is no port, or two servers would share one.
    pub fn choose(variable: impl Fn(&str) -> Option<String>, remembered: &str) -> Outcome<Self> {
        let remembered = parse_file(remembered)?;
        let offset = match variable(OFFSET_VARIABLE) {
            Some(text) => Some(parse(OFFSET_VARIABLE, &text)?),
            None => None,
        };
        let mut ports = BTreeMap::new();
        for port in Port::ALL {
            let number = match (variable(port.variable()), offset) {
                (Some(text), _) => parse(port.variable(), &text)?,
                (None, Some(offset)) => moved(port, offset)?,
                (None, None) => remembered.get(port.key()).copied().unwrap_or(port.default()),
            };
            if let Some((other, _)) = ports.iter().find(|(_, taken)| **taken == number) {
                return Err(shared(port, *other, number));
            }
            ports.insert(port, number);
        }
        Ok(Self(ports))
    }

    /// The number of a port.
    pub fn get(&self, port: Port) -> u16 {
        self.0.get(&port).copied().unwrap_or(port.default())
    }

    /// The text of `ports.toml` that remembers these ports.
    pub fn to_file(&self) -> String {
        let mut text = String::from("# The ports of this checkout; environment variables win over them.\n");
        for (port, number) in &self.0 {
            text.push_str(&format!("{} = {number}\n", port.key()));
        }
        text
    }
}

fn parse(name: &str, text: &str) -> Outcome<u16> {
    text.trim().parse().map_err(|_| Failure::new(format!("{name}={text} is not a number from 0 to 65535")))
}

fn moved(port: Port, offset: u16) -> Outcome<u16> {
    port.default().checked_add(offset).ok_or_else(|| {
        Failure::new(format!("{OFFSET_VARIABLE}={offset} moves {} beyond 65535", port.variable()))
    })
}

fn shared(one: Port, other: Port, number: u16) -> Failure {
    Failure::new(format!("{} and {} are both {number}", other.variable(), one.variable()))
        .remedy("give each server a port of its own")
}

/// The flat part of TOML that `ports.toml` needs: `key = number`, comments, blank lines.
fn parse_file(text: &str) -> Outcome<BTreeMap<String, u16>> {
    let mut ports = BTreeMap::new();
    for line in text.lines().map(|line| line.split('#').next().unwrap_or("").trim()) {
        if line.is_empty() {
            continue;
        }
        let (key, value) =
            line.split_once('=').ok_or_else(|| Failure::new(format!("ports.toml: no `=` in: {line}")))?;
        ports.insert(key.trim().to_owned(), parse(key.trim(), value)?);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Environment variables, the text of `ports.toml`, and what comes of them.
    type Row<T> = (&'static [(&'static str, &'static str)], &'static str, T);

    fn choose(environment: &[(&str, &str)], file: &str) -> Outcome<Ports> {
        let find =
            |name: &str| environment.iter().find(|(key, _)| *key == name).map(|(_, v)| (*v).to_owned());
        Ports::choose(find, file)
    }

    #[test]
    fn each_source_wins_over_the_next() {
        let rows: [Row<u16>; 6] = [
            (&[], "", 9092),
            (&[], "kafka = 7000 # moved", 7000),
            (&[("GATEWAY_PORT_OFFSET", "100")], "kafka = 7000", 9192),
            (&[("GATEWAY_PORT_OFFSET", "0")], "kafka = 7000", 9092),
            (&[("GATEWAY_PORT_KAFKA", "1234"), ("GATEWAY_PORT_OFFSET", "100")], "kafka = 7000", 1234),
            (&[("GATEWAY_PORT_KAFKA", "1234")], "", 1234),
        ];
        for (environment, file, expected) in rows {
            assert_eq!(
                choose(environment, file).unwrap().get(Port::Kafka),
                expected,
                "{environment:?} {file:?}"
            );
        }
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        let rows: [Row<&str>; 5] = [
            (&[("GATEWAY_PORT_MYSQL", "70000")], "", "GATEWAY_PORT_MYSQL=70000"),
            (&[("GATEWAY_PORT_OFFSET", "60000")], "", "beyond 65535"),
            (&[("GATEWAY_PORT_MYSQL", "9092")], "", "GATEWAY_PORT_KAFKA and GATEWAY_PORT_MYSQL"),
            (&[], "kafka: 1", "no `=`"),
            (&[], "kafka = one", "kafka="),
        ];
        for (environment, file, message) in rows {
            let refused = choose(environment, file).unwrap_err().to_string();
            assert!(refused.contains(message), "{refused}");
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let ports = choose(&[("GATEWAY_PORT_OFFSET", "300")], "").unwrap();
        assert_eq!(choose(&[], &ports.to_file()).unwrap(), ports);
    }
}
