//! Signature version 4, from the receiver's side; written from AWS's description of it, not by means of the library
//! that signs.

use std::fmt::Write as _;

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use sha2::{Digest as _, Sha256};

use super::Scope;
use super::request::Request;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Whether a request was signed, in its scope, by whoever has the secret key.
pub(crate) fn verify(request: &Request, scope: &Scope) -> Result<(), String> {
    let authorization = request.header("authorization").ok_or("authorization is missing")?;
    let parts = authorization.strip_prefix(ALGORITHM).ok_or("another algorithm")?;
    let part = |name: &str| {
        let found = parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        found.ok_or_else(|| format!("{name} is missing"))
    };
    let (credential, signed, signature) = (part("Credential")?, part("SignedHeaders")?, part("Signature")?);
    let stamp = request.header("x-amz-date").ok_or("x-amz-date is missing")?;
    let day = stamp.get(..8).ok_or("x-amz-date is no date")?;
    let Scope { service, region, secret_key } = scope;
    let wanted = format!("{day}/{region}/{service}/aws4_request");
    if credential.split_once('/').is_none_or(|(_, found)| found != wanted) {
        return Err(format!("{credential} is not for {wanted}"));
    }
    for name in ["host", "x-amz-date"] {
        if !signed.split(';').any(|header| header == name) {
            return Err(format!("{name} is not signed"));
        }
    }
    let canonical = canonical(request, signed)?;
    let text = format!("{ALGORITHM}\n{stamp}\n{wanted}\n{}", hex(&Sha256::digest(canonical)));
    let key = [day, region, service, "aws4_request"]
        .iter()
        .fold(format!("AWS4{secret_key}").into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    let expected = hex(&hmac(&key, text.as_bytes()));
    if signature == expected { Ok(()) } else { Err(format!("{signature} is not the signature of {text}")) }
}

fn canonical(request: &Request, signed: &str) -> Result<String, String> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(with_value).collect();
    pairs.sort();
    let mut headers = String::new();
    for name in signed.split(';') {
        let value = request.header(name).ok_or_else(|| format!("{name} is signed and was not sent"))?;
        headers += &format!("{name}:{value}\n");
    }
    let payload = hex(&Sha256::digest(&request.body));
    if request.header("x-amz-content-sha256").is_some_and(|said| said != payload) {
        return Err("x-amz-content-sha256 is not the body's".to_owned());
    }
    Ok(format!("{}\n{path}\n{}\n{headers}\n{signed}\n{payload}", request.method, pairs.join("&")))
}

fn with_value(pair: &str) -> String {
    if pair.contains('=') { pair.to_owned() } else { format!("{pair}=") }
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    sign(&Key::new(HMAC_SHA256, key), message).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The request of AWS's own description: a GET of IAM's list of users.
    fn request() -> Request {
        let signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        let authorization = format!(
            "{ALGORITHM} Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, Signature={signature}"
        );
        let headers = [
            ("host", "iam.amazonaws.com"),
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("x-amz-date", "20150830T123600Z"),
            ("authorization", &authorization),
        ];
        Request {
            method: "GET".to_owned(),
            target: "/?Version=2010-05-08&Action=ListUsers".to_owned(),
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            body: String::new(),
            verified: Ok(()),
        }
    }

    #[test]
    fn the_example_of_the_description_is_signed_and_nothing_of_it_can_be_changed() {
        let scope = Scope {
            service: "iam",
            region: "us-east-1",
            secret_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        };
        assert_eq!(verify(&request(), &scope), Ok(()));
        let changes: [fn(&mut Request); 4] = [
            |request| request.method = "POST".to_owned(),
            |request| request.target += "&Path=x",
            |request| request.body = "x".to_owned(),
            |request| request.headers[0].1 = "elsewhere".to_owned(),
        ];
        for change in changes {
            let mut changed = request();
            change(&mut changed);
            assert!(verify(&changed, &scope).is_err(), "{changed:?}");
        }
        assert!(verify(&request(), &Scope { service: "s3", ..scope }).is_err());
        assert!(verify(&request(), &Scope { secret_key: "another", ..scope }).is_err());
    }
}
