//! What can be done to the stack.

use std::fmt;

/// One kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// `kill -9` of function environments, several times.
    Functions,
    /// `kill -9` of the local runtime.
    Runtime,
    /// SIGTERM to the local runtime, which drains.
    Drain,
    /// `kill -9` of Kafka.
    Kafka,
    /// `kill -9` of MariaDB.
    Database,
    /// `kill -9` of DynamoDB Local, which keeps its tables on disk.
    Dynamodb,
    /// `kill -9` of Kafka Connect.
    Connect,
    /// `kill -9` of the PSP simulator, which keeps a journal.
    Psp,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Functions,
        Self::Runtime,
        Self::Drain,
        Self::Kafka,
        Self::Database,
        Self::Dynamodb,
        Self::Connect,
        Self::Psp,
    ];

    /// The part of the stack that ends, as `cargo xtask status` names it; the runtime brings functions
    /// back by itself.
    #[must_use]
    pub const fn part(self) -> Option<&'static str> {
        match self {
            Self::Functions => None,
            Self::Runtime | Self::Drain => Some("runtime"),
            Self::Kafka => Some("kafka"),
            Self::Database => Some("mariadb"),
            Self::Dynamodb => Some("dynamodb"),
            Self::Connect => Some("connect"),
            Self::Psp => Some("psp-simulator"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.part()) {
            (Self::Drain, _) => f.pad("SIGTERM runtime"),
            (_, Some(part)) => f.pad(&format!("kill -9 {part}")),
            (_, None) => f.pad("kill -9 functions"),
        }
    }
}
