//! The interface of a pool: everyone who takes part, and the best k of them for one person.

use std::num::NonZeroUsize;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Chance, Decision, Learned, Reasons, Score, Scored, ScoringError, funnel::Funnel, reasons};
use crate::{
    clock::Millis,
    ids::AccountId,
    model::{Language, Person},
};

/// Which audiences a person belongs to, or a query looks at: a set of up to eight. What they stand for is the
/// business of whoever fills the pool; two have names here because this system uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Audience(u8);

impl Audience {
    /// Nobody's audience: in no query's sight.
    pub const NONE: Self = Self(0);
    /// People with a Telegram identity, among whom the Telegram mini-app matches.
    pub const TELEGRAM: Self = Self(1);
    /// People of the platform, among whom daily lists are drawn.
    pub const PLATFORM: Self = Self(2);
    /// Every audience.
    pub const ALL: Self = Self(u8::MAX);

    /// The set with these bits.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// The set as bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the two sets have an audience in common.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// When a question is asked: the moment decides activity, the local date decides ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The moment.
    pub now: Millis,
    /// The date on which ages are counted.
    pub today: NaiveDate,
}

impl Moment {
    /// This moment, with the date that it has in this time zone.
    #[must_use]
    pub fn new(now: Millis, zone: Tz) -> Self {
        // The local date of the first and the last moment that chrono knows may lie outside its range.
        let utc = now.to_utc().clamp(
            chrono::DateTime::<chrono::Utc>::MIN_UTC + chrono::TimeDelta::days(2),
            chrono::DateTime::<chrono::Utc>::MAX_UTC - chrono::TimeDelta::days(2),
        );
        Self { now, today: utc.with_timezone(&zone).date_naive() }
    }
}

/// A person as a pool takes them in.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The person.
    pub person: &'a Person,
    /// The audiences that the person belongs to.
    pub audience: Audience,
}

/// Who is asked for: the best `k` candidates for one person.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// For whom. Need not be in the pool; what is given here counts, not what the pool has.
    pub seeker: &'a Person,
    /// Only people of one of these audiences are candidates.
    pub audience: Audience,
    /// How many are wanted, at least 1. Fewer come when there are not as many candidates.
    pub k: usize,
    /// When.
    pub moment: Moment,
    /// Whom to leave out: the blocked, the already seen. Called an unspecified number of times, for an
    /// unspecified part of the pool; must give the same answer throughout, and must not call the pool.
    pub exclude: &'a (dyn Fn(AccountId) -> bool + Sync),
}

impl<'a> Query<'a> {
    /// The best `k` for this person among these audiences, leaving out nobody.
    #[must_use]
    pub fn new(seeker: &'a Person, audience: Audience, k: usize, moment: Moment) -> Self {
        Self { seeker, audience, k, moment, exclude: &|_| false }
    }

    /// The same, leaving out everyone for whom `exclude` says so.
    #[must_use]
    pub fn excluding(self, exclude: &'a (dyn Fn(AccountId) -> bool + Sync)) -> Self {
        Self { exclude, ..self }
    }
}

impl std::fmt::Debug for Query<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Query")
            .field("seeker", &self.seeker.id)
            .field("audience", &self.audience)
            .field("k", &self.k)
            .field("moment", &self.moment)
            .finish_non_exhaustive()
    }
}

/// One of the best, with the mutual score. Better ones come first; of equal scores the smaller id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ranked {
    /// Who.
    pub id: AccountId,
    /// How well the two suit each other.
    pub score: Score,
}

impl Ranked {
    /// Whether this one comes before the other: a greater score, or the same score and a smaller id.
    #[must_use]
    pub fn beats(&self, other: &Self) -> bool {
        (self.score, std::cmp::Reverse(self.id)) > (other.score, std::cmp::Reverse(other.id))
    }
}

/// One of the best with what both saying yes comes to, for whoever shares out places in lists.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Who.
    pub id: AccountId,
    /// How well the two suit each other.
    pub score: Score,
    /// How likely each says yes, the seeker first; `None` of a scorer that cannot tell.
    pub chance: Option<Chance>,
}

impl Candidate {
    /// The same without the chance.
    #[must_use]
    pub const fn ranked(&self) -> Ranked {
        Ranked { id: self.id, score: self.score }
    }
}

