//! How a mapping gets at its brokers: `SourceAccessConfigurations` with their secrets filled in.

use std::fmt;

/// Something that must not be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a text from being shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// Transport security and authentication; without either the connection is plain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceAccess {
    /// `SERVER_ROOT_CA_CERTIFICATE`, PEM; without it the system's certificates are trusted.
    pub root_certificate: Option<String>,
    /// The one mechanism by which the client shows who it is.
    pub authentication: Option<Authentication>,
    /// What the template asks for beside it: types without a secret on this machine, and those by IAM and OAuth,
    /// which none stands for. They change nothing.
    pub without_secret: Vec<String>,
}

/// Who the client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// `BASIC_AUTH`: SASL/PLAIN.
    Basic(Password),
    /// `SASL_SCRAM_256_AUTH`.
    Scram256(Password),
    /// `SASL_SCRAM_512_AUTH`.
    Scram512(Password),
    /// `CLIENT_CERTIFICATE_TLS_AUTH`: mutual TLS.
    ClientCertificate(Certificate),
}

/// A secret of the form `{"username": …, "password": …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// `username`.
    pub username: String,
    /// `password`.
    pub password: Secret,
}

/// A secret of the form `{"certificate": …, "privateKey": …, "privateKeyPassword": …}`, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// `certificate`: the chain.
    pub certificate: String,
    /// `privateKey`.
    pub private_key: Secret,
    /// `privateKeyPassword`, where the key is encrypted.
    pub private_key_password: Option<Secret>,
}

impl SourceAccess {
    /// librdkafka's properties for it. SASL goes over TLS only, as on AWS.
    pub fn client_properties(&self) -> Vec<(&'static str, &str)> {
        let mut properties = Vec::new();
        if let Some(certificate) = &self.root_certificate {
            properties.push(("ssl.ca.pem", certificate.as_str()));
        }
        match &self.authentication {
            None => {}
            Some(Authentication::Basic(password)) => sasl(&mut properties, "PLAIN", password),
            Some(Authentication::Scram256(password)) => sasl(&mut properties, "SCRAM-SHA-256", password),
            Some(Authentication::Scram512(password)) => sasl(&mut properties, "SCRAM-SHA-512", password),
            Some(Authentication::ClientCertificate(certificate)) => mutual_tls(&mut properties, certificate),
        }
        let protocol = self.security_protocol();
        if protocol != "PLAINTEXT" {
            properties.push(("security.protocol", protocol));
        }
        properties
    }

    /// `securityProtocol` of AWS's log events.
    pub const fn security_protocol(&self) -> &'static str {
        match &self.authentication {
            Some(Authentication::ClientCertificate(_)) => "SSL",
            Some(_) => "SASL_SSL",
            None if self.root_certificate.is_some() => "SSL",
            None => "PLAINTEXT",
        }
    }

    /// `saslMechanism` of AWS's log events.
    pub const fn sasl_mechanism(&self) -> Option<&'static str> {
        match &self.authentication {
            Some(Authentication::Basic(_)) => Some("PLAIN"),
            Some(Authentication::Scram256(_)) => Some("SCRAM-SHA-256"),
            Some(Authentication::Scram512(_)) => Some("SCRAM-SHA-512"),
            Some(Authentication::ClientCertificate(_)) | None => None,
        }
    }
}

fn sasl<'a>(properties: &mut Vec<(&'static str, &'a str)>, mechanism: &'static str, password: &'a Password) {
    properties.push(("sasl.mechanisms", mechanism));
    properties.push(("sasl.username", &password.username));
    properties.push(("sasl.password", password.password.reveal()));
}

fn mutual_tls<'a>(properties: &mut Vec<(&'static str, &'a str)>, certificate: &'a Certificate) {
    properties.push(("ssl.certificate.pem", &certificate.certificate));
    properties.push(("ssl.key.pem", certificate.private_key.reveal()));
    if let Some(password) = &certificate.private_key_password {
        properties.push(("ssl.key.password", password.reveal()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password() -> Password {
        Password { username: "ana".to_owned(), password: Secret::new("s3cret") }
    }

    #[test]
    fn each_access_becomes_the_clients_properties() {
        let certificate = Certificate {
            certificate: "CERT".to_owned(),
            private_key: Secret::new("KEY"),
            private_key_password: Some(Secret::new("word")),
        };
        let sasl = |mechanism| {
            vec![
                ("sasl.mechanisms", mechanism),
                ("sasl.username", "ana"),
                ("sasl.password", "s3cret"),
                ("security.protocol", "SASL_SSL"),
            ]
        };
        let mutual = vec![
            ("ssl.certificate.pem", "CERT"),
            ("ssl.key.pem", "KEY"),
            ("ssl.key.password", "word"),
            ("security.protocol", "SSL"),
        ];
        let rows = [
            (None, vec![]),
            (Some(Authentication::Basic(password())), sasl("PLAIN")),
            (Some(Authentication::Scram256(password())), sasl("SCRAM-SHA-256")),
            (Some(Authentication::Scram512(password())), sasl("SCRAM-SHA-512")),
            (Some(Authentication::ClientCertificate(certificate)), mutual),
        ];
        for (authentication, expected) in rows {
            let access = SourceAccess { authentication, ..SourceAccess::default() };
            assert_eq!(access.client_properties(), expected);
        }
        let trusting = SourceAccess { root_certificate: Some("CA".to_owned()), ..SourceAccess::default() };
        assert_eq!(trusting.client_properties(), [("ssl.ca.pem", "CA"), ("security.protocol", "SSL")]);
    }

    #[test]
    fn the_client_understands_every_property() {
        for authentication in [
            Authentication::Basic(password()),
            Authentication::Scram256(password()),
            Authentication::Scram512(password()),
        ] {
            let access = SourceAccess { authentication: Some(authentication), ..SourceAccess::default() };
            let mut client = rdkafka::ClientConfig::new();
            for (name, value) in access.client_properties() {
                client.set(name, value);
            }
            let consumer: Result<rdkafka::consumer::BaseConsumer, _> = client.set("group.id", "g").create();
            assert!(consumer.is_ok(), "{:?}", consumer.err());
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let shown = format!("{:?}", Authentication::Basic(password()));
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
