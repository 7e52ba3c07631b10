//! Asking the assistant.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        assistant::{AskOnceRequest, AskRequest},
        fault::Fault,
    },
    service::Services,
};

use super::{charge, stream};
use crate::http::{Ctx, Reply};

/// Everything that can be refused is refused before the stream begins.
pub(super) async fn ask(services: Arc<Services>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let AskRequest { conversation_id, message, model, format } = ctx.input().await?.decode()?;
    let id = conversation_id.possible().ok_or(Fault::UnknownDialogue)?;
    charge(&ctx, services.assistant.find(id).await?.account)?;
    let answers = services.assistant.model(model.clone());
    let reply = services.assistant.ask(id, message, model).await?;
    Ok(stream::open(&ctx.asked, reply, format, answers))
}

pub(super) async fn ask_once(services: Arc<Services>, mut ctx: Ctx) -> Result<Reply, Fault> {
    let AskOnceRequest { message, model, format } = ctx.input().await?.decode()?;
    let answers = services.assistant.model(model.clone());
    let reply = services.assistant.ask_once(message, model)?;
    Ok(stream::open(&ctx.asked, reply, format, answers))
}
