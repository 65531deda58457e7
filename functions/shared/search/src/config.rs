//! Where the index is and how the gateway makes itself known to it.

use aws_credential_types::Credentials as AwsCredentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::region::Region;
use gateway_ports::PortError;
use opensearch::OpenSearch;
use opensearch::auth::Credentials;
use opensearch::cert::CertificateValidation;
use opensearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
use url::Url;

/// Where the index is.
pub struct SearchConfig {
    /// The server or domain endpoint, such as `http://127.0.0.1:9200`.
    pub url: Url,
    /// The alias that is read and written; the index behind it has a version in its name.
    pub alias: String,
    /// Who the gateway is there.
    pub auth: SearchAuth,
}

/// Who the gateway is at the index.
pub enum SearchAuth {
    /// Nobody: a server on loopback.
    None,
    /// A user of the server's own.
    Basic {
        /// The user.
        user: String,
        /// The user's password.
        password: String,
    },
    /// The function's IAM role, at an Amazon OpenSearch Service domain.
    SigV4 {
        /// The domain's region.
        region: String,
        /// The role's credentials.
        credentials: AwsCredentials,
    },
}

/// The alias unless configured otherwise.
pub const DEFAULT_ALIAS: &str = "products";

impl SearchConfig {
    /// A server that asks nobody's name, and the default alias.
    ///
    /// # Errors
    /// When `url` is none.
    pub fn plain(url: &str) -> Result<Self, String> {
        let url = url.parse().map_err(|error| format!("{url:?} is not a URL: {error}"))?;
        Ok(Self { url, alias: DEFAULT_ALIAS.to_owned(), auth: SearchAuth::None })
    }

    /// From the environment, through `lookup`:
    ///
    /// | variable | meaning |
    /// |---|---|
    /// | `SEARCH_URL` | the endpoint; required |
    /// | `SEARCH_INDEX` | the alias; `products` if unset |
    /// | `SEARCH_AUTH` | `none` (if unset), `basic` or `sigv4` |
    /// | `SEARCH_USER`, `SEARCH_PASSWORD` | for `basic` |
    /// | `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` | for `sigv4`; Lambda sets them |
    ///
    /// # Errors
    /// The variable at fault and what to do about it.
    pub fn from_env(lookup: impl Fn(&'static str) -> Option<String>) -> Result<Self, String> {
        let required = |name: &'static str| {
            lookup(name).ok_or_else(|| format!("environment variable {name} is not set; {}", remedy(name)))
        };
        let plain = Self::plain(&required("SEARCH_URL")?)
            .map_err(|error| format!("environment variable SEARCH_URL: {error}"))?;
        let auth = match lookup("SEARCH_AUTH").as_deref() {
            None | Some("none") => SearchAuth::None,
            Some("basic") => {
                SearchAuth::Basic { user: required("SEARCH_USER")?, password: required("SEARCH_PASSWORD")? }
            }
            Some("sigv4") => SearchAuth::SigV4 {
                region: required("AWS_REGION")?,
                credentials: AwsCredentials::new(
                    required("AWS_ACCESS_KEY_ID")?,
                    required("AWS_SECRET_ACCESS_KEY")?,
                    lookup("AWS_SESSION_TOKEN"),
                    None,
                    "environment",
                ),
            },
            Some(other) => {
                return Err(format!(
                    "environment variable SEARCH_AUTH is {other:?}; none, basic or sigv4 is expected"
                ));
            }
        };
        let alias = lookup("SEARCH_INDEX").unwrap_or(plain.alias);
        Ok(Self { alias, auth, ..plain })
    }

    pub(crate) fn client(self) -> Result<OpenSearch, PortError> {
        // The endpoint is on loopback or in the function's own network: never behind a proxy.
        let is_plain = self.url.scheme() == "http";
        let builder = TransportBuilder::new(SingleNodeConnectionPool::new(self.url)).disable_proxy();
        // Without TLS there is no certificate to look at, and reading the system's roots is most of a start.
        let builder = if is_plain { builder.cert_validation(CertificateValidation::None) } else { builder };
        let builder = match self.auth {
            SearchAuth::None => builder,
            SearchAuth::Basic { user, password } => builder.auth(Credentials::Basic(user, password)),
            SearchAuth::SigV4 { region, credentials } => builder.auth(Credentials::AwsSigV4(
                SharedCredentialsProvider::new(credentials),
                Region::new(region),
            )),
        };
        let transport = builder
            .build()
            .map_err(|error| PortError::permanent(format!("no HTTP client for the search index: {error}")))?;
        Ok(OpenSearch::new(transport))
    }
}

fn remedy(name: &str) -> &'static str {
    match name {
        "SEARCH_URL" => "give the endpoint of OpenSearch or Elasticsearch, such as http://127.0.0.1:9200",
        "SEARCH_USER" | "SEARCH_PASSWORD" => "SEARCH_AUTH=basic needs it",
        _ => "SEARCH_AUTH=sigv4 needs it; Lambda sets it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<SearchConfig, String> {
        SearchConfig::from_env(|name| {
            pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_url_alone_is_enough_for_a_server_on_loopback() {
        let config = read(&[("SEARCH_URL", "http://127.0.0.1:9200")]).unwrap();
        assert!(matches!(config.auth, SearchAuth::None));
        assert_eq!(config.alias, "products");
        assert!(config.client().is_ok());
    }

    #[test]
    fn what_is_missing_is_named() {
        let url = ("SEARCH_URL", "http://127.0.0.1:9200");
        for (pairs, name) in [
            (vec![], "SEARCH_URL"),
            (vec![("SEARCH_URL", "nine")], "SEARCH_URL"),
            (vec![url, ("SEARCH_AUTH", "basic")], "SEARCH_USER"),
            (vec![url, ("SEARCH_AUTH", "sigv4")], "AWS_REGION"),
            (vec![url, ("SEARCH_AUTH", "magic")], "SEARCH_AUTH"),
        ] {
            let error = read(&pairs).err().unwrap();
            assert!(error.contains(name), "{error}");
        }
    }

    #[test]
    fn a_role_signs_with_what_lambda_sets() {
        let config = read(&[
            ("SEARCH_URL", "https://search.example"),
            ("SEARCH_AUTH", "sigv4"),
            ("AWS_REGION", "sa-east-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ]);
        assert!(config.unwrap().client().is_ok());
    }
}
