//! No card in clear, anywhere: cards that nobody else has are played through every flow, and then
//! everything that anything has written is searched for them.
//!
//! The search must be able to find: a *decoy*, a number of the same kind, is planted as a product's name
//! and as an attribute of an item, and has to turn up wherever products and items do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod flows;
mod http;
mod index;
mod items;
mod processes;
mod records;
mod rows;
mod samples;
mod sweep;

use std::path::{Path, PathBuf};

use e2e::canary::Card;
use flows::{Play, Stage};
use sweep::Sweep;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_card_is_found_anywhere_but_in_its_vault() {
    let decoy = Card::fresh("decoy", "453962", 16);
    let stage = Stage::set(&decoy).await;
    let mut play = Play::default();
    flows::accepted::play(&stage, &mut play).await;
    flows::encrypted::play(&stage, &mut play).await;
    flows::refused::play(&stage, &mut play).await;
    flows::repeated::play(&stage, &mut play).await;
    flows::poison::play(&stage, &mut play).await;
    play.answers = stage.answers();

    let mut sweep = Sweep::new(&play, &decoy);
    sweep.everything(&stage.shop.endpoints).await;
    sweep.expect_nothing_but_the_decoy();
    items::expect_erased(&stage.shop.endpoints, &play).await;
}
