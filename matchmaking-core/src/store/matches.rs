//! The store of interactions and matches.

use async_trait::async_trait;

use super::{Slice, Sliced};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, InteractionId, MatchId},
    model::{Action, Interaction, Match, Pair},
};

/// A decision to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInteraction {
    /// Who decided.
    pub actor: AccountId,
    /// About whom; somebody else.
    pub target: AccountId,
    /// What.
    pub action: Action,
    /// What a match would say, should this decision make one. The actor becomes its `first`.
    pub terms: MatchTerms,
    /// How many super-likes the actor has; `None` for as many as they like.
    pub super_likes: Option<SuperLikes>,
    /// The present moment.
    pub at: Millis,
}

/// How many super-likes somebody has on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuperLikes {
    /// The moment at which the day began.
    pub day: Millis,
    /// How many people may be super-liked on it.
    pub most: i64,
}

/// What a match says to its two people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MatchTerms {
    /// Why, told to the first.
    pub reason_for_first: String,
    /// Why, told to the second.
    pub reason_for_second: String,
    /// 0 to 100.
    pub score: u8,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InteractionOutcome {
    /// It stands.
    Recorded {
        /// As it stands now.
        interaction: Interaction,
        /// The match of the two, if they have one.
        matched: Option<Match>,
        /// Whether this decision made the match.
        newly_matched: bool,
        /// Whether both say yes now.
        mutual: bool,
    },
    /// The actor has no super-like left on this day; nothing was recorded.
    NoSuperLikes,
    /// The two may not see each other, or one is unknown; nothing was recorded.
    NotVisible,
}

/// A match to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMatch {
    /// One of the two.
    pub first: AccountId,
    /// The other; somebody else.
    pub second: AccountId,
    /// What it says.
    pub terms: MatchTerms,
    /// The present moment.
    pub at: Millis,
}

/// What became of a match to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateMatchOutcome {
    /// It was made.
    Made(Match),
    /// The two had this one, which is unchanged.
    Existing(Match),
    /// The two may not see each other, or one is unknown; nothing was made.
    NotVisible,
}

/// A match with what has come of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchView {
    /// The match.
    pub matched: Match,
    /// The direct conversation of the two, once opened.
    pub conversation: Option<ConversationId>,
    /// The number of its last message; 0 before the first.
    pub last_seq: i64,
    /// On how many days both wrote in it, as of [`NewMessage`](super::NewMessage).
    pub days: i64,
}

/// Which of a person's matches are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchFilter {
    /// All of them.
    All,
    /// Those in which nobody has written yet.
    New,
    /// Those in which somebody has.
    Active,
}

/// Numbers over all matches of a person with people whom they may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MatchCounts {
    /// How many there are.
    pub total: usize,
    /// How many of them were made at a given moment or later.
    pub new: usize,
    /// How many messages of others in them the person has not read, at most
    /// [`UNREAD_COUNTED_MAX`](super::UNREAD_COUNTED_MAX) of each.
    pub unread: i64,
}

/// That somebody asked for the other's contact in a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactRequest {
    /// In which match.
    pub match_id: MatchId,
    /// Who asked.
    pub by: AccountId,
}

