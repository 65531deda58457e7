//! Where the database is and who the gateway is there, from the environment.

use crate::settings::{Login, Settings};

impl Settings {
    /// From the environment, through `lookup`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `DATABASE_URL` | `mysql://user:password@host:port/database`; required |
    /// | `DATABASE_AUTH` | `password` (if unset), or `iam`: the role's token takes the password's place |
    /// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | for `iam`; Lambda sets them |
    ///
    /// # Errors
    /// The variable at fault and what to do about it.
    pub fn from_env(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        let url =
            gateway_sign::required(&lookup, "DATABASE_URL", "give mysql://user:password@host:port/database")?;
        let login = match lookup("DATABASE_AUTH").as_deref() {
            None | Some("password") => Login::Password,
            Some("iam") => {
                let (region, credentials) =
                    gateway_sign::role(&lookup, "DATABASE_AUTH=iam needs it, and Lambda sets it")?;
                Login::Iam { region, credentials }
            }
            Some(other) => {
                return Err(format!(
                    "environment variable DATABASE_AUTH is {other:?}; password or iam is expected"
                ));
            }
        };
        // Lambda sets it where an environment takes several calls at once.
        let calls = lookup("AWS_LAMBDA_MAX_CONCURRENCY").and_then(|calls| calls.parse().ok()).unwrap_or(1);
        Ok(Self { login, connections_max: Self::connections_for(calls), ..Self::new(url) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: (&str, &str) = ("DATABASE_URL", "mysql://gateway@proxy.example:3306/gateway");

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::from_env(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_address_alone_signs_in_with_its_password() {
        assert!(matches!(read(&[URL]).unwrap().login, Login::Password));
    }

    #[test]
    fn a_role_signs_in_with_what_lambda_sets() {
        let settings = read(&[
            URL,
            ("DATABASE_AUTH", "iam"),
            ("AWS_REGION", "sa-east-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]);
        assert!(matches!(settings.unwrap().login, Login::Iam { region, .. } if region == "sa-east-1"));
    }

    #[test]
    fn an_environment_with_several_calls_at_once_may_have_more_connections() {
        for (calls, connections) in [("1", 4), ("8", 4), ("16", 8), ("many", 4)] {
            let settings = read(&[URL, ("AWS_LAMBDA_MAX_CONCURRENCY", calls)]).unwrap();
            assert_eq!(settings.connections_max, connections, "{calls}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        for (pairs, name) in [
            (vec![], "DATABASE_URL"),
            (vec![URL, ("DATABASE_AUTH", "iam")], "AWS_REGION"),
            (vec![URL, ("DATABASE_AUTH", "hope")], "DATABASE_AUTH"),
        ] {
            let error = read(&pairs).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
