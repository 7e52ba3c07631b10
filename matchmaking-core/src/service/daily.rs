//! Daily recommendations: a list a day for everyone who asks, drawn from the pool and kept. Lists may be drawn before
//! anybody asks, too ([`ahead`]), and whoever has few people in theirs is told why ([`funnel`]).

pub mod ahead;
pub mod funnel;

use std::{
    collections::{BTreeSet, HashMap},
    num::NonZeroUsize,
    sync::Arc,
};

use super::{
    days::Day,
    likes::by_id,
    people::{People, seeker, unless_refused},
    tokens::TokenKey,
};
use crate::{
    clock::{Clock, Millis},
    error::StoreError,
    ids::AccountId,
    model::{Action, Language, Person},
    scoring::{
        Audience, Candidate, Chance, Matcher, Moment, Query, ScoringError, distance::km_between,
        exposure::Discount,
    },
    store::{DailyEntry, DailyList, NewDaily, PersonRow, Stores},
};

/// How many people a list has.
pub const DAILY_PEOPLE: usize = 8;

/// How many of the best are looked at for a list: the most from whom somebody may be taken in place of those who were
/// shown much lately.
pub const DAILY_CANDIDATES: usize = 4 * DAILY_PEOPLE;

/// Over how many days it counts how often somebody was shown, today among them.
pub const EXPOSURE_DAYS: i64 = 7;

/// What is taken off the chance of whoever was shown much in that time. Their capacity is what a daily list of their own
/// shows them of others; `docs/matching.md` says what the strength was chosen from.
pub const DAILY_DISCOUNT: Discount = match Discount::new((DAILY_PEOPLE as i64 * EXPOSURE_DAYS) as f64, 0.5) {
    Ok(discount) => discount,
    Err(_) => Discount::NONE,
};

/// Half a day: a day may be an hour longer or shorter than another.
const HALF_DAY: i64 = 12 * 60 * 60 * 1_000;

/// How often a day another list may be drawn.
pub const REFRESHES_PER_DAY: i64 = 3;

/// Draws and shows daily lists.
#[derive(Debug, Clone)]
pub struct Daily {
    stores: Stores,
    people: People,
    matcher: Arc<dyn Matcher>,
    clock: Arc<dyn Clock>,
    rounding: funnel::Rounding,
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum DailyError {
    /// The profile lacks what the matchmaker must know.
    #[error("the profile lacks {0:?}")]
    Incomplete(Vec<Missing>),
    /// The day's refreshes are spent.
    #[error("no refresh is left for {retry_after} s")]
    NoRefreshLeft {
        /// Seconds until there is one.
        retry_after: u64,
    },
    /// As many questions about the funnel were asked today as are answered.
    #[error("no more funnels for {retry_after} s")]
    EnoughAsked {
        /// Seconds until there are some.
        retry_after: u64,
    },
    /// The account takes no part.
    #[error("unknown account")]
    Unknown,
    /// The scorer refused a person.
    #[error(transparent)]
    Scoring(#[from] ScoringError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a profile must have before a list is drawn for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// A gender.
    Gender,
    /// A date of birth.
    BirthDate,
}

/// A day's list as its owner is shown it.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommendations {
    /// The day.
    pub day: Day,
    /// How often another list may be drawn on it.
    pub refreshes_left: i64,
    /// Who is recommended, the best first.
    pub people: Vec<Recommended>,
}

/// Somebody in a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Recommended {
    /// Who.
    pub person: Person,
    /// How well the two suited each other when the list was drawn, 0 to 100.
    pub score: u8,
    /// Why, in one to three sentences.
    pub reasons: Vec<String>,
    /// How far apart the two live, in kilometres with one decimal, where both have told.
    pub distance_km: Option<f64>,
    /// What the owner of the list has decided about them today.
    pub decision: Option<Action>,
}

