//! How a webhook is known to be PagBank's: `x-authenticity-token` is the hex SHA-256 of the account's
//! token, a hyphen and the raw body.

use std::hint::black_box;

use gateway_edge::http::Problem;
use sha2::{Digest as _, Sha256};

/// The header's name.
pub(crate) const HEADER: &str = "x-authenticity-token";

/// What is demanded of a webhook. Has no `Debug`: it holds the account's token.
pub struct Authenticity {
    /// The account's token at the PSP.
    pub token: String,
    /// Whether a webhook without the header is taken too, as PagBank's sandbox sends them. It is only
    /// a hint in any case; what it can do is make the PSP be asked.
    pub header_optional: bool,
}

impl Authenticity {
    /// Checks a webhook.
    ///
    /// # Errors
    /// 401 when the header is missing where it is demanded, or is not the body's.
    pub(crate) fn check(&self, header: Option<&str>, body: &[u8]) -> Result<(), Problem> {
        match header {
            None if self.header_optional => Ok(()),
            Some(header) if same(header.as_bytes(), self.expected(body).as_bytes()) => Ok(()),
            Some(_) | None => {
                let detail = format!("{HEADER} is missing or not this body's");
                Err(Problem::new(401, "webhook_not_authentic", detail))
            }
        }
    }

    fn expected(&self, body: &[u8]) -> String {
        let digest = Sha256::new().chain_update(&self.token).chain_update(b"-").chain_update(body).finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Takes as long for a wrong first character as for a wrong last one.
fn same(given: &[u8], expected: &[u8]) -> bool {
    let differing = given.iter().zip(expected).fold(0, |differing, (a, b)| black_box(differing | (a ^ b)));
    given.len() == expected.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_bodys_own_token_is_taken() {
        // printf '%s' 'token-{"id":"CHAR_1"}' | sha256sum
        let right = "fb8eacf1bcb797099fa95082b2e3686bfc67367b25f4fa4e4093d82cfe8aead6";
        let upper = right.to_uppercase();
        for (header, header_optional, ok) in [
            (Some(right), false, true),
            (Some(upper.as_str()), false, false),
            (Some(&right[..63]), false, false),
            (Some(""), false, false),
            (None, false, false),
            (None, true, true),
            (Some("forged"), true, false),
        ] {
            let authenticity = Authenticity { token: "token".to_owned(), header_optional };
            let checked = authenticity.check(header, br#"{"id":"CHAR_1"}"#);
            assert_eq!(
                checked.map_err(|problem| problem.status),
                if ok { Ok(()) } else { Err(401) },
                "{header:?}"
            );
        }
    }
}
