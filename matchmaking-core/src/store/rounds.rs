//! The store of the rounds of an event, and of whom people pick there.

use async_trait::async_trait;

use super::NewAudit;
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, EventId},
    model::{Pair, TableDate},
};

/// The most people whom one person picks at an event.
pub const PICKS_MAX: usize = 100;

/// What became of picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickOutcome {
    /// They are kept, in place of what was picked before: so many of them, the others having no seat.
    Kept(usize),
    /// The event has not begun, is closed, or is called off.
    NotNow,
    /// Who picks has no seat that is theirs, or there is no such event.
    NoSeat,
}

/// Keeps the rounds of events, and whom people pick there.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RoundStore: Send + Sync {
    /// Keeps the rounds of an event in place of those it had. Returns false for an unknown event.
    async fn set_dates(&self, event: EventId, dates: Vec<TableDate>, audit: NewAudit) -> StoreResult<bool>;

    /// All dates of an event, by round and table.
    async fn dates(&self, event: EventId) -> StoreResult<Vec<TableDate>>;

    /// The dates of one person at an event, by round.
    async fn dates_of(&self, event: EventId, account: AccountId) -> StoreResult<Vec<TableDate>>;

    /// Keeps whom somebody picks among those who have a seat, from the beginning of the event until it is closed.
    async fn set_picks(
        &self,
        event: EventId,
        by: AccountId,
        picks: &[AccountId],
        at: Millis,
    ) -> StoreResult<PickOutcome>;

    /// Whom somebody picked, ascending.
    async fn picks_of(&self, event: EventId, by: AccountId) -> StoreResult<Vec<AccountId>>;

    /// The pairs of an event who picked each other, ascending.
    async fn mutual_picks(&self, event: EventId) -> StoreResult<Vec<Pair>>;
}
