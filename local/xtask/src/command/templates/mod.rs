//! `cargo xtask check-templates`: what linters say about `infra/`, its scripts and the workflows.
//!
//! cfn-lint, `sam validate` (the translator) and checkov each see what the others do not. None of them
//! needs an account, nor a network once they are installed.

mod tools;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::demand::Demand;
use crate::failure::{Doing, Outcome};
use crate::fetch::tool::{self, LongStep};
use crate::stack::Stack;
use tools::Linters;

/// The templates that SAM transforms.
const TRANSFORMED: [&str; 2] = ["infra/template.yaml", "infra/provision.yaml"];

/// Checks everything; says so where the linters cannot be had.
///
/// # Errors
/// A linter has found something, or cannot be had where it is demanded.
pub fn check(stack: &Stack) -> Outcome {
    let linters = tools::linters(stack);
    if let Some(linters) = Demand::Checks.unless_missing("templates", "templates and scripts", linters)? {
        lint(stack, &linters)?;
    }
    // GitHub refuses a workflow that it cannot read; a template that is wrong is refused too late.
    if let Some(program) =
        Demand::Nobody.unless_missing("templates", "workflows", tools::actionlint(stack))?
    {
        workflows(stack, &program)?;
    }
    Ok(())
}

fn lint(stack: &Stack, linters: &Linters) -> Outcome {
    let templates = files(stack, "infra", "yaml")?;
    let scripts = [files(stack, "infra", "sh")?, files(stack, "infra/connect", "sh")?].concat();
    let linter = |name: &str| Command::new(linters.main.join(name));

    let mut cfn_lint = linter("cfn-lint");
    // One that is no template: checkov's own settings.
    cfn_lint.arg("--template").args(templates.iter().filter(|file| !file.ends_with("checkov.yaml")));
    run(stack, cfn_lint, "cfn-lint")?;
    for template in TRANSFORMED {
        for extra in [&[][..], &["--lint"][..]] {
            let mut sam = linter("sam");
            sam.args(["validate", "--template", template]).args(extra);
            run(stack, sam, "sam validate")?;
        }
    }
    let mut checkov = Command::new(linters.checkov.join("checkov"));
    checkov.args(["--directory", "infra", "--config-file", "infra/checkov.yaml"]);
    run(stack, checkov, "checkov")?;
    let mut shellcheck = linter("shellcheck");
    shellcheck.args(scripts).arg(".ci/run");
    run(stack, shellcheck, "shellcheck")
}

fn workflows(stack: &Stack, program: &Path) -> Outcome {
    let mut actionlint = Command::new(program);
    // It has a shellcheck of its own if one is on PATH; ours has seen the scripts.
    actionlint.args(["-shellcheck=", "-pyflakes="]).args(files(stack, ".github/workflows", "yml")?);
    run(stack, actionlint, "actionlint")
}

/// Runs a linter in the workspace; what it says is shown if it is not content.
fn run(stack: &Stack, mut linter: Command, name: &str) -> Outcome {
    linter.current_dir(&stack.place.root).envs([
        // No account is asked, but SAM wants to know where it would be.
        ("AWS_DEFAULT_REGION", "sa-east-1"),
        ("SAM_CLI_TELEMETRY", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ]);
    let log = stack.place.log(&name.replace(' ', "-"));
    tool::run(linter, &LongStep { who: "templates", what: name, log: &log, grows: None })
}

/// The files of a folder with this ending, in order.
fn files(stack: &Stack, folder: &str, ending: &str) -> Outcome<Vec<PathBuf>> {
    let path = stack.place.root.join(folder);
    let entries = std::fs::read_dir(&path).doing(|| format!("list {}", path.display()))?;
    let names = entries.flatten().map(|entry| Path::new(folder).join(entry.file_name()));
    let mut files: Vec<_> = names.filter(|file| file.extension().is_some_and(|own| own == ending)).collect();
    files.sort();
    Ok(files)
}
