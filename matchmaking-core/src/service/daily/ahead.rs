//! Daily lists for everyone, drawn before anybody asks.
//!
//! People are gone through in the order of their accounts, some at a time: their questions are asked of the pool together,
//! their lists are kept, and then the place is noted. So whoever begins again after an interruption begins where it was
//! noted last. A list that is there is never drawn again, whoever drew it; of two who draw at the same moment one keeps
//! it ([`keep_dailies`](crate::store::DailyStore::keep_dailies)), and counts who is in it, once.
//!
//! **What the order means.** Whoever is the best for many people is taken off a little with each list that shows them, so
//! a list depends on those that were kept before it: of the day's lists those of lower accounts. It is little, as six of
//! the seven days that count were before all of them. What others are drawn or refreshed meanwhile counts from the next
//! people on.
//!
//! Lists are drawn for whoever could ask for one, with a telephone, a gender and a date of birth, but not for who has
//! paused. Whoever comes later, completes a profile or goes on has a list drawn when they ask.

use std::num::NonZeroUsize;

use super::{Daily, candidates, counted_since, fair, missing};
use crate::{
    error::{StoreError, StoreResult},
    ids::AccountId,
    model::{IdentityKind, Person},
    scoring::{Candidate, ScoringError},
    service::{days::Day, heavy::heavy, people::seeker},
    store::{DailyPlace, NewDaily},
};

/// How many people are gone through at a time: so many that among them there are some who look for the same people, and
/// so few that it takes seconds.
pub const PEOPLE_AT_ONCE: NonZeroUsize = NonZeroUsize::new(4_096).expect("more than none");

/// What came of going through some people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// The day.
    pub day: Day,
    /// How many people were gone through.
    pub people: usize,
    /// How many lists were drawn for them and kept.
    pub lists: usize,
    /// Whether everybody has been gone through.
    pub is_all: bool,
}

impl Daily {
    /// Draws the lists of today for the next so many people ([`PEOPLE_AT_ONCE`] is a good number), on so many threads at
    /// most. To be called until [`is_all`](Drawn::is_all); it may be interrupted at any moment, and be called from
    /// several processes at once, which then do some of it twice, and keep it once.
    pub async fn draw_ahead(
        &self,
        people_at_once: NonZeroUsize,
        threads: NonZeroUsize,
    ) -> StoreResult<Drawn> {
        let (day, at_once) = (self.today(), people_at_once.get());
        let reached = self.stores.daily.daily_place(day.began).await?;
        let nobody = Drawn { day, people: 0, lists: 0, is_all: true };
        if reached.is_some_and(|place| place.is_last) {
            return Ok(nobody);
        }
        let page = self.stores.people.people(reached.map(|place| place.after), at_once).await?;
        let Some(after) = page.last().map(|row| row.person.id).or(reached.map(|place| place.after)) else {
            return Ok(nobody);
        };
        let (people, is_all) = (page.len(), page.len() < at_once);
        let may_ask = page.into_iter().filter(|row| {
            row.kinds.contains(&IdentityKind::Phone) && !row.person.profile.paused && missing(row).is_empty()
        });
        let seekers = self.without_list(may_ask.map(seeker).collect(), day).await?;
        let lists = self.draw_for(seekers, day, threads).await?;
        let place = DailyPlace { after, is_last: is_all };
        self.stores.daily.reach_daily_place(day.began, place).await?;
        Ok(Drawn { day, people, lists, is_all })
    }

    /// Those who have no list of this day.
    async fn without_list(&self, mut people: Vec<Person>, day: Day) -> StoreResult<Vec<Person>> {
        let ids: Vec<AccountId> = people.iter().map(|person| person.id).collect();
        let have = self.stores.daily.have_daily(&ids, day.began).await?;
        people.retain(|person| have.binary_search(&person.id).is_err());
        Ok(people)
    }

    /// Draws lists for these people, in this order; returns how many were kept.
    async fn draw_for(&self, seekers: Vec<Person>, day: Day, threads: NonZeroUsize) -> StoreResult<usize> {
        let ids: Vec<AccountId> = seekers.iter().map(|person| person.id).collect();
        let mut asked = Vec::with_capacity(seekers.len());
        for seeker in seekers {
            let left_out = self.stores.daily.left_out(seeker.id, day.began).await?;
            asked.push((seeker, left_out));
        }
        self.people.filled().await;
        let answers = self.best_of(asked, threads).await?;
        let mut shown = self.shown_lately(answers.iter().flatten().flatten(), day).await?;
        // What another process has kept until then is counted above, and not once more as a list of these.
        let kept_meanwhile = self.stores.daily.have_daily(&ids, day.began).await?;
        let mut lists = Vec::with_capacity(ids.len());
        for (account, best) in ids.into_iter().zip(answers) {
            if kept_meanwhile.binary_search(&account).is_ok() {
                continue;
            }
            let best = best.unwrap_or_else(|error| {
                tracing::warn!(account = account.get(), %error, "nobody can be recommended");
                Vec::new()
            });
            let entries = fair(best, &shown);
            for (target, _) in &entries {
                *shown.entry(*target).or_default() += 1;
            }
            // As for whoever asks: nobody is no list.
            if !entries.is_empty() {
                let (counted_since, at) = (counted_since(day), self.clock.now());
                lists.push(NewDaily { account, day: day.began, draw: 0, entries, counted_since, at });
            }
        }
        let kept = self.stores.daily.keep_dailies(&lists).await?;
        Ok(kept.into_iter().filter(|kept| *kept).count())
    }

    /// The best for each of these people, without those whom they leave out. Threads of their own compute, so that
    /// nothing else waits.
    async fn best_of(
        &self,
        asked: Vec<(Person, Vec<AccountId>)>,
        threads: NonZeroUsize,
    ) -> StoreResult<Vec<Result<Vec<Candidate>, ScoringError>>> {
        let (matcher, moment) = (self.matcher.clone(), self.people.moment());
        let ask = move || {
            type Exclude<'a> = Box<dyn Fn(AccountId) -> bool + Sync + 'a>;
            let excludes: Vec<Exclude<'_>> = asked
                .iter()
                .map(|(_, left_out)| -> Exclude<'_> { Box::new(|id| left_out.binary_search(&id).is_ok()) })
                .collect();
            let queries: Vec<_> = asked
                .iter()
                .zip(&excludes)
                .map(|((seeker, _), exclude)| candidates(seeker, moment).excluding(&**exclude))
                .collect();
            matcher.top_of_each(&queries, threads)
        };
        heavy(ask).await.map_err(|_| StoreError::Unavailable(None))
    }
}
