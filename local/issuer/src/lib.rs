//! An OpenID issuer for development.
//!
//! It has what a resource server asks an issuer for, where Keycloak has it: a discovery document and
//! the public keys of a realm. Tokens look like Keycloak's access tokens, so that a realm of Keycloak
//! takes its place by another address alone.
//!
//! It is deliberately no identity provider: it knows no users, no passwords and no clients, and signs
//! whatever it is asked to sign. That is why it listens on loopback only.

mod key;
mod keyring;
mod public_key;
mod routes;
pub mod server;
mod token;

pub use key::{KeyError, SigningKey};
pub use keyring::Keyring;
pub use server::{IssuerError, Options, Running, serve};
pub use token::TokenRequest;
