//! Rows of templates and what is read from them.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use super::document::parse;
use super::resolver::Resolver;
use super::*;
use crate::esm::config::{EventSource, OnFailureDestination, PollerLimits, StartingPosition};
use crate::schedule::Expression;

const RULES: &str = "
Parameters:
  Stage: {Type: String, Default: local, AllowedValues: [local, prod]}
  Size: {Type: Number, Default: 5}
  Zones: {Type: CommaDelimitedList, Default: 'a, b,c'}
  Needed: {Type: String}
Mappings:
  ByStage: {local: {Memory: 256}, prod: {Memory: 1024}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsLocal: !Not [!Condition IsProd]
  IsBig: !And [!Condition IsLocal, !Equals [!Ref Size, '5']]
  Either: !Or [!Condition IsProd, !Condition IsBig]
  Circle: !Not [!Condition Circle]
Resources:
  Table: {Type: 'AWS::DynamoDB::Table', Properties: {TableName: !Sub 'pay-${Stage}'}}
  Queue: {Type: 'AWS::SQS::Queue'}
  Bucket: {Type: 'AWS::S3::Bucket'}
  Pay: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: pay-it}}
  Cluster: {Type: 'AWS::MSK::Cluster', Properties: {ClusterName: main}}
  Proxy: {Type: 'AWS::RDS::DBProxy'}
";

const GIVEN: &str = "
Parameters: {Needed: given, 'AWS::Region': sa-east-1}
Attributes: {Proxy.Endpoint: '127.0.0.1', Proxy: my-proxy, '{{resolve:ssm:/known}}': 'k:9092'}
Imports: {Net: vpc-1}
";

pub(super) fn settings(text: &str) -> Settings {
    serde_json::from_value(parse(text).unwrap().to_value()).unwrap()
}

fn resolve(expression: &str) -> Result<Option<Value>, Fault> {
    let root = parse(RULES).unwrap();
    let settings = settings(GIVEN);
    let resolver = Resolver::new(&root, &settings).unwrap();
    resolver.value(&parse(expression).unwrap())
}

#[test]
fn intrinsic_functions_resolve_in_both_forms() {
    let account = "000000000000";
    for (expression, expected) in [
        ("!Ref Stage", json!("local")),
        ("{Ref: Needed}", json!("given")),
        ("!Ref Zones", json!(["a", "b", "c"])),
        ("!Ref AWS::Region", json!("sa-east-1")),
        ("!Ref AWS::AccountId", json!(account)),
        ("!Ref Table", json!("pay-local")),
        ("!Ref Queue2", json!(null)),
        ("!Ref Proxy", json!("my-proxy")),
        ("!Ref Bucket", json!("Bucket")),
        ("!GetAtt Proxy.Endpoint", json!("127.0.0.1")),
        ("!GetAtt [Pay, Arn]", json!(format!("arn:aws:lambda:sa-east-1:{account}:function:pay-it"))),
        (
            "{'Fn::GetAtt': [Table, Arn]}",
            json!(format!("arn:aws:dynamodb:sa-east-1:{account}:table/pay-local")),
        ),
        ("!GetAtt PayRole.Arn", json!(format!("arn:aws:iam::{account}:role/PayRole"))),
        ("!GetAtt Bucket.Arn", json!("arn:aws:s3:::Bucket")),
        ("!GetAtt Queue.Arn", json!(format!("arn:aws:sqs:sa-east-1:{account}:Queue"))),
        (
            "!Ref Cluster",
            json!(format!(
                "arn:aws:kafka:sa-east-1:{account}:cluster/main/00000000-0000-0000-0000-000000000000-1"
            )),
        ),
        (
            "!Sub 'x-${Stage}-${Table.Arn}-${!Kept}'",
            json!(format!("x-local-arn:aws:dynamodb:sa-east-1:{account}:table/pay-local-${{Kept}}")),
        ),
        ("!Sub ['${A}/${Stage}', {A: !Ref Needed}]", json!("given/local")),
        ("{'Fn::Sub': '${AWS::StackName}'}", json!("local")),
        ("!Join ['-', [a, !Ref Stage, 1]]", json!("a-local-1")),
        ("!Join [',', !Ref Zones]", json!("a,b,c")),
        ("!Select [1, !Ref Zones]", json!("b")),
        ("!Select ['0', !Split ['/', 'p/q']]", json!("p")),
        ("!FindInMap [ByStage, !Ref Stage, Memory]", json!(256)),
        ("!FindInMap [ByStage, none, Memory, {DefaultValue: 1}]", json!(1)),
        ("!If [IsProd, a, b]", json!("b")),
        ("!If [IsBig, a, b]", json!("a")),
        ("!If [Either, a, b]", json!("a")),
        ("[1, !If [IsProd, 2, !Ref AWS::NoValue], 3]", json!([1, 3])),
        ("{a: !Ref AWS::NoValue, b: 1}", json!({"b": 1})),
        ("!ImportValue Net", json!("vpc-1")),
        ("'Fn::Base64': hi", json!("aGk=")),
        ("!Sub text", json!("text")),
        ("'!Ref Stage'", json!("!Ref Stage")),
        ("'kafka://{{resolve:ssm:/known}}/x'", json!("kafka://k:9092/x")),
        ("!Sub '${Stage}-{{resolve:ssm:/known}}'", json!("local-k:9092")),
        ("!Join ['', ['{{resolve:ssm:', /known, '}}']]", json!("k:9092")),
        ("!Split [':', '{{resolve:ssm:/known}}']", json!(["k", "9092"])),
    ] {
        match (resolve(expression), expected) {
            (Err(_), Value::Null) => {}
            (resolved, expected) => assert_eq!(resolved, Ok(Some(expected)), "{expression}"),
        }
    }
}

