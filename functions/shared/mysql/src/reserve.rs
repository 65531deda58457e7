//! Reserving: the hot path.

use gateway_domain::reservation::{ReserveCommand, ReserveRefusal, check_reserve};
use gateway_domain::{Product, Reservation, Timestamp};
use gateway_ledger::reserve::{check_repeated, held};
use gateway_ports::PortError;
use gateway_ports::catalogue::Catalogue;
use sqlx::MySqlConnection;

use crate::database::Database;
use crate::failure::{Failure, is_duplicate};
use crate::transact::{Ending, Work};
use crate::{product_row, read, reservation_row};

/// How often stock that comes and goes between the taking and the looking is tried for.
const ROUNDS_MAX: u32 = 3;

impl Database {
    /// Takes the units without looking; the product is read only to say why it was refused.
    pub(crate) async fn take_or_refuse(
        &self,
        command: &ReserveCommand,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Result<Reservation, ReserveRefusal>, PortError> {
        let reservation = held(command, expires_at, now);
        for _ in 0..ROUNDS_MAX {
            if adds_up(command) {
                match self.transact(&Reserve { command, reservation: &reservation, now }).await? {
                    Taken::Now => return Ok(Ok(reservation)),
                    Taken::Before(existing) => return Ok(Ok(*existing)),
                    Taken::Not => {}
                }
            }
            let product = self.product(command.product_id).await?;
            if let Err(refusal) = check_reserve(command, product.as_ref()) {
                return Ok(Err(refusal));
            }
        }
        Err(PortError::transient(format!("the stock of {} changes too fast", command.product_id)))
    }
}

/// Whether nothing but the product's price and stock can speak against the wish.
fn adds_up(command: &ReserveCommand) -> bool {
    let as_seen = Product {
        id: command.product_id,
        name: String::new(),
        price: command.price,
        available: u32::MAX,
        version: 0,
    };
    check_reserve(command, Some(&as_seen)).is_ok()
}

struct Reserve<'a> {
    command: &'a ReserveCommand,
    reservation: &'a Reservation,
    now: Timestamp,
}

enum Taken {
    Now,
    /// A repeated call: the reservation was made before.
    Before(Box<Reservation>),
    Not,
}

impl Work for Reserve<'_> {
    type Answer = Taken;
    const NAME: &'static str = "reserve";

    /// The reservation first, the product last: a product that many want is locked for the shortest
    /// time, and rows are locked in the same order as by whoever expires reservations.
    async fn run(&self, connection: &mut MySqlConnection) -> Result<Ending<Taken>, Failure> {
        match reservation_row::insert(self.reservation, connection).await {
            Err(error) if is_duplicate(&error) => return self.found(connection).await,
            inserted => inserted?,
        }
        if product_row::take(self.command, self.now, connection).await? {
            Ok(Ending::Commit(Taken::Now))
        } else {
            Ok(Ending::RollBack(Taken::Not))
        }
    }
}

impl Reserve<'_> {
    async fn found(&self, connection: &mut MySqlConnection) -> Result<Ending<Taken>, Failure> {
        let Some(existing) = read::reservation(self.command.reservation_id, connection).await? else {
            return Err(Failure::Duplicate("the reservation came and went".to_owned()));
        };
        check_repeated(self.command, &existing)?;
        Ok(Ending::RollBack(Taken::Before(Box::new(existing))))
    }
}
