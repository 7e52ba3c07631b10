//! Accounts and identities in a database.

use async_trait::async_trait;
use sqlx::{query, query_as, query_scalar};

use super::{
    SqlPool, SqlStore, album,
    counts::{self, count_partners},
    dialogues,
    error::TxError,
    gather::Gathered,
    groups::depart,
    jobs,
    json::list,
    read,
    rows::{self, AccountRow},
    safety::LOCK_ACCOUNTS,
    sql, transaction,
};
use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId},
    model::{Account, AccountStatus, Identity, IdentityKind},
    store::{
        AccountRecord, AccountStore, CreateOutcome, JobKind, NewAccount, NewIdentities, SetIdentitiesOutcome,
        SetIdentityOutcome, decision::one_identity_a_kind,
    },
};

sql! {
    OWNER = "SELECT account_id FROM identities WHERE kind = $1 AND folded = $2";
    INSERT_ACCOUNT = "INSERT INTO accounts (status, status_at, password_hash, created_at)
        VALUES ($1, $2, $3, $2) RETURNING id";
    INSERT_IDENTITY = "INSERT INTO identities (kind, folded, account_id, value) VALUES ($1, $2, $3, $4)
        ON CONFLICT (kind, folded) DO NOTHING";
    INSERT_PROFILE = "INSERT INTO profiles (account_id, version, document, updated_at, last_active_at)
        VALUES ($1, 1, $2, $3, $3)";
    ACCOUNT = "SELECT id, status, password_hash IS NOT NULL, created_at FROM accounts WHERE id = $1";
    RECORDS = "SELECT CAST(j.key AS BIGINT), a.id, a.status, a.password_hash IS NOT NULL, a.created_at,
            p.version, p.document, p.updated_at, i.kind, i.value, i.folded
        FROM jsonb_each($1) AS j
        JOIN accounts a ON a.id = CAST(j.value AS BIGINT)
        JOIN profiles p ON p.account_id = a.id
        LEFT JOIN identities i ON i.account_id = a.id
        ORDER BY 1, i.kind";
    ACCOUNTS = "SELECT id, status, password_hash IS NOT NULL, created_at FROM accounts
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    ACCOUNT_BY_IDENTITY = "SELECT a.id, a.status, a.password_hash IS NOT NULL, a.created_at
        FROM identities i JOIN accounts a ON a.id = i.account_id WHERE i.kind = $1 AND i.folded = $2";
    IDENTITIES = "SELECT kind, value, folded FROM identities WHERE account_id = $1 ORDER BY kind";
    IDENTITIES_OF_KIND = "SELECT i.account_id, i.kind, i.value, i.folded FROM identities i
        WHERE i.kind = $2 AND i.account_id IN (SELECT CAST(value AS BIGINT) FROM jsonb_each($1))";
    SET_STATUS = "UPDATE accounts SET status = $2, status_at = $3 WHERE id = $1 AND status NOT IN (4, $2)";
    STATUS = "SELECT status FROM accounts WHERE id = $1";
    REMOVE_IDENTITY = "DELETE FROM identities WHERE account_id = $1 AND kind = $2";
    RENAMED = "UPDATE profiles SET updated_at = $2 WHERE account_id = $1";
    PASSWORD_HASH = "SELECT password_hash FROM accounts WHERE id = $1";
    REPLACE_PASSWORD = "UPDATE accounts SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    OWNED_GROUPS = "SELECT m.conversation_id FROM members m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.account_id = $1 AND m.role = 3 AND c.kind = 2 ORDER BY m.conversation_id";
    ADD_PASSWORD = "UPDATE accounts SET password_hash = $2 WHERE id = $1 AND password_hash IS NULL";
    END_SESSIONS = "DELETE FROM sessions WHERE account_id = $1";
    ERASE_DEVICES = "DELETE FROM devices WHERE account_id = $1";
    ERASE_INVITER = "UPDATE invitations SET inviter_id = NULL WHERE inviter_id = $1";
    ERASE_INVITATION = "DELETE FROM invitations WHERE account_id = $1";
    ERASE_PASSWORD = "UPDATE accounts SET password_hash = NULL WHERE id = $1";
    ERASE_IDENTITIES = "DELETE FROM identities WHERE account_id = $1";
    ERASE_PROFILE = "DELETE FROM profiles WHERE account_id = $1";
    ERASE_SUPER_LIKES = "DELETE FROM super_likes WHERE actor_id = $1 OR target_id = $1";
    ERASE_DAILY_ENTRIES = "DELETE FROM daily_entries WHERE account_id = $1 OR target_id = $1";
    ERASE_DAILY_LISTS = "DELETE FROM daily_lists WHERE account_id = $1";
    ERASE_EXPOSURES = "DELETE FROM exposures WHERE account_id = $1";
    ERASE_CONTACT_REQUESTS = "DELETE FROM contact_requests
        WHERE match_id IN (SELECT m.id FROM matches m WHERE m.first_id = $1 OR m.second_id = $1)";
    ERASE_MEMBERSHIP = "DELETE FROM memberships WHERE account_id = $1";
    ERASE_REPORTS = "DELETE FROM reports WHERE reporter_id = $1 OR target_id = $1";
    ERASE_AUDIT = "UPDATE audit SET detail = '' WHERE account_id = $1";
    ERASE_INTERACTIONS = "DELETE FROM interactions WHERE actor_id = $1 OR target_id = $1";
    ERASE_MATCHES = "DELETE FROM matches WHERE first_id = $1 OR second_id = $1";
    ERASE_BLOCKS = "DELETE FROM blocks WHERE by_id = $1 OR target_id = $1";
    ERASE_WORDS = "UPDATE registrations SET words = '{}' WHERE account_id = $1";
    ERASE_WAITING = "DELETE FROM waiting WHERE account_id = $1";
    ERASE_PICKS = "DELETE FROM picks WHERE by_id = $1 OR target_id = $1";
    ERASE_DATES = "DELETE FROM event_dates WHERE first_id = $1 OR second_id = $1";
    ERASE_MARKS = "DELETE FROM read_marks WHERE account_id = $1";
    ERASE_MEMBERS = "DELETE FROM members WHERE account_id = $1
        AND EXISTS (SELECT 1 FROM conversations c WHERE c.id = members.conversation_id AND c.kind <> 1)";
    // Two who had hidden from each other keep nothing, and neither does the one who goes.
    KEEP_DIRECT = "UPDATE conversations SET kept_since = (SELECT x.created_at FROM matches x
            WHERE x.low_id = conversations.low_id AND x.high_id = conversations.high_id AND x.ended_at IS NULL
                AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = x.low_id AND b.target_id = x.high_id)
                AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.by_id = x.high_id AND b.target_id = x.low_id))
        WHERE low_id = $1 OR high_id = $1";
    CLOSE_DIRECT = "UPDATE conversations SET closed_at = $2
        WHERE (low_id = $1 OR high_id = $1) AND closed_at IS NULL";

    @locks {
        LOCK_CONVERSATIONS_OF = "SELECT c.id FROM conversations c
            WHERE c.id IN (SELECT m.conversation_id FROM members m WHERE m.account_id = $1)
            ORDER BY c.id FOR NO KEY UPDATE";
        LOCK_MEMBERS_OF = "SELECT conversation_id FROM members WHERE account_id = $1
            ORDER BY conversation_id FOR UPDATE";
    }
}

