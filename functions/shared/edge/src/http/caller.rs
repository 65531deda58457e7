//! Who calls: the token's `sub` and roles, as the HTTP API's JWT authorizer checked them.

use std::str::FromStr;

use aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use gateway_domain::UserId;
use http::HeaderMap;

use super::Problem;
use super::roles::{TokenClaims, grants};

/// The role that may change products and deal with dead letters.
const ADMIN: &str = "admin";

/// Whether callers must carry a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// The HTTP API's authorizer has checked a token; a request without claims is refused.
    Jwt,
    /// Nobody is asked: development only. The body's user is believed.
    None,
}

impl FromStr for Authorization {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "jwt" => Ok(Self::Jwt),
            "none" => Ok(Self::None),
            _ => Err("expected jwt or none"),
        }
    }
}

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Carries a checked token.
    Known {
        /// The token's `sub`.
        user: UserId,
        /// Whether `realm_access.roles` contains `admin`.
        admin: bool,
    },
    /// Nobody was asked.
    Anyone,
}

impl Caller {
    /// Reads the authorizer's claims, and where they leave a doubt the token in `headers` that they are of.
    ///
    /// # Errors
    /// 401 where a token is demanded and there is none with a usable `sub`.
    pub fn from_context(
        context: &ApiGatewayV2httpRequestContext,
        headers: &HeaderMap,
        authorization: Authorization,
    ) -> Result<Self, Problem> {
        if authorization == Authorization::None {
            return Ok(Self::Anyone);
        }
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let claims = jwt.map(|jwt| &jwt.claims).ok_or_else(Problem::unauthorized)?;
        let sub = claims.get("sub").ok_or_else(Problem::unauthorized)?;
        let user = UserId::new(sub.as_str()).map_err(|_| Problem::unauthorized())?;
        let token = TokenClaims::of(headers, sub);
        let admin = claims.get("realm_access").is_some_and(|roles| grants(ADMIN, roles, token.as_ref()));
        Ok(Self::Known { user, admin })
    }

    /// Who acts. A body that names another user than the token is refused.
    ///
    /// # Errors
    /// 403 when `named` differs from the token's user; 422 when nobody is named at all.
    pub fn user(&self, named: Option<&UserId>) -> Result<UserId, Problem> {
        match (self, named) {
            (Self::Known { user, .. }, Some(named)) if user != named => Err(Problem::forbidden(
                "user_mismatch",
                "the token is another user's than the user_id of the request",
            )),
            (Self::Known { user, .. }, _) => Ok(user.clone()),
            (Self::Anyone, Some(named)) => Ok(named.clone()),
            (Self::Anyone, None) => {
                Err(Problem::unprocessable("user_id_required", "user_id says who acts; it is missing"))
            }
        }
    }

    /// Whether the caller may see what belongs to `owner`: theirs, or the caller is an admin.
    #[must_use]
    pub fn may_see(&self, owner: &UserId) -> bool {
        match self {
            Self::Known { user, admin } => *admin || user == owner,
            Self::Anyone => true,
        }
    }

    /// Demands the role `admin`.
    ///
    /// # Errors
    /// 403.
    pub fn require_admin(&self) -> Result<(), Problem> {
        match self {
            Self::Known { admin: false, .. } => {
                Err(Problem::forbidden("admin_required", "this needs the role admin in realm_access.roles"))
            }
            Self::Known { .. } | Self::Anyone => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_speaks_for_its_own_user_only() {
        let ana = UserId::new("ana").unwrap();
        let bia = UserId::new("bia").unwrap();
        let caller = Caller::Known { user: ana.clone(), admin: false };
        assert_eq!(caller.user(None).unwrap(), ana);
        assert_eq!(caller.user(Some(&bia)).unwrap_err().status, 403);
        assert!(!caller.may_see(&bia));
    }
}
