//! `GET /dead-letters/{id}`.

use gateway_edge::http::{HttpRequest, HttpResponse, Problem, require_admin};
use gateway_ports::dead_letters::AdministerDeadLetters;

use crate::{DeadLetters, body, id};

impl<L: AdministerDeadLetters, K, C> DeadLetters<L, K, C> {
    pub(crate) async fn show(&self, request: &HttpRequest) -> Result<HttpResponse, Problem> {
        require_admin(request)?;
        let letter = self.known(id(request)?).await?;
        Ok(HttpResponse::json(200, &body::detail(&letter)))
    }
}
