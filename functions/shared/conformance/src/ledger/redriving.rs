//! What people do about dead letters.

use futures::future::join_all;
use gateway_domain::letter::{DiscardDecision, LetterState, RedriveDecision, Resolution};
use gateway_domain::settle::Settlement;
use gateway_ports::dead_letters::{Act, DeadLetterRow, Letter, LetterQuery};
use gateway_ports::log::Delivered;
use gateway_ports::review::Reviewer;

use super::dead_lettering::dead_letter;
use super::world::authorized;
use super::{Ledger, World};

const LEASE_MS: i64 = 10_000;
const ALL: u32 = 10_000;

fn root() -> Reviewer {
    Reviewer { user: "root".into(), reason: String::new() }
}

/// A recorded letter that needs a person.
async fn open<L: Ledger>(world: &World<'_, L>) -> DeadLetterRow {
    let row = dead_letter(world, 1);
    world.ledger.record(&row).await.unwrap();
    row
}

async fn letter<L: Ledger>(world: &World<'_, L>, id: u128) -> Letter {
    world.ledger.letter(id).await.unwrap().unwrap()
}

async fn claim<L: Ledger>(world: &World<'_, L>, id: u128, millis: i64) -> Option<RedriveDecision> {
    world.ledger.claim_redrive(id, &root(), world.at(millis), LEASE_MS).await.unwrap()
}

/// Newest first, each letter once.
pub async fn letters_are_listed_by_state_page_by_page<L: Ledger>(world: &World<'_, L>) {
    let mut ids = Vec::new();
    for resolution in [None, Some("failed"), Some("in_review"), Some("voided")] {
        let row = DeadLetterRow { resolution: resolution.map(str::to_owned), ..dead_letter(world, 1) };
        world.ledger.record(&row).await.unwrap();
        ids.push(row.id);
    }
    for (state, expected) in [
        (None, vec![ids[3], ids[2], ids[1], ids[0]]),
        (Some(LetterState::Open), vec![ids[2], ids[0]]),
        (Some(LetterState::Closed), vec![ids[3], ids[1]]),
        (Some(LetterState::Redriven), vec![]),
    ] {
        let (mut before, mut found) = (None, Vec::new());
        loop {
            let page = world.ledger.page(&LetterQuery { state, before, limit: 3 }).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= 3 && state.is_none_or(|state| page.iter().all(|it| it.state == state)));
            before = Some(last.row.id);
            found.extend(page.iter().map(|letter| letter.row.id));
        }
        assert!(found.is_sorted_by(|newer, older| newer > older));
        found.retain(|id| ids.contains(id));
        let mut expected = expected;
        expected.sort_by_key(|id| std::cmp::Reverse(*id));
        assert_eq!(found, expected, "{state:?}");
    }
    assert_eq!(world.ledger.letter(world.id()).await.unwrap(), None);
}

/// A claim that lapsed is a crash and is taken over; what is redriven stays so.
pub async fn a_letter_is_redriven_once<L: Ledger>(world: &World<'_, L>) {
    let row = open(world).await;
    assert_eq!(claim(world, world.id(), 10).await, None);
    assert_eq!(claim(world, row.id, 10).await, Some(RedriveDecision::Claimed));
    let until = world.at(10 + LEASE_MS);
    assert_eq!(claim(world, row.id, 11).await, Some(RedriveDecision::InProgress { until }));
    assert_eq!(letter(world, row.id).await.state, LetterState::Redriving);
    assert_eq!(claim(world, row.id, 10 + LEASE_MS).await, Some(RedriveDecision::Claimed));
    let (first, second) = (Delivered { partition: 2, offset: 77 }, Delivered { partition: 2, offset: 78 });
    for to in [first, second] {
        world.ledger.mark_redriven(row.id, to, world.at(30_000)).await.unwrap();
    }
    let act = Act { by: root(), at: world.at(10 + LEASE_MS) };
    let redriven = Letter { row, state: LetterState::Redriven, act: Some(act), redriven_to: Some(first) };
    assert_eq!(letter(world, redriven.row.id).await, redriven);
    assert_eq!(claim(world, redriven.row.id, 90_000).await, Some(RedriveDecision::AlreadyRedriven));
    let discarded = world.ledger.discard(redriven.row.id, &root(), world.at(90_000)).await.unwrap();
    assert_eq!(discarded, Some(DiscardDecision::Refused(LetterState::Redriven)));
}

