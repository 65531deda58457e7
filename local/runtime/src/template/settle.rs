//! What conditions leave of a node: sections, lists and their items may be chosen by `Fn::If`, and `AWS::NoValue`
//! takes them away.

use super::document::{EMPTY, Kind, Node};
use super::resolver::Resolver;

impl Resolver<'_> {
    /// The node with what `Fn::If` chooses in its place, on its own lines, and without what is `AWS::NoValue`.
    ///
    /// All other functions stay as they are written, since much of a template is never read here; an `Fn::If` that
    /// cannot be decided stays as well, and is a fault of who reads it.
    pub(super) fn settled(&self, node: &Node) -> Node {
        self.left(node).unwrap_or_else(|| EMPTY.clone())
    }

    fn left(&self, node: &Node) -> Option<Node> {
        match node.as_intrinsic() {
            Some(("Ref", argument)) if argument.as_str() == Some("AWS::NoValue") => None,
            Some(("Fn::If", argument)) => match self.chosen(argument) {
                Ok(chosen) => self.left(chosen),
                Err(_) => Some(node.clone()),
            },
            Some(_) => Some(node.clone()),
            None => Some(Node { line: node.line, kind: self.left_of(&node.kind) }),
        }
    }

    fn left_of(&self, kind: &Kind) -> Kind {
        match kind {
            Kind::Scalar(value) => Kind::Scalar(value.clone()),
            Kind::List(items) => Kind::List(items.iter().filter_map(|item| self.left(item)).collect()),
            Kind::Map(entries) => {
                let left = |(name, node): &(String, Node)| Some((name.clone(), self.left(node)?));
                Kind::Map(entries.iter().filter_map(left).collect())
            }
        }
    }
}
