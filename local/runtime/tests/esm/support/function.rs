//! A function in this process: it notes its events and answers as the test says.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use esm_local::invoke::{Invocation, Invoke, InvokeOutcome};
use serde_json::Value;
use tokio::sync::watch;

/// A record as the function saw it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    pub partition: i32,
    pub offset: i64,
    pub value: String,
}

type Answer = Pin<Box<dyn Future<Output = InvokeOutcome> + Send>>;
type Script = Box<dyn Fn(usize, Vec<Seen>) -> Answer + Send + Sync>;

/// A scripted function.
pub struct Function {
    script: Script,
    calls: Mutex<Vec<Vec<Seen>>>,
    events: Mutex<Vec<Value>>,
    count: watch::Sender<usize>,
}

impl Function {
    /// Answers the n-th call (from 0) as `script` says.
    pub fn new<F>(script: impl Fn(usize, Vec<Seen>) -> F + Send + Sync + 'static) -> Arc<Self>
    where
        F: Future<Output = InvokeOutcome> + Send + 'static,
    {
        Arc::new(Self {
            script: Box::new(move |call, records| Box::pin(script(call, records))),
            calls: Mutex::default(),
            events: Mutex::default(),
            count: watch::channel(0).0,
        })
    }

    /// Succeeds always.
    pub fn succeeding() -> Arc<Self> {
        Self::new(|_, _| async { success() })
    }

    /// Every call so far, record by record.
    pub fn calls(&self) -> Vec<Vec<Seen>> {
        self.calls.lock().unwrap().clone()
    }

    /// The values of every call so far.
    pub fn values(&self) -> Vec<Vec<String>> {
        self.calls().into_iter().map(|call| call.into_iter().map(|seen| seen.value).collect()).collect()
    }

    /// Each partition's offsets in the order in which they were delivered, retries included.
    pub fn offsets(&self) -> BTreeMap<i32, Vec<i64>> {
        let mut offsets = BTreeMap::<i32, Vec<i64>>::new();
        for seen in self.calls().into_iter().flatten() {
            offsets.entry(seen.partition).or_default().push(seen.offset);
        }
        offsets
    }

    /// Every event so far.
    pub fn events(&self) -> Vec<Value> {
        self.events.lock().unwrap().clone()
    }

    /// Waits until `reached` holds of the calls so far.
    pub async fn wait_for(&self, what: &str, reached: impl Fn(&[Vec<Seen>]) -> bool) {
        let mut count = self.count.subscribe();
        let waiting = async {
            while !reached(&self.calls()) {
                count.changed().await.unwrap()
            }
        };
        let in_time = tokio::time::timeout(super::PATIENCE, waiting).await;
        assert!(in_time.is_ok(), "not in time: {what}; calls: {:?}", self.calls());
    }

    /// Waits until this many calls have begun.
    pub async fn wait_for_calls(&self, count: usize) {
        self.wait_for(&format!("{count} calls"), |calls| calls.len() >= count).await;
    }

    /// Waits until this many different records were delivered.
    pub async fn wait_for_records(&self, count: usize) {
        let distinct = |calls: &[Vec<Seen>]| {
            calls
                .iter()
                .flatten()
                .map(|s| (s.partition, s.offset))
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        self.wait_for(&format!("{count} records"), |calls| distinct(calls) >= count).await;
    }
}

impl Invoke for Function {
    async fn invoke(&self, invocation: Invocation) -> InvokeOutcome {
        let event: Value = serde_json::from_slice(&invocation.payload).expect("the event is JSON");
        let records = seen(&event);
        let call = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(records.clone());
            self.events.lock().unwrap().push(event);
            calls.len() - 1
        };
        self.count.send_replace(call + 1);
        (self.script)(call, records).await
    }
}

fn seen(event: &Value) -> Vec<Seen> {
    let groups = event["records"].as_object().unwrap().values();
    let records = groups.flat_map(|group| group.as_array().unwrap());
    records
        .map(|record| Seen {
            partition: i32::try_from(record["partition"].as_i64().unwrap()).unwrap(),
            offset: record["offset"].as_i64().unwrap(),
            value: String::from_utf8(STANDARD.decode(record["value"].as_str().unwrap_or_default()).unwrap())
                .unwrap(),
        })
        .collect()
}

/// A success without failed items.
pub fn success() -> InvokeOutcome {
    InvokeOutcome::Success(Bytes::from_static(b"{\"batchItemFailures\":[]}"))
}

/// A function error.
pub fn function_error() -> InvokeOutcome {
    InvokeOutcome::FunctionError {
        error_type: "Oops".to_owned(),
        error_message: "as the test says".to_owned(),
        payload: Bytes::from_static(b"{}"),
    }
}

/// A partial failure of those records for which `fails` holds.
pub fn failing(topic: &str, records: &[Seen], fails: impl Fn(&Seen) -> bool) -> InvokeOutcome {
    let items: Vec<Value> = records
        .iter()
        .filter(|seen| fails(seen))
        .map(|seen| {
            let partition = format!("{topic}-{}", seen.partition);
            serde_json::json!({"itemIdentifier": {"partition": partition, "offset": seen.offset}})
        })
        .collect();
    InvokeOutcome::Success(Bytes::from(serde_json::json!({ "batchItemFailures": items }).to_string()))
}
