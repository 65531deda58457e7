//! One authorizer: from a request to what its function is told about the caller.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::request::Parts;

use super::identity::IdentitySource;
use super::keys::Keys;
use super::token::{self, Header};
use super::verified::{Verified, VerifiedTokens};
use super::{Denial, JwtError, JwtOptions, claims};
use crate::http_api::authorize::AuthorizerContext;
use crate::template::JwtAuthorizer;

/// Guards the routes of one authorizer.
#[derive(Debug)]
pub(super) struct Guard {
    authorizer: JwtAuthorizer,
    source: IdentitySource,
    keys: Arc<Keys>,
    options: JwtOptions,
    verified: VerifiedTokens,
}

impl Guard {
    pub(super) fn new(
        name: &str,
        authorizer: &JwtAuthorizer,
        keys: Arc<Keys>,
        options: JwtOptions,
    ) -> Result<Self, JwtError> {
        let source = IdentitySource::parse(&authorizer.identity_source).ok_or_else(|| {
            JwtError::IdentitySource { authorizer: name.to_owned(), text: authorizer.identity_source.clone() }
        })?;
        let (authorizer, verified) = (authorizer.clone(), VerifiedTokens::default());
        Ok(Self { authorizer, source, keys, options, verified })
    }

    /// What the function is told, if the request's token opens a route with these scopes.
    pub(super) async fn pass(&self, scopes: &[String], head: &Parts) -> Result<AuthorizerContext, Denial> {
        let token = self.source.token(head).ok_or(Denial::NoToken)?;
        let remembered = self.keys.generation().and_then(|keys| self.verified.get(&token, keys));
        let verified = match remembered {
            Some(verified) => verified,
            None => self.verify(token).await?,
        };
        verified.life.check(now_s())?;
        verified.opens(scopes)
    }

    async fn verify(&self, token: String) -> Result<Arc<Verified>, Denial> {
        let header = Header::read(&token)?;
        let algorithm = header.algorithm()?;
        if !self.options.algorithms.contains(&algorithm) {
            return Err(Denial::Algorithm);
        }
        let kid = header.kid()?;
        let published = self.keys.with(kid).await?;
        let claims = token::claims(&token, algorithm, published.keys.find(kid, algorithm)?)?;
        let life = claims::check(&claims, &self.authorizer)?;
        life.check(now_s())?;
        let nested = self.options.nested_claims;
        let verified = Arc::new(Verified::new(claims, life, published.generation, nested));
        self.verified.insert(token, Arc::clone(&verified));
        Ok(verified)
    }
}

/// Seconds of the epoch, with their fraction.
fn now_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
