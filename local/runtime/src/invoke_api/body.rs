//! Request bodies.

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Request};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;

use super::answer::error;
use crate::serve::Answer;

/// AWS's limit of a synchronous payload: 6 MB.
pub(super) const MAX_BYTES: usize = 6_291_456;
/// AWS's limit of an asynchronous payload: 1 MB.
pub(super) const ASYNCHRONOUS_MAX_BYTES: usize = 1_048_576;

/// The body, if it is not longer than that.
pub(super) async fn read(request: Request<Incoming>, bytes_max: usize) -> Result<Bytes, Answer> {
    let body = Limited::new(request.into_body(), bytes_max).collect().await.map_err(|_| {
        let message = format!("the payload is cut off or larger than {bytes_max} bytes");
        let mut answer = error(413, "RequestTooLargeException", &message);
        // The rest of the body is still on its way: the connection cannot be used again.
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        answer
    })?;
    Ok(body.to_bytes())
}
