//! Typical mistakes, and what is said of each: file, line, place, and what to do.

use super::tests::{settings, template};
use super::*;

/// A function with one event, from line 3 on.
fn with_event(event: &str) -> String {
    format!(
        "Resources:\n  Pay:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        It:\n{event}"
    )
}

#[test]
fn each_mistake_is_told_with_its_line_and_remedy() {
    let mapping = |lines: &str| {
        with_event(&format!(
            "          Type: SelfManagedKafka\n          Properties:\n            KafkaBootstrapServers: ['k:9092']\n{lines}"
        ))
    };
    let schedule = |line: &str| {
        with_event(&format!("          Type: ScheduleV2\n          Properties:\n            {line}\n"))
    };
    for (text, expected) in [
        (mapping("            Topics: [a, b]\n"), ":10: Resources.Pay.Properties.Events.It.Properties.Topics: a mapping has exactly one topic, not 2"),
        (mapping("            Topics: [a]\n            BatchSize: 20000\n"), ":11: Resources.Pay.Properties.Events.It.Properties.BatchSize: a whole number from 1 to 10000 is wanted here, not 20000"),
        (mapping("            Topics: [a]\n            StartingPosition: EARLIEST\n"), ":11: Resources.Pay.Properties.Events.It.Properties.StartingPosition: EARLIEST is none of TRIM_HORIZON, LATEST, AT_TIMESTAMP"),
        (mapping("            Topics: [!GetAtt Queue.QueueName]\n"), "there is no resource Queue"),
        (mapping("            Topics: [!Ref Topic]\n"), ":10: Resources.Pay.Properties.Events.It.Properties.Topics: Topic is neither a parameter nor a resource of this template"),
        (mapping("            Topics: [a]\n            FilterCriteria:\n              Filters:\n                - Pattern: '{}'\n                - Pattern: '{'\n"), ":14: Resources.Pay.Properties.Events.It.Properties.FilterCriteria.Filters.1.Pattern: filter pattern { is not JSON"),
        (mapping("            Topics: [a]\n            FilterCriteria: {Filters: [{Pattern: '{\"value\": {\"n\": [{\"near\": 1}]}}'}]}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.FilterCriteria.Filters.0.Pattern: filter pattern {\"value\""),
        (mapping(&format!("            Topics: [a]\n            FilterCriteria: {{Filters: [{}]}}\n", ["{Pattern: '{}'}"; 11].join(", "))), ":11: Resources.Pay.Properties.Events.It.Properties.FilterCriteria: 11 filters, but at most 10 are allowed"),
        (mapping("            Topics: [a]\n            FilterCriteria: !If\n              - Always\n              - Filters:\n                  - Pattern: '{'\n              - !Ref AWS::NoValue\nConditions: {Always: !Equals [a, a]}\n"), ":14: Resources.Pay.Properties.Events.It.Properties.FilterCriteria.Filters.0.Pattern: filter pattern { is not JSON"),
        (mapping("            Topics: [a]\n            FilterCriteria: !If [Nowhere, {Filters: []}, !Ref AWS::NoValue]\n"), ":11: Resources.Pay.Properties.Events.It.Properties.FilterCriteria: there is no condition Nowhere"),
        (mapping("            Topics: [a]\n            FilterCriteria: {Filters: !Transform {Name: X}}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.FilterCriteria.Filters: macros run on AWS only"),
        (mapping("            Topics: [a]\n            FilterCriteria: {Filters: {Pattern: '{}'}}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.FilterCriteria.Filters: a list is wanted here, not {\"Pattern\""),
        (mapping("            Topics: [a]\n            FilterCriteria: {Filters: ['{}']}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.FilterCriteria.Filters.0: a mapping is wanted here, not \"{}\""),
        (mapping("            Topics: [a]\n            DestinationConfig: {OnFailure: {Type: SQS, Destination: '{{resolve:ssm:/failed}}'}}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.DestinationConfig.OnFailure.Destination: only AWS knows '{{resolve:ssm:/failed}}'"),
        (mapping("            Topics: [a]\n            ConsumptionMode: Queue\n"), ":11: Resources.Pay.Properties.Events.It.Properties.ConsumptionMode: Queue is not run here, only Stream"),
        (mapping("            Topics: [a]\n            DestinationConfig: {OnFailure: {Destination: 'kafka://a'}}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.DestinationConfig: kafka://a is the mapping's own topic"),
        (mapping("            Topics: [a]\n            DestinationConfig: {OnFailure: {Destination: 'arn:aws:s3:::failed'}}\n"), ":11: Resources.Pay.Properties.Events.It.Properties.DestinationConfig: arn:aws:s3:::failed leads nowhere on this machine: give a folder or an endpoint"),
        (mapping("            Topics: [a]\n            SourceAccessConfigurations:\n              - {Type: VPC_SUBNET, URI: 'subnet:a'}\n              - {Type: SASL_SCRAM_521_AUTH, URI: 'arn:x'}\n"), ":13: Resources.Pay.Properties.Events.It.Properties.SourceAccessConfigurations.1: SASL_SCRAM_521_AUTH is no Type for Kafka: it is one of BASIC_AUTH"),
        ("Resources:\n  F: {Type: 'AWS::Lambda::Function'}\n  Map:\n    Type: AWS::Lambda::EventSourceMapping\n    Properties:\n      FunctionName: F\n      Topics: [a]\n      SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['k:9092']}}\n      SelfManagedKafkaEventSourceConfig:\n        ConsumptionMode: Queue\n".into(), ":10: Resources.Map.Properties.ConsumptionMode: Queue is not run here"),
        (schedule("ScheduleExpression: cron(0 12 * *)"), ":9: Resources.Pay.Properties.Events.It.Properties.ScheduleExpression: cron(0 12 * *): cron has six fields, not 4"),
        (schedule("ScheduleExpression: cron(0 25 * * ? *)"), "25 is not in 0 to 23"),
        (schedule("ScheduleExpression: 5 minutes"), "is none of rate(5 minutes)"),
        (schedule("{ScheduleExpression: rate(1 hour), ScheduleExpressionTimezone: Mars/Base}"), "Mars/Base is no time zone"),
        (schedule("{ScheduleExpression: rate(1 hour), StartDate: tomorrow}"), "tomorrow is no time such as 2030-01-31T08:00:00Z"),
        (with_event("          Type: HttpApi\n          Properties: {Method: GET, Path: orders}\n"), ":8: Resources.Pay.Properties.Events.It.Properties.Path: orders does not start with `/`"),
        ("Resources:\n  Fn::Transform: {Name: AWS::Include}\n".into(), ":2: Resources.Fn::Transform: macros run on AWS only"),
        ("Resources:\n  Pay:\n    Type: AWS::Serverless::Function\n    Properties:\n      Timeout: 5\n      Fn::Transform: {Name: AWS::Include}\n".into(), ":6: Resources.Pay.Properties: macros run on AWS only"),
        ("Resources:\n  Map: {Type: 'AWS::Lambda::EventSourceMapping', Properties: {FunctionName: nobody, Topics: [a]}}\n".into(), "nobody is no function of this template"),
        ("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Environment:\n        Variables:\n          WORD: '{{resolve:secretsmanager:db:SecretString:word}}'\n".into(), ":7: Resources.F.Properties.Environment.Variables.WORD: only AWS knows '{{resolve:secretsmanager:db:SecretString:word}}': give it a value under `Attributes:`"),
        ("Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SNS, Destination: '{{resolve:ssm:/failed}}'}}}\n".into(), ":5: Resources.F.Properties.EventInvokeConfig.DestinationConfig.OnFailure.Destination: only AWS knows"),
        ("Parameters:\n  Stage: {Type: String}\nResources: {}\n".into(), ":2: Parameters.Stage: has no Default: give it a value, by --parameter Stage=…"),
        (r#"{"Resources": {"Pay": {"Type": "AWS::Serverless::Function",
  "Properties": {
    "Timeout": "long"}}}}"#.into(), ":3: Resources.Pay.Properties.Timeout: a whole number from 1 to 900"),
    ] {
        let error = template(&text, "{}").application().unwrap_err().to_string();
        assert!(error.starts_with("infra/template.yaml") && error.contains(expected), "{expected}\nis not in\n{error}");
    }
}

#[test]
fn text_that_is_no_template_is_told_with_its_line() {
    for (name, text, expected) in [
        ("t.yaml", "Resources:\n  A: [\n", "t.yaml:3: "),
        ("t.yaml", "Resources:\n  A: {}\n  A: {}\n", "t.yaml:3: "),
        ("t.yaml", "Resources:\n\tA: {}\n", "t.yaml:2: "),
        ("t.yaml", "Outputs: {}\n", "t.yaml: has no Resources: is it a CloudFormation template?"),
        ("t.json", "{\"Resources\": {\n  \"A\": {}\n  \"B\": {}\n}}", "t.json:3: is no JSON"),
        ("t.json", "{\"Resources\": {\n  \"A\": {},\n  \"A\": {}\n}}", "t.json:3: "),
    ] {
        let folder = std::env::temp_dir().join(format!("mistake-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        let error = Template::read(&file, settings("{}")).unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(error.contains(expected), "{text}\n{expected}\nis not in\n{error}");
    }
}

#[test]
fn what_is_legal_and_hardly_meant_is_told() {
    let event = |id: &str, group: &str, more: &str| {
        format!(
            "        {id}:\n          Type: SelfManagedKafka\n          Properties: {{KafkaBootstrapServers: ['k:9092'], Topics: [a], ConsumerGroupId: {group}{more}}}\n"
        )
    };
    let function =
        "Resources:\n  Pay:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n";
    for (events, expected) in [
        (event("One", "g", "") + &event("Two", "g", ""), "PayOne and PayTwo read a as one group, g"),
        (
            event("One", "g", ", BatchSise: 5"),
            "infra/template.yaml:8: Resources.Pay.Properties.Events.One.Properties.BatchSise: SelfManagedKafka has no such property",
        ),
        (event("One", "g", ", Stream: x"), "Properties.Stream: SelfManagedKafka has no such property"),
        (
            event("One", "g", ", DestinationConfig: {OnFailure: {Destination: 'kafka://d', Retries: 3}}"),
            "infra/template.yaml:8: Resources.Pay.Properties.Events.One.Properties.DestinationConfig.OnFailure.Retries: ",
        ),
        (
            event("One", "g", ", FilterCriteria: {Filters: [{Pattern: '{}', Name: x}]}"),
            "Properties.FilterCriteria.Filters.0.Name: SelfManagedKafka has no such property",
        ),
        (
            event(
                "One",
                "g",
                ", FilterCriteria: !If [Yes, {Filters: [{Pattern: '{}', Name: x}]}, !Ref AWS::NoValue]",
            ),
            "Properties.FilterCriteria.Filters.0.Name: SelfManagedKafka has no such property",
        ),
    ] {
        let text = format!("{function}{events}Conditions: {{Yes: !Equals [a, a]}}\n");
        let application = template(&text, "{}").application().unwrap();
        assert!(application.warnings.iter().any(|it| it.contains(expected)), "{:?}", application.warnings);
    }
    let slow = function.replace("Properties:", "Properties:\n      Timeout: 841") + &event("One", "g", "");
    let slow = template(&slow, "{}").application().unwrap();
    assert_eq!(
        slow.warnings,
        ["Pay: its Timeout is 841 s, but behind Kafka (PayOne) Lambda takes 840 s at most"]
    );
    let fine = event("One", "g", "") + &event("Two", "h", "");
    let fine = template(&format!("{function}{fine}"), "{}").application().unwrap();
    assert_eq!(fine.warnings, Vec::<String>::new());
}

#[test]
fn properties_that_are_newer_than_this_program_are_told_of_plain_mappings_too() {
    let text = "
Resources:
  F: {Type: 'AWS::Lambda::Function'}
  Map:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: F
      EventSourceArn: arn:aws:kafka:us-east-1:1:cluster/c/1
      Topics: [a]
      ParallelizationFactor: 2
      AmazonManagedKafkaEventSourceConfig:
        ConsumerGroupId: g
        Prefetch: 10
";
    let application = template(text, "{Runtime: {BootstrapServers: 'k:9092'}}").application().unwrap();
    let unknown = "AWS::Lambda::EventSourceMapping has no such property that is known here: it has no effect";
    assert_eq!(
        application.warnings,
        [
            format!("infra/template.yaml:10: Resources.Map.Properties.ParallelizationFactor: {unknown}"),
            format!(
                "infra/template.yaml:13: Resources.Map.Properties.AmazonManagedKafkaEventSourceConfig.Prefetch: {unknown}"
            ),
        ]
    );
    assert_eq!(application.mappings[0].consumer_group_id, "g");
}

#[test]
fn plain_schedules_call_functions() {
    let text = "
Conditions: {Always: !Equals [a, a]}
Resources:
  Sweep: {Type: 'AWS::Lambda::Function', Properties: {FunctionName: sweep}}
  Queue: {Type: 'AWS::SQS::Queue'}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(5 minutes)
      State: DISABLED
      Targets: !If [Always, [{Id: a, Arn: !GetAtt Sweep.Arn, Input: '{\"n\": 1}'}, {Id: b, Arn: !GetAtt Queue.Arn}], []]
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: cron(0 3 * * ? *)
      ScheduleExpressionTimezone: America/Sao_Paulo
      FlexibleTimeWindow: {Mode: 'OFF'}
      GroupName: nights
      Target: !If [Always, {Arn: !GetAtt Sweep.Arn, RoleArn: x}, !Ref AWS::NoValue]
  OnEvent: {Type: 'AWS::Events::Rule', Properties: {EventPattern: {source: [x]}, Targets: []}}
";
    let application = template(text, "{}").application().unwrap();
    let [rule, nightly] = application.schedules.as_slice() else { panic!("two schedules") };
    assert_eq!((rule.function.as_str(), rule.enabled), ("sweep", false));
    assert_eq!(rule.input, Some(serde_json::json!({"n": 1})));
    assert_eq!(nightly.timing.zone.iana_name(), Some("America/Sao_Paulo"));
    assert_eq!(nightly.arn, "arn:aws:scheduler:us-east-1:000000000000:schedule/nights/Nightly");
    assert_eq!(
        application.ignored,
        [
            "Queue (AWS::SQS::Queue)",
            "Rule (a schedule of something else than a function)",
            "OnEvent (AWS::Events::Rule, without a schedule)",
        ]
    );
}
