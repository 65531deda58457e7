//! What is legal, and most likely not meant: told, and not in the way.

use std::collections::BTreeMap;

use super::model::Application;
use crate::esm::limits::TIMEOUT_MAX;

/// Adds what can only be seen of the whole.
pub(super) fn look_over(application: &mut Application) {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&str>> = BTreeMap::new();
    for mapping in &application.mappings {
        let key = (&*mapping.consumer_group_id, &*mapping.topic, &*mapping.bootstrap_servers);
        groups.entry(key).or_default().push(&mapping.id);
    }
    let shared = groups.into_iter().filter(|(_, mappings)| mappings.len() > 1);
    let warnings = shared.map(|((group, topic, _), mappings)| {
        let mappings = mappings.join(" and ");
        format!(
            "{mappings} read {topic} as one group, {group}: each record goes to one of them only; \
             give each a ConsumerGroupId of its own if all are to see it"
        )
    });
    let warnings: Vec<String> = warnings.chain(slow_functions(application)).collect();
    application.warnings.extend(warnings);
}

/// Functions that Lambda would not give a Kafka mapping to.
fn slow_functions(application: &Application) -> impl Iterator<Item = String> {
    let functions = application.functions.iter().filter(|function| function.timeout > TIMEOUT_MAX);
    let read_by = |name: &str| application.mappings.iter().find(|mapping| mapping.function == name);
    functions.filter_map(move |function| {
        let mapping = read_by(&function.name)?;
        let (id, seconds, max) = (&function.logical_id, function.timeout.as_secs(), TIMEOUT_MAX.as_secs());
        Some(format!(
            "{id}: its Timeout is {seconds} s, but behind Kafka ({}) Lambda takes {max} s at most",
            mapping.id
        ))
    })
}