/// What an erased account leaves nothing in.
const ERASE: [&str; 27] = [
    ERASE_PASSWORD,
    ERASE_DEVICES,
    ERASE_INVITER,
    ERASE_INVITATION,
    ERASE_IDENTITIES,
    ERASE_PROFILE,
    ERASE_INTERACTIONS,
    ERASE_SUPER_LIKES,
    ERASE_DAILY_ENTRIES,
    ERASE_DAILY_LISTS,
    ERASE_EXPOSURES,
    ERASE_CONTACT_REQUESTS,
    ERASE_MEMBERSHIP,
    ERASE_REPORTS,
    ERASE_AUDIT,
    ERASE_MATCHES,
    ERASE_BLOCKS,
    ERASE_WORDS,
    ERASE_WAITING,
    ERASE_PICKS,
    ERASE_DATES,
    ERASE_MARKS,
    ERASE_MEMBERS,
    album::ERASE_PHOTOS,
    album::ERASE_VIDEOS,
    album::ERASE_REVIEWS,
    counts::ERASE_COUNT,
];

/// Gives an account a name that nobody had a moment ago.
macro_rules! insert_identity {
    ($tx:ident, $identity:expr, $account:expr) => {{
        let inserted = query(INSERT_IDENTITY)
            .bind($identity.kind.code())
            .bind(&$identity.folded)
            .bind($account)
            .bind(&$identity.value)
            .execute(&mut *$tx)
            .await?;
        if inserted.rows_affected() == 0 {
            return Err(TxError::LostRace);
        }
    }};
}

