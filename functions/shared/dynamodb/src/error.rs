//! The SDK's failures, by what to do next.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use gateway_ports::PortError;

use crate::item::Item;

/// Codes that trying again can mend although their status is 400.
const TRANSIENT_CODES: [&str; 7] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ReplicatedWriteConflictException",
    "LimitExceededException",
];

/// What failed, with the service's code and words. Neither requests nor items are printed.
pub(crate) fn port_error<E>(call: &str, error: &SdkError<E, HttpResponse>) -> PortError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(refusal) => {
            let code = refusal.err().code().unwrap_or("no code");
            let words = refusal.err().message().unwrap_or("no message");
            let message = format!("{call}: {code}: {words}");
            let server_failed = refusal.raw().status().as_u16() >= 500;
            if server_failed || TRANSIENT_CODES.contains(&code) {
                PortError::transient(message)
            } else {
                PortError::permanent(message)
            }
        }
        SdkError::TimeoutError(_) => PortError::transient(format!("{call}: timed out")),
        SdkError::DispatchFailure(failure) => {
            let cause = failure.as_connector_error().map(ToString::to_string).unwrap_or_default();
            PortError::transient(format!("{call}: not sent or not answered: {cause}"))
        }
        SdkError::ResponseError(_) => PortError::transient(format!("{call}: unreadable answer")),
        _ => PortError::permanent(format!("{call}: the request could not be built")),
    }
}

/// A part of a request lacks something: a fault of this program.
pub(crate) fn unbuilt(part: &str, error: &BuildError) -> PortError {
    PortError::permanent(format!("{part}: {error}"))
}

/// A write's error that may be its condition's refusal.
pub(crate) trait Refusable: ProvideErrorMetadata + Sized {
    /// The item that refused, where the condition did: `Some(None)` if there was no item.
    fn refusing_item(&self) -> Option<Option<&Item>>;
}

impl Refusable for PutItemError {
    fn refusing_item(&self) -> Option<Option<&Item>> {
        match self {
            Self::ConditionalCheckFailedException(refusal) => Some(refusal.item()),
            _ => None,
        }
    }
}

impl Refusable for UpdateItemError {
    fn refusing_item(&self) -> Option<Option<&Item>> {
        match self {
            Self::ConditionalCheckFailedException(refusal) => Some(refusal.item()),
            _ => None,
        }
    }
}

/// What a conditional write came to.
pub(crate) enum Written<T> {
    /// The condition held.
    Done(T),
    /// The condition did not hold for this item (or for none).
    Refused(Option<Item>),
}

/// Tells a refused condition, which is an answer, from a failure.
pub(crate) fn written<T, E: Refusable>(
    call: &str,
    result: Result<T, SdkError<E, HttpResponse>>,
) -> Result<Written<T>, PortError> {
    let error = match result {
        Ok(answer) => return Ok(Written::Done(answer)),
        Err(error) => error,
    };
    match error.as_service_error().and_then(Refusable::refusing_item) {
        Some(item) => Ok(Written::Refused(item.cloned())),
        None => Err(port_error(call, &error)),
    }
}
