//! The dead letters' table.

use gateway_domain::PaymentId;
use gateway_ports::dead_letters::DeadLetterRow;
use gateway_wire::TraceContext;

use super::{Ledger, World};

const ALL: u32 = 10_000;

pub(super) fn dead_letter<L: Ledger>(world: &World<'_, L>, millis: i64) -> DeadLetterRow {
    DeadLetterRow {
        id: world.id(),
        origin: world.origin("payment_retry"),
        dlq: world.origin("payment_dlq"),
        step: "schedule-retry".into(),
        cause_code: "attempts_exhausted".into(),
        cause_message: "six attempts".into(),
        payment_id: Some(PaymentId::from_u128(world.id())),
        attempts: Some(6),
        key: Some(world.id().to_string().into_bytes()),
        value: Some(vec![0, 159, 146, 150]),
        masked: false,
        trace: Some(TraceContext::root(world.id(), 7).with_state("congo=t61rcWkgMzE")),
        resolution: None,
        created_at: world.at(millis),
    }
}

/// Newest first; told again, it only gains a resolution.
pub async fn a_record_has_one_dead_letter<L: Ledger>(world: &World<'_, L>) {
    let (first, second) = (dead_letter(world, 1), dead_letter(world, 2));
    let again = |resolution: &str| DeadLetterRow {
        id: world.id(),
        cause_message: "told again".into(),
        resolution: Some(resolution.into()),
        ..first.clone()
    };
    for row in [&first, &second, &again("settled_failed"), &again("in_review")] {
        world.ledger.record(row).await.unwrap();
    }
    let mut rows = world.ledger.list(ALL).await.unwrap();
    rows.retain(|row| [&first.origin, &second.origin].contains(&&row.origin));
    let resolved = DeadLetterRow { resolution: Some("settled_failed".into()), ..first };
    assert_eq!(rows, [second, resolved]);
    assert_eq!(world.ledger.list(1).await.unwrap().len(), 1);
}

/// Long, empty, binary or absent.
pub async fn whatever_a_record_holds_is_kept<L: Ledger>(world: &World<'_, L>) {
    let long = "\u{1f4b3}".repeat(9_000);
    let odd = DeadLetterRow {
        step: long.clone(),
        cause_code: long.clone(),
        cause_message: long.clone(),
        resolution: Some(long),
        payment_id: None,
        attempts: None,
        key: None,
        value: Some(vec![255; 1 << 20]),
        masked: true,
        ..dead_letter(world, 3)
    };
    let empty = DeadLetterRow {
        step: String::new(),
        cause_message: String::new(),
        key: Some(Vec::new()),
        value: None,
        ..dead_letter(world, 4)
    };
    for row in [odd, empty] {
        world.ledger.record(&row).await.unwrap();
        let kept = world.ledger.list(ALL).await.unwrap();
        let kept = kept.into_iter().find(|kept| kept.origin == row.origin).unwrap();
        assert_eq!((kept.key, kept.value, kept.masked), (row.key, row.value, row.masked));
        assert_eq!((kept.payment_id, kept.attempts), (row.payment_id, row.attempts));
        assert!(row.cause_message.starts_with(&kept.cause_message));
    }
}
