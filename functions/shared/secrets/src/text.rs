//! What a secret holds.

use std::collections::HashMap;

use gateway_ports::PortError;
use zeroize::Zeroizing;

/// A secret's text: a JSON object of texts. Zeroed on drop; no `Debug`, no `Clone`, no serialisation.
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// The text as Secrets Manager has it.
    #[must_use]
    pub const fn new(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// One of its fields.
    ///
    /// # Errors
    /// A permanent one, which shows nothing of the text: it is no such object, or has no such field.
    pub fn field(&self, name: &str) -> Result<Zeroizing<String>, PortError> {
        let fields: HashMap<String, String> = serde_json::from_str(&self.0)
            .map_err(|_| PortError::permanent("the secret is no JSON object of texts"))?;
        let mut fields: HashMap<_, _> =
            fields.into_iter().map(|(name, field)| (name, Zeroizing::new(field))).collect();
        let field = fields.remove(name).filter(|field| !field.is_empty());
        field.ok_or_else(|| PortError::permanent(format!("the secret has no field {name}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_and_what_is_wrong_shows_nothing() {
        for (text, expected) in [
            (r#"{"token":"abc","other":"x"}"#, Ok("abc")),
            (r#"{"token":"a\"b\u00e9"}"#, Ok("a\"bé")),
            (r#"{"token":""}"#, Err("the secret has no field token")),
            (r#"{"tokens":"abc"}"#, Err("the secret has no field token")),
            ("abc", Err("the secret is no JSON object of texts")),
            (r#"{"token":7}"#, Err("the secret is no JSON object of texts")),
        ] {
            let read = SecretText::new(Zeroizing::new(text.to_owned())).field("token");
            let read = read.as_ref().map(|field| field.as_str()).map_err(|error| error.message.as_str());
            assert_eq!(read, expected, "{text}");
        }
    }
}
