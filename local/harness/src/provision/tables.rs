//! The DynamoDB tables of the template's `AWS::DynamoDB::Table` resources.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TimeToLiveSpecification,
};
use esm_local::template::{Resource, Template};

use crate::gateway::Failure;

/// Creates those that are missing, each with its TTL attribute.
pub async fn create(endpoint: &str, template: &Template) -> Result<String, Failure> {
    let tables = template.resources("AWS::DynamoDB::Table").map_err(|error| Failure(error.to_string()))?;
    let client = client(endpoint);
    let mut made = 0;
    for table in &tables {
        made += usize::from(create_one(&client, table).await?);
    }
    Ok(format!("tables: {made} made, {} there", tables.len() - made))
}

/// A client of DynamoDB Local.
pub(crate) fn client(endpoint: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(endpoint)
        .credentials_provider(Credentials::from_keys("local", "local", None))
        .build();
    Client::from_conf(config)
}

async fn create_one(client: &Client, table: &Resource) -> Result<bool, Failure> {
    let name = table.physical_id.as_deref().unwrap_or(&table.logical_id);
    let key = table.properties["KeySchema"][0]["AttributeName"].as_str().unwrap_or_default();
    let failed = |error: &dyn std::fmt::Display| Failure(format!("table {name}: {error}"));
    let key_schema = KeySchemaElement::builder().attribute_name(key).key_type(KeyType::Hash).build();
    let attribute =
        AttributeDefinition::builder().attribute_name(key).attribute_type(ScalarAttributeType::S).build();
    let created = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key_schema.map_err(|error| failed(&error))?)
        .attribute_definitions(attribute.map_err(|error| failed(&error))?)
        .send()
        .await;
    match created {
        Ok(_) => {}
        Err(error) if error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception()) => {
            return expect_key(client, name, key).await.map(|()| false);
        }
        Err(error) => return Err(failed(&DisplayErrorContext(error))),
    }
    if let Some(attribute) = table.properties["TimeToLiveSpecification"]["AttributeName"].as_str() {
        let ttl = TimeToLiveSpecification::builder().attribute_name(attribute).enabled(true).build();
        client
            .update_time_to_live()
            .table_name(name)
            .time_to_live_specification(ttl.map_err(|error| failed(&error))?)
            .send()
            .await
            .map_err(|error| failed(&DisplayErrorContext(error)))?;
    }
    Ok(true)
}

/// A table that is there already may be from before its key changed; what is stored under another key is
/// found by nobody.
async fn expect_key(client: &Client, name: &str, key: &str) -> Result<(), Failure> {
    let described = client.describe_table().table_name(name).send().await;
    let described =
        described.map_err(|error| Failure(format!("table {name}: {}", DisplayErrorContext(error))))?;
    let there = described.table.and_then(|table| table.key_schema).unwrap_or_default();
    match there.iter().map(|part| part.attribute_name.as_str()).collect::<Vec<_>>()[..] {
        [there] if there == key => Ok(()),
        ref there => Err(Failure(format!(
            "table {name} has the key {}, the template wants {key}: `cargo xtask reset` makes everything anew",
            there.join(" and ")
        ))),
    }
}
