//! `POST /dead-letters/{id}/discard`: nothing is to be done, for a reason.

use gateway_domain::letter::{DiscardDecision, LetterState};
use gateway_edge::http::{Fields, HttpRequest, HttpResponse, Problem, read, require_admin};
use gateway_ports::Clock;
use gateway_ports::dead_letters::AdministerDeadLetters;
use gateway_ports::review::Reviewer;

use crate::{DeadLetters, body, id, unknown};

impl<L: AdministerDeadLetters, K, C: Clock> DeadLetters<L, K, C> {
    pub(crate) async fn discard(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let user = require_admin(request)?;
        let id = id(request)?;
        let by = Reviewer { user, reason: reason(request)? };
        let decision = self.ledger.discard(id.0, &by, self.clock.now()).await?.ok_or_else(unknown)?;
        if let DiscardDecision::Refused(state) = decision {
            return Err(Problem::conflict("dead_letter_closed", refused(state)));
        }
        let response = HttpResponse::json(200, &body::detail(&self.known(id).await?));
        Ok(match decision {
            DiscardDecision::AlreadyDiscarded => response.header("idempotent-replayed", "true"),
            DiscardDecision::Discarded | DiscardDecision::Refused(_) => response,
        })
    }
}

fn refused(state: LetterState) -> String {
    match state {
        LetterState::Redriving => {
            format!("it is {state}: a redrive of it may be at work; ask again in a minute")
        }
        _ => format!("it is {state}: nothing is left to discard"),
    }
}

fn reason(request: &HttpRequest) -> Result<String, Problem> {
    let mut fields = Fields::of(request)?;
    match fields.required("reason", read::note) {
        Some(reason) => Ok(reason),
        None => Err(fields.into_problem()),
    }
}
