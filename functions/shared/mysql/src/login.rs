//! Signing in with the token of an IAM role.

use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use gateway_ports::PortError;
use gateway_sign::{LIFE, SignError, Signer};
use sqlx::MySqlPool;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};

use crate::settings::{Login, Settings};

/// A token this old is replaced before the next connection needs it; half of its life, since waking from
/// a freeze takes none of it.
const TOKEN_AGE_MAX: Duration = Duration::from_secs(LIFE.as_secs() / 2);

/// How to connect, with a password that never grows old.
#[derive(Debug)]
pub(crate) struct Connector {
    options: MySqlConnectOptions,
    role: Option<Role>,
}

#[derive(Debug)]
struct Role {
    region: String,
    credentials: Credentials,
    issued_at: Mutex<SystemTime>,
}

impl Connector {
    pub(crate) fn new(settings: &Settings) -> Result<Self, PortError> {
        let options = MySqlConnectOptions::from_str(&settings.url)
            .map_err(|error| PortError::permanent(format!("DATABASE_URL: {error}")))?;
        match &settings.login {
            Login::Password => Ok(Self { options, role: None }),
            Login::Iam { region, credentials } => {
                let (region, credentials) = (region.clone(), credentials.clone());
                let issued_at = Mutex::new(SystemTime::now());
                // The token is sent as it is: only to a server that has proved who it is.
                if !matches!(options.get_ssl_mode(), MySqlSslMode::VerifyCa | MySqlSslMode::VerifyIdentity) {
                    let message = "DATABASE_URL: signing in by IAM needs ?ssl-mode=VERIFY_IDENTITY";
                    return Err(PortError::permanent(message));
                }
                Ok(Self { options, role: Some(Role { region, credentials, issued_at }) })
            }
        }
    }

    /// Options with a password of now.
    pub(crate) fn options(&self) -> Result<MySqlConnectOptions, PortError> {
        let Some(role) = &self.role else { return Ok(self.options.clone()) };
        let token = role
            .token(&self.options, SystemTime::now())
            .map_err(|error| PortError::permanent(format!("no token for the database: {error}")))?;
        Ok(self.options.clone().password(&token).enable_cleartext_plugin(true))
    }

    /// Gives the pool a fresh token when the last one has grown old; connections that stand keep standing.
    pub(crate) fn renew(&self, pool: &MySqlPool) {
        let Some(role) = &self.role else { return };
        if !role.is_due(SystemTime::now()) {
            return;
        }
        match self.options() {
            Ok(options) => pool.set_connect_options(options),
            Err(error) => tracing::error!(%error, "the old token stays"),
        }
    }
}

impl Role {
    /// An address as RDS wants it, without its scheme.
    fn token(&self, options: &MySqlConnectOptions, now: SystemTime) -> Result<String, SignError> {
        let (host, port, user) = (options.get_host(), options.get_port(), options.get_username());
        let url = format!("https://{host}:{port}/?Action=connect&DBUser={user}");
        let signer = Signer { credentials: &self.credentials, service: "rds-db", region: &self.region, now };
        Ok(signer.sign_url(&url)?.trim_start_matches("https://").to_owned())
    }

    /// Whether a token is due, and takes note that it is made. A clock that was set back counts as due.
    fn is_due(&self, now: SystemTime) -> bool {
        let mut issued_at = self.issued_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = now.duration_since(*issued_at).map_or(true, |age| age >= TOKEN_AGE_MAX);
        if is_due {
            *issued_at = now;
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connector(url: &str) -> Result<Connector, PortError> {
        let credentials = Credentials::new("AKID", "secret", None, None, "test");
        let login = Login::Iam { region: "sa-east-1".to_owned(), credentials };
        Connector::new(&Settings { login, ..Settings::new(url) })
    }

    #[test]
    fn a_token_is_a_signed_address_without_its_scheme() {
        let connector =
            connector("mysql://gateway@proxy.example:3306/gateway?ssl-mode=VERIFY_IDENTITY").unwrap();
        let token = connector.role.as_ref().unwrap().token(&connector.options, SystemTime::now()).unwrap();
        assert!(token.starts_with("proxy.example:3306/?Action=connect&DBUser=gateway&X-Amz-"), "{token}");
        assert!(token.contains("%2Frds-db%2Faws4_request"), "{token}");
    }

    #[test]
    fn a_server_that_proves_nothing_is_sent_no_token() {
        for mode in ["", "?ssl-mode=PREFERRED", "?ssl-mode=REQUIRED"] {
            let error = connector(&format!("mysql://gateway@proxy.example:3306/gateway{mode}")).unwrap_err();
            assert!(error.message.contains("ssl-mode"), "{error}");
        }
    }

    #[test]
    fn a_token_is_made_anew_when_half_of_its_life_is_over_or_the_clock_went_back() {
        let connector =
            connector("mysql://gateway@proxy.example:3306/gateway?ssl-mode=VERIFY_IDENTITY").unwrap();
        let role = connector.role.unwrap();
        let made = *role.issued_at.lock().unwrap();
        for (after, due) in [(0, false), (449, false), (450, true), (451, false), (900, true)] {
            assert_eq!(role.is_due(made + Duration::from_secs(after)), due, "{after} s");
        }
        assert!(role.is_due(made), "the clock went back");
    }
}
