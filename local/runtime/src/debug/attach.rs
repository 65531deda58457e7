//! How a debugger gets at a process, by language.

use std::path::Path;

/// Where debugpy listens.
pub(super) const PYTHON_ADDRESS: &str = "127.0.0.1:5678";
/// Where Node's inspector listens.
pub(super) const NODE_ADDRESS: &str = "127.0.0.1:9229";

/// What runs the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// A program of machine code: any debugger that attaches to a process.
    Native,
    /// debugpy listens, and holds the program until a client is there.
    Python,
    /// The inspector listens, and holds the program at its first line.
    Node,
}

impl Language {
    /// By the first word of the command.
    pub(super) fn of(command: &[String]) -> Self {
        let program = command.first().and_then(|program| Path::new(program).file_name()?.to_str());
        match program {
            Some(python) if python.starts_with("python") => Self::Python,
            Some("node" | "nodejs") => Self::Node,
            _ => Self::Native,
        }
    }

    /// A line each for the ways to attach.
    pub(super) fn instructions(self, process_id: u32) -> Vec<String> {
        let mut lines = vec![format!("process {process_id} waits for a debugger; there are no time-outs")];
        lines.extend(match self {
            Self::Native => vec![
                format!("  gdb -p {process_id}    lldb -p {process_id}    then `continue`"),
                format!(r#"  VS Code (CodeLLDB): {{"type": "lldb", "request": "attach", "pid": {process_id}}}"#),
                "  Enter lets the call through without one".to_owned(),
            ],
            Self::Python => vec![format!(
                r#"  VS Code: {{"type": "debugpy", "request": "attach", "connect": {{"host": "127.0.0.1", "port": {}}}}}"#,
                port(PYTHON_ADDRESS)
            )],
            Self::Node => vec![
                format!(r#"  VS Code: {{"type": "node", "request": "attach", "port": {}}}"#, port(NODE_ADDRESS)),
                format!("  Chrome: chrome://inspect    terminal: node inspect {NODE_ADDRESS}"),
            ],
        });
        lines
    }
}

fn port(address: &str) -> &str {
    address.rsplit(':').next().unwrap_or_default()
}