#[test]
fn what_cannot_be_resolved_says_what_to_do() {
    for (expression, expected) in [
        ("!GetAtt Proxy.DBProxyArn", "`Proxy.DBProxyArn: …`"),
        ("!Ref Queue", "only AWS knows Queue"),
        ("!Ref Nothing", "neither a parameter nor a resource"),
        ("!GetAtt Nothing.Arn", "there is no resource Nothing"),
        ("!ImportValue Other", "`Imports: Other:`"),
        ("!If [Circle, 1, 2]", "circle"),
        ("!If [Nowhere, 1, 2]", "no condition Nowhere"),
        ("!FindInMap [ByStage, none, Memory]", "ByStage.none.Memory"),
        ("!Select [9, !Ref Zones]", "no such item"),
        ("!Transform {Name: X}", "macros run on AWS only"),
        ("!Cidr [a, 1, 2]", "Fn::Cidr is not understood"),
        (
            "'x-{{resolve:ssm:/own}}'",
            "only AWS knows '{{resolve:ssm:/own}}': give it a value under `Attributes:`",
        ),
        ("!Sub '{{resolve:ssm:/${Stage}}}'", "`'{{resolve:ssm:/local}}': …`"),
        ("!Join ['', ['{{resolve:ssm:/', !Ref Stage, '}}']]", "`'{{resolve:ssm:/local}}': …`"),
    ] {
        let fault = resolve(expression).unwrap_err();
        assert!(fault.message.contains(expected), "{expression}: {}", fault.message);
        assert!(fault.line > 0, "{expression}");
    }
}

#[test]
fn parameters_want_values_that_are_allowed_and_declared() {
    for (given, expected) in [
        ("{}", "Needed: has no Default: give it a value, by --parameter Needed=…"),
        ("Parameters: {Needed: x, Size: big}", "Size: a number is wanted here"),
        ("Parameters: {Needed: x, Stage: test}", "\"test\" is none of"),
        ("Parameters: {Needed: x, Sta: local}", "Sta: has a value but"),
    ] {
        let settings = settings(given);
        let faults = Resolver::new(&parse(RULES).unwrap(), &settings).unwrap_err();
        let text = TemplateError::new(&PathBuf::from("t.yaml"), faults).to_string();
        assert!(text.contains(expected), "{given}: {text}");
    }
}

