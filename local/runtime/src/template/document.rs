//! A template's text as a tree that remembers its lines.
//!
//! Short forms (`!Ref x`) become their long forms (`{Ref: x}`) here, so that
//! nothing after this module knows of tags.

use saphyr::{MarkedYaml, Scalar, ScalarStyle, Tag, YamlData, YamlLoader};
use saphyr_parser::{BufferedInput, Parser};
use serde_json::{Map, Value};

/// A value and the line it starts on; 0 where the line is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// 1-based line of the source.
    pub line: usize,
    /// What stands there.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A string, number, boolean or null.
    Scalar(Value),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping in the order of the source.
    Map(Vec<(String, Node)>),
}

/// An empty mapping, for sections a template leaves out.
pub static EMPTY: Node = Node { line: 0, kind: Kind::Map(Vec::new()) };

impl Node {
    /// The member of a mapping, or an empty mapping where there is none.
    pub fn section(&self, key: &str) -> &Self {
        self.get(key).unwrap_or(&EMPTY)
    }

    /// The member of a mapping; `None` for anything that is no mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().find(|(name, _)| *name == key).map(|(_, node)| node)
    }

    /// The members of a mapping; none for anything that is no mapping.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries: &[(String, Self)] = match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        };
        entries.iter().map(|(name, node)| (name.as_str(), node))
    }

    /// The text of a string scalar.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The intrinsic function this node is: a mapping of the one key `Ref`, `Condition` or `Fn::*`.
    pub fn as_intrinsic(&self) -> Option<(&str, &Self)> {
        let Kind::Map(entries) = &self.kind else { return None };
        let [(name, argument)] = entries.as_slice() else { return None };
        (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), argument))
    }

    /// The plain value, with intrinsic functions left as they stand.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Scalar(value) => value.clone(),
            Kind::List(items) => items.iter().map(Self::to_value).collect(),
            Kind::Map(entries) => {
                Value::Object(entries.iter().map(|(name, node)| (name.clone(), node.to_value())).collect())
            }
        }
    }

    /// A tree without lines.
    pub fn from_value(value: Value) -> Self {
        Self::at_line(0, value)
    }

    /// A tree that is on one line as a whole, as is what an intrinsic function gives.
    pub fn at_line(line: usize, value: Value) -> Self {
        let node = |value| Self::at_line(line, value);
        let kind = match value {
            Value::Array(items) => Kind::List(items.into_iter().map(node).collect()),
            Value::Object(entries) => {
                Kind::Map(entries.into_iter().map(|(name, value)| (name, node(value))).collect())
            }
            scalar => Kind::Scalar(scalar),
        };
        Self { line, kind }
    }
}

/// Why a document cannot be read: a line (0 where unknown) and what is wrong there.
pub type SyntaxError = (usize, String);

/// Reads YAML, or JSON, which is told by its first character.
pub fn parse(text: &str) -> Result<Node, SyntaxError> {
    if !text.trim_start().starts_with('{') {
        return parse_yaml(text);
    }
    match (serde_json::from_str(text), parse_yaml(text)) {
        // JSON is YAML but for odd corners of its texts: the values are JSON's, the lines YAML's.
        (Ok(value), Ok(marked)) => Ok(with_values(marked, value)),
        (Ok(_), Err(error)) if error.1.contains("duplicate") => Err(error),
        (Ok(value), Err(_)) => Ok(Node::from_value(value)),
        (Err(_), Ok(flow_mapping)) => Ok(flow_mapping),
        (Err(error), Err(_)) if is_meant_as_json(text) => Err((error.line(), format!("is no JSON: {error}"))),
        (Err(_), Err(error)) => Err(error),
    }
}

fn is_meant_as_json(text: &str) -> bool {
    text.trim_start().trim_start_matches('{').trim_start().starts_with('"')
}

/// The tree read as YAML, which knows lines and order, with JSON's values in it.
fn with_values(marked: Node, value: Value) -> Node {
    let line = marked.line;
    let kind = match (marked.kind, value) {
        (Kind::Map(entries), Value::Object(mut members))
            if entries.len() == members.len()
                && entries.iter().all(|(name, _)| members.contains_key(name)) =>
        {
            let entries = entries.into_iter().map(|(name, node)| {
                let value = members.remove(&name).unwrap_or_default();
                (name, with_values(node, value))
            });
            Kind::Map(entries.collect())
        }
        (Kind::List(items), Value::Array(values)) if items.len() == values.len() => {
            Kind::List(items.into_iter().zip(values).map(|(node, value)| with_values(node, value)).collect())
        }
        (_, value) => Node::from_value(value).kind,
    };
    Node { line, kind }
}

