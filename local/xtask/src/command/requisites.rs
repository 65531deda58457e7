//! What some tests need besides the stack. They are told by variables, and leave out what is not there.

use crate::demand::Demand;
use crate::failure::Outcome;
use crate::fetch::jars::{self, Module};
use crate::fetch::jdk;
use crate::fetch::python::{self, Environment};
use crate::stack::Stack;

/// The Lambda API's clients, pinned.
const LAMBDA_CLIENTS: Environment =
    Environment { name: "lambda-clients", list: "local/runtime/tests/clients/requirements.txt" };

/// Environment variables of a test run.
type Variables = Vec<(String, String)>;

/// boto3 and the AWS CLI, for the tests of the Lambda API.
///
/// # Errors
/// They cannot be had where every check is required.
pub fn lambda_clients(stack: &Stack) -> Outcome<Variables> {
    let folder = python::environment(stack, &LAMBDA_CLIENTS);
    let found = folder.map(|folder| variables(&[("LAMBDA_CLIENTS", folder.as_path())]));
    unless_missing("the Lambda API's clients", found)
}

/// Kafka's own program, for the tests that start brokers of other kinds than the stack's.
///
/// # Errors
/// It cannot be had where every check is required.
pub fn kafka(stack: &Stack) -> Outcome<Variables> {
    unless_missing("secured brokers", kafka_program(stack))
}

fn kafka_program(stack: &Stack) -> Outcome<Variables> {
    let (jars, java) = (jars::of(stack, Module::Kafka)?, jdk::jdks(stack)?.usual().program("java"));
    Ok(variables(&[("KAFKA_JARS", jars.as_path()), ("KAFKA_JAVA", java.as_path())]))
}

fn variables(paths: &[(&str, &std::path::Path)]) -> Variables {
    paths.iter().map(|(name, path)| ((*name).to_owned(), path.display().to_string())).collect()
}

fn unless_missing(what: &str, found: Outcome<Variables>) -> Outcome<Variables> {
    Ok(Demand::Checks.unless_missing("test", what, found)?.unwrap_or_default())
}
