//! `cargo xtask demo` and `bench`: programs that are run against the running stack.

use std::process::Command;

use super::up;
use crate::cli::{Bench, Measured, Up};
use crate::failure::{Doing, Failure, Outcome};
use crate::fetch::cargo_lambda;
use crate::stack::Stack;
use crate::{app, engine, say, system, workspace};

/// The load would come from other machines: it yields to what it measures.
const LOAD_NICENESS: i32 = 10;

/// Shows payments going through, starting what does not run yet.
pub fn demo(stack: Stack, arguments: &[String]) -> Outcome {
    let watch = stack.settings.watch;
    run(&up::start(stack, &Up { watch, ..as_before() })?, "demo", arguments)
}

/// Measures: the gateway on an empty stack, so that numbers can be compared; mappings with Kafka alone.
pub fn bench(stack: Stack, options: &Bench) -> Outcome {
    match options.what {
        Measured::Gateway => {
            let stack = up::start(stack, &Up { fresh: true, measured: true, ..from_scratch() })?;
            say::progress("bench", format!("functions that buyers wait for: {}", stack.settings.compute));
            let mut command = app::command(&stack, "bench")?;
            system::start_yielding(&mut command, LOAD_NICENESS);
            run_command(command, "bench", &options.arguments)
        }
        Measured::Esm => {
            let mut stack = stack;
            stack.settings.engine = engine::choose(&stack, as_before().engine)?;
            stack.settings.remember(&stack.place)?;
            engine::ensure_server(&stack, "kafka")?;
            stack.remember_ports()?;
            workspace::build(&stack.place)?;
            let mut command = app::command(&stack, "esm-local-bench")?;
            // `cargo lambda watch` is measured too, where it can be had.
            match cargo_lambda::path(&stack) {
                Ok(path) => drop(command.env("PATH", path)),
                Err(why) => say::progress("bench", format!("without cargo lambda watch: {why}")),
            }
            run_command(command, "esm-local-bench", &options.arguments)
        }
    }
}

/// Audits what runs; starts nothing, since an empty gateway has nothing to explain.
pub fn audit(stack: &Stack, arguments: &[String]) -> Outcome {
    run(stack, "audit", arguments)
}

/// Options of an `up` that nobody typed.
pub fn as_before() -> Up {
    Up { engine: chosen("GATEWAY_ENGINE"), compute: chosen("GATEWAY_COMPUTE"), ..Up::default() }
}

/// The same where nothing is to hang on what ran before: on demand, unless the variable asks for instances.
pub fn from_scratch() -> Up {
    let asked = as_before();
    Up { compute: Some(asked.compute.unwrap_or_default()), ..asked }
}

fn chosen<T: clap::ValueEnum>(variable: &str) -> Option<T> {
    std::env::var(variable).ok().and_then(|name| T::from_str(&name, true).ok())
}

/// Runs a built program to its end.
pub fn run(stack: &Stack, name: &str, arguments: &[String]) -> Outcome {
    run_command(app::command(stack, name)?, name, arguments)
}

fn run_command(mut command: Command, name: &str, arguments: &[String]) -> Outcome {
    let status = command.args(arguments).status().doing(|| format!("run {name}"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{name} failed: see above"))) }
}
