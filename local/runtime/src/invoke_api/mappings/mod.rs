//! `ListEventSourceMappings`, `GetEventSourceMapping`, `CreateEventSourceMapping`,
//! `UpdateEventSourceMapping`, `DeleteEventSourceMapping`.
//!
//! Changes take effect at once and last as long as the runtime: at the next start the template
//! counts again.

mod change;
mod create;
mod describe;

use std::fmt;

use bytes::Bytes;
use http::{Method, Request};
use hyper::body::Incoming;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::answer::{error, json_answer};
use super::body;
use super::page::{self, Query};
use super::{InvokeApi, name, no_such_function, no_such_operation};
use crate::esm::config::MappingConfig;
use crate::esm::directory::{ChangeError, Described};
use crate::invoke::Invoke;
use crate::serve::Answer;
use change::Change;
use create::Create;

/// Mappings on one page of AWS's list.
const PAGE_MAX: usize = 100;

/// What AWS says of a value that cannot be used.
#[derive(Debug)]
pub struct Invalid(pub String);

impl Invalid {
    /// In words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<I: Invoke> InvokeApi<I> {
    /// Answers a request below `/event-source-mappings`; `parts` is what follows in the path.
    pub(super) async fn mappings(&self, parts: &[&str], request: Request<Incoming>) -> Answer {
        let query = Query::of(request.uri());
        match (request.method().clone(), parts) {
            (Method::GET, []) => self.list_mappings(&query).await,
            (Method::POST, []) => match read(request).await {
                Ok(wanted) => self.create_mapping(wanted).await,
                Err(answer) => answer,
            },
            (Method::GET, [uuid]) => {
                let found = self.mappings.get(uuid).await;
                found.map_or_else(unknown, |mapping| json_answer(200, &describe::mapping(&mapping)))
            }
            (Method::PUT, [uuid]) => match read(request).await {
                Ok(change) => self.update_mapping(uuid, change).await,
                Err(answer) => answer,
            },
            (Method::DELETE, [uuid]) => {
                let removed = self.mappings.remove(uuid).await;
                removed.map_or_else(unknown, |mapping| json_answer(202, &describe::mapping(&mapping)))
            }
            _ => no_such_operation(request.uri().path()),
        }
    }

    async fn list_mappings(&self, query: &Query) -> Answer {
        let mut mappings = self.mappings.list().await;
        if let Some(named) = query.get("FunctionName") {
            let Some(function) = self.find(named) else { return no_such_function(named) };
            mappings.retain(|mapping| mapping.config.function == function.name);
        }
        if let Some(arn) = query.get("EventSourceArn") {
            mappings.retain(|mapping| describe::event_source_arn(mapping) == Some(arn));
        }
        match page::of(mappings, query, PAGE_MAX) {
            Ok((some, next)) => {
                let some: Vec<_> = some.iter().map(describe::mapping).collect();
                json_answer(200, &page::with_marker(json!({"EventSourceMappings": some}), next))
            }
            Err(refused) => invalid(&refused),
        }
    }

    async fn update_mapping(&self, uuid: &str, change: Change) -> Answer {
        let moves = change.function_name.as_deref().map(name::function_name);
        let apply = |config: &mut MappingConfig| {
            change.apply(config)?;
            match moves {
                Some(function) if function != config.function => Err(Invalid::new(
                    "FunctionName cannot be changed here: delete the mapping and create another",
                )),
                _ => Ok(()),
            }
        };
        accepted(self.mappings.update(uuid, apply).await)
    }

    async fn create_mapping(&self, wanted: Create) -> Answer {
        let Some(function) = self.find(&wanted.change.function_name.clone().unwrap_or_default()) else {
            return no_such_function(wanted.change.function_name.as_deref().unwrap_or_default());
        };
        match wanted.config(function, self.brokers.as_ref()) {
            Ok(config) => accepted(self.mappings.start(config).await.map_err(ChangeError::<Invalid>::Start)),
            Err(refused) => invalid(&refused),
        }
    }
}

fn accepted(outcome: Result<Described, ChangeError<Invalid>>) -> Answer {
    match outcome {
        Ok(mapping) => json_answer(202, &describe::mapping(&mapping)),
        Err(ChangeError::Unknown(_)) => unknown(),
        Err(in_use @ ChangeError::InUse(..)) => error(400, "ResourceInUseException", &in_use.to_string()),
        Err(refused) => error(400, "InvalidParameterValueException", &refused.to_string()),
    }
}

fn invalid(refused: &Invalid) -> Answer {
    error(400, "InvalidParameterValueException", &refused.0)
}

fn unknown() -> Answer {
    error(404, "ResourceNotFoundException", "The resource you requested does not exist.")
}

/// A JSON body.
async fn read<T: DeserializeOwned>(request: Request<Incoming>) -> Result<T, Answer> {
    let payload: Bytes = body::read(request, body::MAX_BYTES).await?;
    serde_json::from_slice(&payload)
        .map_err(|fault| error(400, "InvalidParameterValueException", &fault.to_string()))
}
