//! `POST /dead-letters/{id}/redrive`: its record is produced again, once.
//!
//! Claimed first, produced second, marked third. A crash in between leaves a claim that lapses; whoever
//! asks then produces again, since nobody knows whether the first record is there. Twice is harmless:
//! every step is idempotent.

use gateway_domain::Timestamp;
use gateway_domain::letter::RedriveDecision;
use gateway_domain::limits::REDRIVE_LEASE_MS;
use gateway_edge::http::{HttpRequest, HttpResponse, Problem, require_admin};
use gateway_edge::kafka::{continued, produce_one};
use gateway_ports::Clock;
use gateway_ports::dead_letters::{AdministerDeadLetters, Letter};
use gateway_ports::log::{MessageLog, OutgoingRecord};
use gateway_ports::review::Reviewer;
use ulid::Ulid;

use crate::{DeadLetters, body, id, record, unknown};

impl<L: AdministerDeadLetters, K: MessageLog, C: Clock> DeadLetters<L, K, C> {
    pub(crate) async fn redrive(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        let by = Reviewer { user: require_admin(request)?, reason: String::new() };
        let id = id(request)?;
        let letter = self.known(id).await?;
        let record = record::to_produce(&letter).map_err(|why| {
            Problem::unprocessable("not_redrivable", format!("the record cannot be produced again: {why}"))
        })?;
        let now = self.clock.now();
        match self.ledger.claim_redrive(id.0, &by, now, REDRIVE_LEASE_MS).await?.ok_or_else(unknown)? {
            RedriveDecision::Claimed => self.produce_and_mark(&letter, record).await,
            RedriveDecision::AlreadyRedriven => {
                Ok(self.redriven(id).await?.header("idempotent-replayed", "true"))
            }
            other => Err(refused(other, now)),
        }
    }

    async fn produce_and_mark(
        &self,
        letter: &Letter,
        record: OutgoingRecord,
    ) -> Result<HttpResponse, Problem> {
        // The payment's trace goes on; the request's is linked to it.
        let record = continued(record, letter.row.trace.as_ref(), &self.clock);
        let delivered = produce_one(&self.log, record).await?;
        self.ledger.mark_redriven(letter.row.id, delivered, self.clock.now()).await?;
        let origin = &letter.row.origin;
        tracing::info!(letter = %Ulid(letter.row.id), topic = origin.topic, from_partition = origin.partition,
            from_offset = origin.offset, partition = delivered.partition, offset = delivered.offset, "redriven");
        self.redriven(Ulid(letter.row.id)).await
    }

    async fn redriven(&self, id: Ulid) -> Result<HttpResponse, Problem> {
        Ok(HttpResponse::json(200, &body::detail(&self.known(id).await?)))
    }
}

fn refused(decision: RedriveDecision, now: Timestamp) -> Problem {
    match decision {
        RedriveDecision::InProgress { until } => {
            let seconds = (until.since(now).max(0) + 999) / 1000;
            Problem::conflict("redrive_in_progress", "another redrive of it may be at work; ask again")
                .retry_after(u32::try_from(seconds).unwrap_or(1).max(1))
        }
        RedriveDecision::Behind { earlier } => {
            let earlier = Ulid(earlier);
            let detail =
                format!("/dead-letters/{earlier} is of the same key and earlier: decide about it first");
            Problem::conflict("earlier_letter_open", detail)
        }
        RedriveDecision::Refused(state) => {
            Problem::conflict("dead_letter_closed", format!("it is {state}: nothing is left to redrive"))
        }
        RedriveDecision::Claimed | RedriveDecision::AlreadyRedriven => Problem::unavailable(),
    }
}
