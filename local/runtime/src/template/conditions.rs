//! The template's `Conditions`.

use serde_json::Value;

use super::document::{Kind, Node};
use super::error::Fault;
use super::intrinsics::arguments;
use super::resolver::Resolver;
use super::settings::text_of;

impl Resolver<'_> {
    /// Whether a resource is made: it has no `Condition`, or a true one.
    pub fn is_made(&self, resource: &Node) -> Result<bool, Fault> {
        match resource.get("Condition").and_then(Node::as_str) {
            Some(name) => self.condition(name, resource.line),
            None => Ok(true),
        }
    }

    /// The value of a named condition.
    pub(super) fn condition(&self, name: &str, line: usize) -> Result<bool, Fault> {
        let declared = self.root.get("Conditions").and_then(|conditions| conditions.get(name));
        let node = declared.ok_or_else(|| Fault::at(line, format!("there is no condition {name}")))?;
        self.guarded(line, |this| this.is_true(node))
    }

    fn is_true(&self, node: &Node) -> Result<bool, Fault> {
        if let Some(name) = node.get("Condition").and_then(Node::as_str) {
            return self.condition(name, node.line);
        }
        match node.as_intrinsic() {
            Some((function @ ("Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not"), argument)) => {
                self.condition_function(function, argument)
            }
            _ => Ok(self.value(node)?.as_ref().and_then(text_of).as_deref() == Some("true")),
        }
    }

    /// `Fn::Equals`, `Fn::And`, `Fn::Or` and `Fn::Not`.
    pub(super) fn condition_function(&self, function: &str, argument: &Node) -> Result<bool, Fault> {
        if function == "Fn::Equals" {
            let [left, right] = arguments(argument, "Equals wants [value, value]")?;
            return Ok(same(&self.value(left)?, &self.value(right)?));
        }
        let Kind::List(operands) = &argument.kind else {
            return Err(Fault::at(argument.line, format!("{function} wants a list of conditions")));
        };
        let operands = operands.iter().map(|operand| self.is_true(operand)).collect::<Result<Vec<_>, _>>()?;
        Ok(match function {
            "Fn::And" => operands.iter().all(|is_true| *is_true),
            "Fn::Or" => operands.iter().any(|is_true| *is_true),
            _ => !operands.iter().all(|is_true| *is_true),
        })
    }
}

/// CloudFormation compares texts: `true` equals `"true"`.
fn same(left: &Option<Value>, right: &Option<Value>) -> bool {
    match (left.as_ref().and_then(text_of), right.as_ref().and_then(text_of)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
}
