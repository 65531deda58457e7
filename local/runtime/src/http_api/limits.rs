//! What API Gateway takes of a request, and what it says to one that is larger.
//!
//! Source: "Quotas for configuring and running an HTTP API" and "Lambda quotas" of AWS.

use std::time::Duration;

use http::request::Parts;

/// Payload of a request.
pub(super) const BODY_BYTES_MAX: usize = 10 * 1_024 * 1_024;
/// Request line and header values together.
const HEAD_BYTES_MAX: usize = 10_240;
/// Event of a synchronous call: what Lambda takes, base64 and all.
pub(super) const EVENT_BYTES_MAX: usize = 6 * 1_024 * 1_024;
/// How long a client may take to send its body: as long as its answer may take.
pub(super) const BODY_WAIT_MAX: Duration = Duration::from_secs(30);
/// What a client that is refused for want of room is told to wait, in seconds. AWS leaves the header out.
pub(super) const RETRY_AFTER_S: u32 = 1;

/// Whether request line and headers are small enough.
pub(super) fn is_head_small(head: &Parts) -> bool {
    // `METHOD URI HTTP/1.1`.
    let line = head.method.as_str().len() + head.uri.to_string().len() + "  HTTP/1.1".len();
    let values: usize = head.headers.values().map(|value| value.len()).sum();
    line + values <= HEAD_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;

    #[test]
    fn line_and_header_values_count_together() {
        // `GET /` and the version are 14 bytes.
        for (path, value, small) in [
            (0, HEAD_BYTES_MAX - 14, true),
            (0, HEAD_BYTES_MAX - 13, false),
            (5_000, HEAD_BYTES_MAX - 5_014, true),
            (5_000, HEAD_BYTES_MAX - 5_013, false),
            (HEAD_BYTES_MAX, 0, false),
        ] {
            let request = Request::get(format!("/{}", "p".repeat(path))).header("x-name", "v".repeat(value));
            let head = request.body(()).unwrap().into_parts().0;
            assert_eq!(is_head_small(&head), small, "{path} {value}");
        }
    }
}
