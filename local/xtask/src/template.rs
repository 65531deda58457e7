//! Fills `${NAME}` in the text of a configuration file.

use crate::failure::{Failure, Outcome};

/// Replaces every `${NAME}` (capitals, digits, underscores) by its value.
///
/// Other uses of `${…}` are left alone: they belong to whoever reads the file.
///
/// # Errors
/// A name has no value; it is named together with those that exist.
pub fn fill(text: &str, values: &[(String, String)]) -> Outcome<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, from_here) = rest.split_at(start);
        filled.push_str(before);
        match placeholder(from_here) {
            Some((name, length)) => {
                filled.push_str(value_of(name, values)?);
                rest = &from_here[length..];
            }
            None => {
                filled.push_str("${");
                rest = &from_here[2..];
            }
        }
    }
    filled.push_str(rest);
    Ok(filled)
}

/// The name at the start of `text`, and how long the placeholder is.
fn placeholder(text: &str) -> Option<(&str, usize)> {
    let end = text.find('}')?;
    let name = &text[2..end];
    let is_ours = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(is_ours)).then_some((name, end + 1))
}

fn value_of<'a>(name: &str, values: &'a [(String, String)]) -> Outcome<&'a str> {
    values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str()).ok_or_else(|| {
        let known: Vec<&str> = values.iter().map(|(key, _)| key.as_str()).collect();
        Failure::new(format!("a template asks for ${{{name}}}, which nobody sets"))
            .remedy(format!("use one of {}", known.join(", ")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_capitals_are_filled_and_others_left() {
        let values = [("PORT".to_owned(), "9092".to_owned()), ("A_1".to_owned(), "x".to_owned())];
        let rows = [
            ("port=${PORT}", "port=9092"),
            ("${PORT}${A_1}$", "9092x$"),
            ("topic.${routedByValue} ${PORT}", "topic.${routedByValue} 9092"),
            ("${", "${"),
            ("${}", "${}"),
            ("nothing", "nothing"),
        ];
        for (text, expected) in rows {
            assert_eq!(fill(text, &values).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_those_that_exist() {
        let refused = fill("${HOST}", &[("PORT".to_owned(), "1".to_owned())]).unwrap_err().to_string();
        assert!(refused.contains("${HOST}") && refused.contains("PORT"), "{refused}");
    }
}
