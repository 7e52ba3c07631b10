//! Why so few: what becomes of the people of the platform on their way to somebody's list.
//!
//! The back office is told exactly. Somebody themselves is told roughly, so that nobody can be singled out by what they
//! change, or by asking again while others do:
//!
//! - Each count is rounded to tens, up or down as a hidden offset says, and below ten it is "fewer than ten". A
//!   difference of ten between two answers may be one person or nineteen.
//! - The offset is made of the account, the day, what the account requires and the count's place, with a key, so it is
//!   another one for each of them.
//! - Whom somebody blocks or decides about changes none of the counts. Otherwise one could ask before and after blocking
//!   somebody, and learn whether that one would have them.
//! - The same question has the same answer all day, whatever others do meanwhile, so that nobody can find out where the
//!   edges are by adding people of their own.
//! - A day answers [`QUESTIONS_A_DAY`] questions of somebody, so that offsets are not averaged away by many that mean
//!   the same.
//!
//! A process remembers this of the last [`REMEMBERED`] people who asked. It bounds what can be learned and does not make it
//! nothing: who has many accounts and weeks, in a crowd that stays as it is, learns more.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use hmac::Mac as _;

use super::{Daily, DailyError, candidates};
use crate::{
    clock::Millis,
    error::StoreError,
    ids::AccountId,
    model::{
        Person,
        funnel::{Filter, Relaxation},
    },
    scoring::funnel::Funnel,
    service::{
        heavy::heavy,
        people::seeker,
        tokens::{TokenKey, mac},
    },
};

/// To how many people counts are rounded.
pub const ROUNDED_TO: usize = 10;

/// How many different questions of somebody are answered on a day.
pub const QUESTIONS_A_DAY: usize = 5;

/// Of how many people a process remembers what they were told.
pub const REMEMBERED: usize = 10_000;

/// What the key that offsets are made with is made for.
const KEY_USAGE: &str = "matchmaking: rounding of counts";

/// About how many; `None` for fewer than [`ROUNDED_TO`].
pub type Rough = Option<usize>;

/// A funnel as its person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoughFunnel {
    /// How many people there are.
    pub people: Rough,
    /// How many fell to each filter, in order.
    pub fallen: Vec<(Filter, Rough)>,
    /// How many candidates are left.
    pub left: Rough,
    /// What would bring the most, by the rounded counts, if that is anything that is told.
    pub relaxation: Option<(Relaxation, usize)>,
}

/// What somebody was told on a day, by what they required.
#[derive(Clone)]
struct ToldToday {
    day: Millis,
    answers: Vec<(String, RoughFunnel)>,
}

/// Rounds counts, and remembers the answers.
#[derive(Clone)]
pub(super) struct Rounding {
    key: [u8; 32],
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    people: HashMap<AccountId, ToldToday>,
    /// Who asked first, first.
    order: VecDeque<AccountId>,
}

/// One question: who asks, on which day, with which requirements that filter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Question {
    account: AccountId,
    day: Millis,
    required: String,
}

impl std::fmt::Debug for Rounding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rounding").finish_non_exhaustive()
    }
}

impl Rounding {
    pub(super) fn new(key: &TokenKey) -> Self {
        Self { key: key.derived(KEY_USAGE), told: Arc::default() }
    }