/// The earlier one is redriven or discarded first; other keys and partitions are not in its way.
pub async fn no_letter_overtakes_an_earlier_one_of_its_key<L: Ledger>(world: &World<'_, L>) {
    let first = dead_letter(world, 1);
    let key = Some(format!("key {}", first.id).into_bytes());
    let first = DeadLetterRow { key: key.clone(), ..first };
    let at = |ahead: i64, partition: i32| {
        let mut row = DeadLetterRow { key: key.clone(), ..dead_letter(world, 2) };
        row.origin = first.origin.clone();
        row.origin.offset += ahead;
        row.origin.partition = partition;
        row
    };
    let (second, third, elsewhere) = (at(1, 3), at(2, 3), at(3, 4));
    let other = DeadLetterRow { key: Some(world.id().to_string().into_bytes()), ..at(4, 3) };
    for row in [&first, &second, &third, &elsewhere, &other] {
        world.ledger.record(row).await.unwrap();
    }
    for (row, expected) in [
        (&third, RedriveDecision::Behind { earlier: second.id }),
        (&second, RedriveDecision::Behind { earlier: first.id }),
        (&elsewhere, RedriveDecision::Claimed),
        (&other, RedriveDecision::Claimed),
        (&first, RedriveDecision::Claimed),
        (&second, RedriveDecision::Behind { earlier: first.id }),
    ] {
        assert_eq!(claim(world, row.id, 10).await, Some(expected));
    }
    let to = Delivered { partition: 3, offset: 99 };
    world.ledger.mark_redriven(first.id, to, world.at(11)).await.unwrap();
    world.ledger.discard(second.id, &root(), world.at(12)).await.unwrap();
    assert_eq!(claim(world, third.id, 13).await, Some(RedriveDecision::Claimed));
}

/// Two clicks produce one record.
pub async fn of_parallel_claims_one_is_granted<L: Ledger>(world: &World<'_, L>) {
    let row = open(world).await;
    let claims = join_all((0..8).map(|_| claim(world, row.id, 10))).await;
    let granted = claims.iter().filter(|claim| **claim == Some(RedriveDecision::Claimed)).count();
    assert_eq!(granted, 1, "{claims:?}");
}

/// What is discarded is not redriven.
pub async fn a_letter_is_discarded_once_with_its_reason<L: Ledger>(world: &World<'_, L>) {
    let row = open(world).await;
    let by = Reviewer { user: "root".into(), reason: "a test's record".into() };
    assert_eq!(world.ledger.discard(world.id(), &by, world.at(5)).await.unwrap(), None);
    for expected in [DiscardDecision::Discarded, DiscardDecision::AlreadyDiscarded] {
        assert_eq!(world.ledger.discard(row.id, &by, world.at(5)).await.unwrap(), Some(expected));
    }
    let kept = letter(world, row.id).await;
    assert_eq!((kept.state, kept.act), (LetterState::Discarded, Some(Act { by, at: world.at(5) })));
    let claimed = claim(world, row.id, 6).await;
    assert_eq!(claimed, Some(RedriveDecision::Refused(LetterState::Discarded)));
}

/// How many letters need a person, all told.
async fn open_letters<L: Ledger>(world: &World<'_, L>, millis: i64) -> u64 {
    world.ledger.backlog(world.at(millis)).await.unwrap().letters_open
}

/// From the end of its lease on it is counted like an open letter, and can be discarded.
pub async fn a_redrive_that_came_to_nothing_needs_a_person_again<L: Ledger>(world: &World<'_, L>) {
    let (leased, lapsed) = (9 + LEASE_MS, 10 + LEASE_MS);
    let before = (open_letters(world, leased).await, open_letters(world, lapsed).await);
    let row = open(world).await;
    assert_eq!(claim(world, row.id, 10).await, Some(RedriveDecision::Claimed));
    let during = (open_letters(world, leased).await, open_letters(world, lapsed).await);
    assert_eq!(during, (before.0, before.1 + 1));
    for (millis, expected) in [
        (leased, DiscardDecision::Refused(LetterState::Redriving)),
        (lapsed, DiscardDecision::Discarded),
        (lapsed, DiscardDecision::AlreadyDiscarded),
    ] {
        let decision = world.ledger.discard(row.id, &root(), world.at(millis)).await.unwrap();
        assert_eq!(decision, Some(expected), "{millis}");
    }
    assert_eq!(open_letters(world, lapsed).await, before.1);
    let kept = letter(world, row.id).await;
    let act = Act { by: root(), at: world.at(lapsed) };
    assert_eq!((kept.state, kept.act), (LetterState::Discarded, Some(act)));
}

