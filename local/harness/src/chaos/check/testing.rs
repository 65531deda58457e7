//! A small run without a fault, for tests to spoil.

use std::collections::BTreeSet;

use gateway_domain::PaymentStatus;
use gateway_wire::RecordOrigin;

use crate::chaos::evidence::{Charge, Event, Evidence, Indexed, PaymentRow, ProductRow, ReservationRow};
use crate::chaos::load::Receipt;

/// One payment of three units of one product, authorized.
pub(super) fn sound() -> Evidence {
    let text = |text: &str| text.to_owned();
    let receipt = Receipt {
        key: text("k1"),
        user: text("ana"),
        reservation_id: text("r1"),
        amount_cents: 300,
        accepted: BTreeSet::from([text("p1")]),
        refused: None,
        unanswered: 2,
        told: Some(text("AUTHORIZED")),
    };
    let payment = PaymentRow {
        reservation_id: text("r1"),
        amount_cents: 300,
        status: PaymentStatus::Authorized,
        charge_id: Some(text("c1")),
    };
    let charge = Charge {
        payment_id: text("p1"),
        id: text("c1"),
        key: text("p1"),
        status: text("PAID"),
        amount_cents: 300,
        currency: text("BRL"),
    };
    let reservation = ReservationRow {
        product_id: text("g1"),
        quantity: 3,
        status: text("CONFIRMED"),
        payment_id: Some(text("p1")),
    };
    let product = ProductRow {
        name: text("Produto"),
        price_units: 10_000,
        available: 7,
        stocked_total: 10,
        version: 4,
    };
    let indexed = Indexed { name: text("Produto"), price_units: 10_000, available: 7, version: 4 };
    Evidence {
        receipts: vec![receipt],
        payments: [(text("p1"), payment)].into(),
        events: [(text("p1"), vec![event(1, 4), event(2, 5)])].into(),
        reservations: [(text("r1"), reservation)].into(),
        products: [(text("g1"), product)].into(),
        charges: vec![charge],
        indexed: [(text("g1"), indexed)].into(),
        shown: [(text("p1"), text("AUTHORIZED"))].into(),
        ..Evidence::default()
    }
}

/// Its payment.
pub(super) fn paid(evidence: &mut Evidence) -> &mut PaymentRow {
    evidence.payments.get_mut("p1").expect("the sound run has p1")
}

/// An event that a record of `order_queue` caused.
pub(super) fn event(sequence: i64, offset: i64) -> Event {
    Event {
        sequence,
        at_ms: sequence,
        step: "a-step".to_owned(),
        event: "PROCESSING".to_owned(),
        attempt: 1,
        detail: "[]".to_owned(),
        origin: Some(RecordOrigin { topic: "order_queue".to_owned(), partition: 3, offset }),
    }
}
