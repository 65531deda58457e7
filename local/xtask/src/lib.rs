//! The developer's one command: builds, starts, shows and tests the gateway.
//!
//! It starts real servers (natively, or through Docker Compose), keeps what it makes under `.stack`,
//! and never touches services or files of the system. It deliberately has no asynchronous runtime, no
//! TLS and no client library: it must be built in seconds on a machine that has nothing else yet.

pub mod app;

pub mod cli;
pub mod command;
pub mod demand;
pub mod engine;
pub mod failure;
pub mod fetch;
pub mod place;
pub mod port_holder;
pub mod ports;
pub mod probe;
pub mod process;
pub mod say;
pub mod server;
pub mod service;
pub mod settings;
pub mod stack;
pub mod system;
pub mod template;
pub mod variables;
pub mod workspace;