    /// What is remembered of a question: its answer, or that there is none today; `None` when it is to be counted.
    fn told(&self, question: &Question) -> Option<Result<RoughFunnel, Enough>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).answer(question)
    }

    /// The answer to a question: that which was remembered meanwhile, or this one.
    fn tell(&self, question: &Question, funnel: &Funnel) -> Result<RoughFunnel, Enough> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = told.answer(question) {
            return answer;
        }
        let answer = self.rough(question, funnel);
        told.remember(question, answer.clone());
        Ok(answer)
    }

    fn rough(&self, question: &Question, funnel: &Funnel) -> RoughFunnel {
        let Question { account, day, required } = question;
        let round = |place: &str, count: usize| {
            let signed = mac(&self.key).chain_update(format!("{account} {} {required} {place}", day.0));
            let offset = usize::from(signed.finalize().into_bytes()[0]) % ROUNDED_TO;
            // Never up from below: that ten would tell that there is anybody.
            (count >= ROUNDED_TO).then_some((count + offset) / ROUNDED_TO * ROUNDED_TO)
        };
        let gains = Relaxation::ALL.iter().zip(funnel.gains);
        let gains =
            gains.filter_map(|(relaxation, gain)| Some((*relaxation, round(relaxation.code(), gain)?)));
        let fallen = Filter::ALL.iter().zip(funnel.fallen);
        RoughFunnel {
            people: round("people", funnel.people),
            fallen: fallen.map(|(filter, count)| (*filter, round(filter.code(), count))).collect(),
            left: round("left", funnel.left),
            // Of equal ones the first.
            relaxation: gains.rev().max_by_key(|(_, gain)| *gain),
        }
    }
}

impl Told {
    fn answer(&self, question: &Question) -> Option<Result<RoughFunnel, Enough>> {
        let today = self.people.get(&question.account).filter(|told| told.day == question.day)?;
        let answer = today.answers.iter().find(|(required, _)| *required == question.required);
        let is_enough = today.answers.len() >= QUESTIONS_A_DAY;
        answer.map(|(_, answer)| Ok(answer.clone())).or(is_enough.then_some(Err(Enough)))
    }

    fn remember(&mut self, question: &Question, answer: RoughFunnel) {
        let Question { account, day, required } = question;
        if !self.people.contains_key(account) {
            if self.order.len() >= REMEMBERED
                && let Some(first) = self.order.pop_front()
            {
                self.people.remove(&first);
            }
            self.order.push_back(*account);
        }
        let nothing = ToldToday { day: *day, answers: Vec::new() };
        let today = self.people.entry(*account).or_insert_with(|| nothing.clone());
        if today.day != *day {
            *today = nothing;
        }
        today.answers.push((required.clone(), answer));
    }
}

/// As many questions were asked today as are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Enough;

impl Daily {
    /// What becomes of everybody on the way to this person's list, exactly.
    pub async fn funnel(&self, viewer: AccountId) -> Result<Funnel, DailyError> {
        let row = self.stores.people.person(viewer).await?.ok_or(DailyError::Unknown)?;
        let left_out = self.stores.daily.left_out(viewer, self.today().began).await?;
        self.funnel_of(&seeker(row), left_out).await
    }

    /// The same as the person is told: roughly, and as if nobody were left out. [`DailyError::EnoughAsked`] when they
    /// have asked with [`QUESTIONS_A_DAY`] other requirements today.
    pub async fn rough_funnel(&self, viewer: AccountId) -> Result<RoughFunnel, DailyError> {
        let row = self.stores.people.person(viewer).await?.ok_or(DailyError::Unknown)?;
        let (person, today) = (seeker(row), self.today());
        let question = Question { account: viewer, day: today.began, required: self.required(&person) };
        let answer = match self.rounding.told(&question) {
            Some(answer) => answer,
            None => self.rounding.tell(&question, &self.funnel_of(&person, Vec::new()).await?),
        };
        answer.map_err(|Enough| DailyError::EnoughAsked { retry_after: today.seconds_left(self.clock.now()) })
    }

    async fn funnel_of(&self, person: &Person, left_out: Vec<AccountId>) -> Result<Funnel, DailyError> {
        self.people.filled().await;
        let (matcher, moment, person) = (Arc::clone(&self.matcher), self.people.moment(), person.clone());
        // Everybody is looked at, which takes a while where there are many.
        let count = move || {
            let is_left_out = |id| left_out.binary_search(&id).is_ok();
            matcher.funnel(&candidates(&person, moment).excluding(&is_left_out))
        };
        let counted = heavy(count).await.map_err(|_| StoreError::Unavailable(None))?;
        Ok(counted?)
    }

