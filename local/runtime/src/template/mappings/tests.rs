//! Properties of mappings, row by row.

use std::path::PathBuf;
use std::time::Duration;

use super::super::Template;
use super::super::document::parse;
use super::super::settings::Settings;
use crate::esm::config::{
    Authentication, DestinationService, EventRecordFormat, EventSource, MappingConfig, OnFailureDestination,
    PollerLimits, StartingPosition, SystemLogLevel,
};

const GIVEN: &str = "
Runtime:
  BootstrapServers: 127.0.0.1:9092
  Destinations: target/failed
  SchemaRegistries: { 'arn:aws:glue:us-east-1:123456789012:registry/shop': 'http://127.0.0.1:8081' }
Secrets:
  arn:secret: { username: ana, password: word }
  Certificate: { certificate: CERT, privateKey: KEY }
  Root: { certificate: CA }
";

/// The mapping of an MSK event with these properties.
fn read(properties: &str) -> Result<MappingConfig, String> {
    let text = format!(
        "Resources: {{Pay: {{Type: 'AWS::Serverless::Function', Properties: {{Events: {{Orders: {{Type: MSK, \
         Properties: {{Stream: 'arn:aws:kafka:us-east-1:123456789012:cluster/c/1', Topics: [orders]{properties}}}}}}}}}}}}}\n\
         Conditions: {{Yes: !Equals [a, a], No: !Equals [a, b]}}\n"
    );
    let root = parse(&text).unwrap();
    let settings: Settings = serde_json::from_value(parse(GIVEN).unwrap().to_value()).unwrap();
    let template =
        Template { file: PathBuf::from("template.yaml"), root, settings, scope: Default::default() };
    template
        .application()
        .map(|mut application| application.mappings.remove(0))
        .map_err(|error| error.to_string())
}

fn mapping(properties: &str) -> MappingConfig {
    read(properties).unwrap()
}

#[test]
fn a_bare_mapping_has_awss_defaults() {
    let bare = mapping("");
    assert_eq!((bare.batch_size, bare.maximum_batching_window), (100, Duration::from_millis(500)));
    assert_eq!((bare.maximum_retry_attempts, bare.maximum_record_age), (None, None));
    assert_eq!((bare.provisioned_pollers, bare.system_log_level), (None, None));
    assert!(bare.enabled && !bare.report_batch_item_failures && !bare.bisect_batch_on_function_error);
    assert_eq!(bare.source_access.security_protocol(), "PLAINTEXT");
}

#[test]
fn positions_pollers_and_levels() {
    let at = mapping(", StartingPosition: AT_TIMESTAMP, StartingPositionTimestamp: 1545084650");
    assert_eq!(at.starting_position, StartingPosition::AtTimestamp(1_545_084_650_000));
    let pollers = |text: &str| mapping(&format!(", ProvisionedPollerConfig: {text}")).provisioned_pollers;
    assert_eq!(pollers("{MinimumPollers: 2}"), Some(PollerLimits { minimum: 2, maximum: 200 }));
    assert_eq!(pollers("{MaximumPollers: 3}"), Some(PollerLimits { minimum: 1, maximum: 3 }));
    assert_eq!(pollers("{}"), None, "an empty one switches it off");
    let level = mapping(", LoggingConfig: {SystemLogLevel: INFO}").system_log_level;
    assert_eq!(level, Some(SystemLogLevel::Info));
}

#[test]
fn destinations_may_be_resources_of_the_template() {
    let to = |text: &str| mapping(&format!(", DestinationConfig: {{OnFailure: {text}}}")).on_failure;
    let service = |text: &str| match to(text) {
        Some(OnFailureDestination::Arn(arn)) => (arn.service, arn.name),
        other => panic!("{other:?}"),
    };
    assert_eq!(to("{Destination: ''}"), None);
    assert_eq!(
        to("{Destination: 'kafka://dead'}"),
        Some(OnFailureDestination::KafkaTopic("dead".to_owned()))
    );
    assert_eq!(
        service("{Destination: 'arn:aws:sns:us-east-1:1:t'}"),
        (DestinationService::Sns, "t".to_owned())
    );
    assert_eq!(
        service("{Type: SQS, Destination: !GetAtt Failed.Arn}"),
        (DestinationService::Sqs, "Failed".to_owned())
    );
}

