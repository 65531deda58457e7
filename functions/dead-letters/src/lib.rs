//! Dead letters over HTTP, for admins: what handle-dlq has analysed, and what a person does about it.
//!
//! | route | answer |
//! |---|---|
//! | `GET /dead-letters` | a page, newest first; `?state=` and `?cursor=` |
//! | `GET /dead-letters/{id}` | one: where it came from, why, what to do |
//! | `POST /dead-letters/{id}/redrive` | its record is produced again, once |
//! | `POST /dead-letters/{id}/discard` | nothing is to be done, for a reason |
//!
//! No answer holds a record's value: nobody knows what an unreadable one contains.

mod body;
mod discard;
mod list;
mod record;
mod redrive;
mod show;
#[cfg(test)]
mod tests;
mod what_to_do;

use gateway_domain::id::ulid_bits;
use gateway_edge::http::{HttpHandler, HttpRequest, HttpResponse, Problem};
use gateway_ports::Clock;
use gateway_ports::dead_letters::{AdministerDeadLetters, Letter};
use gateway_ports::log::MessageLog;
use ulid::Ulid;

/// The handler with the ports it needs.
pub struct DeadLetters<L, K, C> {
    /// The dead letters' table.
    pub ledger: L,
    /// Where records are produced again.
    pub log: K,
    /// Time.
    pub clock: C,
}

impl<L, K, C> HttpHandler for DeadLetters<L, K, C>
where
    L: AdministerDeadLetters,
    K: MessageLog,
    C: Clock,
{
    async fn handle(&self, request: HttpRequest) -> Result<HttpResponse, Problem> {
        match request.route.as_str() {
            "GET /dead-letters" => self.list(&request).await,
            "GET /dead-letters/{id}" => self.show(&request).await,
            "POST /dead-letters/{id}/redrive" => self.redrive(&request).await,
            "POST /dead-letters/{id}/discard" => self.discard(&request).await,
            _ => Err(Problem::not_found("route_unknown", "no such route")),
        }
    }
}

impl<L: AdministerDeadLetters, K, C> DeadLetters<L, K, C> {
    /// The letter of this id.
    async fn known(&self, id: Ulid) -> Result<Letter, Problem> {
        self.ledger.letter(id.0).await?.ok_or_else(unknown)
    }
}

/// The id in the path.
fn id(request: &HttpRequest) -> Result<Ulid, Problem> {
    ulid_bits(request.path_parameter("id")).map(Ulid).map_err(|_| unknown())
}

fn unknown() -> Problem {
    Problem::not_found("dead_letter_unknown", "there is no such dead letter")
}