/// The place of who asked, an account, its profile, and one of its identities.
type RecordRow = (i64, i64, i64, bool, i64, i64, String, i64, Option<i64>, Option<String>, Option<String>);

/// Accounts with all that is told of their owners.
pub(super) struct Records;

#[async_trait]
impl Gathered for Records {
    type Key = AccountId;
    type Found = AccountRecord;

    async fn look_up(
        pool: &SqlPool,
        ids: &[AccountId],
    ) -> StoreResult<Vec<(i64, StoreResult<AccountRecord>)>> {
        let found: Vec<RecordRow> = read!(pool, |p| query_as(RECORDS).bind(list(ids)).fetch_all(p))?;
        // A row an identity, or one without.
        let owners = found.chunk_by(|one, next| one.0 == next.0);
        Ok(owners.filter_map(|rows| Some((rows.first()?.0, record(rows)))).collect())
    }
}

/// An account from its rows.
fn record(rows: &[RecordRow]) -> StoreResult<AccountRecord> {
    let first = rows.first().ok_or(StoreError::Corrupt { table: "accounts", column: "id" })?;
    let (_, id, status, has_password, created_at, version, document, updated_at, ..) = first;
    let identity = |row: &RecordRow| Some(rows::identity((row.8?, row.9.clone()?, row.10.clone()?)));
    Ok(AccountRecord {
        account: rows::account((*id, *status, *has_password, *created_at))?,
        identities: rows.iter().filter_map(identity).collect::<StoreResult<_>>()?,
        profile: rows::versioned((*version, document.clone(), *updated_at))?,
    })
}

#[async_trait]
impl AccountStore for SqlStore {
    async fn create_account(&self, new: NewAccount) -> StoreResult<CreateOutcome> {
        one_identity_a_kind(&new.identities)?;
        let document = rows::document(&new.profile)?;
        // In one order everywhere, so that two who ask for the same identities wait for each other in a line.
        let mut identities: Vec<&Identity> = new.identities.iter().collect();
        identities.sort_unstable_by_key(|identity| (identity.kind, identity.folded.as_str()));
        transaction!(self.pool, |tx, _locks| {
            let mut taken = None;
            for identity in &new.identities {
                let owner: Option<i64> = query_scalar(OWNER)
                    .bind(identity.kind.code())
                    .bind(&identity.folded)
                    .fetch_optional(&mut *tx)
                    .await?;
                if let Some(owner) = owner {
                    taken = Some((identity.kind, rows::account_id(owner, "identities", "account_id")?));
                    break;
                }
            }
            if let Some((kind, by)) = taken {
                CreateOutcome::Taken { kind, by }
            } else {
                let id: i64 = query_scalar(INSERT_ACCOUNT)
                    .bind(AccountStatus::Active.code())
                    .bind(new.at.0)
                    .bind(&new.password_hash)
                    .fetch_one(&mut *tx)
                    .await?;
                for identity in &identities {
                    insert_identity!(tx, identity, id);
                }
                query(INSERT_PROFILE).bind(id).bind(&document).bind(new.at.0).execute(&mut *tx).await?;
                CreateOutcome::Created(Account {
                    id: rows::account_id(id, "accounts", "id")?,
                    status: AccountStatus::Active,
                    has_password: new.password_hash.is_some(),
                    created_at: new.at,
                })
            }
        })
    }

