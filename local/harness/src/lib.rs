//! Provisions, demonstrates, measures and strikes the running gateway.
//!
//! The gateway is driven over HTTP as its callers do, and looked at where its operators would look.

pub mod audit;
pub mod bench;
pub mod card;
pub mod chaos;
pub mod demo;
pub mod deployed;
pub mod endpoints;
pub mod gateway;
pub mod openapi;
pub mod processes;
pub mod provision;
pub mod token;

pub use deployed::Deployed;
pub use endpoints::Endpoints;
pub use gateway::Gateway;