/// And not before its lease has ended; who is late with its record changes nothing.
pub async fn what_a_lapsed_redrive_left_is_closed_like_an_open_letter<L: Ledger>(world: &World<'_, L>) {
    let ended = world.begun().await.payment_id.unwrap();
    let in_review = Settlement::InReview { reason: "psp_unanswered".into(), charge_id: None };
    world.settle(&world.settlement(ended, in_review)).await;
    let in_review = || Some("in_review".to_owned());
    let waiting = DeadLetterRow { resolution: in_review(), ..dead_letter(world, 1) };
    let of_ended =
        DeadLetterRow { payment_id: Some(ended), resolution: in_review(), ..dead_letter(world, 2) };
    for row in [&waiting, &of_ended] {
        world.ledger.record(row).await.unwrap();
        assert_eq!(claim(world, row.id, 10).await, Some(RedriveDecision::Claimed));
    }
    world.settle(&world.verdict(ended, authorized("CHAR_1"))).await;
    let waits_for = waiting.payment_id.unwrap();
    for (millis, state, resolution) in
        [(9 + LEASE_MS, LetterState::Redriving, "in_review"), (10 + LEASE_MS, LetterState::Closed, "settled")]
    {
        let now = world.at(millis);
        let (in_review, settled) = (Resolution::InReview, Resolution::Settled);
        world.ledger.close_waiting(waits_for, in_review, settled, now).await.unwrap();
        while world.ledger.close_ended(now, 2).await.unwrap() > 0 {}
        for row in [&waiting, &of_ended] {
            let kept = letter(world, row.id).await;
            assert_eq!((kept.state, kept.row.resolution.as_deref()), (state, Some(resolution)), "{millis}");
        }
    }
    for row in [&waiting, &of_ended] {
        let to = Delivered { partition: 3, offset: 99 };
        world.ledger.mark_redriven(row.id, to, world.at(11 + LEASE_MS)).await.unwrap();
        let kept = letter(world, row.id).await;
        assert_eq!((kept.state, kept.redriven_to), (LetterState::Closed, None));
    }
}

/// Those that waited for it, and no others.
pub async fn a_payments_letters_are_closed_with_its_review<L: Ledger>(world: &World<'_, L>) {
    let waiting = DeadLetterRow { resolution: Some("in_review".into()), ..dead_letter(world, 1) };
    let payment_id = waiting.payment_id;
    let refused =
        DeadLetterRow { resolution: Some("void_refused".into()), payment_id, ..dead_letter(world, 2) };
    let another = DeadLetterRow { resolution: Some("in_review".into()), ..dead_letter(world, 3) };
    for row in [&waiting, &refused, &another] {
        world.ledger.record(row).await.unwrap();
    }
    let (payment_id, in_review) = (payment_id.unwrap(), Resolution::InReview);
    world.ledger.close_waiting(payment_id, in_review, Resolution::Settled, world.at(9)).await.unwrap();
    for (row, state, resolution) in [
        (&waiting, LetterState::Closed, "settled"),
        (&refused, LetterState::Open, "void_refused"),
        (&another, LetterState::Open, "in_review"),
    ] {
        let kept = letter(world, row.id).await;
        assert_eq!((kept.state, kept.row.resolution.as_deref()), (state, Some(resolution)));
    }
    let all = LetterQuery { state: Some(LetterState::Open), before: None, limit: ALL };
    let open: Vec<_> = world.ledger.page(&all).await.unwrap().iter().map(|letter| letter.row.id).collect();
    assert!(!open.contains(&waiting.id) && open.contains(&refused.id));
}

/// By a webhook, or by a reviewer who died before it closed them.
pub async fn letters_of_a_payment_that_ended_otherwise_are_closed_too<L: Ledger>(world: &World<'_, L>) {
    let letter_of = |payment_id, resolution: &str| DeadLetterRow {
        payment_id: Some(payment_id),
        resolution: Some(resolution.to_owned()),
        ..dead_letter(world, 1)
    };
    let (ended, waits) = (world.begun().await.payment_id.unwrap(), world.begun().await.payment_id.unwrap());
    for id in [ended, waits] {
        world
            .settle(
                &world.settlement(
                    id,
                    Settlement::InReview { reason: "psp_unanswered".into(), charge_id: None },
                ),
            )
            .await;
    }
    let rows =
        [letter_of(ended, "in_review"), letter_of(ended, "void_refused"), letter_of(waits, "in_review")];
    for row in &rows {
        world.ledger.record(row).await.unwrap();
    }
    world.settle(&world.verdict(ended, authorized("CHAR_1"))).await;
    while world.ledger.close_ended(world.at(4_000), 2).await.unwrap() > 0 {}
    for (row, state, resolution) in [
        (&rows[0], LetterState::Closed, "settled"),
        (&rows[1], LetterState::Open, "void_refused"),
        (&rows[2], LetterState::Open, "in_review"),
    ] {
        let kept = letter(world, row.id).await;
        assert_eq!((kept.state, kept.row.resolution.as_deref()), (state, Some(resolution)));
    }
}
