//! `/ws/match`: one match on connecting.

use std::sync::Arc;

use matchmaking_core::{
    api::{
        fault::Fault,
        miracle::frames::{EXISTING_MATCH, Frame, INVALID_JSON, NO_MATCHES, object},
    },
    model::{Language, Match},
    realtime::Channel,
    scoring::Audience,
    service::{Services, matchmaking::Found},
};

use super::session::{self, Session};
use crate::http::{Ctx, Reply};

pub(super) async fn open(services: Arc<Services>, ctx: Ctx) -> Result<Reply, Fault> {
    session::open(services, ctx, Channel::MiracleMatch, run)
}

async fn run(mut session: Session) {
    tell_match(&session).await;
    // The match was told; there is nothing more to ask for here.
    while let Some(text) = session.next().await {
        if object(&text).is_none() {
            session.send_error(INVALID_JSON);
        }
    }
}

/// Tells exactly one of a match or that there is none.
async fn tell_match(session: &Session) {
    let services = &session.services;
    let found = services.matchmaking.next_for(session.account, Audience::TELEGRAM, Language::Zh).await;
    let told = match found {
        Ok(Some(Found::New(matched))) => tell(session, &matched, None).await,
        Ok(Some(Found::Existing(matched))) => tell(session, &matched, Some(EXISTING_MATCH)).await,
        Ok(None) => {
            session.send(&Frame::MatchError { message: NO_MATCHES });
            true
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no match could be looked for");
            false
        }
    };
    if !told {
        session.send(&Frame::MatchError { message: "Matching is not available right now" });
    }
}

async fn tell(session: &Session, matched: &Match, message: Option<&'static str>) -> bool {
    let account = session.account;
    let Some(partner) = matched.partner_of(account) else { return false };
    let ids = match session.services.telegram.miracle_ids(&[partner]).await {
        Ok(ids) => ids,
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a match's partner could not be looked up"
            );
            return false;
        }
    };
    let frame = Frame::MatchInfo {
        match_id: matched.id,
        self_user_id: session.telegram_id,
        matched_user_id: ids[&partner],
        match_score: matched.score,
        reason_of_match_given_to_self_user: matched.reason_for(account).unwrap_or_default(),
        reason_of_match_given_to_matched_user: matched.reason_for(partner).unwrap_or_default(),
        message,
    };
    session.send(&frame);
    true
}
