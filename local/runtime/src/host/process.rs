//! Starting and ending a function's process.

use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use super::environment::Environment;
use super::pool::Pool;
use crate::template::Compute;

/// What a function gets of this machine's environment; all else is as on AWS.
const PASSED_ON: [&str; 14] = [
    "PATH",
    "HOME",
    "LD_LIBRARY_PATH",
    "TMPDIR",
    "RUST_LOG",
    "RUST_BACKTRACE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_ENDPOINT_URL",
    "PYTHONPATH",
    "NODE_PATH",
];

/// Starts the program of a function as the leader of its own process group: Ctrl-C in a
/// terminal goes to the runtime alone, which then ends its functions in order.
pub(super) fn spawn(environment: &Environment, address: SocketAddr) -> std::io::Result<Child> {
    let (pool, id) = (&*environment.pool, environment.id);
    let function = &pool.function;
    let folder = if function.code_uri.is_dir() { function.code_uri.as_path() } else { ".".as_ref() };
    let mut command = Command::new(program(pool));
    command
        .args(function.command.iter().skip(1))
        .current_dir(folder)
        .env_clear()
        .envs(PASSED_ON.iter().filter_map(|name| Some((*name, std::env::var_os(name)?))))
        .envs(lambda_environment(pool, id, address))
        .env("LAMBDA_TASK_ROOT", std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned()))
        .envs(&function.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    prepare(&mut command, function.niceness);
    if pool.options.is_debugged(function) {
        crate::debug::admit_debuggers(&mut command);
    }
    let mut child = command.spawn()?;
    if let Some(stdout) = child.stdout.take() {
        environment.output.follow(stdout.into_owned_fd()?)?;
    }
    if let Some(stderr) = child.stderr.take() {
        environment.output.follow(stderr.into_owned_fd()?)?;
    }
    Ok(child)
}

/// The program: the first word of the command, else the built binary.
pub(super) fn program(pool: &Pool) -> String {
    let built = || pool.options.program(&pool.function).display().to_string();
    pool.function.command.first().cloned().unwrap_or_else(built)
}

/// The variables every runtime client reads. `AWS_LAMBDA_MAX_CONCURRENCY` is there on instances only: it
/// switches several clients to another mode.
fn lambda_environment(pool: &Pool, id: u64, address: SocketAddr) -> Vec<(&'static str, String)> {
    let function = &pool.function;
    let mut variables = vec![
        ("AWS_LAMBDA_RUNTIME_API", address.to_string()),
        ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_size_mib.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", function.name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", format!("local/[$LATEST]{id}")),
        ("AWS_REGION", pool.place.region.clone()),
        ("AWS_DEFAULT_REGION", pool.place.region.clone()),
        ("_HANDLER", function.handler.clone()),
        ("TZ", ":UTC".into()),
        ("LANG", "en_US.UTF-8".into()),
    ];
    match function.compute {
        Compute::OnDemand => variables.push(("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".into())),
        Compute::Instances { calls_max } => variables.extend([
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "lambda-managed-instances".into()),
            ("AWS_LAMBDA_MAX_CONCURRENCY", calls_max.to_string()),
        ]),
    }
    // Without any keys the SDKs ask the instance metadata service, and wait for it.
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
        variables.extend([("AWS_ACCESS_KEY_ID", "local".into()), ("AWS_SECRET_ACCESS_KEY", "local".into())]);
    }
    variables
}

/// What the process does for itself before it becomes the function: no core is dumped where it crashes
/// (a crash is an answer here, and a core would hold what the function knew), it is bound to the
/// runtime's life, and takes its place in the queue for a core.
#[allow(unsafe_code, reason = "pre_exec is unsafe; these calls are async-signal-safe and take no memory")]
pub(crate) fn prepare(command: &mut Command, niceness: u8) {
    let runtime = std::process::id();
    unsafe {
        command.pre_exec(move || {
            let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            let done = libc::setrlimit(libc::RLIMIT_CORE, &raw const none) == 0
                && die_with(runtime)
                // Who yields more already may not go back.
                && (niceness == 0
                    || libc::getpriority(libc::PRIO_PROCESS, 0) >= i32::from(niceness)
                    || libc::setpriority(libc::PRIO_PROCESS, 0, niceness.into()) == 0);
            if done { Ok(()) } else { Err(std::io::Error::last_os_error()) }
        });
    }
}

/// Has the kernel end the process if the runtime is killed. What the process has started itself ends
/// when it asks for its next call, since nobody listens there any more.
///
/// The signal is tied to the *thread* that starts the process; tokio's workers, from which
/// this is called, live as long as the runtime.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "prctl and getppid are async-signal-safe")]
fn die_with(runtime: u32) -> bool {
    // A runtime that died before the signal was asked for would send none.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) == 0 && libc::getppid().cast_unsigned() == runtime
    }
}

/// Elsewhere the functions end when they ask for their next call.
#[cfg(not(target_os = "linux"))]
fn die_with(_: u32) -> bool {
    true
}

/// SIGTERM, and SIGKILL if that has not ended it in time.
pub(crate) async fn stop(child: &mut Child, grace: Duration) {
    signal_group(child, libc::SIGTERM);
    if tokio::time::timeout(grace, child.wait()).await.is_err() {
        kill(child).await;
    }
}

/// SIGKILL, and waits until it is gone.
pub(super) async fn kill(child: &mut Child) {
    signal_group(child, libc::SIGKILL);
    // It cannot fail for a child of ours; if it did, there would be nothing left to do.
    drop(child.wait().await);
}

/// Signals the process and whatever it started (a shell around a program, for instance).
#[allow(unsafe_code, reason = "kill(2) has no safe form in std for signals other than SIGKILL")]
fn signal_group(child: &Child, signal: libc::c_int) {
    let Some(group) = child.id().and_then(|id| libc::pid_t::try_from(id).ok()) else { return };
    // `id()` is None once the child has been waited for, so that the number is still ours.
    unsafe {
        libc::kill(-group, signal);
    }
}

/// The most memory a process has had resident, in KiB; `None` where `/proc` does not tell.
pub(super) fn memory_max_kib(process_id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process_id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
