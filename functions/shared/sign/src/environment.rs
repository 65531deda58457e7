//! Who the function is, from its environment.

use aws_credential_types::Credentials;

/// A variable that must be set.
///
/// # Errors
/// It is not: its name, and `remedy`.
pub fn required(
    lookup: impl Fn(&'static str) -> Option<String>,
    name: &'static str,
    remedy: &str,
) -> Result<String, String> {
    lookup(name).ok_or_else(|| format!("environment variable {name} is not set; {remedy}"))
}

/// The role's region and credentials, from the variables that Lambda sets: `AWS_REGION`,
/// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
///
/// # Errors
/// The variable that is missing, and `remedy`: what needs it.
pub fn role(
    lookup: impl Fn(&'static str) -> Option<String>,
    remedy: &str,
) -> Result<(String, Credentials), String> {
    let region = required(&lookup, "AWS_REGION", remedy)?;
    let credentials = Credentials::new(
        required(&lookup, "AWS_ACCESS_KEY_ID", remedy)?,
        required(&lookup, "AWS_SECRET_ACCESS_KEY", remedy)?,
        lookup("AWS_SESSION_TOKEN"),
        None,
        "environment",
    );
    Ok((region, credentials))
}