#[test]
fn the_name_of_a_stored_parameter_is_not_its_value() {
    let value = |kind: &str, given: &str| {
        let names = "Default: /prod/brokers, AllowedValues: [/prod/brokers, /test/brokers]";
        let root = parse(&format!("Parameters:\n  Brokers: {{Type: '{kind}', {names}}}\n")).unwrap();
        let mut settings = settings(given);
        settings.deployed.insert("Brokers".into(), json!("/test/brokers"));
        let resolver = Resolver::new(&root, &settings);
        let failed = |faults| TemplateError::new(&PathBuf::from("t.yaml"), faults).to_string();
        resolver.map_err(failed).map(|resolver| resolver.reference("Brokers").unwrap().unwrap())
    };
    let missing = "t.yaml:2: Parameters.Brokers: is the name of a value that SSM holds: give it a value, \
                   by --parameter Brokers=… or under `Parameters: Brokers:`";
    let given = "Parameters: {Brokers: 'a:1, b:2'}";
    for (kind, given, expected) in [
        ("String", "{}", Ok(json!("/test/brokers"))),
        ("AWS::SSM::Parameter::Name", "{}", Ok(json!("/test/brokers"))),
        ("AWS::SSM::Parameter::Value<String>", "{}", Err(missing.to_owned())),
        ("AWS::SSM::Parameter::Value<String>", given, Ok(json!("a:1, b:2"))),
        ("AWS::SSM::Parameter::Value<List<String>>", "{}", Err(missing.to_owned())),
        ("AWS::SSM::Parameter::Value<List<String>>", given, Ok(json!(["a:1", "b:2"]))),
        ("AWS::SSM::Parameter::Value<CommaDelimitedList>", given, Ok(json!(["a:1", "b:2"]))),
    ] {
        assert_eq!(value(kind, given), expected, "{kind}, {given}");
    }
}

#[test]
fn conditions_choose_the_sections_of_a_function() {
    let text = "
Conditions: {Yes: !Equals [a, a], No: !Equals [a, b]}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: !If [Yes, src, !Ref AWS::NoValue]
      Environment: !If
        - Yes
        - Variables: {A: !If [No, 1, 2], B: !If [No, 3, !Ref AWS::NoValue]}
        - !Ref AWS::NoValue
      EventInvokeConfig: !If [No, {MaximumRetryAttempts: 1}, !Ref AWS::NoValue]
      Events: !If
        - Yes
        - Every: {Type: Schedule, Properties: !If [Yes, {Schedule: rate(1 minute)}, !Ref AWS::NoValue]}
          Never: !If [No, {Type: Schedule, Properties: {Schedule: rate(1 hour)}}, !Ref AWS::NoValue]
        - !Ref AWS::NoValue
";
    let application = template(text, "{}").application().unwrap();
    let function = &application.functions[0];
    assert_eq!(function.code_uri, PathBuf::from("infra/src"));
    assert_eq!(function.environment, BTreeMap::from([("A".to_owned(), "2".to_owned())]));
    assert_eq!(function.event_invoke.retries_max, None);
    let schedules: Vec<_> = application.schedules.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(schedules, ["FEvery"]);
    assert_eq!((application.ignored, application.warnings), (Vec::new(), Vec::new()));
    for (section, expected) in [
        ("!Transform {Name: X}", "F.Properties.Environment: macros run on AWS only"),
        ("!If [Nowhere, {}, {}]", "F.Properties.Environment: there is no condition Nowhere"),
        ("text", "F.Properties.Environment: a mapping is wanted here, not \"text\""),
    ] {
        let text = format!(
            "Resources:\n  F: {{Type: 'AWS::Serverless::Function', Properties: {{Environment: {section}}}}}\n"
        );
        let error = template(&text, "{}").application().unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}\nis not in\n{error}");
    }
}

#[test]
fn brokers_of_the_parameters_file_are_enough() {
    let text = "
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        It:
          Type: SelfManagedKafka
          Properties:
            KafkaBootstrapServers: !Split [',', !ImportValue brokers]
            Topics: [orders]
";
    let given = template(text, "{Runtime: {BootstrapServers: 'k:9092'}}").application().unwrap();
    assert_eq!(given.mappings[0].bootstrap_servers, "k:9092");
    let imported = template(text, "{Imports: {brokers: 'a:1,b:2'}}").application().unwrap();
    assert_eq!(imported.mappings[0].bootstrap_servers, "a:1,b:2");
    let error = template(text, "{}").application().unwrap_err().to_string();
    for expected in [
        "infra/template.yaml:10: Resources.F.Properties.Events.It.Properties.KafkaBootstrapServers: another stack",
        "Resources.F.Properties.Events.It.Properties: has no brokers here",
    ] {
        assert!(error.contains(expected), "{expected}\nis not in\n{error}");
    }
}

