//! What people decide about each other, and who likes whom.

use std::{collections::HashMap, sync::Arc};

use super::{
    announcing::Announcer,
    chat::{Chat, OpenError},
    days::Day,
    people::{People, is_met_on_the_platform},
};
use crate::{
    clock::Clock,
    error::{StoreError, StoreResult},
    ids::{AccountId, MatchId},
    model::{Action, Interaction, Language, Level, Pair, Person, Requirements},
    realtime::Hub,
    scoring::{Decision, Matcher},
    store::{InteractionOutcome, MatchTerms, NewInteraction, PersonRow, Slice, Sliced, Stores, SuperLikes},
};

/// Records decisions, makes the matches that come of them, and lists likes.
#[derive(Debug, Clone)]
pub struct Likes {
    stores: Stores,
    people: People,
    chat: Chat,
    matcher: Arc<dyn Matcher>,
    announcer: Announcer,
    clock: Arc<dyn Clock>,
}

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum LikeError {
    /// The other one is unknown, takes no part, is not of the platform, or the two may not see each other.
    #[error("unknown account")]
    Unknown,
    /// It is about oneself.
    #[error("about oneself")]
    Oneself,
    /// The day's super-likes are spent.
    #[error("no super-like is left for {retry_after} s")]
    NoSuperLikes {
        /// Seconds until there is one.
        retry_after: u64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// As it stands now.
    pub interaction: Interaction,
    /// The match of the two, if they have one.
    pub match_id: Option<MatchId>,
    /// Whether this decision made the match.
    pub newly_matched: bool,
    /// Whether both say yes.
    pub mutual: bool,
}

/// A like, with the other one of the two.
#[derive(Debug, Clone, PartialEq)]
pub struct Liked {
    /// The like.
    pub interaction: Interaction,
    /// Whom it is shown about: who is liked, or who likes.
    pub person: Person,
    /// How well the two suit each other now, 0 to 100.
    pub score: u8,
    /// The match of the two, if they have one.
    pub match_id: Option<MatchId>,
}

/// Who likes somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Likers {
    /// How many are new since the last time they were listed.
    pub new: usize,
    /// Whether their owner may see who they are.
    pub in_the_clear: bool,
    /// The likes.
    pub likes: Sliced<Liked>,
}

impl Likes {
    /// The service over these stores and this pool.
    #[must_use]
    pub fn new(
        stores: Stores,
        people: People,
        chat: Chat,
        matcher: Arc<dyn Matcher>,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let announcer = Announcer::new(stores.clone(), hub);
        Self { stores, people, chat, matcher, announcer, clock }
    }

    /// Records what somebody decides about somebody else. When both say yes and have no match, they have one now, and
    /// a conversation, and both are told.
    pub async fn decide(
        &self,
        actor: AccountId,
        target: AccountId,
        action: Action,
    ) -> Result<Decided, LikeError> {
        Pair::new(actor, target).ok_or(LikeError::Oneself)?;
        let mut rows = self.stores.people.people_among(&[actor, target]).await?;
        rows.sort_unstable_by_key(|row| row.person.id != actor);
        let [me, other] = &rows[..] else { return Err(LikeError::Unknown) };
        if !is_met_on_the_platform(&self.stores, actor, other).await? {
            return Err(LikeError::Unknown);
        }
        let now = self.clock.now();
        let day = Day::of(now, self.people.time_zone());
        let super_likes = match action {
            Action::SuperLike => {
                let level = self.stores.memberships.membership(actor).await?.level_at(now);
                Some(SuperLikes { day: day.began, most: level.super_likes_a_day() })
            }
            Action::Like | Action::Dislike | Action::Skip => None,
        };
        let terms =
            if action.is_like() { self.terms(&me.person, &other.person) } else { MatchTerms::default() };
        let before = self.stores.matches.interaction(actor, target).await?;
        let new = NewInteraction { actor, target, action, terms, super_likes, at: now };
        let (interaction, matched, newly_matched, mutual) =
            match self.stores.matches.record_interaction(new).await? {
                InteractionOutcome::Recorded { interaction, matched, newly_matched, mutual } => {
                    (interaction, matched, newly_matched, mutual)
                }
                InteractionOutcome::NotVisible => return Err(LikeError::Unknown),
                InteractionOutcome::NoSuperLikes => {
                    return Err(LikeError::NoSuperLikes { retry_after: day.seconds_left(now) });
                }
            };
        // The same decision again, as of somebody who taps twice, says nothing new.
        let said_before = before.and_then(|before| Decision::of(&before));
        if let Some(decision) = Decision::new(actor, target, action).filter(|new| Some(*new) != said_before) {
            self.people.observe(interaction.id, decision);
        }
        let match_id = matched.as_ref().map(|matched| matched.id);
        if let Some(match_id) = match_id.filter(|_| newly_matched) {
            match self.chat.open_match(match_id, actor, target).await {
                // One of the two has hidden from the other since.
                Ok(_) | Err(OpenError::NoSuchMatch) => {}
                Err(OpenError::Store(error)) => return Err(error.into()),
            }
        }
        if let Some(matched) = matched.as_ref().filter(|_| newly_matched) {
            self.announcer.tell(matched).await;
        }
        Ok(Decided { interaction, match_id, newly_matched, mutual })
    }

