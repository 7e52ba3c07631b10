//! `GET /`.

use http::StatusCode;
use matchmaking_core::api::{fault::Fault, miracle::Welcome};

use crate::http::{Ctx, Reply};

/// Clients poll this to see whether the server is there.
pub(super) async fn welcome(_: Ctx) -> Result<Reply, Fault> {
    Ok(Reply::json(StatusCode::OK, &Welcome { message: "Welcome to the matchmaking API" }))
}
