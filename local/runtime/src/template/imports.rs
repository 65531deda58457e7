//! `Imports: file:PATH`: other stacks' exports, from a file beside the parameters file.

use std::path::Path;

use serde_json::{Map, Value};

use super::error::{Fault, TemplateError};
use super::settings::read_document;

/// Puts what the file says in the place of its name.
pub(super) fn expand(settings: &mut Value, file: &Path) -> Result<(), TemplateError> {
    let Some(Value::String(text)) = settings.get("Imports") else { return Ok(()) };
    let Some(path) = text.strip_prefix("file:") else {
        let fault = Fault::at(0, format!("`file:PATH` or a mapping is wanted here, not {text}"));
        return Err(TemplateError::new(file, vec![fault.within("Imports")]));
    };
    let folder = file.parent().unwrap_or_else(|| Path::new("."));
    settings["Imports"] = exports(read_document(&folder.join(path.trim_start_matches("//")))?);
    Ok(())
}

/// Values by name, or what `aws cloudformation list-exports` prints.
fn exports(document: Value) -> Value {
    let Some(Value::Array(list)) = document.get("Exports") else { return document };
    let pair =
        |export: &Value| Some((export.get("Name")?.as_str()?.to_owned(), export.get("Value")?.clone()));
    Value::Object(list.iter().filter_map(pair).collect::<Map<_, _>>())
}
