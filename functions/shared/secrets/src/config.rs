//! Which secret, and who asks for it.

use aws_credential_types::Credentials;

/// Which secret, and who asks for it.
#[derive(Debug, Clone)]
pub struct SecretConfig {
    /// The secret.
    pub arn: String,
    /// Its region: the ARN's, which need not be the function's.
    pub region: String,
    /// The function's role.
    pub credentials: Credentials,
    /// Where Secrets Manager is.
    pub endpoint: String,
}

impl SecretConfig {
    /// The secret `arn`, asked for by whom the environment names, through `lookup`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | Lambda sets them |
    /// | `AWS_ENDPOINT_URL_SECRETS_MANAGER` | another endpoint than AWS's |
    ///
    /// # Errors
    /// What is no secret's ARN; the variable that is missing.
    pub fn from_env(arn: String, lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        let Some(region) = region(&arn).map(str::to_owned) else {
            return Err(format!(
                "{arn:?} is no secret's ARN; give arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME"
            ));
        };
        let (_, credentials) = gateway_sign::role(&lookup, "a secret needs it, and Lambda sets it")?;
        let endpoint = lookup("AWS_ENDPOINT_URL_SECRETS_MANAGER").unwrap_or_else(|| endpoint(&arn, &region));
        Ok(Self { arn, region, credentials, endpoint })
    }
}

fn region(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    let is_secret =
        parts.next() == Some("arn") && parts.next().is_some() && parts.next() == Some("secretsmanager");
    let region = parts.next().filter(|region| is_secret && !region.is_empty())?;
    (parts.nth(1) == Some("secret")).then_some(region)
}

/// China has a domain of its own.
fn endpoint(arn: &str, region: &str) -> String {
    let suffix = if arn.starts_with("arn:aws-cn:") { ".cn" } else { "" };
    format!("https://secretsmanager.{region}.amazonaws.com{suffix}/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:sa-east-1:123456789012:secret:psp-AbCdEf";

    fn read(arn: &str, pairs: &[(&str, &str)]) -> Result<SecretConfig, String> {
        let lambda =
            [("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "id"), ("AWS_SECRET_ACCESS_KEY", "secret")];
        let all = lambda.iter().chain(pairs);
        SecretConfig::from_env(arn.to_owned(), |name| {
            all.clone().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_arn_says_where_the_secret_is() {
        let config = read(ARN, &[]).unwrap();
        assert_eq!(config.region, "sa-east-1");
        assert_eq!(config.endpoint, "https://secretsmanager.sa-east-1.amazonaws.com/");
        let china = ARN.replace("arn:aws:", "arn:aws-cn:").replace("sa-east-1", "cn-north-1");
        assert_eq!(
            read(&china, &[]).unwrap().endpoint,
            "https://secretsmanager.cn-north-1.amazonaws.com.cn/"
        );
        let elsewhere = read(ARN, &[("AWS_ENDPOINT_URL_SECRETS_MANAGER", "http://127.0.0.1:1/")]).unwrap();
        assert_eq!(elsewhere.endpoint, "http://127.0.0.1:1/");
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for arn in [
            "",
            "psp",
            "arn:aws:kms:sa-east-1:123456789012:key/1",
            "arn:aws:secretsmanager::123456789012:secret:psp",
        ] {
            assert!(read(arn, &[]).unwrap_err().contains("no secret's ARN"), "{arn}");
        }
        let error = SecretConfig::from_env(ARN.to_owned(), |_| None).unwrap_err();
        assert!(error.contains("AWS_REGION"), "{error}");
    }
}
