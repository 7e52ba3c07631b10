//! What each code of somebody adds to the bound for one seeker, in log-odds that count as much as the tangent says.

use super::{
    block::LANES,
    row::{CITIES, Row, SAME_CITY},
    summary::trait_unit,
};
use crate::{
    model::profile::{EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType},
    scoring::{
        ReferenceScorer, Weight, closeness, facts::Facts, features::TRAITS, interests::overlap, score, wishes,
    },
};

/// Values by code.
#[derive(Debug, Clone)]
pub(super) struct Table<const N: usize>(pub(super) [f64; N]);

impl<const N: usize> Table<N> {
    fn new(value: impl Fn(usize) -> f64) -> Self {
        Self(std::array::from_fn(value))
    }

    /// The same value for all codes from this one on: there are no such people.
    fn until(last: usize, value: impl Fn(usize) -> f64) -> Self {
        Self::new(|code| value(code.min(last)))
    }

    pub(super) fn least(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }

    pub(super) fn most(&self) -> f64 {
        self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// How many steps each value lies above the least one, rounded up.
    pub(super) fn in_steps(&self, step: f64) -> [u8; N] {
        self.in_steps_above(self.least(), step)
    }

    /// How many steps each value lies above this one, rounded up.
    pub(super) fn in_steps_above(&self, least: f64, step: f64) -> [u8; N] {
        self.0.map(|value| ((value - least) / step).ceil() as u8)
    }
}

/// Places in the tables of wishes that one of several levels meets.
pub(super) const NOTHING_ASKED: usize = 0;
pub(super) const UNMET: usize = 1;
pub(super) const HALF_MET: usize = 2;
pub(super) const MET: usize = 3;

/// Places in the tables of what is the same or not.
pub(super) const UNKNOWN: usize = 0;
pub(super) const ANOTHER: usize = 1;
pub(super) const SAME: usize = 2;
/// It cannot be told here, so it is the better one.
pub(super) const MAYBE: usize = 3;

/// Places in the table of nearness by name.
pub(super) const ELSEWHERE: usize = 1;
pub(super) const PROVINCE: usize = 2;
pub(super) const CITY: usize = 3;
pub(super) const ANYWHERE: usize = 4;

/// The place of a height that is not known, and of no wish about it. Below it are centimetres outside the window.
pub(super) const NO_HEIGHT: usize = 15;
/// Centimetres outside the window from which on a height meets a wish not at all.
pub(super) const HEIGHT_TOLERANCE: usize = 10;

/// The ages of one table: 0 to 255, and an unknown one.
pub(super) const AGES: usize = 257;
/// Days for each place of the second table of activity.
pub(super) const DAYS_EACH: u16 = 8;

/// The tables.
#[derive(Debug)]
pub(super) struct Tables {
    /// By gender, 0 where it is not set; not among those that are in steps.
    pub(super) gender: [f64; 4],
    /// By age; not known is the last. Ages that the seeker does not look for have the least value.
    pub(super) age: Table<AGES>,
    /// By days since the last activity, the last for all longer ones.
    pub(super) activity: Table<16>,
    /// The same, for [`DAYS_EACH`] days each.
    pub(super) longer: Table<16>,
    /// By how many interests are shared, and how many the other has; the last for more.
    pub(super) interests: [Table<16>; 16],
    /// By name, where no positions are known.
    pub(super) by_name: Table<5>,
    /// By position: what nearness counts for.
    pub(super) nearness: f64,
    pub(super) ratings: [Table<16>; TRAITS],
    /// What a rating adds with this seeker beyond what it adds with everybody.
    pub(super) own_ratings: [Table<16>; TRAITS],
    pub(super) education: Table<16>,
    /// By marital status and children.
    pub(super) family: Table<16>,
    pub(super) income: Table<16>,
    pub(super) going_out: Table<16>,
    /// By field of work; the first for an unknown one.
    pub(super) occupation: Table<17>,
    /// By how the seeker meets the other's wish.
    pub(super) education_wish: Table<4>,
    pub(super) income_wish: Table<4>,
    pub(super) occupation_wish: Table<4>,
    pub(super) marital_wish: Table<16>,
    /// By how the seeker's city meets the other's wish, and the other's city the seeker's.
    pub(super) city_wish: Table<4>,
    pub(super) own_city: Table<4>,
    /// By centimetres outside what the seeker looks for, and the other.
    pub(super) height: Table<16>,
    pub(super) height_wish: Table<16>,
    pub(super) study: Table<4>,
}

const _: () = {
    assert!(EducationLevel::ALL.len() < 8 && IncomeRange::ALL.len() < 8, "a level fits three bits");
    assert!(MaritalStatus::ALL.len() < 4 && OccupationType::ALL.len() <= 16, "a kind fits a table");
    assert!(LANES == 64, "a lane is a bit of a word");
};

impl Tables {
    /// The tables for a seeker, where the log-odds of the two directions count for `slopes`.
    pub(super) fn new(
        scorer: &ReferenceScorer,
        seeker: &Row,
        facts: &Facts,
        day: u16,
        slopes: [f64; 2],
    ) -> Self {
        let [ours, theirs] = slopes;
        let both = ours + theirs;
        let adds = |weight: Weight, value: f64| scorer.adds(weight, value);
        let add = |weight: Weight, value: Option<f64>| value.map_or(0.0, |value| adds(weight, value));
        let code =
            |code: usize, kinds: usize| (code as u8).checked_sub(1).filter(|at| usize::from(*at) < kinds);
        let (shares, taste) = (wishes::stated(facts.stated), facts.learned.taste());
        // Somebody of whom only what is told here counts.
        let other = |tell: &dyn Fn(&mut Facts)| {
            let mut other = *facts;
            tell(&mut other);
            other
        };
        let wish = |weight: Weight, count: f64, is_known: bool| {
            let met = |met: f64| if is_known { count * adds(weight, met) } else { 0.0 };
            Table([0.0, met(0.0), met(0.5), met(1.0)])
        };
        let listed = |weight: Weight, count: f64, is_known: bool| {
            let [unmet, met] = [0.0, 1.0].map(|met| if is_known { count * adds(weight, met) } else { 0.0 });
            Table([0.0, unmet, met, unmet.max(met)])
        };
        let specific = |at: usize| ours * (scorer.weights().of(Weight::TraitWish) * shares[at] + taste[at]);
        let own_count = seeker.interest_count();
        let asks_city = seeker.wish_flags & (SAME_CITY | CITIES) != 0;

        Self {
            gender: std::array::from_fn(|gender| {
                let at = gender.checked_sub(1).and_then(|at| Gender::ALL.get(at));
                theirs * scorer.base(at.copied())
            }),
            age: Self::ages(scorer, seeker, facts, slopes),
            activity: Table::new(|days| Self::active(scorer, facts, day, both, days as u16, days < 15)),
            longer: Table::new(|part| {
                let days = part as u16 * DAYS_EACH;
                let last = Self::active(scorer, facts, day, both, days + DAYS_EACH - 1, part < 15);
                last.max(Self::active(scorer, facts, day, both, days, true))
            }),
            interests: std::array::from_fn(|shared| {
                Table::new(|theirs| {
                    let value = |shared: usize, theirs: usize| {
                        if own_count == 0 || theirs == 0 {
                            return 0.0;
                        }
                        let overlap = overlap(shared, own_count, theirs);
                        both * adds(Weight::Interests, overlap / (overlap + closeness::OVERLAP_SCALE))
                    };
                    let mut most = value(shared, theirs);
                    // The last places stand for all greater numbers, of which the farthest is the best or the worst.
                    if theirs == 15 {
                        most = most.max(value(shared, LANES));
                    }
                    if shared == 15 && theirs == 15 {
                        most = most.max(value(own_count.min(LANES), own_count.min(LANES)));
                    }
                    most
                })
            }),
            by_name: {
                let [city, province, elsewhere] = closeness::NEARNESS_BY_NAME
                    .map(|value| if seeker.city() == 0 { 0.0 } else { both * adds(Weight::Nearness, value) });
                Table([0.0, elsewhere, province, city, elsewhere.max(province).max(city)])
            },
            nearness: both * scorer.weights().of(Weight::Nearness),
            ratings: std::array::from_fn(|at| {
                let appeal = ours * scorer.weights().of(Weight::ALL[score::APPEAL_TRAITS + at]);
                let readiness = theirs * scorer.weights().of(Weight::ALL[score::READINESS_TRAITS + at]);
                Table::until(10, |rating| trait_unit(rating) * (appeal + readiness + specific(at)))
            }),
            own_ratings: std::array::from_fn(|at| {
                Table::until(10, |rating| trait_unit(rating) * specific(at))
            }),
            education: Table::new(|level| {
                let level = code(level & 7, EducationLevel::ALL.len());
                let other = other(&|other| other.education = level);
                both * add(Weight::EducationCloseness, closeness::education(facts, &other))
                    + ours * add(Weight::EducationWish, wishes::education(facts, &other))
            }),
            family: Table::new(|family| {
                let other = other(&|other| {
                    other.marital = code(family & 3, MaritalStatus::ALL.len());
                    other.has_children = code(family >> 2, 2).map(|children| children == 1);
                });
                let same = add(Weight::Marital, closeness::same(facts.marital, other.marital))
                    + add(Weight::Family, closeness::same(facts.has_children, other.has_children));
                both * same + ours * add(Weight::MaritalWish, wishes::marital(facts, &other))
            }),
            income: Table::new(|income| {
                let other = other(&|other| other.income = code(income & 7, IncomeRange::ALL.len()));
                both * add(Weight::IncomeCloseness, closeness::income(facts, &other))
                    + ours * add(Weight::IncomeWish, wishes::income(facts, &other))
            }),
            going_out: Table::new(|often| {
                let other =
                    other(&|other| other.going_out = Some((often & 7) as u8).filter(|often| *often != 0));
                both * add(Weight::GoingOut, closeness::going_out(facts, &other))
            }),
            occupation: Table::new(|kind| {
                let other = other(&|other| other.occupation = code(kind, OccupationType::ALL.len()));
                both * add(Weight::Work, closeness::same(facts.occupation, other.occupation))
                    + ours * add(Weight::OccupationWish, wishes::occupation(facts, &other))
            }),
            education_wish: wish(Weight::EducationWish, theirs, facts.education.is_some()),
            income_wish: wish(Weight::IncomeWish, theirs, facts.income.is_some()),
            occupation_wish: wish(Weight::OccupationWish, theirs, facts.occupation.is_some()),
            marital_wish: Table::new(|asked| {
                let met = facts.marital.and_then(|status| wishes::listed(asked as u16 & 7, status));
                theirs * add(Weight::MaritalWish, met)
            }),
            city_wish: listed(Weight::CityWish, theirs, seeker.city() != 0),
            own_city: {
                let mut own = listed(Weight::CityWish, ours, asks_city);
                // Whoever lives elsewhere may live in a listed city.
                if seeker.wish_flags & CITIES != 0 {
                    own.0[ANOTHER] = own.0[MAYBE];
                } else if seeker.city() == 0 {
                    own = Table([0.0; 4]);
                }
                own
            },
            height: Table::new(|out| {
                let window = facts.heights;
                if out == NO_HEIGHT || !window.is_set() {
                    return 0.0;
                }
                ours * adds(Weight::HeightWish, height_met(out))
            }),
            height_wish: Table::new(|out| {
                if out == NO_HEIGHT || facts.height.is_none() {
                    return 0.0;
                }
                theirs * adds(Weight::HeightWish, height_met(out))
            }),
            study: listed(Weight::Study, both, seeker.study() != 0),
        }
    }