    async fn account(&self, id: AccountId) -> StoreResult<Option<Account>> {
        let row = read!(self.pool, |p| query_as::<_, AccountRow>(ACCOUNT).bind(id.get()).fetch_optional(p))?;
        row.map(rows::account).transpose()
    }

    async fn accounts(&self, ids: &[AccountId]) -> StoreResult<Vec<Account>> {
        let found = read!(self.pool, |p| query_as::<_, AccountRow>(ACCOUNTS).bind(list(ids)).fetch_all(p))?;
        found.into_iter().map(rows::account).collect()
    }

    async fn account_by_identity(&self, kind: IdentityKind, folded: &str) -> StoreResult<Option<Account>> {
        let row = read!(self.pool, |p| query_as::<_, AccountRow>(ACCOUNT_BY_IDENTITY)
            .bind(kind.code())
            .bind(folded)
            .fetch_optional(p))?;
        row.map(rows::account).transpose()
    }

    async fn record(&self, id: AccountId) -> StoreResult<Option<AccountRecord>> {
        self.records.ask(id).await
    }

    async fn identities(&self, id: AccountId) -> StoreResult<Vec<Identity>> {
        let found = read!(self.pool, |p| query_as(IDENTITIES).bind(id.get()).fetch_all(p))?;
        found.into_iter().map(rows::identity).collect()
    }

    async fn identities_of_kind(
        &self,
        kind: IdentityKind,
        ids: &[AccountId],
    ) -> StoreResult<Vec<(AccountId, Identity)>> {
        let found: Vec<(i64, i64, String, String)> = read!(self.pool, |p| query_as(IDENTITIES_OF_KIND)
            .bind(list(ids))
            .bind(kind.code())
            .fetch_all(p))?;
        let pair = |(id, kind, value, folded)| {
            Ok((rows::account_id(id, "identities", "account_id")?, rows::identity((kind, value, folded))?))
        };
        found.into_iter().map(pair).collect()
    }