#[test]
fn scalars_are_read_as_cloudformation_reads_them() {
    for (yaml, expected) in [
        ("012345678901", json!("012345678901")),
        ("5", json!(5)),
        ("'5'", json!("5")),
        ("true", json!(true)),
        ("1.5", json!(1.5)),
        ("2010-09-09", json!("2010-09-09")),
        ("!!str 7", json!("7")),
        ("~", json!(null)),
        ("yes", json!("yes")),
        ("|\n  a\n  b\n", json!("a\nb\n")),
        ("{\"a\": [1, \"x\"]}", json!({"a": [1, "x"]})),
    ] {
        assert_eq!(parse(yaml).unwrap().to_value(), expected, "{yaml}");
    }
    assert!(parse("a: 1\na: 2").is_err(), "duplicate keys are a slip of the pen");
}

pub(super) fn template(text: &str, given: &str) -> Template {
    Template {
        file: PathBuf::from("infra/template.yaml"),
        root: parse(text).unwrap(),
        settings: settings(given),
        scope: Scope::top(std::path::Path::new("infra/template.yaml")),
    }
}

const SHOP: &str = include_str!("shop.yaml");
const SHOP_GIVEN: &str = include_str!("shop-parameters.yaml");

#[test]
fn functions_have_globals_metadata_and_settings() {
    let application = template(SHOP, SHOP_GIVEN).application().unwrap();
    let names: Vec<_> = application.functions.iter().map(|function| function.name.as_str()).collect();
    assert_eq!(names, ["orders", "shop-pay", "Sweep"]);
    let [orders, pay, sweep] = application.functions.as_slice() else { panic!("three functions") };
    assert_eq!(orders.binary, "orders-bin");
    assert_eq!(pay.binary, "pay");
    assert_eq!(sweep.binary, "sweep", "of a zip");
    assert_eq!(pay.code_uri, PathBuf::from("functions/pay"));
    assert_eq!((orders.timeout, pay.timeout), (Duration::from_secs(10), Duration::from_secs(60)));
    assert_eq!((orders.memory_size_mib, pay.memory_size_mib), (512, 256));
    assert_eq!((orders.environments_max, pay.environments_max, sweep.environments_max), (4, 2, 1));
    let niceness = (orders.niceness, pay.niceness, sweep.niceness);
    assert_eq!(niceness, (5, 19, 7), "of all, in the background, its own");
    let variable = |name: &str| pay.environment.get(name).map(String::as_str);
    assert_eq!(variable("TABLE"), Some("Orders"), "of the function");
    assert_eq!(variable("LEVEL"), Some("info"), "of the globals");
    assert_eq!(variable("ENDPOINT"), Some("http://127.0.0.1:8000"), "of the parameters file, for all");
    assert_eq!(
        variable("DATABASE"),
        Some("mysql://local"),
        "of the parameters file, over what only AWS knows"
    );
    assert_eq!(application.ignored, ["Pay.Events.Bucket (S3)", "Orders (AWS::DynamoDB::Table)"]);
}

#[test]
fn routes_have_their_api_and_authorizer() {
    let application = template(SHOP, SHOP_GIVEN).application().unwrap();
    let routes: Vec<_> =
        application.routes.iter().map(|route| (route.key(), route.authorizer.as_deref())).collect();
    assert_eq!(
        routes,
        [
            ("GET /orders/{id}".to_owned(), Some("Users")),
            ("ANY /public".to_owned(), None),
            ("$default".to_owned(), Some("Users")),
        ]
    );
    let authorizer = &application.apis["Api"].authorizers["Users"];
    assert_eq!(
        (authorizer.issuer.as_str(), &authorizer.audience[..]),
        ("https://id/realm", &["shop".to_owned()][..])
    );
    assert_eq!(application.apis["Api"].cors.as_ref().unwrap().allow_origins, ["*"]);
}

