//! `cargo xtask logs NAME [-f]`.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Duration;

use crate::engine::docker;
use crate::failure::{Doing, Failure, Outcome};
use crate::stack::Stack;

/// How often a followed log is read again.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Shows a log; with `follow`, goes on for ever with what is added.
pub fn run(stack: &Stack, name: &str, follow: bool) -> Outcome {
    if docker::servers(stack).any(|server| server == name) {
        let arguments: &[&str] = if follow { &["logs", "--follow", name] } else { &["logs", name] };
        return docker::compose(stack, arguments);
    }
    let log = stack.place.log(name);
    let mut file = File::open(&log)
        .map_err(|_| Failure::new(format!("{name} has no log at {}", log.display())).remedy(known(stack)))?;
    loop {
        copy_rest(&mut file).doing(|| format!("show {}", log.display()))?;
        if !follow {
            return Ok(());
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

fn copy_rest(file: &mut File) -> io::Result<()> {
    let mut buffer = Vec::new();
    file.read_to_end(&mut buffer)?;
    let mut out = io::stdout().lock();
    out.write_all(&buffer)?;
    out.flush()
}

fn known(stack: &Stack) -> String {
    let logs = std::fs::read_dir(stack.place.state.join("logs")).into_iter().flatten().flatten();
    let mut names: BTreeSet<String> = logs
        .filter_map(|log| log.file_name().to_string_lossy().strip_suffix(".log").map(str::to_owned))
        .collect();
    names.extend(docker::servers(stack).map(str::to_owned));
    let names: Vec<String> = names.into_iter().collect();
    format!("there are logs of: {}", names.join(", "))
}
