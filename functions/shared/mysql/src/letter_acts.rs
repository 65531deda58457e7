//! What people do about dead letters: each act is a transaction on one locked row.

use gateway_domain::letter::{DiscardDecision, RedriveDecision, Resolution, decide_discard, decide_redrive};
use gateway_domain::{PaymentId, Timestamp};
use gateway_ledger::clip;
use gateway_ports::PortError;
use gateway_ports::dead_letters::{AdministerDeadLetters, Letter, LetterQuery};
use gateway_ports::log::Delivered;
use gateway_ports::review::Reviewer;
use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, MySql, MySqlConnection, QueryBuilder};

use crate::column::Columns;
use crate::database::Database;
use crate::failure::{Failure, to_port_error};
use crate::letter_row::{COLUMNS, decode, ulid_bits, ulid_text};
use crate::transact::{Ending, Work};

// What the columns hold, in characters.
const USER_LEN_MAX: usize = 64;
const REASON_LEN_MAX: usize = 500;

/// The last undecided letter of the same key before one of them. Found by the unique key on origins.
const UNDECIDED_BEFORE: &str = "SELECT earlier.id AS id FROM dead_letters earlier JOIN dead_letters this \
     ON earlier.origin_topic = this.origin_topic AND earlier.origin_partition = this.origin_partition \
     AND earlier.origin_offset < this.origin_offset AND earlier.record_key <=> this.record_key \
     WHERE this.id = ? AND earlier.state IN ('OPEN', 'REDRIVING') \
     ORDER BY earlier.origin_offset DESC LIMIT 1";

const CLAIM: &str = "UPDATE dead_letters SET state = 'REDRIVING', acted_by = ?, acted_reason = ?, acted_at_ms = ?, \
     redrive_lease_until_ms = ? WHERE id = ?";

const REDRIVEN: &str = "UPDATE dead_letters SET state = 'REDRIVEN', redriven_partition = ?, redriven_offset = ? \
     WHERE id = ? AND state = 'REDRIVING'";

const DISCARD: &str = "UPDATE dead_letters SET state = 'DISCARDED', acted_by = ?, acted_reason = ?, acted_at_ms = ? \
     WHERE id = ?";

// Closed is what is open: `LetterState::is_open_at`.
const CLOSE_WAITING: &str = "UPDATE dead_letters SET state = 'CLOSED', resolution = ? \
     WHERE payment_id = ? AND resolution = ? \
     AND (state = 'OPEN' OR (state = 'REDRIVING' AND redrive_lease_until_ms <= ?))";

/// Found without locks: closing is conditional.
const ENDED: &str = "SELECT letter.id AS id, payment.status AS status FROM dead_letters letter \
     JOIN payments payment ON payment.id = letter.payment_id \
     WHERE letter.resolution = ? \
     AND (letter.state = 'OPEN' OR (letter.state = 'REDRIVING' AND letter.redrive_lease_until_ms <= ?)) \
     AND payment.status IN ('AUTHORIZED', 'DECLINED', 'FAILED', 'REJECTED', 'VOIDED') \
     ORDER BY letter.id LIMIT ?";

const CLOSE_ENDED: &str = "UPDATE dead_letters SET state = 'CLOSED', resolution = ? \
     WHERE id = ? AND resolution = ? \
     AND (state = 'OPEN' OR (state = 'REDRIVING' AND redrive_lease_until_ms <= ?))";

impl AdministerDeadLetters for Database {
    async fn page(&self, query: &LetterQuery) -> Result<Vec<Letter>, PortError> {
        let rows = self.fetch_all(page_query(query).build()).await;
        rows.map_err(|error| to_port_error("list dead letters", &error))?.iter().map(decode).collect()
    }

    async fn letter(&self, id: u128) -> Result<Option<Letter>, PortError> {
        let sql = format!("SELECT {COLUMNS} FROM dead_letters WHERE id = ?");
        let rows = self.rows("read a dead letter", sql, ulid_text(id)).await?;
        rows.first().map(decode).transpose()
    }

