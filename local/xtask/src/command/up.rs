//! `cargo xtask up`: everything that is to run, runs.

use crate::failure::{Failure, Outcome};
use crate::service::{self, join};
use crate::settings::Compute;
use crate::stack::Stack;
use crate::{app, cli, engine, say, workspace};

use super::{rebuild, stop};

/// Starts what does not run yet, and waits until all of it is ready.
pub fn run(stack: Stack, options: &cli::Up) -> Outcome {
    let stack = start(stack, options)?;
    if options.rebuild { rebuild::run(&stack) } else { Ok(()) }
}

/// As [`run`], and gives back the stack as it was started.
pub fn start(mut stack: Stack, options: &cli::Up) -> Outcome<Stack> {
    if options.fresh {
        stop::reset(&stack)?;
    }
    stack.settings.engine = engine::choose(&stack, options.engine)?;
    let watch = if options.servers_only { stack.settings.watch } else { options.watch };
    let compute = options.compute.unwrap_or(stack.settings.compute);
    if (stack.settings.watch, stack.settings.compute) != (watch, compute) {
        // It would go on as it was started.
        service::stop_all(&stack, &[&app::Runtime])?;
    }
    stack.settings.watch = watch;
    stack.settings.compute = compute;
    stack.settings.durable = options.durable;
    stack.settings.measured = options.measured;
    stack.settings.remember(&stack.place)?;
    if options.servers_only {
        ensure_servers(&stack)?;
    } else {
        build_beside_servers(&stack)?;
        ensure_apps(&stack)?;
    }
    summary(&stack, options.servers_only);
    Ok(stack)
}

/// The ports are remembered only once they are known to be free.
fn ensure_servers(stack: &Stack) -> Outcome {
    engine::ensure_servers(stack)?;
    stack.remember_ports()
}

/// Compiling takes longest on a new machine, so the servers are fetched and started meanwhile.
fn build_beside_servers(stack: &Stack) -> Outcome {
    std::thread::scope(|scope| {
        let servers = scope.spawn(|| ensure_servers(stack));
        let built = workspace::build(&stack.place);
        Failure::all(vec![join(servers), built])
    })
}

/// Provisions, then starts (or restarts, if rebuilt) the simulator and the runtime.
pub fn ensure_apps(stack: &Stack) -> Outcome {
    app::provision(stack)?;
    service::ensure_all(stack, &app::ALL)
}

fn summary(stack: &Stack, servers_only: bool) {
    const SHOWN: [&str; 9] = [
        "GATEWAY_URL",
        "RUNTIME_URL",
        "JWT_ISSUER",
        "PSP_BASE_URL",
        "KAFKA_BOOTSTRAP_SERVERS",
        "DATABASE_URL",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "SEARCH_ENDPOINT",
        "CONNECT_URL",
    ];
    say::line("");
    for (name, value) in stack.variables() {
        let is_app = ["GATEWAY_URL", "RUNTIME_URL", "JWT_ISSUER", "PSP_BASE_URL"].contains(&name.as_str());
        if SHOWN.contains(&name.as_str()) && !(servers_only && is_app) {
            say::line(format!("  {name:<26} {value}"));
        }
    }
    if stack.settings.compute == Compute::Instances && !servers_only && !stack.settings.watch {
        say::line(format!("  {:<26} {}", "compute", "instances (up --compute on-demand goes back)"));
    }
    say::line(format!("  {:<26} {}", "logs", stack.place.state.join("logs").display()));
    say::line("\n  next: cargo xtask token --user ana | status | logs NAME -f | env | demo | down");
}
