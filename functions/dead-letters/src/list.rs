//! `GET /dead-letters`: a page, newest first.

use gateway_domain::id::ulid_bits;
use gateway_domain::letter::{LetterState, UnknownState};
use gateway_domain::limits::{PAGE_LIMIT_DEFAULT, PAGE_LIMIT_MAX};
use gateway_edge::http::{HttpRequest, HttpResponse, Problem, require_admin};
use gateway_ports::dead_letters::{AdministerDeadLetters, LetterQuery};
use gateway_wire::http::DeadLettersBody;
use ulid::Ulid;

use crate::{DeadLetters, body};

impl<L: AdministerDeadLetters, K, C> DeadLetters<L, K, C> {
    pub(crate) async fn list(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        require_admin(request)?;
        let limit = request.query_number("limit", PAGE_LIMIT_DEFAULT, 1, PAGE_LIMIT_MAX)?;
        let query = LetterQuery { state: state(request)?, before: cursor(request)?, limit };
        let letters = self.ledger.page(&query).await?;
        let more = letters.len() == limit as usize;
        let next = letters.last().filter(|_| more).map(|last| Ulid(last.row.id).to_string());
        let items = letters.iter().map(body::summary).collect();
        Ok(HttpResponse::json(200, &DeadLettersBody { items, next }))
    }
}

fn state(request: &HttpRequest) -> Result<Option<LetterState>, Problem> {
    let refused = |error: UnknownState| Problem::bad_request("invalid_query", format!("state: {error}"));
    request.query("state").map(|text| text.parse().map_err(refused)).transpose()
}

fn cursor(request: &HttpRequest) -> Result<Option<u128>, Problem> {
    let refused =
        |_| Problem::bad_request("invalid_cursor", "cursor is the next of an earlier page, or absent");
    request.query("cursor").map(|text| ulid_bits(text).map_err(refused)).transpose()
}
