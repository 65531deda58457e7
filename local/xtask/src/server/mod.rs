//! The servers of the stack, as they run without Docker.

mod connect;
mod dynamodb;
mod java;
mod kafka;
mod mariadb;
mod opensearch;

use crate::failure::Outcome;
use crate::place;
use crate::service::Service;
use crate::stack::Stack;
use crate::template;

/// Every server, in the order in which they are shown.
pub const ALL: [&dyn Service; 5] =
    [&kafka::Kafka, &mariadb::Mariadb, &dynamodb::DynamoDb, &opensearch::OpenSearch, &connect::Connect];

/// Fills a template of `local/stack` with the stack's addresses and `extra` values, and writes it
/// under `.stack/config`.
fn configure(stack: &Stack, template: &str, extra: &[(&str, String)]) -> Outcome<std::path::PathBuf> {
    let mut values = stack.variables();
    values.extend(extra.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let text = place::read(&stack.place.stack_file(template))?;
    let file = stack.place.config(template);
    place::write(&file, &template::fill(&text, &values)?)?;
    Ok(file)
}
