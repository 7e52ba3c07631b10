//! Profiles in memory.

use std::{collections::BTreeSet, ops::Bound};

use async_trait::async_trait;

use super::{MemoryStore, ProfileRow, State};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{AccountStatus, Person, Profile},
    store::{
        AccountStore as _, AlbumStore as _, MembershipStore as _, PeopleStore, PersonRow, ProfilePage,
        ProfileStats, ReviewStore as _, VersionedProfile,
    },
};

#[async_trait]
impl PeopleStore for MemoryStore {
    async fn profile(&self, id: AccountId) -> StoreResult<Option<VersionedProfile>> {
        let state = self.lock()?;
        Ok(state.profiles.get(&id).map(ProfileRow::versioned))
    }

    async fn profiles(&self, ids: &[AccountId]) -> StoreResult<Vec<(AccountId, VersionedProfile)>> {
        let state = self.lock()?;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let profile = |id| Some((id, state.profiles.get(&id)?.versioned()));
        Ok(ids.into_iter().filter_map(profile).collect())
    }

    async fn page(&self, id: AccountId) -> StoreResult<Option<ProfilePage>> {
        let Some(record) = self.record(id).await? else { return Ok(None) };
        let invite_code = self.lock()?.invitations.get(&id).and_then(|invitation| invitation.code.clone());
        Ok(Some(ProfilePage {
            record,
            photos: self.photos(&[id]).await?,
            video: self.video(id).await?,
            submissions: self.submissions(id).await?,
            stats: self.stats(id).await?,
            membership: self.membership(id).await?,
            invite_code,
        }))
    }

    async fn replace_profile(
        &self,
        id: AccountId,
        expected: i64,
        profile: &Profile,
        at: Millis,
    ) -> StoreResult<bool> {
        let mut state = self.lock()?;
        match state.profiles.get_mut(&id) {
            Some(row) if row.version == expected => {
                row.version += 1;
                row.profile = profile.clone();
                row.updated_at = at;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn touch(&self, id: AccountId, at: Millis) -> StoreResult<()> {
        let mut state = self.lock()?;
        if let Some(row) = state.profiles.get_mut(&id) {
            row.last_active_at = row.last_active_at.max(at);
        }
        Ok(())
    }

    async fn person(&self, id: AccountId) -> StoreResult<Option<PersonRow>> {
        let state = self.lock()?;
        Ok(person_row(&state, id))
    }

    async fn people_among(&self, ids: &[AccountId]) -> StoreResult<Vec<PersonRow>> {
        let state = self.lock()?;
        let ids: BTreeSet<AccountId> = ids.iter().copied().collect();
        Ok(ids.into_iter().filter_map(|id| person_row(&state, id)).collect())
    }

    async fn people(&self, after: Option<AccountId>, limit: usize) -> StoreResult<Vec<PersonRow>> {
        let state = self.lock()?;
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = state.profiles.range((from, Bound::Unbounded)).map(|(id, _)| *id);
        Ok(ids.filter_map(|id| person_row(&state, id)).take(limit).collect())
    }

    async fn count_view(&self, id: AccountId) -> StoreResult<()> {
        if let Some(row) = self.lock()?.profiles.get_mut(&id) {
            row.views += 1;
        }
        Ok(())
    }

    async fn stats(&self, id: AccountId) -> StoreResult<ProfileStats> {
        let state = self.lock()?;
        let deciders = state.deciders.get(&id).into_iter().flatten();
        let decisions = deciders.filter_map(|actor| state.interactions.get(actor)?.get(&id));
        let matches = state.matches_of.get(&id).into_iter().flatten();
        let matches = matches.filter_map(|matched| state.matches.get(matched));
        Ok(ProfileStats {
            views: state.profiles.get(&id).map_or(0, |row| row.views),
            likes: decisions.filter(|decision| decision.action.is_like()).count() as i64,
            matches: matches.filter(|matched| matched.ended_at.is_none()).count() as i64,
        })
    }
}

fn person_row(state: &State, id: AccountId) -> Option<PersonRow> {
    let account = state.accounts.get(&id).filter(|row| row.status == AccountStatus::Active)?;
    let row = state.profiles.get(&id)?;
    Some(PersonRow {
        person: Person { id, profile: row.profile.clone(), last_active_at: row.last_active_at },
        kinds: account.identities.keys().copied().collect(),
    })
}

impl ProfileRow {
    pub(super) fn versioned(&self) -> VersionedProfile {
        VersionedProfile { version: self.version, profile: self.profile.clone(), updated_at: self.updated_at }
    }
}