    fn ages(scorer: &ReferenceScorer, seeker: &Row, facts: &Facts, [ours, theirs]: [f64; 2]) -> Table<AGES> {
        let add = |weight: Weight, value: Option<f64>| value.map_or(0.0, |value| scorer.adds(weight, value));
        let value = |age: usize| {
            let age = u8::try_from(age).ok();
            let other = Facts { age, ..*facts };
            let shared = add(Weight::AgeCloseness, closeness::age(facts, &other));
            let appeal = add(Weight::AppealAge, age.map(score::age));
            let readiness = add(Weight::ReadinessAge, age.map(score::age));
            (ours + theirs) * shared + ours * appeal + theirs * readiness
        };
        let [least, greatest] = seeker.ages.map(usize::from);
        let sought = |age: usize| age == AGES - 1 || (least..=greatest).contains(&age);
        let none = (0..AGES).filter(|age| sought(*age)).map(value).fold(f64::INFINITY, f64::min);
        Table::new(|age| if sought(age) { value(age) } else { none })
    }

    /// What the activity of somebody adds who was active so many days ago, or at least so many.
    fn active(
        scorer: &ReferenceScorer,
        facts: &Facts,
        day: u16,
        both: f64,
        days: u16,
        is_exact: bool,
    ) -> f64 {
        let own = closeness::recency(facts.active, day);
        let at = |recency: f64| both * scorer.adds(Weight::Activity, f64::midpoint(own, recency));
        let value = at(closeness::recency(0, days));
        // Recency only falls; where activity harms, the longest ago is the best.
        if is_exact { value } else { value.max(at(0.0)) }
    }

    /// Tells each table whose values are added for everybody, one after the other.
    pub(super) fn each(&self, mut tell: impl FnMut(f64, f64)) {
        macro_rules! tell {
            ($($table:expr),+ $(,)?) => { $(tell($table.least(), $table.most());)+ };
        }
        tell!(
            self.education,
            self.family,
            self.income,
            self.going_out,
            self.occupation,
            self.education_wish,
            self.income_wish,
            self.occupation_wish,
            self.marital_wish,
            self.city_wish,
            self.height,
            self.height_wish,
            self.study,
        );
    }

    /// The least and the most of what common interests add.
    pub(super) fn interests(&self) -> [f64; 2] {
        let least = self.interests.iter().map(Table::least).fold(f64::INFINITY, f64::min);
        let most = self.interests.iter().map(Table::most).fold(f64::NEG_INFINITY, f64::max);
        [least, most]
    }
}

/// How far a height that lies so far outside a window meets it.
fn height_met(out: usize) -> f64 {
    1.0 - out.min(HEIGHT_TOLERANCE) as f64 / HEIGHT_TOLERANCE as f64
}
