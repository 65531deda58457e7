//! `GET /dead-letters`: the newest ones, for an admin.

use gateway_edge::http::{HttpRequest, HttpResponse, Problem};
use gateway_ports::dead_letters::{DeadLetterRow, DeadLetters};
use gateway_wire::DeadLetterCause;
use gateway_wire::http::{DeadLetterBody, DeadLettersBody};
use gateway_wire::time::WireTime;

use crate::Payments;

/// Letters in a list unless `?limit=` says otherwise.
const LIMIT_DEFAULT: u32 = 50;
/// The most letters in a list.
const LIMIT_MAX: u32 = 200;

impl<L: DeadLetters, P> Payments<L, P> {
    pub(crate) async fn dead_letters(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        request.caller.require_admin()?;
        let limit = request.query_number("limit", LIMIT_DEFAULT, 1, LIMIT_MAX)?;
        let items = self.ledger.list(limit).await?.into_iter().map(body).collect();
        Ok(HttpResponse::json(200, &DeadLettersBody { items }))
    }
}

fn body(row: DeadLetterRow) -> DeadLetterBody {
    DeadLetterBody {
        id: ulid::Ulid(row.id).to_string(),
        origin: row.origin,
        dlq: row.dlq,
        step: row.step,
        cause: DeadLetterCause { code: row.cause_code, message: row.cause_message },
        payment_id: row.payment_id.map(|id| id.to_string()),
        attempts: row.attempts,
        value_len: row.value.map_or(0, |value| value.len()),
        resolution: row.resolution,
        created_at: WireTime(row.created_at),
    }
}