impl Daily {
    /// The service over these stores and this pool.
    #[must_use]
    pub fn new(
        stores: Stores,
        people: People,
        matcher: Arc<dyn Matcher>,
        clock: Arc<dyn Clock>,
        key: &TokenKey,
    ) -> Self {
        Self { stores, people, matcher, clock, rounding: funnel::Rounding::new(key) }
    }

    /// The day that it is.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::of(self.clock.now(), self.people.time_zone())
    }

    /// Whether drawing a list would wait for the pool to be filled.
    pub(super) fn is_waiting(&self) -> bool {
        self.people.is_filling()
    }

    /// The list of today, drawn now if there is none. `refresh` spends one of the day's refreshes and draws another.
    pub async fn list(
        &self,
        viewer: AccountId,
        refresh: bool,
        language: Language,
    ) -> Result<Recommendations, DailyError> {
        let day = self.today();
        let mut kept = self.stores.daily.daily(viewer, day.began).await?;
        if kept.is_none() || refresh {
            kept = self.draw(viewer, day, kept, refresh).await?;
        }
        let (draw, entries) = kept.map_or((0, Vec::new()), |list| (list.draw, list.entries));
        let people = self.shown(viewer, day, entries, language).await?;
        Ok(Recommendations { day, refreshes_left: (REFRESHES_PER_DAY - draw).max(0), people })
    }

    /// The next one in today's list about whom nothing is decided.
    pub async fn next(&self, viewer: AccountId) -> Result<Option<Person>, StoreError> {
        let day = self.today();
        let Some(list) = self.stores.daily.daily(viewer, day.began).await? else { return Ok(None) };
        let left: Vec<AccountId> = list
            .entries
            .iter()
            .filter(|entry| decision_of_today(entry, day).is_none())
            .map(|entry| entry.target)
            .collect();
        let mut people = self.by_id(&left).await?;
        Ok(left.iter().filter_map(|id| people.remove(id)).find(|person| !person.profile.paused))
    }

    /// Draws a list and keeps it; of two that draw at the same moment both get the one that is kept.
    async fn draw(
        &self,
        viewer: AccountId,
        day: Day,
        mut kept: Option<DailyList>,
        refresh: bool,
    ) -> Result<Option<DailyList>, DailyError> {
        let row = self.stores.people.person(viewer).await?.ok_or(DailyError::Unknown)?;
        let missing = missing(&row);
        if !missing.is_empty() {
            return Err(DailyError::Incomplete(missing));
        }
        let seeker = seeker(row);
        self.people.filled().await;
        loop {
            let draw = kept.as_ref().map_or(0, |list| list.draw) + i64::from(refresh);
            let now = self.clock.now();
            if draw > REFRESHES_PER_DAY {
                return Err(DailyError::NoRefreshLeft { retry_after: day.seconds_left(now) });
            }
            let left_out = self.stores.daily.left_out(viewer, day.began).await?;
            let is_left_out = |id| left_out.binary_search(&id).is_ok();
            let query = candidates(&seeker, self.people.moment()).excluding(&is_left_out);
            let best = self.matcher.top_of_each(&[query], NonZeroUsize::MIN).pop();
            let best = best.unwrap_or_else(|| Ok(Vec::new()))?;
            let shown = self.shown_lately(&best, day).await?;
            let entries = fair(best, &shown);
            // Nobody is no list that somebody would want to see all day.
            if entries.is_empty() && !refresh {
                return Ok(None);
            }
            let counted_since = counted_since(day);
            let new = NewDaily { account: viewer, day: day.began, draw, entries, counted_since, at: now };
            let drawn = self.stores.daily.keep_daily(new).await?;
            kept = self.stores.daily.daily(viewer, day.began).await?;
            // A refresh that came second spends another one; without a list, the account has gone meanwhile.
            if drawn || !refresh || kept.is_none() {
                return Ok(kept);
            }
        }
    }

    /// How often these people stood in lists lately; without those who did not.
    async fn shown_lately(
        &self,
        people: impl IntoIterator<Item = &Candidate>,
        day: Day,
    ) -> Result<HashMap<AccountId, u64>, StoreError> {
        let ids: BTreeSet<AccountId> = people.into_iter().map(|one| one.id).collect();
        let ids: Vec<AccountId> = ids.into_iter().collect();
        Ok(self.stores.daily.exposures(&ids, counted_since(day)).await?.into_iter().collect())
    }

    /// The people of a list with what is said of them; without those who do not want to be in anyone's, or whose data
    /// the matchmaker refuses.
    async fn shown(
        &self,
        viewer: AccountId,
        day: Day,
        entries: Vec<DailyEntry>,
        language: Language,
    ) -> Result<Vec<Recommended>, DailyError> {
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = entries.iter().map(|entry| entry.target).chain([viewer]).collect();
        let mut people = self.by_id(&ids).await?;
        let me = people.remove(&viewer).ok_or(DailyError::Unknown)?;
        let moment = self.people.moment();
        let mut shown = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(person) = people.remove(&entry.target).filter(|person| !person.profile.paused) else {
                continue;
            };
            let reasons = self.matcher.reasons_for_first(&me, &person, moment, language);
            let Some(reasons) = unless_refused(person.id, reasons)? else { continue };
            shown.push(Recommended {
                score: entry.score,
                reasons,
                distance_km: km_between(me.profile.position, person.profile.position),
                decision: decision_of_today(&entry, day),
                person,
            });
        }
        Ok(shown)
    }

    async fn by_id(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, Person>, StoreError> {
        Ok(by_id(self.stores.people.people_among(ids).await?))
    }
}

