//! `/ws/base`: everyone hears what anyone says.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{INVALID_JSON, object},
    },
    realtime::{Channel, Channels, Event},
    service::Services,
};

use super::session::{self, Session};
use crate::http::{Ctx, Reply};

pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    session::open(services, ctx, Channel::MiracleBase, run)
}

async fn run(mut session: Session) {
    while let Some(text) = session.next().await {
        let Some(said) = object(&text) else {
            session.send_error(INVALID_JSON);
            continue;
        };
        let event = Event::Broadcast {
            from: Arc::clone(&session.sender),
            channel: Channel::MiracleBase,
            content: said.to_owned(),
            client_timestamp: None,
        };
        session.services.hub.publish_on(Channels::MIRACLE_CHAT, Some(session.account), event);
    }
}
