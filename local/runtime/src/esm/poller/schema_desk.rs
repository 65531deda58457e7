//! Schemas that the registry is being asked for.

use std::collections::BTreeSet;
use std::time::Duration;

use super::calls::Call;
use super::receive::MissingSchema;
use super::session::Session;
use crate::esm::registry::{Known, Schemas};
use crate::invoke::Invoke;

/// After the registry did not answer it is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// What is known of schemas, and what is being asked.
#[derive(Debug, Default)]
pub struct SchemaDesk {
    /// What is known.
    pub schemas: Schemas,
    asked: BTreeSet<u32>,
}

impl<I: Invoke> Session<I> {
    /// Asks for a schema, unless it is being asked for.
    pub(super) fn ask_registry(&mut self, MissingSchema(id): MissingSchema) {
        if self.desk.asked.insert(id) {
            self.ask_after(id, Duration::ZERO);
        }
    }

    /// The registry has answered, or not.
    pub(super) fn on_schema(&mut self, id: u32, answer: Result<Known, String>) {
        match answer {
            Ok(known) => {
                self.desk.asked.remove(&id);
                self.desk.schemas.keep(id, known, self.shared.clock.now_ms());
                self.take_held();
            }
            Err(cause) => {
                self.shared.metrics.schema_registry_error.add(1);
                self.shared.trouble(&format!("the schema registry cannot be asked, trying on: {cause}"));
                self.ask_after(id, ASK_AGAIN);
            }
        }
    }

    fn ask_after(&mut self, id: u32, wait: Duration) {
        let Some(registry) = self.shared.registry.clone() else { return };
        self.calls.spawn(async move {
            tokio::time::sleep(wait).await;
            Call::Schema(id, registry.ask(id).await)
        });
    }
}