/// Everyone who takes part, and who suits whom among them.
///
/// Methods take `&self` and may be called from many threads at once. Changes are visible to every query that
/// begins after they return, and a query sees one state of the pool throughout. Nothing here blocks on
/// anything but memory. A pool keeps what it needs for scoring and no more: profiles to show come from the
/// store.
pub trait Matcher: std::fmt::Debug + Send + Sync {
    /// Takes a person in, or replaces what the pool had about them.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadPerson`] for data that no person can have; the pool then keeps what it had.
    fn upsert(&self, entry: &Entry<'_>) -> Result<(), ScoringError>;

    /// Takes a person out; whether they were in. What was learned of them may be kept for when they come back.
    fn remove(&self, id: AccountId) -> bool;

    /// Takes a person out for good, and forgets what was learned of them, whether they were in or had been taken out
    /// before; whether they were in.
    fn erase(&self, id: AccountId) -> bool {
        self.remove(id)
    }

    /// Whether this person is in.
    fn contains(&self, id: AccountId) -> bool;

    /// How many people are in, paused ones too.
    fn len(&self) -> usize;

    /// Whether nobody is in.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Notes that a person was active now, which is all that changed about them; whether they are in.
    fn touch(&self, id: AccountId, at: Millis) -> bool;

    /// The best `k` candidates in order: everyone of the audience who is not paused, meets the seeker's
    /// requirements and whose requirements the seeker meets, and is not left out.
    ///
    /// # Errors
    ///
    /// [`ScoringError::NobodyAsked`] for `k` = 0, [`ScoringError::BadPerson`] for a seeker whose data no
    /// person can have at this moment.
    fn top(&self, query: &Query<'_>) -> Result<Vec<Ranked>, ScoringError>;

    /// Many questions at once: for each of them, in their order, those whom [`top`](Self::top) answers with the chances
    /// of a yes, or why it is refused. At most `threads` threads work on it.
    ///
    /// Here they are asked one after the other, and of no chance is anything known.
    fn top_of_each(
        &self,
        queries: &[Query<'_>],
        threads: NonZeroUsize,
    ) -> Vec<Result<Vec<Candidate>, ScoringError>> {
        let _ = threads;
        let plain = |Ranked { id, score }| Candidate { id, score, chance: None };
        queries.iter().map(|query| Ok(self.top(query)?.into_iter().map(plain).collect())).collect()
    }

    /// How many people of the audience fall to each filter for the seeker of this question, one after the other, however
    /// many it asks for. Looks at everybody.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadPerson`] for a seeker whose data no person can have, [`ScoringError::Custom`] of a pool that
    /// does not count.
    fn funnel(&self, query: &Query<'_>) -> Result<Funnel, ScoringError> {
        let _ = query;
        Err(ScoringError::Custom("this pool does not count".to_owned()))
    }

    /// How well two people suit each other, in the pool or not, and why; whether or not they meet each
    /// other's requirements (see [`requirements::meet_each_other`](super::requirements::meet_each_other)),
    /// because two people may be brought together by hand.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadPerson`] for data that no person can have at this moment.
    fn score(&self, first: &Person, second: &Person, moment: Moment) -> Result<Scored, ScoringError>;

    /// One to three true sentences for each of the two, made from the parts that weighed most.
    ///
    /// # Errors
    ///
    /// As [`score`](Self::score).
    fn reasons(
        &self,
        first: &Person,
        second: &Person,
        moment: Moment,
        language: Language,
    ) -> Result<Reasons, ScoringError> {
        let scored = self.score(first, second, moment)?;
        Ok(reasons::write(first, second, &scored.breakdown, moment, language))
    }

    /// Those of the [`reasons`](Self::reasons) that the first of the two is told.
    ///
    /// # Errors
    ///
    /// As [`score`](Self::score).
    fn reasons_for_first(
        &self,
        first: &Person,
        second: &Person,
        moment: Moment,
        language: Language,
    ) -> Result<Vec<String>, ScoringError> {
        let scored = self.score(first, second, moment)?;
        Ok(reasons::write_for_first(first, second, &scored.breakdown, moment, language))
    }

    /// Learns from a decision that was made at this moment, in constant time. A pool that does not learn ignores it, and
    /// so does every pool when one of the two is not in, or is the other.
    fn observe(&self, decision: Decision, moment: Moment) {
        let _ = (decision, moment);
    }

    /// Learns from many decisions, one after the other.
    fn observe_all(&self, decisions: &[Decision], moment: Moment) {
        for decision in decisions {
            self.observe(*decision, moment);
        }
    }

    /// Forgets what was learned of single people.
    fn forget(&self) {}

    /// Forgets what was learned of single people, and learns it anew from all these decisions together: what one step a
    /// decision comes near. For a quiet hour; takes a while.
    fn relearn(&self, decisions: &[Decision], moment: Moment) {
        let _ = (decisions, moment);
    }

    /// What was learned of somebody; blank when they are not in.
    fn learned(&self, id: AccountId) -> Learned {
        let _ = id;
        Learned::default()
    }

    /// Puts in order what was told so far, for whoever has told much at once: the pool then answers at its fastest. Where
    /// a pool finds out what its average pair is, it does so here, and by itself once it has grown or shrunk much. The
    /// scores of all change together then, between two answers; their order does not.
    fn settle(&self, moment: Moment) {
        let _ = moment;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_that_of_the_time_zone() {
        // 2026-02-05T16:30Z is already the 6th in Shanghai.
        let evening = Millis(1_770_309_000_000);
        let date = |zone| Moment::new(evening, zone).today.to_string();
        assert_eq!(date(chrono_tz::Asia::Shanghai), "2026-02-06");
        assert_eq!(date(chrono_tz::UTC), "2026-02-05");
    }

    #[test]
    fn extreme_moments_do_not_panic() {
        for now in [i64::MIN, i64::MAX] {
            for zone in [chrono_tz::Asia::Shanghai, chrono_tz::America::New_York] {
                assert_eq!(Moment::new(Millis(now), zone).now, Millis(now));
            }
        }
    }

    #[test]
    fn audiences_are_sets() {
        let both = Audience::TELEGRAM.with(Audience::PLATFORM);
        assert!(both.meets(Audience::PLATFORM) && !Audience::TELEGRAM.meets(Audience::PLATFORM));
        assert!(!Audience::NONE.meets(Audience::ALL));
    }
}