    async fn set_status(&self, id: AccountId, status: AccountStatus, at: Millis) -> StoreResult<bool> {
        let changed = transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(id.get()).bind(id.get()).execute(&mut *tx).await?;
            }
            if status != AccountStatus::Active {
                count_partners!(tx, id, -1);
            }
            let set =
                query(SET_STATUS).bind(id.get()).bind(status.code()).bind(at.0).execute(&mut *tx).await?;
            let changed = set.rows_affected() > 0;
            if changed && status == AccountStatus::Active {
                count_partners!(tx, id, 1);
            }
            if changed && status != AccountStatus::Active {
                query(END_SESSIONS).bind(id.get()).execute(&mut *tx).await?;
            }
            if changed && status == AccountStatus::Deleted {
                if locks {
                    query(LOCK_CONVERSATIONS_OF).bind(id.get()).execute(&mut *tx).await?;
                    query(LOCK_MEMBERS_OF).bind(id.get()).execute(&mut *tx).await?;
                }
                query(CLOSE_DIRECT).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                query(KEEP_DIRECT).bind(id.get()).execute(&mut *tx).await?;
                query(counts::COUNT_KEPT).bind(id.get()).execute(&mut *tx).await?;
                // Where they are no owner somebody else is, so nothing passes on and nothing ends.
                let owned: Vec<i64> = query_scalar(OWNED_GROUPS).bind(id.get()).fetch_all(&mut *tx).await?;
                for group in owned {
                    let group = rows::known(ConversationId::new(group), "members", "conversation_id")?;
                    depart!(tx, group, id, at);
                }
                let dialogues: Vec<i64> =
                    query_scalar(dialogues::DIALOGUES_OF).bind(id.get()).fetch_all(&mut *tx).await?;
                dialogues::erase!(tx, &dialogues);
                query(album::ERASE_FILES).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                for statement in ERASE {
                    query(statement).bind(id.get()).execute(&mut *tx).await?;
                }
                // Its seats are freed one by one, each under the lock of its event.
                query(jobs::SCHEDULE)
                    .bind(JobKind::Leave.code())
                    .bind(id.get())
                    .bind(at.0)
                    .execute(&mut *tx)
                    .await?;
            }
            changed
        })?;
        if changed && status == AccountStatus::Deleted {
            self.pool.empty_log().await;
        }
        Ok(changed)
    }

    async fn set_identity(
        &self,
        id: AccountId,
        identity: Identity,
        at: Millis,
    ) -> StoreResult<SetIdentityOutcome> {
        let kind = identity.kind.code();
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(id.get()).bind(id.get()).execute(&mut *tx).await?;
            }
            let owner: Option<i64> =
                query_scalar(OWNER).bind(kind).bind(&identity.folded).fetch_optional(&mut *tx).await?;
            let status: Option<i64> = query_scalar(STATUS).bind(id.get()).fetch_optional(&mut *tx).await?;
            let status = status.map(rows::status).transpose()?;
            if let Some(owner) = owner.filter(|owner| *owner != id.get()) {
                SetIdentityOutcome::Taken(rows::account_id(owner, "identities", "account_id")?)
            } else if status.is_none_or(|status| status == AccountStatus::Deleted) {
                SetIdentityOutcome::Unknown
            } else {
                query(REMOVE_IDENTITY).bind(id.get()).bind(kind).execute(&mut *tx).await?;
                insert_identity!(tx, identity, id.get());
                query(RENAMED).bind(id.get()).bind(at.0).execute(&mut *tx).await?;
                SetIdentityOutcome::Set
            }
        })
    }

    async fn set_identities(&self, new: NewIdentities) -> StoreResult<SetIdentitiesOutcome> {
        one_identity_a_kind(&new.identities)?;
        let id = new.account.get();
        // In one order everywhere, as in `create_account`.
        let mut identities: Vec<&Identity> = new.identities.iter().collect();
        identities.sort_unstable_by_key(|identity| (identity.kind, identity.folded.as_str()));
        transaction!(self.pool, |tx, locks| {
            if locks {
                query(LOCK_ACCOUNTS).bind(id).bind(id).execute(&mut *tx).await?;
            }
            let mut taken = None;
            for identity in &new.identities {
                let owner: Option<i64> = query_scalar(OWNER)
                    .bind(identity.kind.code())
                    .bind(&identity.folded)
                    .fetch_optional(&mut *tx)
                    .await?;
                if owner.is_some_and(|owner| owner != id) {
                    taken = Some(identity.kind);
                    break;
                }
            }
            let status: Option<i64> = query_scalar(STATUS).bind(id).fetch_optional(&mut *tx).await?;
            let status = status.map(rows::status).transpose()?;
            if let Some(kind) = taken {
                SetIdentitiesOutcome::Taken(kind)
            } else if status.is_none_or(|status| status == AccountStatus::Deleted) {
                SetIdentitiesOutcome::Unknown
            } else {
                let may_go_on = match &new.password_hash {
                    None => true,
                    Some(hash) => {
                        let added = query(ADD_PASSWORD).bind(id).bind(hash).execute(&mut *tx).await?;
                        added.rows_affected() > 0
                    }
                };
                if may_go_on {
                    for identity in &identities {
                        query(REMOVE_IDENTITY).bind(id).bind(identity.kind.code()).execute(&mut *tx).await?;
                        insert_identity!(tx, identity, id);
                    }
                    query(RENAMED).bind(id).bind(new.at.0).execute(&mut *tx).await?;
                    SetIdentitiesOutcome::Set
                } else {
                    SetIdentitiesOutcome::HasPassword
                }
            }
        })
    }

    async fn replace_password_hash(&self, id: AccountId, expected: &str, new: &str) -> StoreResult<bool> {
        transaction!(self.pool, |tx, _locks| {
            let replace = query(REPLACE_PASSWORD).bind(id.get()).bind(expected).bind(new);
            replace.execute(&mut *tx).await?.rows_affected() > 0
        })
    }

    async fn password_hash(&self, id: AccountId) -> StoreResult<Option<String>> {
        let found: Option<Option<String>> =
            read!(self.pool, |p| query_scalar(PASSWORD_HASH).bind(id.get()).fetch_optional(p))?;
        Ok(found.flatten())
    }
}