fn parse_yaml(text: &str) -> Result<Node, SyntaxError> {
    let documents = load(text)?;
    match documents.as_slice() {
        [] => Ok(EMPTY.clone()),
        [document] => node(document),
        [_, second, ..] => Err((second.span.start.line(), "a second document; keep to one a file".into())),
    }
}

/// Scalars stay as written: `000000000000` is an account, not zero.
fn load(text: &str) -> Result<Vec<MarkedYaml<'_>>, SyntaxError> {
    let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
    loader.early_parse(false);
    Parser::new(BufferedInput::new(text.chars()))
        .load(&mut loader, true)
        .map_err(|error| (error.marker().line(), error.info().to_owned()))?;
    match loader.error() {
        Some(error) => Err((error.marker().line(), error.info().to_owned())),
        None => Ok(loader.into_documents()),
    }
}

fn node(yaml: &MarkedYaml<'_>) -> Result<Node, SyntaxError> {
    let line = yaml.span.start.line();
    let kind = match &yaml.data {
        YamlData::Representation(text, style, tag) => {
            let scalar = Node { line, kind: Kind::Scalar(scalar(text, *style, tag.as_deref())) };
            return Ok(tag.as_deref().map_or(scalar.clone(), |tag| long_form(tag, scalar)));
        }
        YamlData::Value(value) => Kind::Scalar(plain(value, "")),
        YamlData::Sequence(items) => Kind::List(items.iter().map(node).collect::<Result<_, _>>()?),
        YamlData::Mapping(entries) => Kind::Map(
            entries.iter().map(|(name, value)| Ok((key(name)?, node(value)?))).collect::<Result<_, _>>()?,
        ),
        YamlData::Tagged(tag, inner) => {
            let inner = node(inner)?;
            return Ok(long_form(tag, Node { line, ..inner }));
        }
        YamlData::Alias(_) | YamlData::BadValue => {
            return Err((line, "a value that YAML cannot read".into()));
        }
    };
    Ok(Node { line, kind })
}

fn key(yaml: &MarkedYaml<'_>) -> Result<String, SyntaxError> {
    match &node(yaml)?.kind {
        Kind::Scalar(Value::String(name)) => Ok(name.clone()),
        Kind::Scalar(value) => Ok(value.to_string()),
        _ => Err((yaml.span.start.line(), "a key that is no text".into())),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    if style != ScalarStyle::Plain || is_text {
        return Value::String(text.to_owned());
    }
    plain(&Scalar::parse_from_cow(text.into()), text)
}

fn plain(scalar: &Scalar<'_>, text: &str) -> Value {
    let has_leading_zero =
        text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        Scalar::Integer(value) if !has_leading_zero => Value::from(*value),
        Scalar::FloatingPoint(value) if !has_leading_zero => {
            serde_json::Number::from_f64(value.0).map_or_else(|| Value::from(text), Value::Number)
        }
        Scalar::String(value) => Value::String(value.clone().into_owned()),
        _ => Value::from(text),
    }
}

/// `!Sub x` is `{Fn::Sub: x}`; `!Ref` and `!Condition` have no prefix in their long form.
fn long_form(tag: &Tag, argument: Node) -> Node {
    if tag.is_yaml_core_schema() {
        return argument;
    }
    let name = match tag.suffix.as_str() {
        "Ref" | "Condition" => tag.suffix.clone(),
        other => format!("Fn::{other}"),
    };
    Node { line: argument.line, kind: Kind::Map(vec![(name, argument)]) }
}

/// Lays `over` upon `base`: mappings merge, lists and scalars of `over` win.
pub fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => merge_members(base, over),
        (base, over) => *base = over,
    }
}

fn merge_members(base: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match base.get_mut(&name) {
            Some(existing) => merge(existing, value),
            None => {
                base.insert(name, value);
            }
        }
    }
}
