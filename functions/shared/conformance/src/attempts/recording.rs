//! Recording outcomes: fenced, once, and one verdict for all.

use std::sync::Arc;

use gateway_domain::Verdict;
use gateway_domain::charge::{Certainty, ChargeId};
use gateway_ports::attempts::Recorded;
use tokio::task::JoinSet;

use super::{
    CARD_LIFE_MS, LEASE_MS, Payments, RACERS, authorized, claim, claimed, declined, failure, fresh_payment,
    in_analysis, name, now, put,
};

/// Of whatever attempt, whenever it comes; each kind of verdict with all it says.
pub async fn a_verdict_is_told_to_every_later_claim(store: impl Payments) {
    let now = now();
    for verdict_of in [authorized, |_| declined(), in_analysis] {
        let id = put(&store, now).await;
        let fence = claimed(&store, id, 2, now).await.fence;
        let verdict = verdict_of(id);
        assert_eq!(store.record_verdict(id, fence, &verdict).await.unwrap(), Recorded::Stands);
        for (attempt, at) in [(1, now), (2, now), (3, now.plus_millis(CARD_LIFE_MS + LEASE_MS))] {
            assert_eq!(name(&claim(&store, id, attempt, at).await), format!("decided {verdict:?}"));
        }
    }
}

/// A write whose answer was lost is repeated.
pub async fn a_repeated_verdict_stands(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let fence = claimed(&store, id, 1, now).await.fence;
    for _ in 0..2 {
        let recorded = store.record_verdict(id, fence, &authorized(id)).await.unwrap();
        assert_eq!(recorded, Recorded::Stands);
    }
}

/// Neither a verdict nor a failure, until the newer holder has spoken; then it is told.
pub async fn an_overtaken_holder_records_nothing(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let old = claimed(&store, id, 1, now).await.fence;
    let new = claimed(&store, id, 1, now.plus_millis(LEASE_MS)).await.fence;
    assert!(new > old);
    assert_eq!(store.record_verdict(id, old, &declined()).await.unwrap(), Recorded::Fenced);
    let failed = failure(Certainty::NotCharged);
    assert_eq!(store.record_failure(id, old, &failed).await.unwrap(), Recorded::Fenced);
    assert_eq!(store.record_verdict(id, new, &authorized(id)).await.unwrap(), Recorded::Stands);
    let told = store.record_verdict(id, old, &declined()).await.unwrap();
    assert_eq!(told, Recorded::Other(authorized(id)));
    assert_eq!(store.record_verdict(id, old, &authorized(id)).await.unwrap(), Recorded::Stands);
}

/// The first one.
pub async fn one_of_two_verdicts_stands(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let fence = claimed(&store, id, 1, now).await.fence;
    store.record_verdict(id, fence, &declined()).await.unwrap();
    for told in [
        store.record_verdict(id, fence, &authorized(id)).await.unwrap(),
        store.record_learned(id, &authorized(id)).await.unwrap(),
        store.record_learned(id, &in_analysis(id)).await.unwrap(),
    ] {
        assert_eq!(told, Recorded::Other(declined()));
    }
}

/// By the same holder or learned.
pub async fn in_analysis_gives_way_to_a_final_verdict_only(store: impl Payments) {
    let now = now();
    for learned in [false, true] {
        let id = put(&store, now).await;
        let fence = claimed(&store, id, 1, now).await.fence;
        store.record_verdict(id, fence, &in_analysis(id)).await.unwrap();
        let elsewhere = Verdict::InAnalysis { charge_id: ChargeId("CHAR_ELSEWHERE".into()), card: None };
        let told = store.record_learned(id, &elsewhere).await.unwrap();
        assert_eq!(told, Recorded::Other(in_analysis(id)));
        let recorded = if learned {
            store.record_learned(id, &authorized(id)).await.unwrap()
        } else {
            store.record_verdict(id, fence, &authorized(id)).await.unwrap()
        };
        assert_eq!(recorded, Recorded::Stands);
        assert_eq!(name(&claim(&store, id, 1, now).await), format!("decided {:?}", authorized(id)));
    }
}

