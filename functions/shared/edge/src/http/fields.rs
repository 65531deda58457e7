//! A body read field by field, so that its sender learns of everything that is wrong at once.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{FieldError, HttpRequest, Problem};

/// The fields of a JSON object, and what has been found wrong with them. They borrow from the body:
/// nothing of it is copied but what a reader makes of it.
pub struct Fields<'a> {
    prefix: String,
    values: BTreeMap<String, &'a RawValue>,
    errors: Vec<FieldError>,
}

/// Why a field's value is not acceptable. Never holds the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// Stable, for programs.
    pub code: &'static str,
    /// For people.
    pub detail: String,
}

impl Unfit {
    /// A value that is not acceptable.
    #[must_use]
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl<'a> Fields<'a> {
    /// The fields of a request's body.
    ///
    /// # Errors
    /// 400 for what is no JSON; 422 for JSON that is no object.
    pub fn of(request: &'a HttpRequest) -> Result<Self, Problem> {
        Ok(Self { prefix: String::new(), values: request.json()?, errors: Vec::new() })
    }

    /// The fields of the object in field `name`.
    ///
    /// # Errors
    /// 422 when there is no such object.
    pub fn object(&self, name: &str) -> Result<Self, Problem> {
        let values = match self.json(name) {
            Some(json) => {
                serde_json::from_str(json).map_err(|_| Unfit::new("invalid_object", "an object is expected"))
            }
            None => Err(missing()),
        };
        let pointer = self.pointer(name);
        match values {
            Ok(values) => Ok(Self { prefix: pointer, values, errors: Vec::new() }),
            Err(unfit) => Err(Problem::invalid(vec![FieldError::new(pointer, unfit.code, unfit.detail)])),
        }
    }

    /// Whether the field is there and not null.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.json(name).is_some()
    }

    /// Reads a field that must be there, from its JSON text; `None` after noting what is wrong.
    pub fn required<T>(&mut self, name: &str, read: impl FnOnce(&'a str) -> Result<T, Unfit>) -> Option<T> {
        if self.has(name) {
            return self.optional(name, read);
        }
        self.refuse(name, missing());
        None
    }

    /// Reads a field that may be missing; `None` for a missing one and after noting what is wrong.
    pub fn optional<T>(&mut self, name: &str, read: impl FnOnce(&'a str) -> Result<T, Unfit>) -> Option<T> {
        read(self.json(name)?).map_err(|unfit| self.refuse(name, unfit)).ok()
    }

    /// Notes that a field is not acceptable.
    pub fn refuse(&mut self, name: &str, unfit: Unfit) {
        self.errors.push(FieldError::new(self.pointer(name), unfit.code, unfit.detail));
    }

    /// Whether nothing is wrong so far.
    #[must_use]
    pub fn are_fit(&self) -> bool {
        self.errors.is_empty()
    }

    /// What is wrong, as 422.
    #[must_use]
    pub fn into_problem(self) -> Problem {
        Problem::invalid(self.errors)
    }

    fn json(&self, name: &str) -> Option<&'a str> {
        self.values.get(name).map(|value| value.get()).filter(|json| *json != "null")
    }

    fn pointer(&self, name: &str) -> String {
        format!("{}/{name}", self.prefix)
    }
}

fn missing() -> Unfit {
    Unfit::new("required", "the field is missing")
}
