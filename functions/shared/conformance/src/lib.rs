//! Suites that every adapter of a port passes, the in-memory one and the real one alike; a stand-in for AWS
//! services that no test can have, which looks at what it is sent; and a network that forgets connections.
// A suite is a test that lives in a library: a failed expectation panics.
#![allow(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, clippy::future_not_send)]

pub mod attempts;
pub mod aws;
pub mod claims;
pub mod fresh;
pub mod index;
pub mod ledger;
pub mod network;

/// Makes one `#[tokio::test]` of each behaviour of a suite, on the store that the expression's future gives.
#[macro_export]
macro_rules! behaviours {
    ($store:expr; $suite:ident => $($behaviour:ident),+ $(,)?) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                $crate::$suite::$behaviour($store.await).await;
            }
        )+
    };
}