#[test]
fn access_counts_where_its_secret_is_given() {
    let access = |text: &str| mapping(&format!(", SourceAccessConfigurations: [{text}]")).source_access;
    let rows = [
        ("{Type: SASL_SCRAM_512_AUTH, URI: 'arn:unknown'}", "PLAINTEXT", None),
        ("{Type: SASL_SCRAM_512_AUTH, URI: 'arn:secret'}", "SASL_SSL", Some("SCRAM-SHA-512")),
        ("{Type: SASL_SCRAM_256_AUTH, URI: 'arn:secret'}", "SASL_SSL", Some("SCRAM-SHA-256")),
        ("{Type: BASIC_AUTH, URI: 'arn:secret'}", "SASL_SSL", Some("PLAIN")),
        ("{Type: CLIENT_CERTIFICATE_TLS_AUTH, URI: !Ref Certificate}", "SSL", None),
        ("{Type: SERVER_ROOT_CA_CERTIFICATE, URI: !Ref Root}", "SSL", None),
        ("{Type: VPC_SUBNET, URI: !Ref Subnet}", "PLAINTEXT", None),
        ("{Type: IAM_AUTH, URI: 'arn:role'}", "PLAINTEXT", None),
        ("{Type: OAUTHBEARER_AUTH, URI: 'arn:unknown'}", "PLAINTEXT", None),
    ];
    for (text, protocol, mechanism) in rows {
        let access = access(text);
        assert_eq!((access.security_protocol(), access.sasl_mechanism()), (protocol, mechanism), "{text}");
    }
    let none_here =
        access("{Type: OAUTHBEARER_AUTH, URI: 'arn:unknown'}, {Type: VPC_SUBNET, URI: !Ref Subnet}");
    assert_eq!(none_here.without_secret, ["OAUTHBEARER_AUTH"]);
    let both =
        access("{Type: BASIC_AUTH, URI: 'arn:secret'}, {Type: SERVER_ROOT_CA_CERTIFICATE, URI: !Ref Root}");
    assert!(matches!(both.authentication, Some(Authentication::Basic(_))));
    assert_eq!(both.root_certificate.as_deref(), Some("CA"));
}

#[test]
fn a_registry_is_found_by_its_uri() {
    let registry = mapping(
        ", ProvisionedPollerConfig: {MinimumPollers: 1}, SchemaRegistryConfig: {\
         SchemaRegistryURI: 'arn:aws:glue:us-east-1:123456789012:registry/shop', EventRecordFormat: SOURCE, \
         SchemaValidationConfigs: [{Attribute: VALUE}], AccessConfigs: [{Type: BASIC_AUTH, URI: 'arn:secret'}]}",
    )
    .schema_registry
    .unwrap();
    assert_eq!(
        (registry.url.as_str(), registry.format),
        ("http://127.0.0.1:8081", EventRecordFormat::Source)
    );
    assert_eq!((registry.validates_key, registry.validates_value), (false, true));
    assert_eq!(registry.access.password.unwrap().username, "ana");
}

#[test]
fn plain_cloudformation_says_the_same() {
    let text = "
Resources:
  Pay: {Type: 'AWS::Lambda::Function', Properties: {Timeout: 7}}
  Orders:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !GetAtt Pay.Arn
      SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['k1:9092']}}
      SelfManagedKafkaEventSourceConfig: {ConsumerGroupId: group}
      Topics: [orders]
      StartingPosition: LATEST
  Queue: {Type: 'AWS::Lambda::EventSourceMapping', Properties: {EventSourceArn: 'arn:aws:sqs:x:1:q', FunctionName: Pay}}
";
    let template = Template {
        file: PathBuf::from("template.yaml"),
        root: parse(text).unwrap(),
        settings: Settings::default(),
        scope: Default::default(),
    };
    let application = template.application().unwrap();
    let [mapping] = application.mappings.as_slice() else { panic!("one mapping") };
    assert_eq!((mapping.id.as_str(), mapping.function.as_str()), ("Orders", "Pay"));
    assert_eq!(
        (mapping.bootstrap_servers.as_str(), mapping.consumer_group_id.as_str()),
        ("k1:9092", "group")
    );
    assert_eq!(mapping.starting_position, StartingPosition::Latest);
    assert_eq!(application.functions[0].timeout, Duration::from_secs(7));
    assert_eq!(application.ignored, ["Queue (AWS::Lambda::EventSourceMapping, not of Kafka)"]);
}

#[test]
fn conditions_choose_sections_lists_and_their_items() {
    for (before, chosen, after) in [
        (", FilterCriteria: ", "{Filters: [{Pattern: '{}'}]}", ""),
        (", FilterCriteria: {Filters: ", "[{Pattern: '{}'}]", "}"),
        (", FilterCriteria: {Filters: [", "{Pattern: '{}'}", "]}"),
        (", DestinationConfig: ", "{OnFailure: {Destination: 'kafka://dead'}}", ""),
        (", DestinationConfig: {OnFailure: ", "{Destination: 'kafka://dead'}", "}"),
        (", ProvisionedPollerConfig: ", "{MinimumPollers: 2}", ""),
        (", LoggingConfig: ", "{SystemLogLevel: INFO}", ""),
        (", SourceAccessConfigurations: ", "[{Type: BASIC_AUTH, URI: 'arn:secret'}]", ""),
        (", SourceAccessConfigurations: [", "{Type: BASIC_AUTH, URI: 'arn:secret'}", "]"),
        (", FunctionResponseTypes: [", "ReportBatchItemFailures", "]"),
    ] {
        let plain = mapping(&format!("{before}{chosen}{after}"));
        let either = |name: &str| {
            mapping(&format!("{before}!If [Yes, !If [{name}, {chosen}, !Ref AWS::NoValue], x]{after}"))
        };
        assert_ne!(plain, mapping(""), "{before}{chosen}{after}");
        assert_eq!(either("Yes"), plain, "{before}{chosen}{after}");
        assert_eq!(either("No"), mapping(""), "{before}{chosen}{after}");
    }
}

