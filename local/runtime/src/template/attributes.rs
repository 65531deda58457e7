//! What `Ref` and `Fn::GetAtt` of a resource give, as far as it can be known without AWS.
//!
//! A resource without a name of its own is called by its logical id here, where
//! CloudFormation would make up a name.

use serde_json::Value;

use super::document::Node;
use super::error::Fault;
use super::nested::is_nested;
use super::resolver::Resolver;

/// The property that names a resource, and how its ARN reads: `service`, then what comes before the name.
const NAMED: [(&str, &str, &str, &str); 14] = [
    ("AWS::Serverless::Function", "FunctionName", "lambda", "function:"),
    ("AWS::Lambda::Function", "FunctionName", "lambda", "function:"),
    ("AWS::Serverless::CapacityProvider", "CapacityProviderName", "lambda", "capacity-provider:"),
    ("AWS::Lambda::CapacityProvider", "CapacityProviderName", "lambda", "capacity-provider:"),
    ("AWS::DynamoDB::Table", "TableName", "dynamodb", "table/"),
    ("AWS::DynamoDB::GlobalTable", "TableName", "dynamodb", "table/"),
    ("AWS::Serverless::SimpleTable", "TableName", "dynamodb", "table/"),
    ("AWS::SQS::Queue", "QueueName", "sqs", ""),
    ("AWS::SNS::Topic", "TopicName", "sns", ""),
    ("AWS::Events::Rule", "Name", "events", "rule/"),
    ("AWS::Logs::LogGroup", "LogGroupName", "logs", "log-group:"),
    ("AWS::KMS::Alias", "AliasName", "kms", ""),
    ("AWS::MSK::Cluster", "ClusterName", "kafka", "cluster/"),
    ("AWS::MSK::ServerlessCluster", "ClusterName", "kafka", "cluster/"),
];

/// Resources whose `Ref` is their ARN.
const REFERRED_BY_ARN: [&str; 3] = ["AWS::SNS::Topic", "AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster"];

/// MSK ends its ARNs in a UUID; this one says that no cluster was made.
const MSK_UUID: &str = "/00000000-0000-0000-0000-000000000000-1";

impl Resolver<'_> {
    /// A resource of the template that is made under its conditions or not.
    pub(super) fn resource(&self, logical_id: &str) -> Option<&Node> {
        self.root.get("Resources").and_then(|resources| resources.get(logical_id))
    }

    /// What `Ref` of a resource gives.
    pub(super) fn resource_reference(&self, logical_id: &str) -> Result<Value, Fault> {
        let Some(resource) = self.resource(logical_id) else {
            return self.implicit_role(logical_id).map(Value::from).ok_or_else(|| {
                let message = format!("{logical_id} is neither a parameter nor a resource of this template");
                Fault::at(0, message)
            });
        };
        let kind = kind_of(resource);
        if REFERRED_BY_ARN.contains(&kind) {
            return self.attribute(logical_id, "Arn");
        }
        match kind {
            "AWS::Serverless::HttpApi" | "AWS::Serverless::Api" => {
                Ok(Value::from(self.scope.full(logical_id)))
            }
            "AWS::ApiGatewayV2::Api" | "AWS::ApiGateway::RestApi" => Ok(Value::from("local")),
            "AWS::S3::Bucket" => self.name(logical_id, "BucketName").map(Value::from),
            "AWS::IAM::Role" => self.name(logical_id, "RoleName").map(Value::from),
            "AWS::SQS::Queue" => Err(only_aws_knows(&self.scope.full(logical_id))),
            _ => match named(kind) {
                Some((_, property, ..)) => self.name(logical_id, property).map(Value::from),
                None => Err(only_aws_knows(&self.scope.full(logical_id))),
            },
        }
    }

    /// What `Fn::GetAtt` gives.
    pub(super) fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, Fault> {
        let path = format!("{}.{attribute}", self.scope.full(logical_id));
        if let Some(value) = self.settings.attributes.get(&path) {
            return Ok(value.clone());
        }
        let is_arn = matches!(attribute, "Arn" | "TopicArn");
        match self.resource(logical_id) {
            Some(resource) if is_nested(kind_of(resource)) && attribute.starts_with("Outputs.") => {
                self.output(logical_id, resource, attribute.trim_start_matches("Outputs."))
            }
            Some(resource) if is_arn => self.arn_of(logical_id, kind_of(resource)).map(Value::from),
            None if is_arn && self.implicit_role(logical_id).is_some() => {
                Ok(Value::from(self.role_arn(&self.scope.full(logical_id))))
            }
            Some(_) => Err(only_aws_knows(&path)),
            None => Err(Fault::at(0, format!("there is no resource {logical_id}"))),
        }
    }

    fn arn_of(&self, logical_id: &str, kind: &str) -> Result<String, Fault> {
        if kind == "AWS::S3::Bucket" {
            let partition = self.pseudo_text("AWS::Partition");
            return Ok(format!("arn:{partition}:s3:::{}", self.name(logical_id, "BucketName")?));
        }
        if kind == "AWS::IAM::Role" {
            return Ok(self.role_arn(&self.name(logical_id, "RoleName")?));
        }
        let (_, property, service, prefix) =
            named(kind).ok_or_else(|| only_aws_knows(&format!("{}.Arn", self.scope.full(logical_id))))?;
        let name = self.name(logical_id, property)?;
        let suffix = if *service == "kafka" { MSK_UUID } else { "" };
        Ok(self.arn(service, &format!("{prefix}{name}{suffix}")))
    }

    /// The name a resource has been given, else its logical id.
    pub(super) fn name(&self, logical_id: &str, property: &str) -> Result<String, Fault> {
        let resource = self.root.section("Resources").section(logical_id);
        match resource.section("Properties").get(property) {
            Some(node) => self.text(node),
            None => Ok(self.scope.full(logical_id)),
        }
    }

    /// SAM makes a role `<Function>Role` for each function that names none.
    fn implicit_role(&self, logical_id: &str) -> Option<String> {
        let function = self.resource(logical_id.strip_suffix("Role")?)?;
        (kind_of(function) == "AWS::Serverless::Function").then(|| self.scope.full(logical_id))
    }

    /// IAM's ARNs have no region.
    pub(super) fn role_arn(&self, name: &str) -> String {
        let [partition, account] = ["AWS::Partition", "AWS::AccountId"].map(|name| self.pseudo_text(name));
        format!("arn:{partition}:iam::{account}:role/{name}")
    }
}

/// `Type` of a resource.
pub(super) fn kind_of(resource: &Node) -> &str {
    resource.get("Type").and_then(Node::as_str).unwrap_or_default()
}

fn named(kind: &str) -> Option<&'static (&'static str, &'static str, &'static str, &'static str)> {
    NAMED.iter().find(|(named, ..)| *named == kind)
}

pub(super) fn only_aws_knows(path: &str) -> Fault {
    Fault::at(0, format!("only AWS knows {path}: give it a value under `Attributes:` as `{path}: …`"))
}
