//! The adapter's configuration from the environment.

use gateway_secrets::{Kept, Manager, SecretConfig};

use crate::config::{PagBankConfig, Token};

/// The secret's field that holds the token.
const SECRET_FIELD: &str = "token";

/// How long one operation may take where nothing is said, in milliseconds.
const TIMEOUT_MS: u64 = 8000;

impl PagBankConfig {
    /// From the environment, through `lookup`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `PSP_BASE_URL` | `https://api.pagseguro.com`, the sandbox's or a simulator's; required |
    /// | `PSP_SECRET_ARN` | secret with the account's bearer token, as `{"token": "…"}` |
    /// | `PSP_TOKEN` | the token itself, where there is no `PSP_SECRET_ARN`: development |
    /// | `PSP_TIMEOUT_MS` | how long one operation may take, in milliseconds; 8000 |
    /// | `PSP_NOTIFICATION_URL` | where PagBank sends its webhooks; none |
    ///
    /// # Errors
    /// The variable at fault and what to do about it.
    pub fn from_env(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        let required = |name: &'static str, remedy: &str| {
            lookup(name).ok_or_else(|| format!("environment variable {name} is not set; {remedy}"))
        };
        let timeout_ms = match lookup("PSP_TIMEOUT_MS") {
            None => TIMEOUT_MS,
            Some(text) => text.parse().map_err(|error| {
                format!("environment variable PSP_TIMEOUT_MS is {text:?} ({error}); give milliseconds")
            })?,
        };
        Ok(Self {
            base_url: required("PSP_BASE_URL", "give PagBank's address, such as https://api.pagseguro.com")?,
            token: token(&lookup)?,
            timeout_ms,
            notification_url: lookup("PSP_NOTIFICATION_URL"),
        })
    }
}

fn token(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Token, String> {
    if let Some(arn) = lookup("PSP_SECRET_ARN") {
        let config = SecretConfig::from_env(arn, &lookup)
            .map_err(|error| format!("environment variable PSP_SECRET_ARN: {error}"))?;
        let manager = Manager::new(config).map_err(|error| error.to_string())?;
        return Ok(Token::Secret(Box::new(Kept::new(manager, SECRET_FIELD))));
    }
    let token = lookup("PSP_TOKEN").map(Token::new);
    token.ok_or_else(|| {
        "neither PSP_SECRET_ARN nor PSP_TOKEN is set; give the secret's ARN, or in development the token"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: (&str, &str) =
        ("PSP_SECRET_ARN", "arn:aws:secretsmanager:sa-east-1:123456789012:secret:psp-AbCdEf");
    const TOKEN: (&str, &str) = ("PSP_TOKEN", "abc");
    const ROLE: [(&str, &str); 3] =
        [("AWS_REGION", "sa-east-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];

    fn read(pairs: &[(&str, &str)]) -> Result<Token, String> {
        let pairs = [&[("PSP_BASE_URL", "https://api.pagseguro.com")][..], pairs].concat();
        let read = PagBankConfig::from_env(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        read.map(|config| config.token)
    }

    #[test]
    fn the_token_is_a_secrets_where_one_is_named() {
        let with_secret = [&[ARN, TOKEN][..], &ROLE].concat();
        assert!(matches!(read(&with_secret), Ok(Token::Secret(_))));
        assert!(matches!(read(&[TOKEN]), Ok(Token::Fixed(token)) if token.as_str() == "abc"));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (pairs, words) in [
            (&[][..], "neither PSP_SECRET_ARN nor PSP_TOKEN"),
            (&[ARN][..], "AWS_REGION"),
            (&[("PSP_SECRET_ARN", "psp"), TOKEN][..], "no secret's ARN"),
        ] {
            let error = read(pairs).err().unwrap();
            assert!(error.contains(words), "{error}");
        }
    }
}
