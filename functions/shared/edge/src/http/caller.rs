//! Who calls: the token's `sub` and roles, as the HTTP API's JWT authorizer checked them.

use std::str::FromStr;

use aws_lambda_events::apigw::ApiGatewayV2httpRequestContext;
use gateway_domain::UserId;
use serde::Deserialize;

use super::Problem;

/// The role that may change products and deal with dead letters.
const ADMIN: &str = "admin";

/// Keycloak's claim of a realm's roles.
#[derive(Deserialize)]
struct RealmAccess {
    #[serde(default)]
    roles: Vec<String>,
}

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
    /// Reads the authorizer's claims.
    ///
    /// # Errors
    /// 401 where a token is demanded and there is none with a usable `sub`.
    pub fn from_context(
        context: &ApiGatewayV2httpRequestContext,
        authorization: Authorization,
    ) -> Result<Self, Problem> {
        if authorization == Authorization::None {
            return Ok(Self::Anyone);
        }
        let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
        let claims = jwt.map(|jwt| &jwt.claims).ok_or_else(Problem::unauthorized)?;
        let sub = claims.get("sub").ok_or_else(Problem::unauthorized)?;
        let user = UserId::new(sub.as_str()).map_err(|_| Problem::unauthorized())?;
        let admin = claims.get("realm_access").is_some_and(|roles| grants_admin(roles));
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

/// API Gateway hands claims on as texts: `realm_access` as Go prints a map, `map[roles:[admin user]]`,
/// or as JSON. Only `roles` counts, and where it cannot be told from other members nobody is an admin.
/// A printed list separates by spaces, so the realm must have no role with `admin` as one of several words.
fn grants_admin(realm_access: &str) -> bool {
    if let Ok(read) = serde_json::from_str::<RealmAccess>(realm_access) {
        return read.roles.iter().any(|role| role == ADMIN);
    }
    // Keys are printed in their order, and Keycloak's only other one comes after `roles`.
    let roles = realm_access.strip_prefix("map[roles:[").and_then(|rest| rest.split_once(']'));
    roles.is_some_and(|(roles, _)| roles.split(' ').any(|role| role == ADMIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_admin_role_is_found_in_both_flattened_forms_and_nowhere_else() {
        for (text, admin) in [
            (r#"{"roles":["user","admin"]}"#, true),
            ("map[roles:[admin user]]", true),
            ("map[roles:[user admin] verify_caller:true]", true),
            ("map[groups:[admin] roles:[user]]", false),
            ("map[aroles:[admin]]", false),
            ("map[roles:[] x:[admin]]", false),
            (r#"{"other":{"roles":["admin"]}}"#, false),
            (r#"{"roles":["not admin"]}"#, false),
            ("admin", false),
            ("[admin]", false),
            (r#"{"roles":["administrator"]}"#, false),
            ("map[roles:[user]]", false),
            (r#"{"groups":["admin"]}"#, false),
            ("", false),
        ] {
            assert_eq!(grants_admin(text), admin, "{text}");
        }
    }

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
