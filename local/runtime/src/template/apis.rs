//! `AWS::Serverless::HttpApi`: authorizers, CORS and stage variables.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Reader;
use super::document::Node;
use super::error::Fault;
use super::model::{Api, Cors, JwtAuthorizer};
use super::properties::Properties;
use super::settings::text_of;

impl Reader<'_> {
    /// Reads one API, with `Globals.HttpApi` laid under.
    pub(super) fn api(&self, logical_id: &str, node: &Node) -> Api {
        let properties = self.properties("HttpApi", logical_id, node);
        let auth = properties.section("Auth");
        let authorizers = auth.section("Authorizers");
        let names = authorizers.node.entries().map(|(name, _)| name.to_owned());
        Api {
            authorizers: names
                .filter_map(|name| Some((name.clone(), authorizer(&authorizers, &name)?)))
                .collect(),
            default_authorizer: auth.text("DefaultAuthorizer"),
            cors: cors(&properties),
            stage_variables: stage_variables(&properties),
        }
    }
}

/// Only JWT authorizers exist offline: a Lambda authorizer is reported, not skipped, since
/// leaving it out would open its routes.
fn authorizer(authorizers: &Properties<'_>, name: &str) -> Option<JwtAuthorizer> {
    let authorizer = authorizers.section(name);
    let Some(jwt) = authorizer.node.get("JwtConfiguration") else {
        let message = "is no JWT authorizer, and no other kind is understood; set `Authorizer: disabled`";
        authorizers.fault(name, Fault::at(authorizer.node.line, message));
        return None;
    };
    // SAM takes both spellings, the API's own and CloudFormation's.
    let either = |lower: &'static str, upper| if jwt.get(lower).is_some() { lower } else { upper };
    let jwt_properties = authorizer.section("JwtConfiguration");
    Some(JwtAuthorizer {
        issuer: jwt_properties.required_text(either("issuer", "Issuer")),
        audience: jwt_properties.texts(either("audience", "Audience")),
        identity_source: authorizer
            .text("IdentitySource")
            .unwrap_or_else(|| "$request.header.Authorization".into()),
        scopes: authorizer.texts("AuthorizationScopes"),
    })
}

/// `CorsConfiguration: true`, an origin, or a mapping.
fn cors(properties: &Properties<'_>) -> Option<Cors> {
    match properties.value("CorsConfiguration")? {
        Value::Bool(true) => Some(Cors { allow_origins: vec!["*".into()], ..Cors::default() }),
        Value::String(origin) => Some(Cors { allow_origins: vec![origin], ..Cors::default() }),
        Value::Object(_) => {
            let section = properties.section("CorsConfiguration");
            Some(Cors {
                allow_origins: section.texts("AllowOrigins"),
                allow_methods: section.texts("AllowMethods"),
                allow_headers: section.texts("AllowHeaders"),
                expose_headers: section.texts("ExposeHeaders"),
                allow_credentials: section.flag("AllowCredentials").unwrap_or(false),
                max_age_s: section.number("MaxAge", 0..=86_400).and_then(|age| u32::try_from(age).ok()),
            })
        }
        _ => None,
    }
}

fn stage_variables(properties: &Properties<'_>) -> BTreeMap<String, String> {
    let Some(Value::Object(variables)) = properties.value("StageVariables") else { return BTreeMap::new() };
    variables.iter().filter_map(|(name, value)| Some((name.clone(), text_of(value)?))).collect()
}
