//! Each function may do what its code does, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::source::{code, depends_on, produces_to};
use crate::template::{Function, functions, text};

/// Calls of the ports on DynamoDB and what they need: action and table.
const TABLE_CALLS: [(&str, &str, &str); 14] = [
    ("claims.claim(", "PutItem", "PaymentsTable"),
    ("claims.find(", "GetItem", "PaymentsTable"),
    ("claims.take_over(", "GetItem", "PaymentsTable"),
    ("claims.take_over(", "UpdateItem", "PaymentsTable"),
    ("claims.replace(", "GetItem", "PaymentsTable"),
    // Claim and new payment in one transaction, which asks for the permission of each of its parts.
    ("claims.replace(", "PutItem", "PaymentsTable"),
    ("claims.replace(", "UpdateItem", "PaymentsTable"),
    ("claims.complete(", "UpdateItem", "PaymentsTable"),
    ("vault.erase(", "UpdateItem", "PaymentsTable"),
    (".claim_attempt(", "UpdateItem", "PaymentsTable"),
    (".record_verdict(", "UpdateItem", "PaymentsTable"),
    (".record_failure(", "UpdateItem", "PaymentsTable"),
    (".record_learned(", "UpdateItem", "PaymentsTable"),
    (".pending(", "GetItem", "PaymentsTable"),
];

/// `action on resource`, the way permissions are compared.
type Permissions = BTreeSet<String>;

fn allow(permissions: &mut Permissions, actions: &[&str], resource: &str) {
    permissions.extend(actions.iter().map(|action| format!("{action} on {resource}")));
}

fn needed(function: &Function) -> Permissions {
    let source = code(&function.name);
    let mut needed = Permissions::new();
    if depends_on(&function.name, "gateway-mysql") {
        allow(&mut needed, &["rds-db:connect"], "${DatabaseUserArn}/gateway");
    }
    for (_, action, table) in TABLE_CALLS.iter().filter(|(call, _, _)| source.contains(call)) {
        allow(&mut needed, &[&format!("dynamodb:{action}")], &format!("${{{table}.Arn}}"));
    }
    if depends_on(&function.name, "gateway-pagbank") {
        allow(&mut needed, &["secretsmanager:GetSecretValue"], "${PspSecretArn}");
    }
    seal_and_open(&source, &mut needed);
    search(&source, &mut needed);
    produce(function, &source, &mut needed);
    consume(function, &mut needed);
    needed
}

fn seal_and_open(source: &str, needed: &mut Permissions) {
    for (call, action) in [("claims.claim(", "kms:GenerateDataKey"), (".claim_attempt(", "kms:Decrypt")] {
        if source.contains(call) {
            allow(needed, &[action], "${VaultKmsKeyArn}");
        }
    }
}

fn search(source: &str, needed: &mut Permissions) {
    for (port, actions) in
        [("SearchProducts", &["es:ESHttpGet", "es:ESHttpPost"][..]), ("WriteIndex", &["es:ESHttpPost"][..])]
    {
        if source.contains(port) {
            allow(needed, actions, "${SearchDomainArn}/products/*");
        }
    }
}

fn produce(function: &Function, source: &str, needed: &mut Permissions) {
    if !depends_on(&function.name, "gateway-kafka") {
        return;
    }
    allow(needed, &["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"], "${MskClusterArn}");
    for topic in produces_to(source) {
        let topic = format!("${{MskTopicArn}}/{topic}");
        allow(needed, &["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"], &topic);
    }
}

