//! The sample events and golden files of the project.

use e2e::canary::{Card, Search, look_at_folder};
use harness::card;

use crate::root;

/// What PagBank publishes as test cards, and the simulator's.
fn test_cards() -> Vec<Card> {
    card::NUMBERS.iter().map(|number| Card::known(number, number)).collect()
}

/// A request that pays in clear is what one sample is about; no other tells of a number, encoded or not.
#[test]
fn a_sample_holds_a_test_card_only_where_it_is_the_request_itself() {
    let mut search = Search::new(&test_cards(), &[]);
    look_at_folder(&mut search, "samples", &root().join("events")).unwrap();
    assert!(search.looked_at("samples") > 30);
    let mut places: Vec<_> =
        search.hits().iter().map(|hit| hit.place.rsplit('/').next().unwrap().to_owned()).collect();
    places.dedup();
    assert_eq!(places, ["enqueue-payment.json"]);
}
