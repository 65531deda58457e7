//! Dynamic references, `{{resolve:SERVICE:KEY}}`: what CloudFormation looks up in Secrets Manager or in SSM while it
//! deploys. Here the parameters file gives it, under `Attributes` by the reference as it is written.

use serde_json::Value;

use super::attributes::only_aws_knows;
use super::error::Fault;
use super::resolver::{Resolved, Resolver};
use super::settings::text_of;

const OPENING: &str = "{{resolve:";
const CLOSING: &str = "}}";

impl Resolver<'_> {
    /// The value with what is given for its dynamic references in their place.
    pub(super) fn looked_up(&self, value: Option<Value>) -> Resolved {
        match value {
            Some(Value::String(text)) if text.contains(OPENING) => {
                self.with_references(&text).map(|text| Some(Value::from(text)))
            }
            value => Ok(value),
        }
    }

    fn with_references(&self, text: &str) -> Result<String, Fault> {
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(OPENING) {
            // A piece that `Fn::Join` closes is looked at again as a whole.
            let Some((key, tail)) = after.split_once(CLOSING) else { break };
            result.push_str(before);
            result.push_str(&self.dynamic_reference(&format!("{OPENING}{key}{CLOSING}"))?);
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn dynamic_reference(&self, reference: &str) -> Result<String, Fault> {
        let given = self.settings.attributes.get(reference).and_then(text_of);
        // YAML wants the quotes: a brace would begin a mapping.
        given.ok_or_else(|| only_aws_knows(&format!("'{reference}'")))
    }
}
