//! `provision`: migrations, topics, tables, index, connector; may be repeated.

use super::parameters;
use crate::failure::Outcome;
use crate::fetch::tool::{self, LongStep};
use crate::settings::Engine;
use crate::stack::Stack;

/// Runs it to its end.
///
/// # Errors
/// It failed; its log says why.
pub fn provision(stack: &Stack) -> Outcome {
    parameters::write(stack)?;
    let mut provision = super::command(stack, "provision-stack")?;
    provision.args(["--connector", connector(stack.settings.engine)]);
    let log = stack.place.log("provision");
    let what = "making tables, topics, index and connector";
    tool::run(provision, &LongStep { who: "provision", what, log: &log, grows: None })
}

/// The connector for the database that the engine runs.
fn connector(engine: Engine) -> &'static str {
    match engine {
        Engine::Native => "infra/connect/products.properties",
        Engine::Docker => "infra/connect/products-mysql.properties",
    }
}
