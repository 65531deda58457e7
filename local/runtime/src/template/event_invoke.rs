//! `EventInvokeConfig` of a function.

use std::time::Duration;

use super::document::Node;
use super::error::Fault;
use super::model::EventInvoke;
use super::properties::Properties;
use crate::esm::config::DestinationArn;

/// Reads what becomes of a function's asynchronous calls; `logical_id` is the function's.
pub(super) fn read(properties: &Properties<'_>, logical_id: &str) -> EventInvoke {
    let config = properties.section("EventInvokeConfig");
    let number =
        |name, least, most| config.number(name, least..=most).and_then(|number| u32::try_from(number).ok());
    let destination = |kind: &str| {
        let section = config.section("DestinationConfig").section(kind);
        destination(&section, &format!("{logical_id}EventInvokeConfig{kind}"))
    };
    EventInvoke {
        retries_max: number("MaximumRetryAttempts", 0, 2),
        age_max: number("MaximumEventAgeInSeconds", 60, 21_600).map(|age| Duration::from_secs(age.into())),
        on_failure: destination("OnFailure"),
        on_success: destination("OnSuccess"),
    }
}

/// A queue, a topic or a bucket. SAM makes a queue or topic where none is given; functions and event buses
/// are not served here.
fn destination(section: &Properties<'_>, made: &str) -> Option<DestinationArn> {
    let kind = section.text("Type");
    let resolver = section.resolver;
    let unresolved = |node: &Node| {
        let name = super::mappings::first_text(node)?.split('.').next()?.to_owned();
        named(resolver, kind.as_deref()?, &name)
    };
    let arn = match section.node.get("Destination") {
        Some(node) if node.as_str().is_some() => section.text("Destination")?,
        Some(node) => resolver.text(node).ok().or_else(|| unresolved(node))?,
        None => named(resolver, kind.as_deref()?, made)?,
    };
    if arn.contains(":lambda:") || arn.contains(":events:") {
        return None;
    }
    let parsed = DestinationArn::parse(&arn);
    parsed
        .inspect_err(|error| section.fault("Destination", Fault::at(section.node.line, error.to_string())))
        .ok()
}

fn named(resolver: &super::resolver::Resolver<'_>, kind: &str, name: &str) -> Option<String> {
    match kind {
        "SQS" => Some(resolver.arn("sqs", name)),
        "SNS" => Some(resolver.arn("sns", name)),
        "S3" | "S3Bucket" => Some(format!("arn:aws:s3:::{name}")),
        _ => None,
    }
}
