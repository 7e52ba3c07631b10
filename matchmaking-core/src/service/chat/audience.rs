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
    members: HashMap<ConversationId, (Instant, Arc<[AccountId]>)>,
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
                    Some((since, members)) if since.elapsed() < AUDIENCE_LIFETIME => {
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
                    kept.members.insert(group, (Instant::now(), Arc::clone(&members)));
                }
                return Ok(members);
            }
        }
    }

    /// The members as they are remembered: no older than what [`of`](Self::of) gave anybody before, and not from before
    /// a change that somebody was told of. `None` where nothing is remembered.
    pub(super) fn latest(&self, group: ConversationId) -> Option<Arc<[AccountId]>> {
        self.kept().members.get(&group).map(|(_, members)| Arc::clone(members))
    }

    /// Forgets the members of a group that has changed.
    pub(in crate::service) fn forget(&self, group: ConversationId) {
        let mut kept = self.kept();
        kept.changes += 1;
        kept.members.remove(&group);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
