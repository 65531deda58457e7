//! `Fn::ForEach` of the transform `AWS::LanguageExtensions`: copies of a piece of the template, one for each
//! item of a list. They are made before anything else is read.

use serde_json::Value;

use super::document::{Kind, Node};
use super::error::Fault;
use super::intrinsics::arguments;
use super::resolver::Resolver;
use super::settings::text_of;

const PREFIX: &str = "Fn::ForEach::";

/// Whether there is anything to copy.
pub(super) fn occurs_in(node: &Node) -> bool {
    match &node.kind {
        Kind::Scalar(_) => false,
        Kind::List(items) => items.iter().any(occurs_in),
        Kind::Map(entries) => entries.iter().any(|(name, node)| name.starts_with(PREFIX) || occurs_in(node)),
    }
}

/// The tree with every loop replaced by what it makes.
pub(super) fn expanded(node: &Node, resolver: &Resolver<'_>) -> Result<Node, Fault> {
    let kind = match &node.kind {
        Kind::Scalar(value) => Kind::Scalar(value.clone()),
        Kind::List(items) => {
            Kind::List(items.iter().map(|item| expanded(item, resolver)).collect::<Result<_, _>>()?)
        }
        Kind::Map(entries) => {
            let mut made = Vec::new();
            for (name, node) in entries {
                match name.strip_prefix(PREFIX) {
                    Some(_) => made.extend(copies(node, resolver).map_err(|fault| fault.within(name))?),
                    None => made.push((name.clone(), expanded(node, resolver)?)),
                }
            }
            Kind::Map(made)
        }
    };
    Ok(Node { line: node.line, kind })
}

/// `[Identifier, [items], {Key${Identifier}: value}]`.
fn copies(argument: &Node, resolver: &Resolver<'_>) -> Result<Vec<(String, Node)>, Fault> {
    let [identifier, items, body] = arguments(argument, "ForEach wants [identifier, list, {key: value}]")?;
    let identifier = resolver.text(identifier)?;
    let items = match resolver.value(items)? {
        Some(Value::Array(items)) => items.iter().filter_map(text_of).collect::<Vec<_>>(),
        _ => return Err(Fault::at(items.line, "ForEach wants a list that is known before the deployment")),
    };
    let mut made = Vec::new();
    for item in &items {
        let filled = filled(body, &identifier, item);
        match expanded(&filled, resolver)?.kind {
            Kind::Map(entries) => made.extend(entries),
            _ => return Err(Fault::at(body.line, "ForEach makes copies of a mapping")),
        }
    }
    Ok(made)
}

/// The piece with an item in place of `${Identifier}`, `&{Identifier}` and `!Ref Identifier`.
fn filled(node: &Node, identifier: &str, item: &str) -> Node {
    if let Some(("Ref", argument)) = node.as_intrinsic()
        && argument.as_str() == Some(identifier)
    {
        return Node { line: node.line, kind: Kind::Scalar(Value::from(item)) };
    }
    let kind = match &node.kind {
        Kind::Scalar(Value::String(text)) => Kind::Scalar(Value::from(text_filled(text, identifier, item))),
        Kind::Scalar(value) => Kind::Scalar(value.clone()),
        Kind::List(items) => Kind::List(items.iter().map(|node| filled(node, identifier, item)).collect()),
        Kind::Map(entries) => Kind::Map(
            entries
                .iter()
                .map(|(name, node)| (text_filled(name, identifier, item), filled(node, identifier, item)))
                .collect(),
        ),
    };
    Node { line: node.line, kind }
}

fn text_filled(text: &str, identifier: &str, item: &str) -> String {
    // `&{…}` is the form for keys: letters and digits only.
    let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{identifier}}}"), item).replace(&format!("&{{{identifier}}}"), &plain)
}
