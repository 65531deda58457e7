//! `AWS::Serverless::HttpApi` and `AWS::Serverless::Api`: authorizers, CORS and stage variables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Reader;
use super::document::Node;
use super::error::Fault;
use super::model::{Api, ApiKind, Cors, JwtAuthorizer};
use super::properties::Properties;
use super::settings::text_of;

impl Reader<'_> {
    /// Reads one API, with its section of `Globals` laid under.
    pub(super) fn api(&self, kind: ApiKind, logical_id: &str, node: &Node) -> Api {
        let properties = self.properties(kind.section(), logical_id, node);
        let auth = properties.section("Auth");
        let authorizers = auth.section("Authorizers");
        let mut api = Api {
            kind,
            stage: stage(kind, &properties),
            default_authorizer: auth.text("DefaultAuthorizer").or_else(|| api_key(&auth)),
            not_enforced: BTreeSet::new(),
            authorizers: BTreeMap::new(),
            binary_media_types: properties.texts("BinaryMediaTypes"),
            cors: match kind {
                ApiKind::Http => cors(&properties),
                ApiKind::Rest => rest_cors(&properties),
            },
            stage_variables: stage_variables(kind, &properties),
        };
        for (name, declared) in authorizers.node.entries() {
            if kind == ApiKind::Http && declared.get("JwtConfiguration").is_some() {
                api.authorizers.insert(name.to_owned(), jwt(&authorizers.section(name)));
                continue;
            }
            if !self.template.settings.is_open() {
                let message = format!("is no JWT authorizer, {NOT_ENFORCED}");
                authorizers.fault(name, Fault::at(declared.line, message));
            }
            api.not_enforced.insert(name.to_owned());
        }
        api
    }
}

/// How an API key is called among authorizers.
pub(super) const API_KEY: &str = "an API key";
/// Leaving an authorizer out would open its routes: that is said, and never done in silence.
pub(super) const NOT_ENFORCED: &str = "and no other kind is enforced here: its routes would be open. \
     `Authorizer: disabled` in the parameters file opens all guarded routes";

/// What guards every route of an API with `ApiKeyRequired`.
fn api_key(auth: &Properties<'_>) -> Option<String> {
    auth.flag("ApiKeyRequired").filter(|is_required| *is_required).map(|_| API_KEY.to_owned())
}

fn stage(kind: ApiKind, properties: &Properties<'_>) -> String {
    let default = match kind {
        ApiKind::Http => return "$default".into(),
        ApiKind::Rest => "Prod",
    };
    properties.text("StageName").unwrap_or_else(|| default.into())
}

fn jwt(authorizer: &Properties<'_>) -> JwtAuthorizer {
    let jwt = authorizer.section("JwtConfiguration");
    // SAM takes both spellings, the API's own and CloudFormation's.
    let either = |lower: &'static str, upper| if jwt.node.get(lower).is_some() { lower } else { upper };
    JwtAuthorizer {
        issuer: jwt.required_text(either("issuer", "Issuer")),
        audience: jwt.texts(either("audience", "Audience")),
        identity_source: authorizer
            .text("IdentitySource")
            .unwrap_or_else(|| "$request.header.Authorization".into()),
        scopes: authorizer.texts("AuthorizationScopes"),
    }
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

/// `Cors` of a REST API: an origin, or a mapping of header values, which stand in quotes of their own.
fn rest_cors(properties: &Properties<'_>) -> Option<Cors> {
    let unquoted = |text: String| text.trim().trim_matches('\'').to_owned();
    match properties.value("Cors")? {
        Value::String(origin) => Some(Cors { allow_origins: vec![unquoted(origin)], ..Cors::default() }),
        Value::Object(_) => {
            let section = properties.section("Cors");
            let texts = |key| section.text(key).map(unquoted).into_iter().collect::<Vec<_>>();
            Some(Cors {
                allow_origins: texts("AllowOrigin"),
                allow_methods: texts("AllowMethods"),
                allow_headers: texts("AllowHeaders"),
                expose_headers: Vec::new(),
                allow_credentials: section.flag("AllowCredentials").unwrap_or(false),
                max_age_s: section.text("MaxAge").and_then(|age| unquoted(age).parse().ok()),
            })
        }
        _ => None,
    }
}

fn stage_variables(kind: ApiKind, properties: &Properties<'_>) -> BTreeMap<String, String> {
    let key = match kind {
        ApiKind::Http => "StageVariables",
        ApiKind::Rest => "Variables",
    };
    let Some(Value::Object(variables)) = properties.value(key) else { return BTreeMap::new() };
    variables.iter().filter_map(|(name, value)| Some((name.clone(), text_of(value)?))).collect()
}