    /// All of a person that the counts depend on.
    fn required(&self, person: &Person) -> String {
        let profile = &person.profile;
        let requirements = &profile.requirements;
        let age = profile.age_on(self.people.today());
        let genders = requirements.genders.map(crate::model::requirements::GenderSet::bits);
        format!(
            "{:?} {age:?} {genders:?} {:?} {:?}",
            profile.gender, requirements.age_min, requirements.age_max
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(account: i64, day: i64, required: &str) -> Question {
        Question {
            account: AccountId::new(account).unwrap(),
            day: Millis(day),
            required: required.to_owned(),
        }
    }

    fn funnel(left: usize) -> Funnel {
        Funnel { people: 10 * left, left, fallen: [left; Filter::COUNT], gains: [left, 3 * left, 2] }
    }

    #[test]
    fn counts_are_off_by_less_than_ten_and_few_are_fewer_than_ten() {
        let rounding = Rounding::new(&TokenKey::new(b"a key"));
        let mut ups = 0;
        for count in 0..400 {
            let rough = rounding.rough(&question(1 + count as i64, 5, "x"), &funnel(count));
            let shown = rough.left.unwrap_or(0);
            assert!(
                shown.is_multiple_of(ROUNDED_TO) && shown.abs_diff(count) < ROUNDED_TO,
                "{count}: {shown}"
            );
            assert!(count >= ROUNDED_TO || rough.left.is_none(), "{count} are some");
            ups += usize::from(shown > count);
            assert!(rough.relaxation.is_none_or(|(which, gain)| gain >= 10 && which != Relaxation::Older));
        }
        assert!((100..300).contains(&ups), "{ups}");
    }

    #[test]
    fn nobody_learns_where_the_edges_are() {
        let rounding = Rounding::new(&TokenKey::new(b"a key"));
        // Adding one after the other changes nothing that day.
        let first = rounding.tell(&question(1, 5, "x"), &funnel(95));
        for more in 96..120 {
            assert_eq!(rounding.tell(&question(1, 5, "x"), &funnel(more)), first);
        }
        // Somebody else, another day or another requirement rounds by itself.
        let edges = |questions: &mut dyn Iterator<Item = Question>| {
            let rough = |question: Question| {
                (90..100).position(|count| rounding.rough(&question, &funnel(count)).left == Some(100))
            };
            questions.map(rough).collect::<std::collections::BTreeSet<_>>().len()
        };
        assert!(edges(&mut (1..40).map(|account| question(account, 5, "x"))) > 5);
        assert!(edges(&mut (1..40).map(|day| question(1, day, "x"))) > 5);
        assert!(edges(&mut (1..40).map(|age| question(1, 5, &age.to_string()))) > 5);
        let others = Rounding::new(&TokenKey::new(b"another key"));
        let differ = |account| {
            let question = question(account, 5, "x");
            rounding.rough(&question, &funnel(95)) != others.rough(&question, &funnel(95))
        };
        assert!((1..40).any(differ));
    }

    #[test]
    fn a_day_answers_some_questions() {
        let rounding = Rounding::new(&TokenKey::new(b"a key"));
        let ask = |day, required: usize| {
            rounding.tell(&question(1, day, &required.to_string()), &funnel(50)).is_ok()
        };
        assert!((0..QUESTIONS_A_DAY).all(|required| ask(5, required)));
        assert!(!ask(5, QUESTIONS_A_DAY));
        assert!(ask(5, 0), "what was answered is answered again");
        assert!(rounding.tell(&question(2, 5, "x"), &funnel(50)).is_ok(), "others have their own");
        assert!(ask(6, QUESTIONS_A_DAY));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let rounding = Rounding::new(&TokenKey::new(b"a key"));
        for account in 1..=REMEMBERED as i64 + 3 {
            rounding.tell(&question(account, 5, "x"), &funnel(1)).unwrap();
        }
        let told = rounding.told.lock().unwrap();
        assert_eq!((told.people.len(), told.order.len()), (REMEMBERED, REMEMBERED));
        drop(told);
        assert!(rounding.told(&question(3, 5, "x")).is_none());
        assert!(rounding.told(&question(4, 5, "x")).is_some());
    }
}
