//! Resolves intrinsic functions, as CloudFormation does before it makes anything.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;

use super::Template;
use super::document::{Kind, Node};
use super::error::Fault;
use super::parameters;
use super::scope::Scope;
use super::settings::{Settings, text_of};

/// A resolved value; `None` is `AWS::NoValue`, which takes its property with it.
pub type Resolved = Result<Option<Value>, Fault>;

/// References nest this deep at most: past it they are taken for a circle.
const DEPTH_MAX: usize = 64;

/// Where the template would be deployed; the parameters `AWS::Region` … may say otherwise.
const PSEUDO_PARAMETERS: [(&str, &str); 7] = [
    ("AWS::Region", "us-east-1"),
    ("AWS::AccountId", "000000000000"),
    ("AWS::Partition", "aws"),
    ("AWS::URLSuffix", "amazonaws.com"),
    ("AWS::StackName", "local"),
    ("AWS::StackId", "arn:aws:cloudformation:us-east-1:000000000000:stack/local/local"),
    ("AWS::NotificationARNs", ""),
];

/// Everything a reference in the template can point to.
#[derive(Debug)]
pub struct Resolver<'a> {
    pub(super) root: &'a Node,
    pub(super) settings: &'a Settings,
    pub(super) scope: Scope,
    parameters: BTreeMap<String, Value>,
    depth: Cell<usize>,
}

impl<'a> Resolver<'a> {
    /// Takes the parameters' values; every parameter without one is a fault.
    pub fn new(root: &'a Node, settings: &'a Settings) -> Result<Self, Vec<Fault>> {
        let parameters = parameters::values(root, settings)?;
        Ok(Self { root, settings, scope: Scope::default(), parameters, depth: Cell::new(0) })
    }

    /// What a template's references point to.
    pub(super) fn of(template: &'a Template) -> Result<Self, Vec<Fault>> {
        let resolver = Self::new(&template.root, &template.settings)?;
        Ok(Self { scope: template.scope.clone(), ..resolver })
    }

    /// The value of a node, with every intrinsic function and dynamic reference in it resolved.
    pub fn value(&self, node: &Node) -> Resolved {
        if let Some((function, argument)) = node.as_intrinsic() {
            return self.guarded(node.line, |this| {
                let value = this.intrinsic(function, argument).and_then(|value| this.looked_up(value));
                value.map_err(|fault| place(fault, node.line))
            });
        }
        match &node.kind {
            Kind::Scalar(value) => {
                self.looked_up(Some(value.clone())).map_err(|fault| place(fault, node.line))
            }
            Kind::List(items) => {
                let items = items.iter().filter_map(|item| self.value(item).transpose());
                Ok(Some(Value::Array(items.collect::<Result<_, _>>()?)))
            }
            Kind::Map(entries) => {
                let members = entries.iter().filter_map(|(name, member)| {
                    let value = self.value(member).map_err(|fault| fault.within(name)).transpose()?;
                    Some(value.map(|value| (name.clone(), value)))
                });
                Ok(Some(Value::Object(members.collect::<Result<_, _>>()?)))
            }
        }
    }

    /// The text of a node; a fault where it is a list, a mapping or nothing.
    pub fn text(&self, node: &Node) -> Result<String, Fault> {
        let value = self.value(node)?.unwrap_or_default();
        text_of(&value).ok_or_else(|| Fault::at(node.line, format!("a text is wanted here, not {value}")))
    }

    /// What `Ref` gives: a parameter, a pseudo parameter or a resource.
    pub(super) fn reference(&self, name: &str) -> Resolved {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        let given = self.settings.attributes.get(&self.scope.full(name));
        if let Some(value) = given.or_else(|| self.parameters.get(name)) {
            return Ok(Some(value.clone()));
        }
        if let Some(value) = self.pseudo(name) {
            return Ok(Some(value));
        }
        self.resource_reference(name).map(Some)
    }

    /// A pseudo parameter that always has a value.
    pub fn pseudo_text(&self, name: &str) -> String {
        self.pseudo(name).as_ref().and_then(text_of).unwrap_or_default()
    }

    fn pseudo(&self, name: &str) -> Option<Value> {
        let (_, default) = PSEUDO_PARAMETERS.iter().find(|(pseudo, _)| *pseudo == name)?;
        Some(self.settings.parameters.get(name).cloned().unwrap_or_else(|| Value::from(*default)))
    }

    /// `arn:aws:SERVICE:REGION:ACCOUNT:REST` of where the template would be deployed.
    pub fn arn(&self, service: &str, rest: &str) -> String {
        let [partition, region, account] =
            ["AWS::Partition", "AWS::Region", "AWS::AccountId"].map(|name| self.pseudo_text(name));
        format!("arn:{partition}:{service}:{region}:{account}:{rest}")
    }

    /// Runs a step that may lead back here, and ends circles.
    pub(super) fn guarded<T>(
        &self,
        line: usize,
        step: impl FnOnce(&Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        if self.depth.get() >= DEPTH_MAX {
            return Err(Fault::at(line, "references go in a circle here"));
        }
        self.depth.set(self.depth.get() + 1);
        let result = step(self);
        self.depth.set(self.depth.get() - 1);
        result
    }
}

/// Gives a fault the line of the function it arose in, where it has none of its own.
fn place(mut fault: Fault, line: usize) -> Fault {
    if fault.line == 0 && fault.file.is_none() {
        fault.line = line;
    }
    fault
}
