//! `cargo lambda watch` as who calls the function, for comparison.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use super::stage::{ENVIRONMENTS, WATCHED, probe};
use super::{Failure, Options};

const STARTING_MAX: Duration = Duration::from_secs(30);
/// It wants to be in a project, though it builds nothing of it here.
const PROJECT: &str =
    "[package]\nname = \"nothing\"\nedition = \"2024\"\n[[bin]]\nname = \"nothing\"\npath = \"nothing.rs\"\n";

/// Its server, and as many processes of the no-op function as the own host has; end when dropped.
pub struct Watch {
    pub address: SocketAddr,
    folder: PathBuf,
    _server: Child,
    _functions: Vec<Child>,
}

impl Watch {
    /// Starts it where it is installed; else says so.
    pub async fn start(options: &Options) -> Result<Option<Self>, Failure> {
        let Some(program) = options.cargo_lambda.clone().or_else(on_path) else {
            println!("cargo-lambda is not installed: batches by `cargo lambda watch` are not measured");
            return Ok(None);
        };
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let folder = std::env::temp_dir().join(format!("esm-bench-watch-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("Cargo.toml"), PROJECT)?;
        std::fs::write(folder.join("nothing.rs"), "fn main() {}")?;
        let server = server(&program, address, &folder)?;
        let started = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            if started.elapsed() > STARTING_MAX {
                return Err("cargo lambda watch does not listen".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let functions = (0..ENVIRONMENTS).map(|_| function(address)).collect::<Result<_, _>>()?;
        Ok(Some(Self { address, folder, _server: server, _functions: functions }))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It is a temporary folder all the same.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The server alone: it would build the function anew to start it.
fn server(program: &Path, address: SocketAddr, folder: &Path) -> Result<Child, Failure> {
    let child = Command::new(std::path::absolute(program)?)
        .current_dir(folder)
        .args(["lambda", "watch", "--only-lambda-apis", "--ignore-changes", "--quiet"])
        .args(["--invoke-address", "127.0.0.1", "--invoke-port", &address.port().to_string()])
        .args(["--concurrency", &ENVIRONMENTS.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}

fn function(server: SocketAddr) -> Result<Child, Failure> {
    let child = Command::new(probe()?)
        .env("AWS_LAMBDA_RUNTIME_API", format!("http://{server}/.rt"))
        .env("AWS_LAMBDA_FUNCTION_NAME", WATCHED)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
        .env("NOOP", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}

fn on_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join("cargo-lambda")).find(|file| file.is_file())
}
