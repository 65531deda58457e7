//! The intrinsic functions, one a method.

use serde_json::Value;

use super::document::{Kind, Node};
use super::error::Fault;
use super::resolver::{Resolved, Resolver};
use super::settings::text_of;

impl Resolver<'_> {
    /// Calls one intrinsic function.
    pub(super) fn intrinsic(&self, function: &str, argument: &Node) -> Resolved {
        match function {
            "Ref" => self.reference(&self.text(argument)?),
            "Fn::GetAtt" => self.get_att(argument).map(Some),
            "Fn::Sub" => self.sub(argument).map(Some),
            "Fn::Join" => self.join(argument).map(Some),
            "Fn::If" => self.value(self.chosen(argument)?),
            "Fn::FindInMap" => self.find_in_map(argument),
            "Fn::Select" => self.select(argument).map(Some),
            "Fn::Split" => self.split(argument).map(Some),
            "Fn::ImportValue" => self.import_value(argument).map(Some),
            "Fn::Base64" => self.base64(argument).map(Some),
            "Fn::GetAZs" => Ok(Some(self.availability_zones())),
            "Fn::ToJsonString" => {
                Ok(Some(Value::from(self.value(argument)?.unwrap_or_default().to_string())))
            }
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                self.condition_function(function, argument).map(|is_true| Some(Value::from(is_true)))
            }
            other => Err(Fault::at(argument.line, not_understood(other))),
        }
    }

    fn get_att(&self, argument: &Node) -> Result<Value, Fault> {
        let (resource, attribute) = match &argument.kind {
            Kind::List(parts) => {
                let parts = parts.iter().map(|part| self.text(part)).collect::<Result<Vec<_>, _>>()?;
                parts.split_first().map(|(resource, rest)| (resource.clone(), rest.join(".")))
            }
            _ => {
                self.text(argument)?.split_once('.').map(|(left, right)| (left.to_owned(), right.to_owned()))
            }
        }
        .ok_or_else(|| Fault::at(argument.line, "GetAtt wants `LogicalId.Attribute`"))?;
        self.attribute(&resource, &attribute)
    }

    fn join(&self, argument: &Node) -> Result<Value, Fault> {
        let [delimiter, items] = arguments(argument, "Join wants [delimiter, list]")?;
        let parts = self.list(items)?;
        let texts = parts.iter().map(|part| {
            text_of(part).ok_or_else(|| Fault::at(items.line, format!("Join cannot join {part}")))
        });
        Ok(Value::from(texts.collect::<Result<Vec<_>, _>>()?.join(&self.text(delimiter)?)))
    }

    /// The node that `Fn::If` chooses.
    pub(super) fn chosen<'n>(&self, argument: &'n Node) -> Result<&'n Node, Fault> {
        let [condition, yes, no] = arguments(argument, "If wants [condition, value, value]")?;
        let name = self.text(condition)?;
        Ok(if self.condition(&name, condition.line)? { yes } else { no })
    }

    fn find_in_map(&self, argument: &Node) -> Resolved {
        let Kind::List(parts) = &argument.kind else {
            return Err(Fault::at(argument.line, "FindInMap wants [map, key, key]"));
        };
        let [map, first, second, rest @ ..] = parts.as_slice() else {
            return Err(Fault::at(argument.line, "FindInMap wants [map, key, key]"));
        };
        let keys = [self.text(map)?, self.text(first)?, self.text(second)?];
        let mappings = self.root.section("Mappings");
        let found = keys.iter().try_fold(mappings, |node, key| node.get(key));
        let default = rest.first().and_then(|options| options.get("DefaultValue"));
        match found.or(default) {
            Some(node) => self.value(node),
            None => Err(Fault::at(argument.line, format!("Mappings have no {}", keys.join(".")))),
        }
    }

    fn select(&self, argument: &Node) -> Result<Value, Fault> {
        let [index, items] = arguments(argument, "Select wants [index, list]")?;
        let position = self.text(index)?.parse::<usize>().ok();
        let items = self.list(items)?;
        position.and_then(|position| items.get(position).cloned()).ok_or_else(|| {
            Fault::at(argument.line, format!("Select finds no such item among {}", items.len()))
        })
    }

    fn split(&self, argument: &Node) -> Result<Value, Fault> {
        let [delimiter, text] = arguments(argument, "Split wants [delimiter, text]")?;
        let delimiter = self.text(delimiter)?;
        Ok(self.text(text)?.split(delimiter.as_str()).collect())
    }

    fn import_value(&self, argument: &Node) -> Result<Value, Fault> {
        let name = self.text(argument)?;
        self.settings.imports.get(&name).cloned().ok_or_else(|| {
            Fault::at(argument.line, format!("another stack exports this: give it under `Imports: {name}:`"))
        })
    }

    fn base64(&self, argument: &Node) -> Result<Value, Fault> {
        use base64::Engine as _;
        Ok(Value::from(base64::engine::general_purpose::STANDARD.encode(self.text(argument)?)))
    }

    fn availability_zones(&self) -> Value {
        let region = self.pseudo_text("AWS::Region");
        ["a", "b", "c"].iter().map(|zone| format!("{region}{zone}")).collect()
    }

    fn list(&self, node: &Node) -> Result<Vec<Value>, Fault> {
        match self.value(node)? {
            Some(Value::Array(items)) => Ok(items),
            other => {
                Err(Fault::at(node.line, format!("a list is wanted here, not {}", other.unwrap_or_default())))
            }
        }
    }
}

/// What to do about a function that is none of CloudFormation's plain ones.
pub(super) fn not_understood(function: &str) -> String {
    match function {
        "Fn::Transform" => {
            "macros run on AWS only (AWS::Include too): put what they make in their place".into()
        }
        other => {
            format!("{other} is not understood here: write the value itself, as a parameter for instance")
        }
    }
}

/// The arguments of a function that takes exactly N.
pub(super) fn arguments<'n, const N: usize>(node: &'n Node, usage: &str) -> Result<&'n [Node; N], Fault> {
    let items = match &node.kind {
        Kind::List(items) => items.as_slice(),
        _ => &[],
    };
    items.try_into().map_err(|_| Fault::at(node.line, usage))
}
