//! What the judgement rests on.

use std::collections::{HashMap, HashSet};

use gateway_domain::{PaymentId, PaymentStatus};
use gateway_wire::RecordOrigin;

/// A record as it stands in its topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where.
    pub origin: RecordOrigin,
    /// Its value, if it has one.
    pub value: Option<Vec<u8>>,
}

/// A partition of an audited topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// The first offset that is still there.
    pub low: i64,
    /// The offset that the next record will have.
    pub high: i64,
    /// The offset that the step's group reads next; `low` where it has committed nothing.
    pub committed: i64,
    /// Its records, in order.
    pub records: Vec<Record>,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentFact {
    /// Its status.
    pub status: PaymentStatus,
    /// The attempt under way or last made.
    pub attempt: u32,
}

/// Topics, offsets and tables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The audited partitions.
    pub partitions: Vec<Partition>,
    /// Every payment of the ledger.
    pub payments: HashMap<PaymentId, PaymentFact>,
    /// The records that a payment's story names as cause.
    pub told: HashSet<RecordOrigin>,
    /// The records that a row of the dead letters' table is about.
    pub lettered: HashSet<RecordOrigin>,
    /// The records of the dead-letter queue that such a row names.
    pub analysed: HashSet<RecordOrigin>,
}

impl Evidence {
    /// The records of a topic.
    pub fn records<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a Record> + 'a {
        self.partitions.iter().filter(move |it| it.topic == topic).flat_map(|it| &it.records)
    }

    /// Whether records of a topic have been deleted since: their retention is over.
    #[must_use]
    pub fn is_trimmed(&self, topic: &str) -> bool {
        self.partitions.iter().any(|partition| partition.topic == topic && partition.low > 0)
    }
}
