//! Who is told of what happens in a group.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId},
    store::Stores,
};

/// The most groups whose members are remembered; beyond, all are forgotten and read again.
pub const AUDIENCES_KEPT: usize = 10_000;

/// For how long members are remembered at most: what another process does with the same database is not told here.
pub const AUDIENCE_LIFETIME: Duration = Duration::from_secs(5);

/// The members of groups, remembered while they do not change: a group of hundreds is not read for each message.
#[derive(Debug)]
pub(in crate::service) struct Audiences {
    stores: Stores,
    // Where other nodes change groups, too, nothing is remembered.
    remembers: bool,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Counts what was forgotten, so that nothing is remembered that was read before.
    changes: u64,
    /// With when they were read; not at all, once they have changed since.
    members: HashMap<ConversationId, (Option<Instant>, Arc<[AccountId]>)>,
}

impl Audiences {
    pub(super) fn new(stores: Stores, remembers: bool) -> Self {
        Self { stores, remembers, kept: Mutex::default() }
    }

    /// The members of a group.
    pub(in crate::service) async fn of(&self, group: ConversationId) -> StoreResult<Arc<[AccountId]>> {
        loop {
            let changes = {
                let kept = self.kept();
                match kept.members.get(&group) {
                    Some((Some(since), members)) if since.elapsed() < AUDIENCE_LIFETIME => {
                        return Ok(Arc::clone(members));
                    }
                    _ => kept.changes,
                }
            };
            let read = self.stores.conversations.members(group).await?;
            let members: Arc<[AccountId]> = read.into_iter().map(|member| member.account).collect();
            let mut kept = self.kept();
            if kept.changes == changes {
                if self.remembers {
                    if kept.members.len() >= AUDIENCES_KEPT {
                        kept.members.clear();
                    }
                    kept.members.insert(group, (Some(Instant::now()), Arc::clone(&members)));
                }
                return Ok(members);
            }
        }
    }

    /// The members of a group as they are remembered at this moment, if they are.
    pub(super) fn now(&self, group: ConversationId) -> Option<Arc<[AccountId]>> {
        self.kept().members.get(&group).map(|(_, members)| Arc::clone(members))
    }

    /// Notes that somebody is a member now, before whoever asked for it is answered: what is stored from then on is
    /// told to them, and what was stored before they find when they read.
    pub(in crate::service) fn joined(&self, group: ConversationId, account: AccountId) {
        self.change(group, |members| {
            if !members.contains(&account) {
                members.push(account);
            }
        });
    }

    /// Notes that somebody is no member any more, likewise.
    pub(in crate::service) fn left(&self, group: ConversationId, account: AccountId) {
        self.change(group, |members| members.retain(|member| *member != account));
    }

    /// Notes that nobody is a member any more.
    pub(in crate::service) fn ended(&self, group: ConversationId) {
        self.change(group, Vec::clear);
    }

    /// Changes what is remembered in its place, for messages that are being stored at this moment; whoever asks next
    /// reads again, because of two changes at once the later one may be noted first.
    fn change(&self, group: ConversationId, change: impl FnOnce(&mut Vec<AccountId>)) {
        let mut kept = self.kept();
        kept.changes += 1;
        if let Some((since, members)) = kept.members.get_mut(&group) {
            let mut changed = members.to_vec();
            change(&mut changed);
            (*since, *members) = (None, changed.into());
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