#[test]
fn mappings_have_awss_defaults_and_local_brokers() {
    let application = template(SHOP, SHOP_GIVEN).application().unwrap();
    let [msk, own] = application.mappings.as_slice() else { panic!("two mappings") };
    assert_eq!((msk.id.as_str(), msk.topic.as_str()), ("PayOrders", "order_queue"));
    assert_eq!(msk.bootstrap_servers, "127.0.0.1:9092");
    let arn = "arn:aws:kafka:us-east-1:000000000000:cluster/Cluster/00000000-0000-0000-0000-000000000000-1";
    assert_eq!(msk.source, EventSource::Msk { cluster_arn: arn.into() });
    assert_eq!(msk.batch_size, 50);
    assert_eq!(msk.maximum_batching_window, Duration::ZERO);
    assert_eq!(msk.maximum_retry_attempts, Some(3));
    assert_eq!(msk.maximum_record_age, None);
    assert!(msk.report_batch_item_failures && msk.bisect_batch_on_function_error);
    assert_eq!(msk.on_failure, Some(OnFailureDestination::KafkaTopic("dead".into())));
    assert_eq!(msk.filter_patterns, [r#"{"value":{"kind":["a"]}}"#]);
    assert_eq!(msk.provisioned_pollers, Some(PollerLimits { minimum: 1, maximum: 3 }));
    assert_eq!(msk.starting_position, StartingPosition::Latest);
    assert_eq!(own.source, EventSource::SelfManaged);
    assert_eq!(own.bootstrap_servers, "k1:9092,k2:9092");
    assert_eq!(own.batch_size, 100);
    assert_eq!(own.maximum_batching_window, Duration::from_millis(500));
    assert_eq!(own.starting_position, StartingPosition::TrimHorizon);
    assert_eq!((own.maximum_retry_attempts, own.enabled), (None, true));
    assert_eq!((own.uuid.len(), &own.consumer_group_id), (36, &own.uuid));
    assert_ne!(own.uuid, msk.uuid);
}

#[test]
fn schedules_take_the_parameters_files_expression() {
    let application = template(SHOP, SHOP_GIVEN).application().unwrap();
    let [every, nightly, off] = application.schedules.as_slice() else { panic!("three schedules") };
    assert_eq!(every.expression, Expression::Rate(Duration::from_secs(1)));
    assert_eq!(every.input, Some(json!({"batch": 5})));
    assert_eq!(nightly.expression, "cron(0 3 * * ? *)".parse().unwrap());
    assert_eq!(nightly.arn, "arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly");
    assert_eq!((every.enabled, nightly.enabled, off.enabled), (true, true, false));
}

#[test]
fn resources_and_metadata_come_resolved() {
    let template = template(SHOP, SHOP_GIVEN);
    let tables = template.resources("AWS::DynamoDB::Table").unwrap();
    assert_eq!(tables.len(), 1);
    assert_eq!(tables[0].physical_id.as_deref(), Some("Orders"));
    assert_eq!(tables[0].properties["BillingMode"], "PAY_PER_REQUEST");
    assert_eq!(template.metadata().unwrap()["Topics"][0]["Name"], "order_queue");
}

#[test]
fn every_fault_is_told_with_file_line_and_remedy() {
    let text = "
Resources:
  Pay:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: long
      Environment:
        Variables:
          HOST: !GetAtt Proxy.Endpoint
      Events:
        Orders:
          Type: MSK
          Properties: {Stream: 'arn:x', Topics: [a, b]}
        Tick:
          Type: Schedule
          Properties: {Schedule: sometimes}
  Proxy: {Type: 'AWS::RDS::DBProxy'}
";
    let error = template(text, "{}").application().unwrap_err().to_string();
    let expected = [
        "infra/template.yaml:6: Resources.Pay.Properties.Timeout: a whole number from 1 to 900",
        "infra/template.yaml:9: Resources.Pay.Properties.Environment.Variables.HOST: only AWS knows Proxy.Endpoint",
        "infra/template.yaml:13: Resources.Pay.Properties.Events.Orders.Properties: has no brokers here",
        "Tick.Properties.Schedule: sometimes: is none of rate(",
    ];
    for line in expected {
        assert!(error.contains(line), "{line}\nis not in\n{error}");
    }
}
