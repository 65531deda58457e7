//! Why a token does not open a route, and how API Gateway says so.

use super::Refusal;

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// There is nothing at the identity source.
    NoToken,
    /// Not three parts.
    NoJwt,
    /// The header or the claims cannot be read.
    Unreadable,
    /// Signed in a way that is not accepted, or not signed at all.
    Algorithm,
    /// The issuer has no key of the token's `kid`, or the token names none.
    Key,
    /// The issuer cannot be asked for its keys.
    Issuer,
    /// Signed by somebody else, or changed since.
    Signature,
    /// `iss` is another's.
    WrongIssuer,
    /// `aud`, or `client_id` where there is none, is for others.
    WrongAudience,
    /// `exp` has come, or is missing.
    Expired,
    /// `nbf` or `iat` is still to come.
    NotYet,
    /// None of the route's scopes.
    Scope,
}

impl Denial {
    /// API Gateway's answer. Of these texts AWS publishes that of the audience; that of a missing token
    /// and that of one that is no JWT have been seen; the others follow them.
    pub(super) fn refusal(self, scopes: &[String]) -> Refusal {
        let scopes = scopes.join(" ");
        let invalid = |description: &str| {
            Refusal::Unauthorized(format!(
                r#"Bearer scope="{scopes}" error="invalid_token" error_description="{description}""#
            ))
        };
        match self {
            Self::NoToken => Refusal::Unauthorized("Bearer".to_owned()),
            Self::NoJwt => invalid("token contains an invalid number of segments"),
            Self::Unreadable => invalid("the token cannot be decoded"),
            Self::Algorithm => invalid("the token's signing method is not supported"),
            Self::Key => invalid("the token's kid matches no key of the issuer"),
            Self::Issuer => invalid("OIDC discovery endpoint communication error"),
            Self::Signature => invalid("the token does not have a valid signature"),
            Self::WrongIssuer => invalid("the token does not have a valid issuer"),
            Self::WrongAudience => invalid("the token does not have a valid audience"),
            Self::Expired => invalid("the token has expired"),
            Self::NotYet => invalid("the token is not valid yet"),
            Self::Scope => Refusal::Forbidden(format!(
                r#"Bearer scope="{scopes}" error="insufficient_scope" error_description="the token does not have a required scope""#
            )),
        }
    }
}
