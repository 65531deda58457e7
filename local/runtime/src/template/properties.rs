//! Reads a resource's properties, keeping every fault instead of stopping at the first.

use std::cell::RefCell;

use serde_json::Value;

use super::document::{Kind, Node};
use super::error::Fault;
use super::resolver::Resolver;
use super::settings::text_of;

/// A mapping of the template whose members are read by name.
#[derive(Debug, Clone)]
pub(super) struct Properties<'r> {
    pub(super) resolver: &'r Resolver<'r>,
    faults: &'r RefCell<Vec<Fault>>,
    path: String,
    pub(super) node: Node,
}

impl<'r> Properties<'r> {
    pub(super) fn new(
        resolver: &'r Resolver<'r>,
        faults: &'r RefCell<Vec<Fault>>,
        path: impl Into<String>,
        node: Node,
    ) -> Self {
        Self { resolver, faults, path: path.into(), node }
    }

    /// Where it stands, such as `Resources.Pay.Properties`.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// A nested mapping, empty where it is absent.
    pub(super) fn section(&self, key: &str) -> Self {
        let node = self.node.section(key).clone();
        Self { node, path: format!("{}.{key}", self.path), ..self.clone() }
    }

    /// The resolved member; `None` where it is absent, `AWS::NoValue` or faulty.
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        let node = self.node.get(key)?;
        match self.resolver.value(node) {
            Ok(value) => value.filter(|value| !value.is_null()),
            Err(fault) => {
                self.fault(key, fault);
                None
            }
        }
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        self.read(key, &value, "a text", text_of)
    }

    pub(super) fn required_text(&self, key: &str) -> String {
        if self.node.get(key).is_none() {
            self.fault(key, Fault::at(self.node.line, "is missing"));
        }
        self.text(key).unwrap_or_default()
    }

    /// A whole number within a range; CloudFormation takes `"5"` for 5.
    pub(super) fn number(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(key)?;
        let wanted = format!("a whole number from {} to {}", range.start(), range.end());
        self.read(key, &value, &wanted, |value| {
            text_of(value)?.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// A boolean; CloudFormation takes `'true'` for true.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let value = self.value(key)?;
        self.read(key, &value, "true or false", |value| text_of(value)?.to_lowercase().parse().ok())
    }

    /// A list of texts; a single text is a list of one.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        match self.value(key) {
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(value) => text_of(&value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// A literal list's nodes, for lists of mappings.
    pub(super) fn items(&self, key: &str) -> Vec<Self> {
        let Some(Kind::List(items)) = self.node.get(key).map(|node| &node.kind) else { return Vec::new() };
        let path = |index| format!("{}.{key}.{index}", self.path);
        items
            .iter()
            .enumerate()
            .map(|(index, node)| Self { node: node.clone(), path: path(index), ..self.clone() })
            .collect()
    }

    /// Keeps a fault of a member.
    pub(super) fn fault(&self, key: &str, fault: Fault) {
        let fault = if key.is_empty() { fault } else { fault.within(key) };
        self.faults.borrow_mut().push(fault.within(&self.path));
    }

    fn read<T>(
        &self,
        key: &str,
        value: &Value,
        wanted: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let result = read(value);
        if result.is_none() {
            let line = self.node.get(key).map_or(0, |node| node.line);
            self.fault(key, Fault::at(line, format!("{wanted} is wanted here, not {value}")));
        }
        result
    }
}

/// SAM's merge of `Globals` and a resource's own properties: mappings merge, the resource wins.
pub(super) fn merged(global: &Node, own: &Node) -> Node {
    let (Kind::Map(base), Kind::Map(over)) = (&global.kind, &own.kind) else { return own.clone() };
    if global.as_intrinsic().is_some() || own.as_intrinsic().is_some() {
        return own.clone();
    }
    let inherited = base.iter().filter(|(name, _)| own.get(name).is_none()).cloned();
    let own_members = over.iter().map(|(name, node)| {
        (name.clone(), global.get(name).map_or_else(|| node.clone(), |global| merged(global, node)))
    });
    Node { line: own.line, kind: Kind::Map(inherited.chain(own_members).collect()) }
}