#[test]
fn conditions_choose_the_parts_of_a_plain_mapping() {
    let text = "
Parameters: {Own: {Type: String}}
Conditions: {IsOwn: !Equals [!Ref Own, 'true']}
Resources:
  Pay: {Type: 'AWS::Lambda::Function'}
  Orders:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Pay
      Topics: [orders]
      EventSourceArn: !If [IsOwn, !Ref AWS::NoValue, 'arn:aws:kafka:us-east-1:1:cluster/c/1']
      SelfManagedEventSource: !If [IsOwn, {Endpoints: {KafkaBootstrapServers: ['k1:9092']}}, !Ref AWS::NoValue]
      SelfManagedKafkaEventSourceConfig: !If [IsOwn, {ConsumerGroupId: own}, !Ref AWS::NoValue]
      AmazonManagedKafkaEventSourceConfig: !If [IsOwn, !Ref AWS::NoValue, {ConsumerGroupId: shared}]
";
    let arn = "arn:aws:kafka:us-east-1:1:cluster/c/1";
    let msk = EventSource::Msk { cluster_arn: arn.into() };
    for (own, servers, source, group) in
        [("true", "k1:9092", EventSource::SelfManaged, "own"), ("false", "msk:9092", msk, "shared")]
    {
        let given =
            format!("Parameters: {{Own: '{own}'}}\nRuntime: {{BootstrapServers: {{'{arn}': 'msk:9092'}}}}\n");
        let template = Template {
            file: PathBuf::from("template.yaml"),
            root: parse(text).unwrap(),
            settings: serde_json::from_value(parse(&given).unwrap().to_value()).unwrap(),
            scope: Default::default(),
        };
        let mapping = template.application().unwrap().mappings.remove(0);
        assert_eq!((mapping.source, mapping.bootstrap_servers.as_str()), (source, servers));
        assert_eq!(mapping.consumer_group_id, group);
    }
}

#[test]
fn what_aws_refuses_is_refused_with_the_property() {
    let registry = |rest: &str| format!(", SchemaRegistryConfig: {{SchemaRegistryURI: 'http://r'{rest}}}");
    let rows = [
        (", BatchSize: 0".to_owned(), "BatchSize"),
        (", BatchSize: 10001".to_owned(), "BatchSize"),
        (", MaximumBatchingWindowInSeconds: 301".to_owned(), "MaximumBatchingWindowInSeconds"),
        (", MaximumRetryAttempts: 10001".to_owned(), "MaximumRetryAttempts"),
        (", MaximumRecordAgeInSeconds: 59".to_owned(), "MaximumRecordAgeInSeconds"),
        (", StartingPosition: EARLIEST".to_owned(), "StartingPosition"),
        (", StartingPosition: AT_TIMESTAMP".to_owned(), "StartingPositionTimestamp"),
        (", StartingPosition: AT_TIMESTAMP, StartingPositionTimestamp: 9999999999".to_owned(), "future"),
        (", ConsumerGroupId: 'a,b'".to_owned(), "ConsumerGroupId"),
        (", FunctionResponseTypes: [ReportAll]".to_owned(), "FunctionResponseTypes"),
        (", ConsumptionMode: Queue".to_owned(), "ConsumptionMode"),
        (", LoggingConfig: {SystemLogLevel: TRACE}".to_owned(), "LoggingConfig"),
        (", ProvisionedPollerConfig: {MinimumPollers: 201}".to_owned(), "MinimumPollers"),
        (", ProvisionedPollerConfig: {MinimumPollers: 3, MaximumPollers: 2}".to_owned(), "MaximumPollers, 2"),
        (", DestinationConfig: {OnFailure: {Destination: 'arn:aws:sqs:us-east-1:1:q.fifo'}}".to_owned(), "FIFO"),
        (", DestinationConfig: {OnFailure: {Destination: elsewhere}}".to_owned(), "no on-failure destination"),
        (registry(""), "only available for Provisioned Mode"),
        (registry(""), "SchemaValidationConfigs is a required field"),
        (registry(""), "EventRecordFormat is a required field"),
        (registry(", SchemaValidationConfigs: [{Attribute: KEY}, {Attribute: KEY}]"), "Duplicate KEY/VALUE"),
        (
            ", SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: 'arn:secret'}, {Type: SASL_SCRAM_512_AUTH, URI: 'arn:secret'}]".to_owned(),
            "one way of authentication",
        ),
        (", SourceAccessConfigurations: [{Type: OAUTHBEARER_AUTH, URI: 'arn:secret'}]".to_owned(), "not supported here"),
        (", SourceAccessConfigurations: [{Type: VIRTUAL_HOST, URI: /}]".to_owned(), "VIRTUAL_HOST is no Type for Kafka"),
    ];
    for (properties, expected) in rows {
        let error = read(&properties).err().unwrap_or_default();
        assert!(error.contains(expected), "{properties}: {expected} is not in {error:?}");
    }
}
