//! `cargo xtask test`: the whole test run, in the order in which failures are cheapest to find.

use super::{chaos, compose, dependencies, fuzz, program, requisites, stop, templates, up};
use crate::app;
use crate::cli::Up;
use crate::demand::Demand;
use crate::failure::{Failure, Outcome};
use crate::fetch::cargo_lambda;
use crate::process::Record;
use crate::settings::Compute;
use crate::stack::Stack;
use crate::workspace::{self, Metadata, PROFILE};
use crate::{say, server};

/// The package whose tests need the running stack.
const END_TO_END: &str = "e2e";

/// Format, lints, tests without servers; then, on an empty stack, those with; then a short run of chaos.
pub fn run(stack: Stack, unit_only: bool) -> Outcome {
    workspace::cargo(&stack.place, &["fmt", "--all", "--check"])?;
    compose::check(&stack)?;
    templates::check(&stack)?;
    dependencies::check(&stack)?;
    let lints = ["clippy", "--profile", PROFILE, "--workspace", "--all-targets", "--", "-D", "warnings"];
    workspace::cargo(&stack.place, &lints)?;
    let metadata = workspace::metadata(&stack.place)?;
    without_servers(&stack, &metadata)?;
    if unit_only {
        return Ok(());
    }
    with_servers(stack, &metadata)
}

/// End-to-end tests whose calls come at once.
const RACES: [&str; 2] = ["duplicates", "reservations"];

fn without_servers(stack: &Stack, metadata: &Metadata) -> Outcome {
    let targets = test_targets(metadata, |package| package != END_TO_END);
    let mut arguments = vec!["test", "--profile", PROFILE, "--workspace", "--lib", "--bins"];
    arguments.extend(targets.iter().flat_map(|target| ["--test", *target]));
    workspace::cargo_with(&stack.place, &arguments, &requisites::lambda_clients(stack)?)?;
    workspace::cargo(&stack.place, &["test", "--profile", PROFILE, "--workspace", "--doc"])
}

fn with_servers(stack: Stack, metadata: &Metadata) -> Outcome {
    let targets = test_targets(metadata, |package| package == END_TO_END);
    if targets.is_empty() {
        return Err(Failure::new(format!("the package {END_TO_END} has no tests")));
    }
    let was_running = something_runs(&stack);
    let chosen = stack.settings.compute;
    let mut stack = up::start(stack, &Up { fresh: true, ..program::from_scratch() })?;
    let compute = stack.settings.compute;
    let mut outcome = end_to_end(&stack, &targets).and_then(|()| fuzz::run(&stack, &fuzz::in_tests()));
    if outcome.is_ok() {
        (stack, outcome) = watched(stack)?;
    }
    if outcome.is_ok() {
        (stack, outcome) = on_instances(stack)?;
    }
    if outcome.is_ok() {
        // It wants an empty stack of its own, whose tables outlive their server.
        stack.settings.compute = compute;
        stack = chaos::start(stack)?;
        outcome = program::run(&stack, "chaos", &["--short".to_owned()]);
    }
    match &outcome {
        Err(_) => say::progress("test", format!("logs are in {}", stack.place.state.join("logs").display())),
        Ok(()) => say::progress("test", "all tests passed"),
    }
    // Whoever was working with a running stack gets one back.
    if !was_running {
        stop::down(&stack)?;
        stack.settings.compute = chosen;
        stack.settings.remember(&stack.place)?;
    }
    outcome
}

fn end_to_end(stack: &Stack, targets: &[&str]) -> Outcome {
    let mut arguments = vec!["test", "--profile", PROFILE, "--workspace"];
    arguments.extend(targets.iter().flat_map(|target| ["--test", *target]));
    let variables = [stack.variables(), requisites::kafka(stack)?].concat();
    workspace::cargo_with(&stack.place, &arguments, &variables)
}

/// The demonstration, with the functions under `cargo lambda watch`.
fn watched(stack: Stack) -> Outcome<(Stack, Outcome)> {
    let cargo_lambda = cargo_lambda::path(&stack).map(drop);
    if Demand::Checks.unless_missing("test", "cargo lambda watch", cargo_lambda)?.is_none() {
        return Ok((stack, Ok(())));
    }
    let stack = up::start(stack, &Up { watch: true, ..program::as_before() })?;
    let outcome = program::run(&stack, "demo", &[]);
    Ok((stack, outcome))
}

/// The demonstration, and what many calls in one environment could get wrong, with the functions that buyers wait for
/// on instances.
fn on_instances(stack: Stack) -> Outcome<(Stack, Outcome)> {
    let stack = up::start(stack, &Up { compute: Some(Compute::Instances), ..program::as_before() })?;
    let outcome = end_to_end(&stack, &RACES).and_then(|()| program::run(&stack, "demo", &[]));
    Ok((stack, outcome))
}

fn something_runs(stack: &Stack) -> bool {
    server::ALL.iter().chain(&app::ALL).any(|part| Record::of_running(&stack.place, part.name()).is_some())
}

/// The names of the integration tests of some packages.
///
/// They are chosen by target, never by package: a package alone would be resolved with other
/// features, and half the world built again.
fn test_targets(metadata: &Metadata, of: impl Fn(&str) -> bool) -> Vec<&str> {
    let packages = metadata.packages.iter().filter(|package| of(&package.name));
    let targets = packages.flat_map(|package| &package.targets);
    targets
        .filter(|target| target.kind.iter().any(|kind| kind == "test"))
        .map(|target| target.name.as_str())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_split_by_whether_they_need_servers() {
        let metadata: Metadata = serde_json::from_str(
            r#"{"target_directory":"/t","packages":[
                {"name":"e2e","targets":[{"name":"e2e","kind":["lib"]},{"name":"payments","kind":["test"]}]},
                {"name":"esm-local","targets":[{"name":"esm","kind":["test"]},{"name":"esm-local","kind":["bin"]}]}]}"#,
        )
        .unwrap();
        assert_eq!(test_targets(&metadata, |name| name == END_TO_END), ["payments"]);
        assert_eq!(test_targets(&metadata, |name| name != END_TO_END), ["esm"]);
    }
}
