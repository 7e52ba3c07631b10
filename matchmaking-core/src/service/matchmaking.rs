//! Matches: made by hand, or by the scorer.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    announcing::Announcer,
    people::{People, unless_refused},
};
use crate::{
    clock::Clock,
    error::StoreError,
    ids::{AccountId, MatchId},
    model::{Language, Match, Person},
    realtime::{Event, Hub},
    scoring::{Audience, Matcher, Query, ScoringError},
    store::{CreateMatchOutcome, MatchTerms, MatchView, NewMatch, Stores},
};

/// How many candidates are asked of the pool at once, so that one who has vanished meanwhile costs no second question.
const CANDIDATES: usize = 8;

/// How often the pool is asked again when every candidate has vanished meanwhile.
const ROUNDS: usize = 8;

/// Makes, shows and changes matches.
#[derive(Debug, Clone)]
pub struct Matchmaking {
    stores: Stores,
    people: People,
    matcher: Arc<dyn Matcher>,
    hub: Arc<Hub>,
    announcer: Announcer,
    clock: Arc<dyn Clock>,
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum MatchmakingError {
    /// One of the two is unknown, they are one and the same, or they may not see each other.
    #[error("no such pair")]
    NoSuchPair,
    /// The scorer refused a person.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A match for someone who asked for one.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Chosen just now.
    New(Match),
    /// They had it before.
    Existing(Match),
}

impl Matchmaking {
    /// The service over these stores and this pool.
    #[must_use]
    pub fn new(
        stores: Stores,
        people: People,
        matcher: Arc<dyn Matcher>,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let announcer = Announcer::new(stores.clone(), Arc::clone(&hub));
        Self { stores, people, matcher, hub, announcer, clock }
    }

    /// Makes the match of two people, or returns the one they have, unchanged.
    pub async fn create(
        &self,
        first: AccountId,
        second: AccountId,
        terms: MatchTerms,
    ) -> Result<Match, MatchmakingError> {
        if first == second {
            return Err(MatchmakingError::NoSuchPair);
        }
        match self.make(first, second, terms).await? {
            CreateMatchOutcome::Made(made) => Ok(made),
            CreateMatchOutcome::Existing(existing) => Ok(existing),
            CreateMatchOutcome::NotVisible => Err(MatchmakingError::NoSuchPair),
        }
    }

    async fn make(
        &self,
        first: AccountId,
        second: AccountId,
        terms: MatchTerms,
    ) -> Result<CreateMatchOutcome, StoreError> {
        let new = NewMatch { first, second, terms, at: self.clock.now() };
        let outcome = self.stores.matches.create_match(new).await?;
        if let CreateMatchOutcome::Made(made) = &outcome {
            self.announcer.tell(made).await;
        }
        Ok(outcome)
    }

    /// A match as one of its two people sees it; `None` for everyone else.
    pub async fn view(&self, viewer: AccountId, id: MatchId) -> Result<Option<MatchView>, StoreError> {
        let view = self.stores.matches.match_view(id).await?;
        Ok(view.filter(|view| view.matched.partner_of(viewer).is_some()))
    }

    /// Whether there is such a match, and its two people see each other.
    pub async fn exists(&self, id: MatchId) -> Result<bool, StoreError> {
        Ok(self.stores.matches.match_view(id).await?.is_some())
    }

    /// The matches of a person, oldest first.
    pub async fn of(&self, account: AccountId) -> Result<Vec<MatchView>, StoreError> {
        self.stores.matches.matches_of(account).await
    }

    /// Flips the like of a match; tells whether there is such a match.
    pub async fn toggle_like(&self, id: MatchId) -> Result<bool, StoreError> {
        let Some(toggled) = self.stores.matches.toggle_like(id).await? else { return Ok(false) };
        let event = Event::MatchUpdated { match_id: toggled.id, made: false };
        self.hub.publish_to(&[toggled.first, toggled.second], event);
        Ok(true)
    }

    /// A match for someone who asks for one. Their newest match, while nobody has written in it, so that asking again
    /// burns nobody; else the best candidate of this audience with whom they have none; else the best match they have;
    /// `None` without any. People of whom one rejected the other are not brought together.
    pub async fn next_for(
        &self,
        account: AccountId,
        audience: Audience,
        language: Language,
    ) -> Result<Option<Found>, MatchmakingError> {
        // Whom to leave out is read before the matches: whoever chooses this person in between is then either seen
        // among the matches or still a candidate, and being chosen, found to be matched already.
        let excluded = self.excluded(account).await?;
        let matches = self.of(account).await?;
        if let Some(newest) = matches.last().filter(|view| view.last_seq == 0) {
            return Ok(Some(Found::Existing(newest.matched.clone())));
        }
        let Some(row) = self.stores.people.person(account).await? else { return Ok(None) };
        self.people.filled().await;
        if let Some(found) = self.choose(&row.person, excluded, audience, language).await? {
            return Ok(Some(found));
        }
        // Of equally good ones the newest.
        let best = matches.into_iter().max_by_key(|view| (view.matched.score, view.matched.id));
        Ok(best.map(|view| Found::Existing(view.matched)))
    }

    /// Everyone with whom this person ever had a match, or of whom one rejected the other.
    async fn excluded(&self, account: AccountId) -> Result<BTreeSet<AccountId>, StoreError> {
        let partners = self.stores.matches.partners(account).await?;
        let rejected = self.stores.matches.rejected(account).await?;
        Ok(partners.into_iter().chain(rejected).collect())
    }

    async fn choose(
        &self,
        person: &Person,
        mut excluded: BTreeSet<AccountId>,
        audience: Audience,
        language: Language,
    ) -> Result<Option<Found>, MatchmakingError> {
        for _ in 0..ROUNDS {
            let moment = self.people.moment();
            let is_excluded = |id| excluded.contains(&id);
            let query = Query::new(person, audience, CANDIDATES, moment).excluding(&is_excluded);
            let ranked = self.matcher.top(&query)?;
            if ranked.is_empty() {
                return Ok(None);
            }
            for candidate in ranked {
                excluded.insert(candidate.id);
                let Some(other) = self.stores.people.person(candidate.id).await? else { continue };
                let reasons = self.matcher.reasons(person, &other.person, moment, language);
                let Some(reasons) = unless_refused(candidate.id, reasons)? else { continue };
                let (reason_for_first, reason_for_second) = reasons.as_texts(language);
                let terms =
                    MatchTerms { reason_for_first, reason_for_second, score: candidate.score.percent() };
                match self.make(person.id, candidate.id, terms).await? {
                    // An existing one: the other chose this person at the same moment.
                    CreateMatchOutcome::Made(found) | CreateMatchOutcome::Existing(found) => {
                        return Ok(Some(Found::New(found)));
                    }
                    CreateMatchOutcome::NotVisible => {}
                }
            }
        }
        Ok(None)
    }
}