    /// Takes back the last dislike or skip of today; `None` when there is none.
    pub async fn take_back(&self, actor: AccountId) -> StoreResult<Option<Interaction>> {
        let day = Day::of(self.clock.now(), self.people.time_zone());
        self.stores.matches.take_back(actor, day.began).await
    }

    /// Whom somebody likes.
    pub async fn liked_by(&self, viewer: AccountId, slice: Slice) -> StoreResult<Sliced<Liked>> {
        let likes = self.stores.matches.likes_of(viewer, slice).await?;
        self.shown(viewer, likes, |like| like.target, true).await
    }

    /// Who likes somebody. From now on none of them is new.
    pub async fn likers_of(&self, viewer: AccountId, slice: Slice) -> StoreResult<Likers> {
        // First what is new, then the list: who likes in between is in the list, and new the next time.
        let clear = self.level(viewer).await?.sees_who_likes();
        // Whoever is not told who likes them must not learn it by changing what they look for and looking whose score
        // follows.
        let new = self.stores.matches.see_likers(viewer).await?;
        let likes = self.stores.matches.likers_of(viewer, slice).await?;
        let likes = self.shown(viewer, likes, |like| like.actor, clear).await?;
        Ok(Likers { new, in_the_clear: clear, likes })
    }

    /// The level of an account now.
    pub async fn level(&self, account: AccountId) -> StoreResult<Level> {
        Ok(self.stores.memberships.membership(account).await?.level_at(self.clock.now()))
    }

    async fn shown(
        &self,
        viewer: AccountId,
        likes: Sliced<Interaction>,
        other: fn(&Interaction) -> AccountId,
        clear: bool,
    ) -> StoreResult<Sliced<Liked>> {
        let Sliced { total, items } = likes;
        let ids: Vec<_> = items.iter().map(other).chain([viewer]).collect();
        let rows = self.stores.people.people_among(&ids).await?;
        let mut people = by_id(rows);
        let Some(mut me) = people.remove(&viewer) else {
            return Ok(Sliced { total: 0, items: Vec::new() });
        };
        if !clear {
            me.profile.requirements = Requirements::default();
        }
        let matches = self.stores.matches.matches_with(viewer, &ids).await?;
        let matches: HashMap<_, _> = matches
            .iter()
            .filter_map(|view| Some((view.matched.partner_of(viewer)?, view.matched.id)))
            .collect();
        let items = items.into_iter().filter_map(|interaction| {
            let person = people.remove(&other(&interaction))?;
            let score = self.score(&me, &person);
            Some(Liked { match_id: matches.get(&person.id).copied(), interaction, person, score })
        });
        Ok(Sliced { total, items: items.collect() })
    }

    /// How well two people suit each other now; what the scorer refuses is as good as unknown.
    fn score(&self, me: &Person, other: &Person) -> u8 {
        let scored = self.matcher.score(me, other, self.people.moment()).unwrap_or_default();
        scored.score.percent()
    }

    /// What a match of these two would say.
    pub(super) fn terms(&self, me: &Person, other: &Person) -> MatchTerms {
        let language = Language::default();
        match self.matcher.reasons(me, other, self.people.moment(), language) {
            Ok(reasons) => {
                let (reason_for_first, reason_for_second) = reasons.as_texts(language);
                MatchTerms { reason_for_first, reason_for_second, score: self.score(me, other) }
            }
            Err(error) => {
                tracing::warn!(account = other.id.get(), %error, "a match has no reasons");
                MatchTerms::default()
            }
        }
    }
}

/// The people of rows, by their number.
pub(super) fn by_id(rows: Vec<PersonRow>) -> HashMap<AccountId, Person> {
    rows.into_iter().map(|row| (row.person.id, row.person)).collect()
}