/// Also while a holder is at work, who is then told.
pub async fn a_learned_verdict_needs_no_fence(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let fence = claimed(&store, id, 1, now).await.fence;
    assert_eq!(store.record_learned(id, &authorized(id)).await.unwrap(), Recorded::Stands);
    let told = store.record_verdict(id, fence, &declined()).await.unwrap();
    assert_eq!(told, Recorded::Other(authorized(id)));
}

/// Its item may have been deleted after its time; nobody charges it again.
pub async fn a_verdict_learned_for_an_unknown_payment_is_kept(store: impl Payments) {
    let now = now();
    let learned = fresh_payment(now).payment_id;
    assert_eq!(store.record_learned(learned, &authorized(learned)).await.unwrap(), Recorded::Stands);
    let answer = name(&claim(&store, learned, 1, now).await);
    assert_eq!(answer, format!("decided {:?}", authorized(learned)));
    assert_eq!(store.pending(learned).await.unwrap(), None);
    let charged = fresh_payment(now).payment_id;
    assert_eq!(store.record_verdict(charged, 1, &declined()).await.unwrap(), Recorded::Stands);
    assert_eq!(name(&claim(&store, charged, 1, now).await), format!("decided {:?}", declined()));
}

/// The verdict is told.
pub async fn a_failure_after_a_verdict_changes_nothing(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    let fence = claimed(&store, id, 1, now).await.fence;
    store.record_learned(id, &in_analysis(id)).await.unwrap();
    let told = store.record_failure(id, fence, &failure(Certainty::Unknown)).await.unwrap();
    assert_eq!(told, Recorded::Other(in_analysis(id)));
}

/// Else a doubt would be cleared that another claim has left; the first failure stands.
pub async fn a_repeated_failure_counts_once(store: impl Payments) {
    let now = now();
    let id = put(&store, now).await;
    claimed(&store, id, 1, now).await;
    let fence = claimed(&store, id, 1, now.plus_millis(LEASE_MS)).await.fence;
    let failed = failure(Certainty::NotCharged);
    for _ in 0..3 {
        assert_eq!(store.record_failure(id, fence, &failed).await.unwrap(), Recorded::Stands);
    }
    let unknown = failure(Certainty::Unknown);
    assert_eq!(store.record_failure(id, fence, &unknown).await.unwrap(), Recorded::Stands);
    assert_eq!(name(&claim(&store, id, 1, now).await), format!("failed {failed:?}"));
    assert_eq!(name(&claim(&store, id, 2, now).await), "claimed fence=3 may_be_charged=true");
}

/// Whoever comes first, everybody hears the same.
pub async fn racing_outcomes_agree_on_one_verdict<S: Payments + 'static>(store: S) {
    let (store, now) = (Arc::new(store), now());
    let id = put(&*store, now).await;
    let fence = claimed(&*store, id, 1, now).await.fence;
    let mut racing = JoinSet::new();
    for racer in 0..RACERS {
        let store = Arc::clone(&store);
        racing.spawn(async move {
            let verdict = if racer % 2 == 0 { authorized(id) } else { declined() };
            match racer % 3 {
                0 => (store.record_learned(id, &verdict).await.unwrap(), verdict),
                _ => (store.record_verdict(id, fence, &verdict).await.unwrap(), verdict),
            }
        });
    }
    let heard = racing.join_all().await.into_iter().map(|(recorded, own)| match recorded {
        Recorded::Stands => own,
        Recorded::Other(verdict) => verdict,
        Recorded::Fenced => panic!("the only holder was fenced"),
    });
    let mut heard: Vec<_> = heard.map(|verdict| format!("{verdict:?}")).collect();
    heard.dedup();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(name(&claim(&*store, id, 2, now).await), format!("decided {}", heard[0]));
}
