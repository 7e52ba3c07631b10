//! The store of daily lists.

use async_trait::async_trait;

use crate::{clock::Millis, error::StoreResult, ids::AccountId, model::Action};

/// A list to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDaily {
    /// Whose.
    pub account: AccountId,
    /// The moment at which its day began.
    pub day: Millis,
    /// Which one of the day: 0 for the first, then one more a refresh.
    pub draw: i64,
    /// Who is in it with the score, 0 to 100, in the order in which they are shown.
    pub entries: Vec<(AccountId, u8)>,
    /// Since which day it counts how often somebody stood in lists: what was counted before is forgotten.
    pub counted_since: Millis,
    /// The present moment.
    pub at: Millis,
}

/// Somebody in a daily list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyEntry {
    /// Who.
    pub target: AccountId,
    /// How well the two suited each other when the list was drawn, 0 to 100.
    pub score: u8,
    /// What the list's owner decided about them last, and when.
    pub decision: Option<(Action, Millis)>,
}

/// A daily list as its owner is shown it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyList {
    /// Which one of the day.
    pub draw: i64,
    /// When it was drawn.
    pub drawn_at: Millis,
    /// Who is in it, in the order in which they were put.
    pub entries: Vec<DailyEntry>,
}

/// How many lists are kept in one transaction at most, so that nobody else waits long for it.
pub const LISTS_AT_ONCE: usize = 64;

/// How far the lists of a day have been drawn ahead, in the order of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyPlace {
    /// Up to which account everybody has been gone through.
    pub after: AccountId,
    /// Whether that was the last one.
    pub is_last: bool,
}

/// Keeps who was recommended to whom, for a day.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait DailyStore: Send + Sync {
    /// The latest list of this day, with those whom its owner may see now.
    async fn daily(&self, account: AccountId, day: Millis) -> StoreResult<Option<DailyList>>;

    /// Whom a list that is drawn now leaves out: everyone hidden from the account, with whom it ever had a match, whom
    /// it likes or dislikes, whom it skipped on this day or later, and who was in one of its lists of this day.
    /// Ascending.
    async fn left_out(&self, account: AccountId, day: Millis) -> StoreResult<Vec<AccountId>>;

    /// How often these people stood in lists of this day and later, in anybody's; without those who did not. By their
    /// numbers, ascending, each once, however often they are asked for.
    async fn exposures(&self, people: &[AccountId], since: Millis) -> StoreResult<Vec<(AccountId, u64)>>;

    /// Keeps a list, counts that those in it were shown on its day, and forgets lists of earlier days. Returns false, and
    /// changes nothing, when the account has a list of that day with this number or a greater one, or takes no part.
    /// Deleted people are left out. Of two that draw at the same moment one does.
    async fn keep_daily(&self, new: NewDaily) -> StoreResult<bool>;

    /// Keeps many lists, each as [`keep_daily`](Self::keep_daily) does, at most [`LISTS_AT_ONCE`] of them together:
    /// whenever it ends, those of a beginning of `new` are kept, each with what it counts. Tells of each whether it is.
    async fn keep_dailies(&self, new: &[NewDaily]) -> StoreResult<Vec<bool>>;

    /// Those of these accounts that have a list of this day. Ascending.
    async fn have_daily(&self, accounts: &[AccountId], day: Millis) -> StoreResult<Vec<AccountId>>;

    /// How far the lists of this day have been drawn ahead; `None` where nobody has begun.
    async fn daily_place(&self, day: Millis) -> StoreResult<Option<DailyPlace>>;

    /// Notes how far the lists of a day have been drawn ahead, and forgets it of earlier days. A place is never taken
    /// back: of two the one that is farther stays.
    async fn reach_daily_place(&self, day: Millis, place: DailyPlace) -> StoreResult<()>;
}
