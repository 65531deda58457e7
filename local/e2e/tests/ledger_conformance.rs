//! The ledger on a real MySQL or MariaDB does what every ledger does.
//!
//! `GATEWAY_MYSQL_URL` names a database for tests alone: a running stack's schedules would expire and
//! dispatch the suite's rows, and the suite the stack's.

use std::time::{SystemTime, UNIX_EPOCH};

use gateway_conformance::ledger::run_all;
use gateway_mysql::{Database, Settings, migrate};

/// Enough for the races to be races, few enough for them to queue.
const CONNECTIONS: u32 = 12;

fn url() -> String {
    std::env::var("GATEWAY_MYSQL_URL").expect(
        "GATEWAY_MYSQL_URL is not set: it names a database for tests alone, such as \
         mysql://gateway:gateway@127.0.0.1:3306/gateway_ledger_test",
    )
}

fn database(url: &str) -> Database {
    let settings = Settings { connections_max: CONNECTIONS, ..Settings::new(url) };
    Database::open(&settings).expect("the URL is one")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_ledger_does_what_every_ledger_does() {
    let url = url();
    migrate(&url).await.expect("migrated");
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let seed = u64::try_from(since_epoch.as_nanos()).expect("before 2554");
    println!("SEED={seed}");
    run_all(&database(&url), seed, |behaviour| println!("{behaviour}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_migrates_at_the_same_time_waits_and_finds_it_done() {
    let url = url();
    let migrations = (0..4).map(|_| migrate(&url));
    for migrated in futures::future::join_all(migrations).await {
        migrated.expect("migrated");
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_is_worth_another_try() {
    let nobody = database("mysql://gateway:gateway@127.0.0.1:1/gateway");
    let error = nobody.ping().await.expect_err("nobody listens");
    assert!(error.is_transient(), "{error}");
}
