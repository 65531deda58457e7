//! Reading what a person claims.

use gateway_domain::charge::ChargeId;
use gateway_domain::review::Claim;
use gateway_edge::http::{Fields, HttpRequest, Problem, Unfit, read};

/// Longest id of a charge, in characters.
const CHARGE_ID_LEN_MAX: usize = 128;

/// The claim and the reason given for it.
pub(crate) fn read_claim(request: &HttpRequest) -> Result<(Claim, String), Problem> {
    let mut fields = Fields::of(request)?;
    let charge_id = fields.optional("charge_id", charge_id);
    let claim = fields.required("resolution", |json| resolution(json, charge_id));
    let reason = fields.required("reason", read::note);
    match (claim, reason) {
        (Some(claim), Some(reason)) if fields.are_fit() => Ok((claim, reason)),
        _ => Err(fields.into_problem()),
    }
}

fn resolution(json: &str, charge_id: Option<ChargeId>) -> Result<Claim, Unfit> {
    match read::text(json)?.as_str() {
        "authorized" => Ok(Claim::Authorized(charge_id)),
        "declined" => Ok(Claim::Declined(charge_id)),
        "failed" => Ok(Claim::Failed),
        "voided" => Ok(Claim::Voided(charge_id)),
        _ => Err(Unfit::new("invalid_resolution", "authorized, declined, failed or voided is expected")),
    }
}

fn charge_id(json: &str) -> Result<ChargeId, Unfit> {
    let text = read::text(json)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if (1..=CHARGE_ID_LEN_MAX).contains(&text.len()) && text.bytes().all(fits) {
        return Ok(ChargeId(text));
    }
    Err(Unfit::new("invalid_charge_id", "the PSP's id of a charge is expected, such as CHAR_…"))
}
