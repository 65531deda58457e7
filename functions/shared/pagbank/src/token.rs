//! The account's token: which one to show, and which instead of one that PagBank refuses.

use gateway_ports::PortError;
use gateway_secrets::Value;

use crate::config::Token;

impl Token {
    /// The token to show.
    pub(crate) async fn current(&self) -> Result<Value, PortError> {
        match self {
            Self::Fixed(token) => Ok(Value::clone(token)),
            Self::Secret(secret) => secret.current().await,
        }
    }

    /// Another token than the refused one, if the secret has one by now.
    pub(crate) async fn instead_of(&self, refused: &Value) -> Option<Value> {
        match self {
            Self::Fixed(_) => None,
            Self::Secret(secret) => secret.instead_of(refused).await,
        }
    }
}
