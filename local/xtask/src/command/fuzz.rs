//! `cargo xtask fuzz-api`: every route of the running gateway, tried with requests that Schemathesis makes
//! from `infra/openapi.json`, valid and not.
//!
//! Whatever is sent, no answer is a 5xx, and each is one that the document describes: status, media
//! type, headers, shape. What the document cannot say is in `local/schemathesis.toml`, with the reason.

use std::process::Command;

use super::token;
use crate::cli::{FuzzApi, Token};
use crate::demand::Demand;
use crate::failure::{Failure, Outcome};
use crate::fetch::python::{self, Environment};
use crate::fetch::tool::{self, LongStep};
use crate::ports::Port;
use crate::stack::Stack;

/// The environment's name and its list.
const FUZZER: Environment = Environment { name: "fuzzing", list: "local/requirements-fuzzing.txt" };
/// How long a token is good that is used for one run.
const TOKEN_LIFE_S: u32 = 60 * 60;
/// Who tries: name and roles.
const CALLERS: [(&str, &[&str]); 2] = [("fuzz-admin", &["admin"]), ("fuzz-user", &[])];

/// What the test run does: the same requests each time, within two minutes.
pub fn in_tests() -> FuzzApi {
    FuzzApi { seed: 1, examples: 40 }
}

/// Tries all routes as an admin, then as a user; the runs also try them without a token.
pub fn run(stack: &Stack, options: &FuzzApi) -> Outcome {
    let fuzzer = python::environment(stack, &FUZZER);
    let Some(bin) = Demand::Checks.unless_missing("fuzz", "the routes", fuzzer)? else { return Ok(()) };
    CALLERS.iter().try_for_each(|caller| {
        let mut command = Command::new(bin.join("st"));
        command.current_dir(&stack.place.root).args(arguments(stack, options));
        command.arg("--header").arg(format!("Authorization: Bearer {}", token_of(stack, caller)?));
        let log = stack.place.log(caller.0);
        let what = format!("trying every route as {} (seed {})", caller.0, options.seed);
        tool::run(command, &LongStep { who: "fuzz", what: &what, log: &log, grows: None })
            .map_err(|failure| found(failure, options))
    })
}

fn arguments(stack: &Stack, options: &FuzzApi) -> Vec<String> {
    let url = format!("http://127.0.0.1:{}", stack.ports.get(Port::Http));
    [
        ["--config-file", "local/schemathesis.toml"].map(str::to_owned).to_vec(),
        ["run", "infra/openapi.json", "--no-color"].map(str::to_owned).to_vec(),
        vec![format!("--url={url}")],
        vec![format!("--seed={}", options.seed), format!("--max-examples={}", options.examples)],
    ]
    .concat()
}

fn token_of(stack: &Stack, (user, roles): &(&str, &[&str])) -> Outcome<String> {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    let wanted = Token { user: (*user).to_owned(), roles, expires: TOKEN_LIFE_S, rotate: false };
    token::issue(stack, &wanted)
}

fn found(failure: Failure, options: &FuzzApi) -> Failure {
    failure.remedy(format!("the log shows each request; again: cargo xtask fuzz-api --seed {}", options.seed))
}
