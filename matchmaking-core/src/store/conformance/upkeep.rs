//! Cases about health and closing.

use super::fixture::{at, group, named, pair, person, text, two};
use crate::{
    error::{StoreError, StoreResult},
    model::{AccountStatus, IdentityKind},
    store::{OnStored, Stores},
};

/// An open store answers.
pub async fn an_open_store_answers(stores: &Stores) -> StoreResult<()> {
    stores.upkeep.ping().await
}

/// After closing, everything fails as unavailable; closing again does nothing.
pub async fn a_closed_store_is_unavailable(stores: &Stores) -> StoreResult<()> {
    let (ann, ben) = two(stores).await?;
    let walks = group(stores, ann, &[ben]).await?;
    stores.upkeep.close().await;
    stores.upkeep.close().await;
    let failures = [
        stores.upkeep.ping().await.err(),
        stores.accounts.create_account(named("cal")).await.err(),
        stores.accounts.account_by_identity(IdentityKind::Username, "ann").await.err(),
        stores.accounts.set_status(ann, AccountStatus::Locked, at(1)).await.err(),
        stores.people.people(None, 1).await.err(),
        stores.people.touch(ann, at(9)).await.err(),
        stores.matches.matches_of(ann).await.err(),
        stores.conversations.open_direct(pair(ann, ben), at(1)).await.err(),
        stores.messages.append_message(text(walks, ann, "x"), OnStored::nothing()).await.err(),
        stores.messages.messages_after(walks, 0, 1).await.err(),
        stores.messages.mark_read(walks, ann, 1, at(1)).await.err(),
        stores.safety.block(ann, ben, at(1)).await.err(),
        stores.logins.login_gate("13800138000", at(1)).await.err(),
        stores.logins.record_login("13800138000", false, at(1)).await.err(),
        stores.sessions.sessions(ann, at(1)).await.err(),
        stores.sessions.forget_sessions(at(1)).await.err(),
        stores.invitations.inviter(ann).await.err(),
    ];
    for (n, failure) in failures.into_iter().enumerate() {
        assert!(matches!(failure, Some(StoreError::Unavailable(_))), "{n}: {failure:?}");
    }
    Ok(())
}

/// Closing waits for the messages that were taken: each sender has an outcome, stored or unavailable.
pub async fn closing_finishes_what_was_taken(stores: &Stores) -> StoreResult<()> {
    let ann = person(stores, "ann").await?;
    let walks = group(stores, ann, &[]).await?;
    let writers: Vec<_> = (0..32)
        .map(|n| {
            let messages = stores.messages.clone();
            let new = text(walks, ann, &n.to_string());
            tokio::spawn(async move { messages.append_message(new, OnStored::nothing()).await })
        })
        .collect();
    stores.upkeep.close().await;
    for writer in writers {
        match writer.await.expect("no panic") {
            Ok(outcome) => drop(super::fixture::stored(outcome)),
            Err(failure) => assert!(matches!(failure, StoreError::Unavailable(_)), "{failure:?}"),
        }
    }
    Ok(())
}
