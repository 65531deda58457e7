//! `numeric`: equal to a number, or within a range.

use super::document::Node;

/// `["=", 5]`, `[">", 0]`, `[">=", 0, "<", 10]`.
#[derive(Debug, Clone, PartialEq)]
pub struct NumericRange(Vec<(Comparison, f64)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl NumericRange {
    /// Reads the operand: one comparison, or a lower and an upper one.
    pub fn parse(operand: &Node<'_>) -> Result<Self, String> {
        let refuse =
            || format!("numeric takes one or two comparisons such as [\">\", 0, \"<=\", 5], not {operand}");
        let Node::List(items) = operand else { return Err(refuse()) };
        if !matches!(items.len(), 2 | 4) {
            return Err(refuse());
        }
        let pair = |pair: &[Node<'_>]| {
            Some((Comparison::parse(pair.first()?.as_text()?)?, pair.get(1)?.as_number()?))
        };
        items.chunks(2).map(pair).collect::<Option<_>>().map(Self).ok_or_else(refuse)
    }

    /// Whether the number, as written, passes every comparison.
    pub fn matches(&self, written: &str) -> bool {
        let Ok(number) = written.parse::<f64>() else { return false };
        self.0.iter().all(|(comparison, bound)| comparison.holds(number, *bound))
    }
}

impl Comparison {
    fn parse(sign: &str) -> Option<Self> {
        match sign {
            "=" => Some(Self::Equal),
            "<" => Some(Self::Less),
            "<=" => Some(Self::AtMost),
            ">" => Some(Self::Greater),
            ">=" => Some(Self::AtLeast),
            _ => None,
        }
    }

    fn holds(self, number: f64, bound: f64) -> bool {
        match self {
            Self::Equal => number.total_cmp(&bound).is_eq(),
            Self::Less => number < bound,
            Self::AtMost => number <= bound,
            Self::Greater => number > bound,
            Self::AtLeast => number >= bound,
        }
    }
}
