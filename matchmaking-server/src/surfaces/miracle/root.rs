//! `GET /`.

use http::StatusCode;
use matchmaking_core::api::{fault::Fault, miracle::Welcome};

use crate::{
    demo,
    http::{Ctx, Reply},
};

/// Clients poll this to see whether the server is there; a browser is shown the demo page.
pub(super) async fn welcome(ctx: Ctx) -> Result<Reply, Fault> {
    if ctx.header("accept").is_some_and(|accepted| accepted.contains("text/html")) {
        return Ok(demo::page());
    }
    Ok(Reply::json(StatusCode::OK, &Welcome { message: "Welcome to the matchmaking API" }))
}
