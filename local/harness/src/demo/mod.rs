//! Plays payments against the running gateway and tells each as a timeline.
//!
//! What it sees is compared with what should be: a demonstration that lies is worse than none.

mod search;
mod story;
mod timeline;

use crate::Endpoints;
use crate::gateway::{Failure, Gateway};

use story::{Story, play};

/// Plays every story; `say` gets each line.
///
/// # Errors
/// The first thing that is not as it should be.
pub async fn run(endpoints: &Endpoints, mut say: impl FnMut(String)) -> Result<(), Failure> {
    let gateway = Gateway::new(endpoints, "demo")?;
    search::show(&gateway, &mut say).await?;
    for story in Story::ALL {
        play(endpoints, &gateway, story, &mut say).await?;
    }
    say("Everything was as it should be.".to_owned());
    Ok(())
}

/// Fails unless `found` is `expected`.
fn check<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), Failure> {
    if found == expected {
        return Ok(());
    }
    Err(Failure(format!("{what}: expected {expected:?}, found {found:?}")))
}
