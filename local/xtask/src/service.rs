//! A long-running part of the stack, and how one makes sure that it runs.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::ports::Port;
use crate::probe::{self, Probe};
use crate::process::{self, Daemon, Record, Stopped};
use crate::stack::Stack;
use crate::{port_holder, say, system};

/// How often a starting service is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(25);

/// A long-running part of the stack.
pub trait Service: Sync {
    /// What it is called in every command; its log and record are named after it.
    fn name(&self) -> &'static str;

    /// Where it listens; clients use the first.
    fn ports(&self) -> &'static [Port];

    /// How one asks whether it is ready.
    fn probe(&self) -> Probe;

    /// Makes everything ready for a start (downloads, configuration, empty storage) and says what to run.
    ///
    /// # Errors
    /// Something it needs is missing and cannot be had.
    fn command(&self, stack: &Stack) -> Outcome<Command>;

    /// The files that it is made of; it is restarted when one is newer than its start.
    ///
    /// # Errors
    /// They cannot be found out.
    fn made_of(&self, _stack: &Stack) -> Outcome<Vec<PathBuf>> {
        Ok(Vec::new())
    }

    /// How long a start may take before it counts as failed.
    fn ready_within(&self) -> Duration {
        Duration::from_secs(90)
    }

    /// `nice(1)` of it once it is ready: what nobody waits for yields to what somebody does.
    fn niceness(&self) -> i32 {
        0
    }

    /// Whether it keeps to one processor of two, once it is ready. Threads that hand each request to one another
    /// do so at once on the same; on the other something else may run that has to be interrupted first.
    fn keeps_to_one_of_two(&self) -> bool {
        false
    }

    /// How long it may take to finish.
    fn stop_within(&self) -> Duration {
        Duration::from_secs(60)
    }
}

/// Makes sure that a service runs and is ready: starts what is missing, waits for what is starting,
/// leaves alone what is well.
///
/// # Errors
/// Its port is taken, it ended while starting, or it was not ready in time.
pub fn ensure(stack: &Stack, service: &dyn Service) -> Outcome<Record> {
    let started = Instant::now();
    if let Some(record) = Record::of_running(&stack.place, service.name()) {
        same_ports(stack, service, &record)?;
        if !is_outdated(stack, service, &record)? {
            await_ready(stack, service, &record)?;
            say::progress(service.name(), format!("runs already, pid {}", record.pid));
            return Ok(record);
        }
        say::progress(service.name(), "has been rebuilt: restarting");
        stop(stack, service)?;
    }
    let ports = ports_of(stack, service);
    ports_are_free(stack, service)?;
    let command = service.command(stack)?;
    let record = process::start(&stack.place, Daemon { name: service.name(), command, ports })?;
    await_ready(stack, service, &record)?;
    give_way(service, &record);
    let took = say::duration(started.elapsed());
    say::progress(
        service.name(),
        format!("ready in {took}, pid {}, 127.0.0.1:{}", record.pid, record.ports[0]),
    );
    Ok(record)
}

/// Ensures services side by side; all failures are told, since one often explains another.
///
/// # Errors
/// All that went wrong.
pub fn ensure_all(stack: &Stack, services: &[&dyn Service]) -> Outcome {
    each(services, |service| ensure(stack, service).map(drop))
}

/// Stops services side by side.
///
/// # Errors
/// All that went wrong.
pub fn stop_all(stack: &Stack, services: &[&dyn Service]) -> Outcome {
    each(services, |service| stop(stack, service))
}

fn each(services: &[&dyn Service], act: impl Fn(&dyn Service) -> Outcome + Sync) -> Outcome {
    let act = &act;
    let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
        let threads: Vec<_> = services.iter().map(|service| scope.spawn(move || act(*service))).collect();
        threads.into_iter().map(join).collect()
    });
    Failure::all(outcomes)
}

/// Waits for a thread; one that panicked is a failure like any other.
pub fn join(thread: ScopedJoinHandle<'_, Outcome>) -> Outcome {
    thread.join().unwrap_or_else(|_| Err(Failure::new("a step panicked: see above")))
}

