//! Reads a resource's properties, keeping every fault instead of stopping at the first.

use std::cell::RefCell;

use serde_json::Value;

use super::document::{EMPTY, Kind, Node};
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
        let section = self.node.get(key).and_then(|node| self.mapping(key, node));
        section.unwrap_or_else(|| self.at(key, EMPTY.clone()))
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
        self.known_texts(key).unwrap_or_else(|fault| {
            self.fault(key, fault);
            Vec::new()
        })
    }

    /// The same with its fault handed back, for what may be known from elsewhere.
    pub(super) fn known_texts(&self, key: &str) -> Result<Vec<String>, Fault> {
        let value = self.node.get(key).map(|node| self.resolver.value(node)).transpose()?.flatten();
        Ok(match value {
            Some(Value::Array(items)) => items.iter().filter_map(text_of).collect(),
            Some(value) => text_of(&value).into_iter().collect(),
            None => Vec::new(),
        })
    }

    /// The mappings of a list.
    pub(super) fn items(&self, key: &str) -> Vec<Self> {
        let Some(node) = self.node.get(key).and_then(|node| self.known(key, node)) else { return Vec::new() };
        let Kind::List(items) = &node.kind else {
            self.fault(key, unwanted("a list", &node));
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| self.mapping(&format!("{key}.{index}"), item))
            .collect()
    }

    /// Keeps a fault of a member: once, however often the member is read.
    pub(super) fn fault(&self, key: &str, fault: Fault) {
        let fault = if key.is_empty() { fault } else { fault.within(key) };
        let fault = fault.within(&self.path);
        let mut faults = self.faults.borrow_mut();
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }

    /// A mapping below this one; `None` where there is nothing, or something else.
    fn mapping(&self, step: &str, node: &Node) -> Option<Self> {
        let node = self.known(step, node)?;
        if !matches!(node.kind, Kind::Map(_)) {
            self.fault(step, unwanted("a mapping", &node));
            return None;
        }
        Some(self.at(step, node))
    }

    /// The node as it is written, or what its intrinsic function gives; `None` where that is nothing or faulty.
    fn known(&self, step: &str, node: &Node) -> Option<Node> {
        let known = match node.as_intrinsic() {
            None => node.clone(),
            Some(_) => match self.resolver.value(node) {
                Ok(value) => Node::at_line(node.line, value?),
                Err(fault) => {
                    self.fault(step, fault);
                    return None;
                }
            },
        };
        (known.kind != Kind::Scalar(Value::Null)).then_some(known)
    }

    fn at(&self, step: &str, node: Node) -> Self {
        Self::new(self.resolver, self.faults, format!("{}.{step}", self.path), node)
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

/// What stands where a mapping or a list of them would have an effect.
fn unwanted(wanted: &str, node: &Node) -> Fault {
    Fault::at(node.line, format!("{wanted} is wanted here, not {}", node.to_value()))
}

/// SAM's merge of `Globals` and a resource's own properties: mappings merge, the lists of `Globals` come before
/// the resource's, and of all else the resource's wins.
pub(super) fn merged(global: &Node, own: &Node) -> Node {
    let is_function = global.as_intrinsic().is_some() || own.as_intrinsic().is_some();
    let kind = match (&global.kind, &own.kind) {
        (Kind::List(base), Kind::List(over)) => Kind::List(base.iter().chain(over).cloned().collect()),
        (Kind::Map(base), Kind::Map(over)) if !is_function => {
            let inherited = base.iter().filter(|(name, _)| own.get(name).is_none()).cloned();
            let own_members = over.iter().map(|(name, node)| {
                (name.clone(), global.get(name).map_or_else(|| node.clone(), |global| merged(global, node)))
            });
            Kind::Map(inherited.chain(own_members).collect())
        }
        _ => own.kind.clone(),
    };
    Node { line: own.line, kind }
}
