//! What is deployed, read from the template: mappings, time-outs, schedules, delays.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use esm_local::esm::config::MappingConfig;
use esm_local::schedule::Expression;
use esm_local::template::{Application, Settings, Template};
use gateway_domain::limits::RETRIES_MAX;
use gateway_domain::retry::RetryPolicy;

use crate::actor::Actor;

/// The deployment, as far as the simulation stands in for AWS.
#[derive(Debug, Clone)]
pub struct Setting {
    mappings: BTreeMap<Actor, MappingConfig>,
    timeouts_ms: BTreeMap<Actor, i64>,
    /// Which function each schedule starts, and when.
    pub schedules: Vec<(Actor, Expression)>,
    /// How retries are spaced.
    pub retry: RetryPolicy,
    /// How long "no charge" is not believed, in milliseconds.
    pub inquiry_grace_ms: i64,
    /// How long a payment may stand still, in milliseconds.
    pub stuck_after_ms: i64,
    /// After how long a payment under review is asked about again, in milliseconds.
    pub review_after_ms: i64,
    /// How long stock is held, in milliseconds.
    pub reservation_life_ms: i64,
    /// How long one call of the PSP may take, in milliseconds.
    pub psp_timeout_ms: i64,
}

const FUNCTIONS: [Actor; 15] = [
    Actor::Reserve,
    Actor::EnqueuePayment,
    Actor::Payments,
    Actor::OrchestratePayment,
    Actor::ProcessPayment,
    Actor::SettlePayment,
    Actor::ScheduleRetry,
    Actor::HandleDlq,
    Actor::DispatchRetries,
    Actor::ExpireReservations,
    Actor::ReceivePspWebhook,
    Actor::ReviewPayments,
    Actor::DeadLetters,
    Actor::Catalog,
    Actor::IndexProducts,
];

impl Setting {
    /// Reads the template of the checkout that this was built in.
    ///
    /// # Errors
    /// What is missing, in words.
    pub fn read() -> Result<Self, String> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let settings = Settings::read(&[here.join("parameters.yaml")]).map_err(|error| error.to_string())?;
        let template = Template::read(&here.join("../../infra/template.yaml"), settings);
        let application = template.and_then(|template| template.application());
        Self::of(&application.map_err(|error| error.to_string())?)
    }

    fn of(application: &Application) -> Result<Self, String> {
        let mut mappings = BTreeMap::new();
        for mapping in &application.mappings {
            if let Some(actor) = named(&mapping.function) {
                mappings.insert(actor, mapping.clone());
            }
        }
        let timeouts = application.functions.iter().filter_map(|function| {
            Some((named(&function.name)?, i64::try_from(function.timeout.as_millis()).ok()?))
        });
        let schedules = application.schedules.iter();
        let variable = |actor, name| variable(application, actor, name);
        Ok(Self {
            mappings,
            timeouts_ms: timeouts.collect(),
            schedules: schedules
                .filter_map(|it| Some((named(&it.function)?, it.expression.clone())))
                .collect(),
            retry: RetryPolicy {
                delay_first_ms: variable(Actor::ScheduleRetry, "RETRY_DELAY_FIRST_MS")?,
                factor: variable(Actor::ScheduleRetry, "RETRY_DELAY_FACTOR")?,
                delay_max_ms: variable(Actor::ScheduleRetry, "RETRY_DELAY_MAX_MS")?,
                retries_max: RETRIES_MAX,
            },
            inquiry_grace_ms: variable(Actor::HandleDlq, "INQUIRY_GRACE_MS")?,
            stuck_after_ms: variable(Actor::DispatchRetries, "STUCK_AFTER_MS")?,
            review_after_ms: variable(Actor::ReviewPayments, "REVIEW_AFTER_MS")?,
            reservation_life_ms: variable(Actor::Reserve, "RESERVATION_LIFE_MS")?,
            psp_timeout_ms: variable(Actor::ProcessPayment, "PSP_TIMEOUT_MS")?,
        })
    }

    /// The mapping of a function that reads a topic.
    #[must_use]
    pub fn mapping(&self, actor: Actor) -> Option<&MappingConfig> {
        self.mappings.get(&actor)
    }

    /// A function's time-out, in milliseconds.
    #[must_use]
    pub fn timeout_ms(&self, actor: Actor) -> i64 {
        self.timeouts_ms.get(&actor).copied().unwrap_or(20_000)
    }
}

fn named(name: &str) -> Option<Actor> {
    FUNCTIONS.into_iter().find(|actor| actor.name() == name)
}

fn variable<T: FromStr>(application: &Application, actor: Actor, name: &str) -> Result<T, String> {
    let function = application.functions.iter().find(|function| function.name == actor.name());
    let value = function.and_then(|function| function.environment.get(name)?.parse().ok());
    value.ok_or_else(|| format!("the template gives {} no usable {name}", actor.name()))
}
