//! What an HTTP answer of the index means for whoever asked.

use gateway_ports::PortError;
use opensearch::Error;
use opensearch::http::StatusCode;
use opensearch::http::response::Response;

/// The most of a server's words that go into an error.
const REASON_CHARS_MAX: usize = 400;

/// The answer, if it is a success; otherwise the failure with the server's words.
pub(crate) async fn expect_success(
    action: &str,
    answer: Result<Response, Error>,
) -> Result<Response, PortError> {
    let response = answer.map_err(|error| unreachable_server(action, &error))?;
    let status = response.status_code();
    if status.is_success() {
        return Ok(response);
    }
    let reason = response.text().await.unwrap_or_default();
    Err(refused(action, status, &reason))
}

/// No answer, a cut one, or one that came too late: all of it can be asked again.
pub(crate) fn unreachable_server(action: &str, error: &Error) -> PortError {
    PortError::transient(format!("{action}: the search index did not answer: {}", with_causes(error)))
}

/// An answer that is no success. Overload and server errors pass; what is wrong with the request stays.
pub(crate) fn refused(action: &str, status: StatusCode, reason: &str) -> PortError {
    let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
    let message = format!("{action}: the search index answered {}: {reason}", status.as_u16());
    if may_pass(status.as_u16()) { PortError::transient(message) } else { PortError::permanent(message) }
}

/// Whether a status says that the same request may succeed later.
pub(crate) const fn may_pass(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// The error with what caused it: reqwest alone says only "error sending request".
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overload_and_server_errors_pass_but_refusals_stay() {
        for (status, passes) in
            [(429, true), (503, true), (500, true), (400, false), (401, false), (404, false)]
        {
            let error = refused("bulk", StatusCode::from_u16(status).unwrap(), "why");
            assert_eq!(error.is_transient(), passes, "{status}");
            assert!(error.message.contains("why"));
        }
    }
}
