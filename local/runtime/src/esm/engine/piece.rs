//! Records that are delivered, retried and given up together.

use std::collections::VecDeque;

use super::action::{Condition, Span};
use super::decide::Tally;
use crate::esm::record::Record;
use crate::esm::response::FailedItems;

/// A batch, or what is left of one.
#[derive(Debug, Default)]
pub struct Piece {
    /// The records, partition by partition, each in order.
    pub groups: Vec<Group>,
    /// What has happened to them.
    pub tally: Tally,
    /// Set once they are given up: they go to the destination instead of the function.
    pub doom: Option<Condition>,
    /// How the last invocation with them ended, for the on-failure record.
    pub last_response: Option<LastResponse>,
}

/// Records of one partition's assignment.
#[derive(Debug)]
pub struct Group {
    /// The partition.
    pub partition: i32,
    /// Which assignment of the partition they were read under.
    pub epoch: u64,
    /// In offset order, never empty.
    pub records: VecDeque<Record>,
}

/// How an invocation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastResponse {
    /// Its request id.
    pub request_id: String,
    /// Whether the function itself failed (`functionError: Unhandled`), not only single records.
    pub function_error: bool,
}

impl Piece {
    /// How many records it has.
    pub fn records(&self) -> usize {
        self.groups.iter().map(|group| group.records.len()).sum()
    }

    /// Its records, partition by partition.
    pub fn spans(&self) -> Vec<Span> {
        self.groups.iter().filter_map(Group::span).collect()
    }

    /// Whether this record is in it.
    pub fn contains(&self, partition: i32, offset: i64) -> bool {
        self.groups.iter().any(|g| {
            g.partition == partition && g.records.binary_search_by_key(&offset, |r| r.offset).is_ok()
        })
    }

    /// The first and the second half, in payload order; both inherit what has happened.
    pub fn split(mut self) -> (Self, Self) {
        let mut room = self.records().div_ceil(2);
        let mut second = self.sibling();
        for mut group in std::mem::take(&mut self.groups) {
            let rest = group.records.split_off(room.min(group.records.len()));
            room -= group.records.len();
            let (partition, epoch) = (group.partition, group.epoch);
            self.push_group(group);
            second.push_group(Group { partition, epoch, records: rest });
        }
        (self, second)
    }

    /// Takes the records out for which `take` holds; both parts keep their order.
    pub fn take_records(&mut self, take: impl Fn(&Record) -> bool) -> Self {
        let mut taken = self.sibling();
        for group in std::mem::take(&mut self.groups) {
            let (partition, epoch) = (group.partition, group.epoch);
            let (out, stay) = group.records.into_iter().partition(&take);
            taken.push_group(Group { partition, epoch, records: out });
            self.push_group(Group { partition, epoch, records: stay });
        }
        taken
    }

    /// Takes the records out that an answer names.
    pub fn take_named(&mut self, failed: &FailedItems) -> Self {
        self.take_records(|record| failed.contains(&(record.partition, record.offset)))
    }

    fn sibling(&self) -> Self {
        Self {
            groups: Vec::new(),
            tally: self.tally,
            doom: self.doom,
            last_response: self.last_response.clone(),
        }
    }

    fn push_group(&mut self, group: Group) {
        if !group.records.is_empty() {
            self.groups.push(group);
        }
    }
}

impl Group {
    fn span(&self) -> Option<Span> {
        let (first, last) = (self.records.front()?, self.records.back()?);
        Some(Span { partition: self.partition, first_offset: first.offset, last_offset: last.offset })
    }
}