/// What a profile lacks without which no list is drawn for it.
fn missing(row: &PersonRow) -> Vec<Missing> {
    let profile = &row.person.profile;
    let lacks =
        [(profile.gender.is_none(), Missing::Gender), (profile.birth_date.is_none(), Missing::BirthDate)];
    lacks.into_iter().filter_map(|(is_missing, what)| is_missing.then_some(what)).collect()
}

/// The question for those among whom a list is chosen.
fn candidates(seeker: &Person, moment: Moment) -> Query<'_> {
    Query::new(seeker, Audience::PLATFORM, DAILY_CANDIDATES, moment)
}

/// Since when it counts on a day how often somebody was shown.
fn counted_since(day: Day) -> Millis {
    day.began.plus(HALF_DAY - 2 * EXPOSURE_DAYS * HALF_DAY)
}

/// Those of the best whom a list shows, with what their scores are shown as: the likeliest matches, less what is taken
/// off for whoever was shown much lately, in the order of the score.
fn fair(mut best: Vec<Candidate>, shown: &HashMap<AccountId, u64>) -> Vec<(AccountId, u8)> {
    let load = |one: &Candidate| shown.get(&one.id).copied().unwrap_or_default() as f64;
    if best.len() > DAILY_PEOPLE && best.iter().any(|one| load(one) > 0.0) {
        let worth = |one: &Candidate| {
            // A scorer that tells no chance has its score to go by.
            let chance = one.chance.map_or_else(|| f64::from(one.score.millionths()) / 1e6, Chance::both);
            DAILY_DISCOUNT.apply(chance, load(one))
        };
        best.sort_by(|one, other| worth(other).total_cmp(&worth(one)));
        best.truncate(DAILY_PEOPLE);
        best.sort_by_key(|one| (std::cmp::Reverse(one.score), one.id));
    }
    best.iter().take(DAILY_PEOPLE).map(|one| (one.id, one.score.percent())).collect()
}

/// What is decided about somebody in a list. Who was skipped on an earlier day is undecided again.
fn decision_of_today(entry: &DailyEntry, day: Day) -> Option<Action> {
    let is_today = |at: Millis| at >= day.began;
    entry.decision.filter(|(action, at)| *action != Action::Skip || is_today(*at)).map(|(action, _)| action)
}
