//! An environment between being chosen for a call and taking it.

use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot::Receiver;

use super::*;
use crate::host::LogBook;
use crate::host::load::Load;
use crate::template::{Compute, EventInvoke};

const ID: u64 = 1;

/// A pool with one environment, which has not had a call for a while and has parked two workers.
fn pool() -> (Arc<Pool>, Vec<Receiver<Job>>) {
    let function = Function {
        logical_id: "Pay".into(),
        name: "pay".into(),
        arn: "arn:aws:lambda:us-east-1:000000000000:function:pay".into(),
        role_arn: "arn:aws:iam::000000000000:role/pay".into(),
        handler: "bootstrap".into(),
        runtime: "provided.al2023".into(),
        description: String::new(),
        code_uri: PathBuf::from("."),
        binary: "never-built".into(),
        command: Vec::new(),
        timeout: Duration::from_secs(10),
        memory_size_mib: 2_048,
        environment: [].into(),
        event_invoke: EventInvoke::default(),
        environments_max: 1,
        compute: Compute::Instances { calls_max: 2 },
        niceness: 0,
    };
    let place =
        Place { region: "us-east-1".into(), account_id: "000000000000".into(), partition: "aws".into() };
    let options = HostOptions { idle_max: Duration::ZERO, ..HostOptions::new(LogBook::new(None)) };
    let pool = Arc::new(Pool::new(function, place, Arc::new(options)));
    pool.lock().members.push(Member {
        id: ID,
        is_starting: true,
        coming: 2,
        load: Arc::new(Load::default()),
        last_used: Instant::now(),
        stop: pool.stop.child_token(),
        is_outdated: false,
    });
    let park = |_| match pool.next(ID) {
        Next::Parked(worker) => worker,
        other => panic!("nothing waits, but {other:?}"),
    };
    let workers = (0..2).map(park).collect();
    (pool, workers)
}

fn job() -> Job {
    let (reply, _outcome) = oneshot::channel();
    Job { request_id: "1".into(), payload: Bytes::new(), reply, tail: None, busy: None }
}

/// The worker that the job was handed to, and the job.
fn taken(workers: &mut [Receiver<Job>]) -> Job {
    workers.iter_mut().find_map(|worker| worker.try_recv().ok()).expect("a worker has it")
}

#[tokio::test]
async fn who_has_been_chosen_for_a_call_is_not_idle() {
    let (pool, mut workers) = pool();
    assert!(matches!(pool.submit(job()), Submitted::Running));
    assert!(!pool.retire_if_idle(ID), "on its way to a worker");
    let job = taken(&mut workers);
    assert!(!pool.retire_if_idle(ID), "in a worker's hands");
    drop(job);
    assert!(pool.retire_if_idle(ID));
}

#[tokio::test]
async fn new_code_waits_for_a_call_that_is_on_its_way() {
    let (pool, mut workers) = pool();
    assert!(matches!(pool.submit(job()), Submitted::Running));
    pool.restart();
    let load = pool.lock().member(ID).map(|member| Arc::clone(&member.load)).unwrap();
    let over = tokio::spawn(async move { load.is_over().await });
    tokio::task::yield_now().await;
    assert!(!over.is_finished());
    drop(taken(&mut workers));
    over.await.unwrap();
}

#[tokio::test]
async fn no_more_workers_are_counted_on_than_there_are() {
    let (pool, _workers) = pool();
    assert_eq!(pool.lock().coming(true), 0, "it is there");
    assert_eq!(pool.lock().coming(false), 0, "both have asked");
    pool.returns(ID);
    pool.returns(ID);
    pool.returns(ID);
    assert_eq!(pool.lock().coming(false), 2, "no more than it has");
}
