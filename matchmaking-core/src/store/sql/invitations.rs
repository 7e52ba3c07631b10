//! Invite codes in a database.

use async_trait::async_trait;
use sqlx::{query, query_scalar};

use super::{SqlStore, error::TxError, read, rows, safety::LOCK_ACCOUNTS, sql, transaction};
use crate::{
    error::StoreResult,
    ids::AccountId,
    model::AccountStatus,
    store::{InvitationStore, InviteCodeOutcome},
};

sql! {
    INVITEE_STATUS = "SELECT status FROM accounts WHERE id = $1";
    CODE = "SELECT code FROM invitations WHERE account_id = $1";
    CODE_OWNER = "SELECT account_id FROM invitations WHERE code = $1";
    INSERT_INVITATION = "INSERT INTO invitations (account_id) VALUES ($1) ON CONFLICT (account_id) DO NOTHING";
    GIVE_CODE = "UPDATE invitations SET code = $2 WHERE account_id = $1 AND code IS NULL";
    INVITER = "SELECT inviter_id FROM invitations WHERE account_id = $1";
    LINK = "UPDATE invitations SET inviter_id = $2 WHERE account_id = $1 AND inviter_id IS NULL";
}

#[async_trait]
impl InvitationStore for SqlStore {
    async fn invite_code(&self, account: AccountId, offered: &str) -> StoreResult<InviteCodeOutcome> {
        // Nearly always there is one already, and nothing to write.
        let code: Option<Option<String>> =
            read!(self.pool, |p| query_scalar(CODE).bind(account.get()).fetch_optional(p))?;
        if let Some(code) = code.flatten() {
            return Ok(InviteCodeOutcome::Code(code));
        }
        let account = account.get();
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(account).bind(account).execute(&mut *tx).await?;
            }
            let status: Option<i64> =
                query_scalar(INVITEE_STATUS).bind(account).fetch_optional(&mut *tx).await?;
            let code: Option<Option<String>> =
                query_scalar(CODE).bind(account).fetch_optional(&mut *tx).await?;
            let owner: Option<i64> = query_scalar(CODE_OWNER).bind(offered).fetch_optional(&mut *tx).await?;
            match (status.map(rows::status).transpose()?, code.flatten(), owner) {
                (None | Some(AccountStatus::Deleted), ..) => InviteCodeOutcome::Unknown,
                (_, Some(code), _) => InviteCodeOutcome::Code(code),
                (_, None, Some(_)) => InviteCodeOutcome::Taken,
                (_, None, None) => {
                    query(INSERT_INVITATION).bind(account).execute(&mut *tx).await?;
                    match query(GIVE_CODE).bind(account).bind(offered).execute(&mut *tx).await {
                        Ok(_) => {}
                        // Another account was given the same one in between.
                        Err(error)
                            if error
                                .as_database_error()
                                .is_some_and(sqlx::error::DatabaseError::is_unique_violation) =>
                        {
                            return Err(TxError::LostRace);
                        }
                        Err(error) => return Err(error.into()),
                    }
                    InviteCodeOutcome::Code(offered.to_owned())
                }
            }
        })
    }

    async fn link_inviter(&self, account: AccountId, code: &str) -> StoreResult<bool> {
        let account = account.get();
        transaction!(self.pool, |tx, locks| {
            let owner: Option<i64> = query_scalar(CODE_OWNER).bind(code).fetch_optional(&mut *tx).await?;
            let mut linked = false;
            if let Some(inviter) = owner.filter(|owner| *owner != account) {
                if locks {
                    query(LOCK_ACCOUNTS).bind(account).bind(inviter).execute(&mut *tx).await?;
                }
                let mut both_are_there = true;
                for id in [account, inviter] {
                    let status: Option<i64> =
                        query_scalar(INVITEE_STATUS).bind(id).fetch_optional(&mut *tx).await?;
                    both_are_there &= status
                        .map(rows::status)
                        .transpose()?
                        .is_some_and(|status| status != AccountStatus::Deleted);
                }
                if both_are_there {
                    query(INSERT_INVITATION).bind(account).execute(&mut *tx).await?;
                    let link = query(LINK).bind(account).bind(inviter);
                    linked = link.execute(&mut *tx).await?.rows_affected() > 0;
                }
            }
            linked
        })
    }

    async fn inviter(&self, account: AccountId) -> StoreResult<Option<AccountId>> {
        let found: Option<Option<i64>> =
            read!(self.pool, |p| query_scalar(INVITER).bind(account.get()).fetch_optional(p))?;
        found.flatten().map(|id| rows::account_id(id, "invitations", "inviter_id")).transpose()
    }
}
