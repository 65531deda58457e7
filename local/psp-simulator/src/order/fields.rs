//! Reads the fields of a JSON body by path and collects what is wrong with them, since
//! PagBank complains of all fields at once.

use std::ops::RangeInclusive;

use serde_json::Value;

use crate::errors::Problem;

/// A JSON body and the complaints about it so far.
pub(crate) struct Fields<'a> {
    body: &'a Value,
    problems: Vec<Problem>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(body: &'a Value) -> Self {
        Self { body, problems: Vec::new() }
    }

    /// The value at a dotted path; `null` counts as absent.
    pub(crate) fn get(&self, path: &str) -> Option<&'a Value> {
        path.split('.').try_fold(self.body, |value, name| value.get(name)).filter(|value| !value.is_null())
    }

    pub(crate) fn complain(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(crate) fn required_text(&mut self, path: &str, length_max: usize) -> Option<&'a str> {
        self.require(path)?;
        self.optional_text(path, length_max)
    }

    pub(crate) fn optional_text(&mut self, path: &str, length_max: usize) -> Option<&'a str> {
        let text = self.get(path)?.as_str().filter(|text| (1..=length_max).contains(&text.chars().count()));
        self.valid(path, text)
    }

    pub(crate) fn required_integer(&mut self, path: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let value = self.require(path)?;
        self.valid(path, value.as_u64().filter(|number| range.contains(number)))
    }

    /// An integer that may also be written as text, as PagBank allows for expiry dates.
    pub(crate) fn required_numeral(&mut self, path: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let value = self.require(path)?;
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
        self.valid(path, number.filter(|number| range.contains(number)))
    }

    pub(crate) fn required_flag(&mut self, path: &str) -> Option<bool> {
        let value = self.require(path)?;
        self.valid(path, value.as_bool())
    }

    /// The complaints, or `value` if there are none.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Problem>> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ if self.problems.is_empty() => Err(vec![Problem::unreadable()]),
            _ => Err(self.problems),
        }
    }

    fn require(&mut self, path: &str) -> Option<&'a Value> {
        let value = self.get(path);
        if value.is_none() {
            self.complain(Problem::required(path));
        }
        value
    }

    fn valid<T>(&mut self, path: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.complain(Problem::invalid(path));
        }
        value
    }
}
