//! What only an admin may do, and under which name it is recorded.

use super::{Caller, HttpRequest, Problem};

/// Who is recorded where nobody is asked who calls: development only.
const NOBODY: &str = "anyone";

/// The admin who calls, by the name that tables and timelines record.
///
/// # Errors
/// 403 for a caller without the role.
pub fn require_admin(request: &HttpRequest) -> Result<String, Problem> {
    request.caller.require_admin()?;
    Ok(match &request.caller {
        Caller::Known { user, .. } => user.as_str().to_owned(),
        Caller::Anyone => NOBODY.to_owned(),
    })
}
