//! The mappings' metrics in Prometheus' text format, under AWS's names.

use std::fmt::Write as _;

use super::status::MappingStatus;

/// A metric of one mapping that may be unknown.
type Gauge = (&'static str, &'static str, fn(&MappingStatus) -> Option<i64>);

const GAUGES: [Gauge; 5] = [
    ("OffsetLag", "Records after the committed offsets.", MappingStatus::lag),
    ("SumOffsetLag", "Records after the committed offsets.", MappingStatus::lag),
    ("MaxOffsetLag", "The same of the partition with most.", MappingStatus::max_lag),
    ("ProvisionedPollers", "Event pollers at work.", |status| {
        status.pollers.and_then(|n| i64::try_from(n).ok())
    }),
    ("InvocationsInFlight", "Invocations that are out (not a metric of AWS).", |status| {
        i64::try_from(status.invocations_in_flight).ok()
    }),
];

/// Everything that is known of the mappings.
pub fn text(mappings: &[MappingStatus]) -> String {
    let mut text = String::new();
    for (name, help, value) in GAUGES {
        let values = mappings.iter().filter_map(|mapping| Some((mapping, value(mapping)?)));
        metric(&mut text, name, help, "gauge", values);
    }
    let counters = mappings.first().map(|mapping| mapping.metrics.named()).unwrap_or_default();
    for (index, (name, help, _)) in counters.into_iter().enumerate() {
        let values =
            mappings.iter().filter_map(|mapping| Some((mapping, mapping.metrics.named().get(index)?.2)));
        metric(&mut text, name, help.trim(), "counter", values);
    }
    text
}

fn metric<'a, N: std::fmt::Display>(
    text: &mut String,
    name: &str,
    help: &str,
    kind: &str,
    values: impl Iterator<Item = (&'a MappingStatus, N)>,
) {
    // Writing into a text cannot fail.
    let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
    for (mapping, value) in values {
        let [uuid, function, topic, group] =
            [&mapping.uuid, &mapping.function, &mapping.topic, &mapping.consumer_group_id]
                .map(|label| escaped(label));
        let _ = writeln!(
            text,
            "{name}{{EventSourceMappingUUID=\"{uuid}\",FunctionName=\"{function}\",Topic=\"{topic}\",ConsumerGroupId=\"{group}\"}} {value}"
        );
    }
}

fn escaped(label: &str) -> String {
    label.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::esm::metrics::MetricsSnapshot;
    use crate::esm::status::{MappingState, PartitionStatus};

    fn status(lags: &[Option<i64>]) -> MappingStatus {
        let partition =
            |lag| PartitionStatus { partition: 0, committed: None, buffered: 0, unfinished: 0, lag };
        MappingStatus {
            id: "PayEvent".to_owned(),
            uuid: "u-1".to_owned(),
            function: "pay".to_owned(),
            topic: "payments".to_owned(),
            consumer_group_id: "a\"b".to_owned(),
            state: MappingState::Enabled,
            pollers: None,
            invocations_in_flight: 2,
            last_processing_result: "OK".to_owned(),
            last_error: None,
            partitions: lags.iter().map(|&lag| partition(lag)).collect(),
            metrics: MetricsSnapshot { polled: 7, ..MetricsSnapshot::default() },
        }
    }

    #[test]
    fn metrics_have_awss_names_and_the_mapping_as_label() {
        let text = text(&[status(&[Some(3), Some(4)])]);
        let labels =
            r#"{EventSourceMappingUUID="u-1",FunctionName="pay",Topic="payments",ConsumerGroupId="a\"b"}"#;
        for line in ["OffsetLag# 7", "MaxOffsetLag# 4", "PolledEventCount# 7", "DroppedEventCount# 0"] {
            let line = line.replace('#', labels);
            assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
        }
        assert!(text.contains("# TYPE PolledEventCount counter"));
        assert!(!text.contains("ProvisionedPollers{"), "on demand there are none");
    }

    #[test]
    fn an_unknown_lag_is_left_out() {
        assert!(!text(&[status(&[Some(3), None])]).contains("\nOffsetLag{"));
    }
}
