//! `cargo xtask token`: a token for a user, of the issuer that `up` started.

use serde::Deserialize;
use serde_json::json;

use crate::cli::Token;
use crate::failure::{Doing, Failure, Outcome};
use crate::ports::Port;
use crate::probe::{self, Request};
use crate::say;
use crate::stack::Stack;

#[derive(Deserialize)]
struct Issued {
    access_token: String,
}

/// Prints the token alone, so that a command line can take it.
pub fn run(stack: &Stack, wanted: &Token) -> Outcome {
    if wanted.rotate {
        post(stack, "/_issuer/rotate", String::new())?;
        say::progress("issuer", "signs with a new key");
    }
    say::line(issue(stack, wanted)?);
    Ok(())
}

/// A token as wanted.
///
/// # Errors
/// The issuer does not run, or refuses.
pub fn issue(stack: &Stack, wanted: &Token) -> Outcome<String> {
    let Token { user, roles, expires, .. } = wanted;
    let body = json!({ "user": user, "roles": roles, "expires_in_s": expires }).to_string();
    let answer = post(stack, "/_issuer/tokens", body)?;
    let issued: Issued = serde_json::from_str(&answer)
        .map_err(|_| Failure::new(format!("the issuer's answer holds no token: {answer}")))?;
    Ok(issued.access_token)
}

fn post(stack: &Stack, path: &str, body: String) -> Outcome<String> {
    let headers = vec![("Content-Type", "application/json")];
    let request = Request { method: "POST", path: path.to_owned(), headers, body: body.into() };
    let answer = probe::send(stack.ports.get(Port::Issuer), &request)
        .doing(|| "reach the issuer of tokens".to_owned())
        .map_err(|failure| failure.remedy("start it by `cargo xtask up`"))?;
    match answer.status {
        200 => Ok(answer.body),
        status => Err(Failure::new(format!("the issuer answers HTTP {status}: {}", answer.body))),
    }
}