    async fn claim_redrive(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<RedriveDecision>, PortError> {
        self.transact(&Claim { id, by, now, lease_until: now.plus_millis(lease_ms) }).await
    }

    async fn mark_redriven(&self, id: u128, to: Delivered, _now: Timestamp) -> Result<(), PortError> {
        let marked = sqlx::query(REDRIVEN).bind(to.partition).bind(to.offset).bind(ulid_text(id));
        let marked = self.execute(marked).await;
        marked.map(drop).map_err(|error| to_port_error("mark a dead letter as redriven", &error))
    }

    async fn discard(
        &self,
        id: u128,
        by: &Reviewer,
        now: Timestamp,
    ) -> Result<Option<DiscardDecision>, PortError> {
        self.transact(&Discard { id, by, now }).await
    }

    async fn close_ended(&self, now: Timestamp, limit: u32) -> Result<u64, PortError> {
        let waiting = sqlx::query(ENDED)
            .bind(Resolution::InReview.as_str())
            .bind(now.as_millis())
            .bind(i64::from(limit));
        let rows = self.fetch_all(waiting).await;
        let rows = rows.map_err(|error| to_port_error("find dead letters of ended payments", &error))?;
        let mut closed = 0;
        for row in &rows {
            let columns = Columns(row);
            if let Some(resolution) = Resolution::of_end(columns.parsed("status")?) {
                let update = sqlx::query(CLOSE_ENDED)
                    .bind(resolution.as_str())
                    .bind(columns.get::<&str>("id")?)
                    .bind(Resolution::InReview.as_str())
                    .bind(now.as_millis());
                let update = self.execute(update).await;
                closed +=
                    update.map_err(|error| to_port_error("close a dead letter", &error))?.rows_affected();
            }
        }
        Ok(closed)
    }

    async fn close_waiting(
        &self,
        payment_id: PaymentId,
        waiting: Resolution,
        resolution: Resolution,
        now: Timestamp,
    ) -> Result<(), PortError> {
        let closed = sqlx::query(CLOSE_WAITING)
            .bind(resolution.as_str())
            .bind(payment_id.to_string())
            .bind(waiting.as_str())
            .bind(now.as_millis());
        self.execute(closed)
            .await
            .map(drop)
            .map_err(|error| to_port_error("close a payment's dead letters", &error))
    }
}

fn page_query(query: &LetterQuery) -> QueryBuilder<MySql> {
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS).push(" FROM dead_letters WHERE TRUE");
    if let Some(state) = query.state {
        sql.push(" AND state = ").push_bind(state.as_str());
    }
    if let Some(before) = query.before {
        sql.push(" AND id < ").push_bind(ulid_text(before));
    }
    sql.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(query.limit));
    sql
}

struct Claim<'a> {
    id: u128,
    by: &'a Reviewer,
    now: Timestamp,
    lease_until: Timestamp,
}

impl Work for Claim<'_> {
    type Answer = Option<RedriveDecision>;
    const NAME: &'static str = "claim a dead letter";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let Some(row) = locked(self.id, connection).await? else { return Ok(Ending::RollBack(None)) };
        let columns = Columns(&row);
        let (state, lease_until) = (columns.parsed("state")?, columns.time("redrive_lease_until_ms")?);
        let earlier = undecided_before(self.id, connection).await?;
        let decision = decide_redrive(state, lease_until, earlier, self.now);
        if decision != RedriveDecision::Claimed {
            return Ok(Ending::RollBack(Some(decision)));
        }
        sqlx::query(CLAIM)
            .bind(clip(&self.by.user, USER_LEN_MAX))
            .bind(clip(&self.by.reason, REASON_LEN_MAX))
            .bind(self.now.as_millis())
            .bind(self.lease_until.as_millis())
            .bind(ulid_text(self.id))
            .execute(connection)
            .await?;
        Ok(Ending::Commit(Some(decision)))
    }
}

struct Discard<'a> {
    id: u128,
    by: &'a Reviewer,
    now: Timestamp,
}

impl Work for Discard<'_> {
    type Answer = Option<DiscardDecision>;
    const NAME: &'static str = "discard a dead letter";

    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Self::Answer>, Failure> {
        let Some(row) = locked(self.id, connection).await? else { return Ok(Ending::RollBack(None)) };
        let columns = Columns(&row);
        let (state, lease_until) = (columns.parsed("state")?, columns.time("redrive_lease_until_ms")?);
        let decision = decide_discard(state, lease_until, self.now);
        if decision != DiscardDecision::Discarded {
            return Ok(Ending::RollBack(Some(decision)));
        }
        sqlx::query(DISCARD)
            .bind(clip(&self.by.user, USER_LEN_MAX))
            .bind(clip(&self.by.reason, REASON_LEN_MAX))
            .bind(self.now.as_millis())
            .bind(ulid_text(self.id))
            .execute(connection)
            .await?;
        Ok(Ending::Commit(Some(decision)))
    }
}

/// The letter's row, which nobody else can act on until the transaction ends.
async fn locked(id: u128, connection: &mut MySqlConnection) -> Result<Option<MySqlRow>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM dead_letters WHERE id = ? FOR UPDATE");
    Ok(sqlx::query(AssertSqlSafe(sql)).bind(ulid_text(id)).fetch_optional(connection).await?)
}

async fn undecided_before(id: u128, connection: &mut MySqlConnection) -> Result<Option<u128>, Failure> {
    let row = sqlx::query(UNDECIDED_BEFORE).bind(ulid_text(id)).fetch_optional(connection).await?;
    Ok(row.map(|row| ulid_bits(Columns(&row).get("id")?)).transpose()?)
}
