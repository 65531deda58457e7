//! What the servers are made of: JDKs, jars, packages of the distribution, tools; found or fetched once.

pub mod cargo_lambda;
pub mod debian;
pub mod jars;
pub mod java_main;
pub mod jdk;
pub mod mariadb;
pub mod python;
pub mod tool;
