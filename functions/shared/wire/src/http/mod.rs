//! Bodies of the HTTP answers. Problem details are the edge's.

mod dead_letter;
mod payment;
mod reservation;

pub use dead_letter::{DeadLetterBody, DeadLettersBody};
pub use payment::{AcceptedBody, CardBody, EventBody, EventsBody, PaymentBody, PaymentLinks};
pub use reservation::{ReservationBody, ReservationLinks};

/// The only currency.
pub const CURRENCY: &str = "BRL";
