//! Bodies of the HTTP answers. Problem details are the edge's.

mod dead_letter;
mod payment;
mod product;
#[cfg(feature = "schema")]
pub mod requests;
mod reservation;
mod review;

pub use dead_letter::{
    DeadLetterActBody, DeadLetterBody, DeadLetterDetailBody, DeadLetterLinks, DeadLettersBody,
};
pub use payment::{AcceptedBody, CardBody, EventBody, EventsBody, PaymentBody, PaymentLinks};
pub use product::{NewProductBody, ProductBody, ProductPatchBody, ProductsBody, SeededBody};
pub use reservation::{ReservationBody, ReservationLinks};
pub use review::{ReviewBody, SaidBy};

/// The only currency.
pub const CURRENCY: &str = "BRL";
