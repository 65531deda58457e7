//! Counters under AWS's own metric names.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::{Deserialize, Serialize};

macro_rules! metrics {
    ($($(#[doc = $doc:literal])* $field:ident => $name:literal,)*) => {
        /// What a mapping has counted since it was started.
        #[derive(Debug, Default)]
        pub struct MappingMetrics {
            $($(#[doc = $doc])* pub $field: Counter,)*
        }

        /// A [`MappingMetrics`] at one moment.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        pub struct MetricsSnapshot {
            $($(#[doc = $doc])* #[serde(rename = $name)] pub $field: u64,)*
        }

        impl MappingMetrics {
            /// The counts now.
            pub fn snapshot(&self) -> MetricsSnapshot {
                MetricsSnapshot { $($field: self.$field.get(),)* }
            }
        }

        impl MetricsSnapshot {
            /// The counts with AWS's metric names and what they mean.
            pub fn named(&self) -> Vec<(&'static str, &'static str, u64)> {
                vec![$(($name, concat!($($doc),*), self.$field),)*]
            }
        }
    };
}

metrics! {
    /// Records read.
    polled => "PolledEventCount",
    /// Records removed by the filters.
    filtered_out => "FilteredOutEventCount",
    /// Records sent to the function, retries included.
    invoked => "InvokedEventCount",
    /// Records whose invocation failed, or that the function reported as failed.
    failed_invoke => "FailedInvokeEventCount",
    /// Records dropped for age, retries or size, without a destination that takes them.
    dropped => "DroppedEventCount",
    /// Records delivered to the on-failure destination.
    destination_delivered => "OnFailureDestinationDeliveredEventCount",
    /// Sum of the rises of committed offsets.
    committed => "CommittedEventCount",
    /// Errors while reading.
    polling_error => "PollingErrorCount",
    /// Batches whose invocation failed.
    invoke_error => "InvokeErrorCount",
    /// Records that the destination did not take (they are sent again, or dropped if it never can).
    destination_error => "OnFailureDestinationDeliveryErrorCount",
    /// Records that the schema registry's schemas could not read, and failed questions to it.
    schema_registry_error => "SchemaRegistryErrorCount",
    /// Commits that failed (they are repeated).
    commit_error => "CommitErrorCount",
}

/// A number that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Counts `n` more.
    pub fn add(&self, n: usize) {
        self.0.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Relaxed);
    }

    /// The count now.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
