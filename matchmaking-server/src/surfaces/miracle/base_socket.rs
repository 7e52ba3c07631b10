//! `/ws/base`: everyone hears what anyone says.

use std::{sync::Arc, time::Duration};

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{INVALID_JSON, is_object},
    },
    realtime::{Channel, Channels, Event},
    service::Services,
};

use super::session::{Turn, authenticate, send_error};
use crate::http::{Ctx, Reply, Socket};

pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    let patience = ctx.limits().first_frame_within;
    ctx.upgrade(move |socket| run(services, socket, patience))
}

async fn run(services: Arc<Services>, socket: Socket, patience: Duration) {
    let Some(mut session) = authenticate(services, socket, patience).await else { return };
    let hub = Arc::clone(&session.services.hub);
    let from = Arc::new(session.user.sender());
    let mut connection =
        hub.connect(session.user.account, session.user.telegram_id.get(), Channel::MiracleBase);
    loop {
        match session.next(&mut connection, Channel::MiracleBase).await {
            Turn::Text(text) if is_object(&text) => {
                let event = Event::Broadcast {
                    from: Arc::clone(&from),
                    channel: Channel::MiracleBase,
                    content: text.as_str().to_owned(),
                    client_timestamp: None,
                };
                hub.publish_on(Channels::MIRACLE_CHAT, Some(session.user.account), event);
            }
            Turn::Text(_) => send_error(session.socket.sender(), INVALID_JSON),
            Turn::Handled => {}
            Turn::Over => return,
        }
    }
}