/// Stops a service and says how that went.
///
/// # Errors
/// It cannot be signalled.
pub fn stop(stack: &Stack, service: &dyn Service) -> Outcome {
    if Record::of_running(&stack.place, service.name()).is_some() {
        say::progress(service.name(), "stopping");
    }
    let what = match process::stop(&stack.place, service.name(), service.stop_within())? {
        Stopped::WasNotRunning => "did not run".to_owned(),
        Stopped::Finished(took) => format!("stopped in {}", say::duration(took)),
        Stopped::Killed(took) => format!("had to be ended after {}", say::duration(took)),
    };
    say::progress(service.name(), what);
    Ok(())
}

fn is_outdated(stack: &Stack, service: &dyn Service, record: &Record) -> Outcome<bool> {
    let changed_at = |file: &PathBuf| file.metadata().and_then(|meta| meta.modified());
    let changed = |file: &PathBuf| changed_at(file).is_ok_and(|at| at > record.started_at());
    Ok(service.made_of(stack)?.iter().any(changed))
}

fn ports_of(stack: &Stack, service: &dyn Service) -> Vec<u16> {
    service.ports().iter().map(|port| stack.ports.get(*port)).collect()
}

fn same_ports(stack: &Stack, service: &dyn Service, record: &Record) -> Outcome {
    let asked_for = ports_of(stack, service);
    if record.ports == asked_for {
        return Ok(());
    }
    let what =
        format!("{} runs on port {:?}, but {asked_for:?} is asked for now", service.name(), record.ports);
    Err(Failure::new(what).remedy("run `cargo xtask down` first, or ask for the same ports"))
}

/// How long a port may seem taken that no process holds.
const PORT_FREED_WITHIN: Duration = Duration::from_secs(5);

/// Tries a port. The system takes a moment to close what a process held that was just killed; a port that a living
/// process holds is not waited for.
fn bind_within(port: u16, patience: Duration) -> std::io::Result<()> {
    let begun = Instant::now();
    loop {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(()),
            Err(error) if begun.elapsed() > patience || port_holder::of(port).is_some() => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

fn ports_are_free(stack: &Stack, service: &dyn Service) -> Outcome {
    for port in service.ports() {
        let number = stack.ports.get(*port);
        if let Err(error) = bind_within(number, PORT_FREED_WITHIN) {
            let holder =
                port_holder::of(number).map_or_else(|| error.to_string(), |who| format!("held by {who}"));
            let what = format!("{} cannot have port {number}: {holder}", service.name());
            return Err(Failure::new(what).remedy(port_holder::remedy(port.variable())));
        }
    }
    Ok(())
}

/// Starting is never slowed down: it is waited for.
fn give_way(service: &dyn Service, record: &Record) {
    if service.keeps_to_one_of_two()
        && let Err(why) = system::keep_to_one_of_two(record.pid)
    {
        say::progress(service.name(), format!("goes on wherever there is room: {why}"));
    }
    let niceness = service.niceness();
    if niceness > 0
        && let Err(why) = system::yield_to_others(record.pid, niceness)
    {
        say::progress(service.name(), format!("goes on at its usual priority: {why}"));
    }
}

/// Asks until the service is ready, it has ended, or its time is up.
fn await_ready(stack: &Stack, service: &dyn Service, record: &Record) -> Outcome {
    let asked_first = Instant::now();
    let log = stack.place.log(service.name());
    let (probe, name) = (service.probe(), service.name());
    loop {
        let Err(why) = probe::ask(&probe, record.ports[0]) else { return Ok(()) };
        if !record.is_running() {
            Record::forget(&stack.place, name);
            return Err(Failure::new(format!("{name} ended while it was starting")).log(&log));
        }
        if asked_first.elapsed() > service.ready_within() {
            let what = format!("{name} is not ready after {}: {why}", say::duration(service.ready_within()));
            return Err(Failure::new(what).log(&log).remedy(format!("`cargo xtask restart {name}`")));
        }
        std::thread::sleep(ASK_EVERY);
    }
}
