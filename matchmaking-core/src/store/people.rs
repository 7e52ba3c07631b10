//! The store of profiles.

use async_trait::async_trait;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{IdentityKind, Membership, Person, Photo, Profile, Review, Video},
    store::AccountRecord,
};

/// A profile as it was read, with the version that a change must name.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionedProfile {
    /// Counts the changes, from 1.
    pub version: i64,
    /// The profile.
    pub profile: Profile,
    /// When it, or a name of its person, changed last.
    pub updated_at: Millis,
}

/// A person as the matchmaking pool is filled with them.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// The person.
    pub person: Person,
    /// The kinds of identities they have, ascending.
    pub kinds: Vec<IdentityKind>,
}

/// What came of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProfileStats {
    /// How often others looked at it.
    pub views: i64,
    /// How many like its person.
    pub likes: i64,
    /// How many matches its person has that were not ended.
    pub matches: i64,
}

/// Everything that a person's own profile shows.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfilePage {
    /// The account, its identities and the profile.
    pub record: AccountRecord,
    /// The photos, as [`AlbumStore::photos`](super::AlbumStore::photos) has them.
    pub photos: Vec<Photo>,
    /// The film.
    pub video: Option<Video>,
    /// What was handed in, as [`ReviewStore::submissions`](super::ReviewStore::submissions) has it.
    pub submissions: Vec<Review>,
    /// What came of the profile.
    pub stats: ProfileStats,
    /// What the person has paid for, expired or not.
    pub membership: Membership,
    /// The person's invite code, if it was asked for before.
    pub invite_code: Option<String>,
}

/// Keeps profiles.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait PeopleStore: Send + Sync {
    /// The profile of this account.
    async fn profile(&self, id: AccountId) -> StoreResult<Option<VersionedProfile>>;

    /// The profiles of these accounts; unknown ones are left out. In no particular order.
    async fn profiles(&self, ids: &[AccountId]) -> StoreResult<Vec<(AccountId, VersionedProfile)>>;

    /// Everything that the profile of this account shows: one look-up for what is asked whenever somebody opens it.
    async fn page(&self, id: AccountId) -> StoreResult<Option<ProfilePage>>;

    /// Replaces a profile whose version is still `expected`, and counts the version up. Returns false, and
    /// changes nothing, when somebody else was faster or the account is unknown or deleted.
    async fn replace_profile(
        &self,
        id: AccountId,
        expected: i64,
        profile: &Profile,
        at: Millis,
    ) -> StoreResult<bool>;

    /// Notes that the person was active at `at`; an earlier moment than the noted one changes nothing.
    async fn touch(&self, id: AccountId, at: Millis) -> StoreResult<()>;

    /// One active person with the identities they have; `None` for accounts that take no part.
    async fn person(&self, id: AccountId) -> StoreResult<Option<PersonRow>>;

    /// Those of these people who are active, with the identities they have. In no particular order.
    async fn people_among(&self, ids: &[AccountId]) -> StoreResult<Vec<PersonRow>>;

    /// Active people with identifiers above `after`, ascending, at most `limit`: a page of the pool.
    async fn people(&self, after: Option<AccountId>, limit: usize) -> StoreResult<Vec<PersonRow>>;

    /// Counts that somebody looked at this profile. Accounts that are unknown or deleted have none to look at.
    async fn count_view(&self, id: AccountId) -> StoreResult<()>;

    /// What came of this profile; nothing of one that is unknown.
    async fn stats(&self, id: AccountId) -> StoreResult<ProfileStats>;
}