/// Keeps interactions and matches.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait MatchStore: Send + Sync {
    /// Records a decision, replacing an earlier one of the same person about the same; when both sides now say
    /// yes and have no match, makes it. A match once made stays when a decision changes. Two likes at the same
    /// moment make one match, and exactly one of them is told that it is new. A like that stands already keeps its
    /// moment.
    ///
    /// A super-like takes one of the day's [`SuperLikes`], unless one stands already or was taken for the same person on
    /// that day. What is replaced or taken back gives none back.
    async fn record_interaction(&self, new: NewInteraction) -> StoreResult<InteractionOutcome>;

    /// Takes back the latest [`Action::Dislike`] or [`Action::Skip`] of a person that is not older than `since`, and
    /// returns it. Of two at the same moment each takes back another one.
    async fn take_back(&self, actor: AccountId, since: Millis) -> StoreResult<Option<Interaction>>;

    /// Whom this person likes and may see, by the moment of the decision, then by its identifier.
    async fn likes_of(&self, actor: AccountId, slice: Slice) -> StoreResult<Sliced<Interaction>>;

    /// Who likes this person and may be seen by them, by the moment of the decision, then by its identifier.
    async fn likers_of(&self, target: AccountId, slice: Slice) -> StoreResult<Sliced<Interaction>>;

    /// Notes that a person has seen who likes them; returns how many of those whom they may see now were new since the
    /// last time. Somebody whose like turns into a super-like is not new again. Of two at the same moment one is told.
    async fn see_likers(&self, target: AccountId) -> StoreResult<usize>;

    /// The decision of one person about another.
    async fn interaction(&self, actor: AccountId, target: AccountId) -> StoreResult<Option<Interaction>>;

    /// At most `limit` decisions of a person, whoever they are about, by their target, from the first above `after` on.
    async fn decisions_of(
        &self,
        actor: AccountId,
        after: Option<AccountId>,
        limit: usize,
    ) -> StoreResult<Vec<Interaction>>;

    /// A page of everything that anybody decided, in the order of the identifiers, from the first one after `after`.
    async fn interactions(&self, after: Option<InteractionId>, limit: usize)
    -> StoreResult<Vec<Interaction>>;

    /// Everyone whom this person rejected or by whom they were rejected ([`Action::Dislike`]), ascending.
    async fn rejected(&self, account: AccountId) -> StoreResult<Vec<AccountId>>;

    /// Makes the match of two people, or returns the one they have, unchanged.
    async fn create_match(&self, new: NewMatch) -> StoreResult<CreateMatchOutcome>;

    /// The match with this identifier, if its two people may see each other.
    async fn match_view(&self, id: MatchId) -> StoreResult<Option<MatchView>>;

    /// The match of these two, if they may see each other.
    async fn match_between(&self, pair: Pair) -> StoreResult<Option<MatchView>>;

    /// The matches of a person with people whom they may see, oldest first (by identifier).
    async fn matches_of(&self, account: AccountId) -> StoreResult<Vec<MatchView>>;

    /// A part of the matches of a person with people whom they may see, by identifier.
    async fn matches_page(
        &self,
        account: AccountId,
        filter: MatchFilter,
        slice: Slice,
    ) -> StoreResult<Sliced<MatchView>>;

    /// Numbers over the matches of a person; new are those that were made at `since` or later.
    async fn match_counts(&self, account: AccountId, since: Millis) -> StoreResult<MatchCounts>;

    /// The matches of a person with those of `others` whom they may see, by identifier.
    async fn matches_with(&self, account: AccountId, others: &[AccountId]) -> StoreResult<Vec<MatchView>>;

    /// Everyone with whom this person ever had a match, ended and hidden ones included, ascending.
    async fn partners(&self, account: AccountId) -> StoreResult<Vec<AccountId>>;

    /// Flips the like of a match and returns it as it is now; `None`, and nothing changed, when there is no such
    /// match or its two people may not see each other.
    async fn toggle_like(&self, id: MatchId) -> StoreResult<Option<Match>>;

    /// Ends a match for good and closes the direct conversation of its two people. Returns false, and changes
    /// nothing, when `by` is not one of the two or it has ended already.
    async fn end_match(&self, id: MatchId, by: AccountId, at: Millis) -> StoreResult<bool>;

    /// Notes that one of the two of a match asks for the other's contact; asking again changes nothing. Returns false,
    /// and changes nothing, when `by` is not one of the two or the two may not see each other.
    async fn ask_contact(&self, id: MatchId, by: AccountId, at: Millis) -> StoreResult<bool>;

    /// Who asked for the other's contact in these matches, by match, then by who asked.
    async fn contact_requests(&self, ids: &[MatchId]) -> StoreResult<Vec<ContactRequest>>;
}