/// What the event source mapping does with the function's role.
fn consume(function: &Function, needed: &mut Permissions) {
    for mapping in function.events("MSK") {
        let cluster = ["kafka-cluster:DescribeCluster", "kafka-cluster:DescribeClusterDynamicConfiguration"];
        allow(needed, &cluster, "${MskClusterArn}");
        let group = format!("${{MskGroupArn}}/{}", mapping["ConsumerGroupId"].as_str().unwrap());
        allow(needed, &["kafka-cluster:DescribeGroup", "kafka-cluster:AlterGroup"], &group);
        let topic = format!("${{MskTopicArn}}/{}", mapping["Topics"][0].as_str().unwrap());
        allow(needed, &["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], &topic);
        if let Some(uri) = mapping["DestinationConfig"]["OnFailure"]["Destination"].as_str() {
            let topic = format!("${{MskTopicArn}}/{}", uri.trim_start_matches("kafka://"));
            let actions =
                ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData", "kafka-cluster:WriteData"];
            allow(needed, &actions, &topic);
            // The mapping's own permission to write there, beside Kafka's.
            allow(needed, &["kafka:Produce"], "${MskClusterArn}");
        }
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

fn granted(function: &Function) -> Permissions {
    let mut granted = Permissions::new();
    for statement in
        function.properties["Policies"].as_array().unwrap().iter().flat_map(|p| list(&p["Statement"]))
    {
        assert_eq!(statement["Effect"], "Allow", "{}", function.name);
        for resource in list(&statement["Resource"]).iter().map(text) {
            for action in list(&statement["Action"]) {
                allow(&mut granted, &[action.as_str().unwrap()], &resource);
            }
        }
    }
    granted
}

#[test]
fn every_function_may_do_what_its_code_does_and_nothing_else() {
    for function in functions() {
        let (needed, granted) = (needed(&function), granted(&function));
        let missing: Vec<_> = needed.difference(&granted).collect();
        let surplus: Vec<_> = granted.difference(&needed).collect();
        assert!(missing.is_empty(), "{} may not, but does: {missing:#?}", function.name);
        assert!(surplus.is_empty(), "{} may, but does not: {surplus:#?}", function.name);
    }
}

#[test]
fn only_what_calls_the_psp_has_a_way_out() {
    for function in functions() {
        let subnets = &function.properties["VpcConfig"]["SubnetIds"]["Ref"];
        let calls_out = depends_on(&function.name, "gateway-pagbank");
        assert_eq!(*subnets == "EgressSubnetIds", calls_out, "{}", function.name);
    }
}

#[test]
fn no_statement_of_any_function_is_about_everything() {
    for function in functions() {
        for permission in granted(&function) {
            assert!(
                !permission.starts_with('*') && !permission.ends_with(" on *"),
                "{}: {permission}",
                function.name
            );
            let action = permission.split(' ').next().unwrap();
            assert!(!action.contains('*'), "{}: {permission}", function.name);
        }
    }
}

#[test]
fn the_deploy_step_may_do_what_it_does_and_nothing_else() {
    let policies =
        crate::template::resources(&crate::template::document("provision"), "AWS::IAM::RolePolicy");
    let statements = policies[0].1["PolicyDocument"]["Statement"].as_array().unwrap().clone();
    let mut granted = Permissions::new();
    for statement in statements.iter().filter(|statement| statement["Resource"] != "*") {
        for action in list(&statement["Action"]) {
            allow(&mut granted, &[action.as_str().unwrap()], &text(&statement["Resource"]));
        }
    }
    let mut needed = Permissions::new();
    // Tables and users are the administrator's; the index's roles are set and its aliases moved.
    allow(&mut needed, &["rds-db:connect"], "${DatabaseUserArn}/admin");
    allow(
        &mut needed,
        &["es:ESHttpGet", "es:ESHttpHead", "es:ESHttpPut", "es:ESHttpDelete"],
        "${SearchDomainArn}/*",
    );
    allow(&mut needed, &["secretsmanager:GetSecretValue"], "${CdcSecretArn}");
    allow(&mut needed, &["logs:CreateLogStream", "logs:PutLogEvents"], "${LogGroup.Arn}");
    assert_eq!(granted, needed);
    // What knows no resource is Lambda's own work: interfaces in the network, and traces.
    for statement in statements.iter().filter(|statement| statement["Resource"] == "*") {
        for action in list(&statement["Action"]) {
            let service = action.as_str().unwrap().split(':').next().unwrap().to_owned();
            assert!(["ec2", "xray"].contains(&service.as_str()), "{action}");
        }
    }
}

#[test]
fn no_configuration_holds_a_secret_on_aws() {
    for part in ["template", "provision"] {
        for function in crate::template::functions_of(part) {
            let variables = &function.properties["Environment"]["Variables"];
            for (name, value) in variables.as_object().into_iter().flatten() {
                assert!(!value.to_string().contains("resolve:secretsmanager"), "{}: {name}", function.name);
            }
        }
    }
    // What may hold one is empty unless a development's parameters say otherwise; its value is never shown.
    for name in ["PspToken", "VaultKey"] {
        let parameter = &crate::template::document("template")["Parameters"][name];
        assert_eq!((&parameter["Default"], &parameter["NoEcho"]), (&"".into(), &true.into()), "{name}");
        for stage in crate::template::STAGES {
            assert!(!crate::template::stage(stage).contains_key(name), "{stage}: {name}");
        }
    }
}

#[test]
fn what_reads_a_secret_reaches_secrets_manager_within_the_network() {
    let network = crate::template::document("network");
    let endpoints = crate::template::resources(&network, "AWS::EC2::VPCEndpoint");
    for service in ["dynamodb", "s3", "kms", "secretsmanager"] {
        let name = format!("com.amazonaws.${{AWS::Region}}.{service}");
        let endpoint =
            endpoints.iter().find(|(_, endpoint)| endpoint["ServiceName"]["Fn::Sub"] == name.as_str());
        let (id, endpoint) = endpoint.unwrap_or_else(|| panic!("no endpoint of {service}"));
        assert!(endpoint["PolicyDocument"]["Statement"].is_array(), "{id} lets everything through");
    }
}
