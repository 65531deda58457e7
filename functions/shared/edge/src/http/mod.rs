//! Functions behind the HTTP API (payload format 2.0).

mod admin;
mod caller;
mod fields;
mod problem;
pub mod read;
mod request;
mod response;
mod roles;
mod serve;
pub mod testing;

pub use admin::require_admin;
pub use caller::{Authorization, Caller};
pub use fields::{Fields, Unfit};
pub use problem::{FieldError, Problem};
pub use request::HttpRequest;
pub use response::HttpResponse;
pub(crate) use serve::continue_x_ray;
pub use serve::{HttpHandler, answer, serve};
