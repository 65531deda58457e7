//! Rows of APIs: what guards a route, in which format it gets its events.

use super::tests::template;
use super::*;

const REST: &str = "
Globals:
  Api: {Cors: \"'*'\", BinaryMediaTypes: [image~1png]}
  HttpApi: {Auth: {DefaultAuthorizer: Users, Authorizers: {Users: {JwtConfiguration: {issuer: 'https://id', audience: [a]}}}}}
Resources:
  Shop:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Variables: {color: blue}
      BinaryMediaTypes: [application~1pdf]
      Cors: {AllowOrigin: \"'https://shop'\", AllowMethods: \"'GET,PUT'\", MaxAge: \"'600'\"}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Explicit: {Type: Api, Properties: {RestApiId: !Ref Shop, Method: get, Path: '/{proxy+}'}}
        Implicit: {Type: Api, Properties: {Method: any, Path: /rest}}
        Old: {Type: HttpApi, Properties: {Method: GET, Path: /old, PayloadFormatVersion: '1.0'}}
        New: {Type: HttpApi, Properties: {Method: GET, Path: /new, Auth: {Authorizer: NONE}}}
";

#[test]
fn both_generations_of_apis_are_read() {
    let application = template(REST, "{}").application().unwrap();
    let routes: Vec<_> = application
        .routes
        .iter()
        .map(|it| (it.key(), it.api.as_str(), it.payload_format, it.authorizer.as_deref()))
        .collect();
    assert_eq!(
        routes,
        [
            ("GET /{proxy+}".to_owned(), "Shop", PayloadFormat::Rest, None),
            ("ANY /rest".to_owned(), "ServerlessRestApi", PayloadFormat::Rest, None),
            // The implicit API has what `Globals` says, authorizers too.
            ("GET /old".to_owned(), "ServerlessHttpApi", PayloadFormat::V1, Some("Users")),
            ("GET /new".to_owned(), "ServerlessHttpApi", PayloadFormat::V2, None),
        ]
    );
    let shop = &application.apis["Shop"];
    assert_eq!((shop.stage.as_str(), shop.stage_variables["color"].as_str()), ("v1", "blue"));
    assert_eq!(shop.binary_media_types, ["image~1png", "application~1pdf"], "those of `Globals` come first");
    let cors = shop.cors.clone().unwrap();
    assert_eq!(
        (cors.allow_origins, cors.allow_methods, cors.max_age_s),
        (vec!["https://shop".into()], vec!["GET,PUT".into()], Some(600))
    );
    let implicit = &application.apis["ServerlessRestApi"];
    assert_eq!(
        (implicit.stage.as_str(), &implicit.binary_media_types[..]),
        ("Prod", &["image~1png".to_owned()][..])
    );
    assert_eq!(implicit.cors.clone().unwrap().allow_origins, ["*"]);
}

#[test]
fn guards_that_are_not_enforced_here_are_never_open_in_silence() {
    for (api, event, expected) in [
        (
            "HttpApi",
            "{Auth: {Authorizers: {L: {FunctionArn: x, AuthorizerPayloadFormatVersion: 2.0}}}}",
            "Authorizers.L: is no JWT authorizer",
        ),
        (
            "Api",
            "{StageName: v1, Auth: {DefaultAuthorizer: C, Authorizers: {C: {UserPoolArn: x}}}}",
            "Authorizers.C: is no JWT authorizer",
        ),
        ("Api", "{StageName: v1, Auth: {DefaultAuthorizer: AWS_IAM}}", "AWS_IAM is no JWT authorizer"),
        ("Api", "{StageName: v1, Auth: {ApiKeyRequired: true}}", "an API key is no JWT authorizer"),
        ("HttpApi", "{Auth: {DefaultAuthorizer: Nobody}}", "Nobody is no JWT authorizer"),
    ] {
        let key = if api == "Api" { "RestApiId" } else { "ApiId" };
        let text = format!(
            "
Resources:
  A: {{Type: 'AWS::Serverless::{api}', Properties: {event}}}
  F: {{Type: 'AWS::Serverless::Function', Properties: {{Events: {{E: {{Type: {api}, Properties: {{{key}: !Ref A, Method: GET, Path: /x}}}}}}}}}}
"
        );
        let error = template(&text, "{}").application().unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("Authorizer: disabled"), "{expected}: {error}");
        let open = template(&text, "Authorizer: disabled").application().unwrap();
        let is_default = !event.contains("Authorizers: {L");
        assert_eq!(
            open.routes[0].authorizer.is_some(),
            is_default,
            "{event}: the start tells how many are open"
        );
    }
}

#[test]
fn an_api_that_is_not_in_the_template_has_no_routes() {
    let text = "
Resources:
  F: {Type: 'AWS::Serverless::Function', Properties: {Events: {E: {Type: HttpApi, Properties: {ApiId: abc123, Path: /x, Method: GET}}}}}
";
    let error = template(text, "{}").application().unwrap_err().to_string();
    assert!(error.contains("ApiId: abc123 is no API of this template"), "{error}");
}
