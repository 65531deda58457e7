//! The ledger on a real MySQL or MariaDB does what every ledger does.
//!
//! It has a database of its own beside the running stack's, whose schedules would expire and dispatch
//! the suite's rows, and the suite the stack's.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and a measure is printed"
)]

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures::future::join_all;
use gateway_conformance::ledger::{Fresh, World, authorized, run_all};
use gateway_domain::{ProductId, Reservation};
use gateway_mysql::{Database, Settings, migrate};
use gateway_ports::ledger::{BeginPayments, SettlePayments};
use gateway_ports::stock::AuditStock;

/// Enough for the races to be races, few enough for them to queue.
const CONNECTIONS: u32 = 12;
/// For a slow disk, on which every commit of the races takes its turn.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database for one test alone, made beside the stack's own: a behaviour may look at every row there is.
async fn url(name: &str) -> String {
    run(&format!("CREATE DATABASE IF NOT EXISTS {name}")).await;
    let stack = harness::Endpoints::from_env().database;
    let (address, _) = stack.rsplit_once('/').expect("DATABASE_URL ends with the database's name");
    format!("{address}/{name}")
}

async fn run(statement: &str) {
    let stack = harness::Endpoints::from_env().database;
    let server = sqlx::MySqlPool::connect(&stack).await.expect("DATABASE_URL names a server that answers");
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&server).await.expect("done");
}

/// Another one each time, so that every id is new to the database.
fn seed() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    u64::try_from(since_epoch.as_nanos()).expect("before 2554")
}

fn database(url: &str) -> Database {
    let settings = Settings { connections_max: CONNECTIONS, acquire_timeout: PATIENCE, ..Settings::new(url) };
    Database::open(&settings).expect("the URL is one")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_ledger_does_what_every_ledger_does() {
    let url = url("gateway_conformance").await;
    migrate(&url).await.expect("migrated");
    let seed = seed();
    println!("SEED={seed}");
    run_all(&database(&url), seed, |behaviour| println!("{behaviour}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_migrates_at_the_same_time_waits_and_finds_it_done() {
    run("DROP DATABASE IF EXISTS gateway_migrated").await;
    let url = url("gateway_migrated").await;
    let migrations = (0..4).map(|_| migrate(&url));
    for migrated in join_all(migrations).await {
        migrated.expect("migrated");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_worth_another_try() {
    let settings = Settings::new("mysql://gateway:gateway@127.0.0.1:1/gateway");
    let hasty = Settings { acquire_timeout: Duration::from_millis(200), ..settings };
    let nobody = Database::open(&hasty).expect("the URL is one");
    let error = nobody.ping().await.expect_err("nobody listens");
    assert!(error.is_transient(), "{error}");
}

/// Thousands of reservations and payments, and the stock adds up; `--nocapture how_fast` shows the rates.
#[tokio::test(flavor = "multi_thread")]
async fn how_fast_the_ledger_is() {
    const CONNECTIONS: u32 = 8;
    const LANES: usize = 16;
    const RESERVES_PER_LANE: usize = 250;
    const BATCH: usize = 100;
    let url = url("gateway_measured").await;
    migrate(&url).await.expect("migrated");
    let ledger = Database::open(&Settings { connections_max: CONNECTIONS, ..Settings::new(url) })
        .expect("the URL is one");
    let world = World::new(&ledger, Fresh::new(seed()));
    let products = join_all((0..LANES).map(|_| world.product(1_000_000))).await;

    let started = Instant::now();
    let lanes = products.iter().map(|product| hold_many(&world, *product, RESERVES_PER_LANE));
    let held = join_all(lanes).await.concat();
    tell("reserve, each lane its product", held.len(), started);
    let started = Instant::now();
    let hot =
        join_all((0..LANES).map(|_| hold_many(&world, products[0], RESERVES_PER_LANE / 5))).await.concat();
    tell("reserve, all lanes one product", hot.len(), started);

    let begins: Vec<_> = held.iter().map(|reservation| world.pay(reservation)).collect();
    let started = Instant::now();
    for batch in begins.chunks(BATCH) {
        ledger.begin(batch, world.at(2_000)).await.expect("begun");
    }
    tell("begin, batches of 100, one after the other", begins.len(), started);
    let settles: Vec<_> =
        begins.iter().map(|item| world.verdict(item.request.payment_id, authorized("CHAR_1"))).collect();
    let (first, second) = settles.split_at(settles.len() / 2);
    let started = Instant::now();
    for batch in first.chunks(BATCH) {
        ledger.settle(batch, world.at(3_000)).await.expect("settled");
    }
    tell("settle, batches of 100, one after the other", first.len(), started);
    let started = Instant::now();
    join_all(second.chunks(BATCH).map(|batch| ledger.settle(batch, world.at(3_000)))).await;
    tell("settle, batches of 100, through 8 connections", second.len(), started);
    assert!(ledger.stock_check(1).await.expect("checked").is_empty());
}

async fn hold_many(world: &World<'_, Database>, product: ProductId, times: usize) -> Vec<Reservation> {
    let mut held = Vec::with_capacity(times);
    for _ in 0..times {
        held.push(world.hold(product, 1).await);
    }
    held
}

fn tell(what: &str, items: usize, started: Instant) {
    let micros = started.elapsed().as_micros().max(1);
    println!("{what}: {items} in {} ms = {}/s", micros / 1_000, items as u128 * 1_000_000 / micros);
}
