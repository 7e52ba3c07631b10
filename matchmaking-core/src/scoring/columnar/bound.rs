//! The most that people can score with one seeker, without scoring them.
//!
//! The chance that both say yes is `M = σ(L₁)·σ(L₂)` with the log-odds of the two directions. `ln σ` bends downwards, so
//! it lies below each of its tangents: for any point `(a, b)`
//!
//! ```text
//! ln M ≤ ln σ(a) + ln σ(b) + (1 − σ(a))·(L₁ − a) + (1 − σ(b))·(L₂ − b)
//! ```
//!
//! which is a plain sum over what is known of the other one, since `L₁` and `L₂` are. Each code of theirs adds what a
//! table made for the seeker says. The nearer `(a, b)` is to the log-odds of the best, the tighter the bound.

use super::{
    block::{Block, LANES, Summary},
    row::{CITIES, NO_CELL, Row, SAME_CITY, STATED, age_on, packed},
};
use crate::scoring::{
    Moment, ReferenceScorer, Weight, closeness,
    distance::km_at_least,
    facts::{Facts, day_of},
    features::TRAITS,
    learning::step::{EFFECT_STEPS, TASTE_STEPS, logistic},
    requirements::ADULT,
    score, wishes,
};

/// The farthest from even odds that a tangent is taken.
const FARTHEST: f64 = 8.0;
/// What a bound may be off by rounding: this, and this share of everything that was added up.
const SLACK: f32 = 1e-4;
const RELATIVE_SLACK: f32 = 1e-5;
/// Kilometres in a degree of latitude, rounded down.
const KM_PER_DEGREE: f32 = 111.19;

/// Bounds for one seeker, with the tangent at one point.
#[derive(Debug)]
pub(super) struct Bounds<'a> {
    seeker: &'a Row,
    facts: Facts,
    today: i32,
    day: u16,
    /// What the log-odds of the seeker's yes and of the other's count for.
    slopes: [f32; 2],
    /// What is the same whoever the other one is.
    constant: f32,
    /// The most that common interests and stated tastes add.
    most_reckoned: f32,
    /// The most that all tables together add, but those that blocks know better.
    most_looked_up: f32,
    gender: [f32; 4],
    ratings: [[f32; 16]; TRAITS],
    levels: [f32; 128],
    means: [f32; 64],
    occupation: [f32; 32],
    education_wish: [f32; 32],
    income_wish: [f32; 64],
    wish_flags: [f32; 64],
    /// By what the other wishes in a partner's work: nothing, something else, the seeker's.
    occupation_wish: [f32; 3],
    height: [f32; 256],
    /// By age; the last for an unknown one.
    age: Box<[f32; 257]>,
    /// By days since the last activity; the last for all longer ones.
    activity: Box<[f32; 256]>,
    /// What a met wish about the seeker's height adds, and one that is not met at all.
    height_wish: [f32; 2],
    /// By the other's study: unknown, another, the same.
    study: [f32; 3],
    interests: f32,
    nearness: f32,
    /// What each of the other's tastes counts for.
    traits: [f32; TRAITS],
    stated: f32,
}

impl<'a> Bounds<'a> {
    /// The bounds for a seeker, best where the log-odds of the two directions are near `point`.
    pub(super) fn new(scorer: &ReferenceScorer, seeker: &'a Row, moment: Moment, point: [f64; 2]) -> Self {
        let today = packed(moment.today);
        let facts = seeker.facts(today);
        let point = point.map(|odds| if odds.is_finite() { odds.clamp(-FARTHEST, FARTHEST) } else { 0.0 });
        let slopes = point.map(|odds| 1.0 - logistic(odds));
        let [ours, theirs] = slopes;
        let both = ours + theirs;
        let adds = |weight: Weight, value: f64| scorer.adds(weight, value);
        let add = |weight: Weight, value: Option<f64>| value.map_or(0.0, |value| adds(weight, value));
        let tangent: f64 =
            point.iter().zip(slopes).map(|(odds, slope)| logistic(*odds).ln() - slope * odds).sum();
        let own = scorer.standing(&facts);
        let constant = tangent + ours * own.readiness + theirs * own.appeal;
        let code = |code: usize| (code as u8).checked_sub(1);
        let trait_units = wishes::traits(facts.ratings);
        let shares = wishes::stated(facts.stated);
        let taste = facts.learned.taste();
        // Somebody of whom only what is told here counts.
        let other = |tell: &dyn Fn(&mut Facts)| {
            let mut other = facts;
            tell(&mut other);
            other
        };

        let mut bounds = Self {
            seeker,
            facts,
            today,
            day: day_of(moment.now),
            slopes: slopes.map(|slope| slope as f32),
            constant: constant as f32,
            most_reckoned: 0.0,
            most_looked_up: 0.0,
            gender: std::array::from_fn(|gender| {
                let gender =
                    code(gender).and_then(|at| crate::model::profile::Gender::ALL.get(usize::from(at)));
                (theirs * scorer.base(gender.copied())) as f32
            }),
            ratings: std::array::from_fn(|at| {
                let ours = ours
                    * (scorer.weights().of(Weight::ALL[score::APPEAL_TRAITS + at])
                        + scorer.weights().of(Weight::TraitWish) * shares[at]
                        + taste[at]);
                let theirs = theirs * scorer.weights().of(Weight::ALL[score::READINESS_TRAITS + at]);
                std::array::from_fn(|rating| {
                    let unit = wishes::traits([Some(rating as u8).filter(|rating| *rating != 0); TRAITS])[0];
                    (unit * (ours + theirs)) as f32
                })
            }),
            levels: std::array::from_fn(|levels| {
                let other = other(&|other| {
                    other.education = code(levels & 7).filter(|level| *level < 5);
                    other.marital = code(levels >> 3 & 3);
                    other.has_children = code(levels >> 5 & 3).map(|children| children == 1);
                });
                let shared = add(Weight::EducationCloseness, closeness::education(&facts, &other))
                    + add(Weight::Marital, closeness::same(facts.marital, other.marital))
                    + add(Weight::Family, closeness::same(facts.has_children, other.has_children));
                let wished = add(Weight::EducationWish, wishes::education(&facts, &other))
                    + add(Weight::MaritalWish, wishes::marital(&facts, &other));
                (both * shared + ours * wished) as f32
            }),
            means: std::array::from_fn(|means| {
                let other = other(&|other| {
                    other.income = code(means & 7).filter(|income| *income < 6);
                    other.going_out = Some((means >> 3) as u8).filter(|often| *often != 0);
                });
                let shared = add(Weight::IncomeCloseness, closeness::income(&facts, &other))
                    + add(Weight::GoingOut, closeness::going_out(&facts, &other));
                (both * shared + ours * add(Weight::IncomeWish, wishes::income(&facts, &other))) as f32
            }),
            occupation: std::array::from_fn(|kind| {
                let other = other(&|other| other.occupation = code(kind).filter(|kind| *kind < 16));
                let shared = add(Weight::Work, closeness::same(facts.occupation, other.occupation));
                (both * shared + ours * add(Weight::OccupationWish, wishes::occupation(&facts, &other)))
                    as f32
            }),
            education_wish: std::array::from_fn(|asked| {
                let met = facts.education.and_then(|level| wishes::near(asked as u8, level));
                (theirs * add(Weight::EducationWish, met)) as f32
            }),
            income_wish: std::array::from_fn(|asked| {
                let met = facts.income.and_then(|income| wishes::near(asked as u8, income));
                (theirs * add(Weight::IncomeWish, met)) as f32
            }),
            wish_flags: std::array::from_fn(|flags| {
                let asked = (flags & 7) as u16;
                let met = facts.marital.and_then(|status| wishes::listed(asked, status));
                let asks_city = flags as u8 & (SAME_CITY | CITIES) != 0 && seeker.city() != 0;
                let city = if asks_city { most(|value| adds(Weight::CityWish, value)) } else { 0.0 };
                (theirs * (add(Weight::MaritalWish, met) + city)) as f32
            }),
            occupation_wish: [None, Some(0.0), Some(1.0)].map(|met| {
                let met = met.filter(|_| facts.occupation.is_some());
                (theirs * add(Weight::OccupationWish, met)) as f32
            }),
            height: std::array::from_fn(|height| {
                let other = other(&|other| other.height = Some(height as u8).filter(|height| *height != 0));
                (ours * add(Weight::HeightWish, wishes::height(&facts, &other))) as f32
            }),
            age: Box::new(std::array::from_fn(|age| {
                let other = other(&|other| other.age = u8::try_from(age).ok());
                let shared = add(Weight::AgeCloseness, closeness::age(&facts, &other));
                let appeal = add(Weight::AppealAge, other.age.map(score::age));
                let readiness = add(Weight::ReadinessAge, other.age.map(score::age));
                (both * shared + ours * appeal + theirs * readiness) as f32
            })),
            activity: Box::new(std::array::from_fn(|_| 0.0)),
            height_wish: [1.0, 0.0].map(|met| {
                let met = facts.height.map(|_| met);
                (theirs * add(Weight::HeightWish, met)) as f32
            }),
            study: [None, Some(0.0), Some(1.0)].map(|same| {
                let same = same.filter(|_| seeker.study() != 0);
                (both * add(Weight::Study, same)) as f32
            }),
            interests: both as f32,
            nearness: both as f32,
            traits: trait_units.map(|unit| (theirs * unit) as f32),
            stated: scorer.weights().of(Weight::TraitWish) as f32,
        };
        bounds.fill_activity(scorer, both);
        // The seeker's wish about the other's city: met, where it can be told at all.
        if seeker.wish_flags & (SAME_CITY | CITIES) != 0 {
            bounds.constant += (ours * most(|value| adds(Weight::CityWish, value)).max(0.0)) as f32;
        }
        bounds.interests = (both * scorer.weights().of(Weight::Interests)) as f32;
        bounds.nearness = (both * scorer.weights().of(Weight::Nearness)) as f32;
        bounds.most_reckoned = bounds.most_reckoned();
        bounds.most_looked_up = bounds.most_looked_up();
        let slack = SLACK + RELATIVE_SLACK * bounds.size();
        bounds.constant += slack;
        bounds
    }

    fn fill_activity(&mut self, scorer: &ReferenceScorer, both: f64) {
        let last = self.activity.len() - 1;
        for (days, slot) in self.activity.iter_mut().enumerate() {
            let at = |recency: f64| {
                let own = closeness::recency(self.facts.active, self.day);
                both * scorer.adds(Weight::Activity, f64::midpoint(own, recency))
            };
            let recency = closeness::recency(0, days as u16);
            // The longest stands for all longer ones, whose recency is less.
            *slot = if days == last { at(recency).max(at(0.0)) } else { at(recency) } as f32;
        }
    }

    /// The most that tables add, but those of which a summary knows more.
    fn most_looked_up(&self) -> f32 {
        let most_of = |table: &[f32]| table.iter().copied().fold(f32::MIN, f32::max);
        let ratings: f32 = self.ratings.iter().map(|table| most_of(&table[..=10])).sum();
        most_of(&self.levels)
            + most_of(&self.means)
            + most_of(&self.occupation)
            + most_of(&self.education_wish)
            + most_of(&self.income_wish)
            + most_of(&self.wish_flags)
            + most_of(&self.occupation_wish)
            + most_of(&self.height)
            + most_of(&self.height_wish).max(0.0)
            + most_of(&self.study)
            + ratings
    }

    /// The most that common interests and the tastes that people state add.
    fn most_reckoned(&self) -> f32 {
        let sixth: f32 = self.traits.iter().sum::<f32>() / 6.0;
        // All that matters may lie on one trait, or on none of them; shares are rounded up by less than this.
        let stated = self.traits.iter().copied().chain([0.0]).map(|unit| self.stated * (unit - sixth));
        let rounding = self.traits.iter().map(|unit| unit.abs()).sum::<f32>() * self.stated.abs() / 255.0;
        let own = self.seeker.interest_count();
        let interests = self.interests_at_most(own, own).max(self.interests_with(0.0)).max(0.0);
        stated.fold(0.0, f32::max) + rounding + interests
    }

    /// How great what is added up can be, for the rounding.
    fn size(&self) -> f32 {
        let traits: f32 = self.traits.iter().map(|unit| unit.abs()).sum();
        let table = |table: &[f32]| table.iter().map(|value| value.abs()).fold(0.0, f32::max);
        self.constant.abs()
            + self.most_reckoned.abs()
            + self.most_looked_up.abs()
            + self.ratings.iter().map(|one| table(one)).sum::<f32>()
            + table(&self.levels)
            + table(&self.means)
            + table(&self.occupation)
            + table(&self.education_wish)
            + table(&self.income_wish)
            + table(&self.wish_flags)
            + table(&self.occupation_wish)
            + table(&self.height)
            + table(&self.height_wish)
            + table(&*self.age)
            + table(&*self.activity)
            + table(&self.study)
            + table(&self.gender)
            + self.interests.abs()
            + self.nearness.abs()
            + traits * (2.0 + self.stated.abs())
            + 16.0
    }

    /// What common interests with this value add.
    fn interests_with(&self, value: f32) -> f32 {
        self.interests * (value - Weight::Interests.neutral() as f32)
    }

    /// What so many common interests with somebody who has so many add.
    fn interests_at_most(&self, shared: usize, theirs: usize) -> f32 {
        let own = self.seeker.interest_count();
        if own == 0 || theirs == 0 {
            return 0.0;
        }
        let overlap = shared as f32 / ((own as f32 * theirs as f32).sqrt() + 2.0);
        self.interests_with(overlap / (overlap + closeness::OVERLAP_SCALE as f32))
    }

    /// What nearness adds to somebody at least so many kilometres away.
    fn nearness_beyond(&self, km: f32) -> f32 {
        let neutral = Weight::Nearness.neutral() as f32;
        let nearest = 1.0 / (1.0 + km / closeness::KM_SCALE as f32);
        (self.nearness * (nearest - neutral)).max(self.nearness * (0.0 - neutral))
    }

    /// What nearness adds to somebody whose position, or the seeker's, is unknown.
    fn nearness_by_name(&self) -> f32 {
        let neutral = Weight::Nearness.neutral() as f32;
        let by_name = closeness::NEARNESS_BY_NAME.map(|value| self.nearness * (value as f32 - neutral));
        if self.seeker.city() == 0 { 0.0 } else { by_name.into_iter().fold(0.0, f32::max) }
    }

    /// The most that nearness adds to anybody of a block.
    fn nearness_of(&self, summary: &Summary) -> f32 {
        let Some(cell) = self.facts.cell else { return self.nearness_by_name() };
        let by_name = if summary.has_unknown_cell { self.nearness_by_name() } else { f32::MIN };
        let [south, north, ..] = summary.bounds;
        if south > north {
            return by_name;
        }
        by_name.max(self.nearness_beyond(km_at_least(cell, summary.bounds)))
    }

    /// The most that anybody of a block can score; `None` where nobody of it can be a candidate.
    pub(super) fn of_block(&self, summary: &Summary) -> Option<f32> {
        if let Some(group) = summary.group
            && !(super::row::seeks(self.seeker.flags, group) && super::row::seeks(group, self.seeker.flags))
        {
            return None;
        }
        let looked_up = self.look_up_at_most(summary)?;
        let tastes = summary.tastes.iter().zip(self.traits);
        let tastes: f32 = tastes
            .map(|([least, greatest], unit)| {
                (f32::from(*least) * unit).max(f32::from(*greatest) * unit) / TASTE_STEPS as f32
            })
            .sum();
        let rest = self.constant + self.most_reckoned + looked_up + tastes;
        Some(rest + self.effects_of(summary) + self.nearness_of(summary))
    }

    /// The most that activity adds to anybody of a block.
    fn activity_of(&self, summary: &Summary) -> f32 {
        let days = usize::from(self.day.saturating_sub(summary.active)).min(self.activity.len() - 1);
        // Who was active longer ago has less where activity helps, and more where it harms.
        self.activity[days].max(self.activity[self.activity.len() - 1])
    }

    /// The most that age adds to a candidate of a block; `None` where nobody has an age that the seeker looks for.
    fn age_of(&self, summary: &Summary) -> Option<f32> {
        let years = |born: i32| (self.today - born) >> super::row::DAY_BITS;
        let mut born = [1, 0];
        // A birth more than 255 years back, or to come, is an unknown age.
        let mut has_unknown = summary.has_unknown_age;
        if summary.born[0] <= summary.born[1] {
            born = [years(summary.born[1]), years(summary.born[0])];
            has_unknown |= born[0] < 0 || born[1] > 255;
        }
        let (least, greatest) = (i32::from(self.seeker.ages[0].max(ADULT)), i32::from(self.seeker.ages[1]));
        let known =
            [born, summary.stated].into_iter().flat_map(|[from, to]| from.max(least)..=to.min(greatest));
        let unknown = has_unknown.then_some(256);
        known.chain(unknown).map(|years| self.age[years as usize]).reduce(f32::max)
    }

    /// What the greatest effects in a block add at most.
    fn effects_of(&self, summary: &Summary) -> f32 {
        let [ours, theirs] = self.slopes.map(|slope| slope / EFFECT_STEPS as f32);
        ours * f32::from(summary.appeal) + theirs * f32::from(summary.readiness)
    }

    /// What each lane of a block adds by what is reckoned, not looked up: with the constant, effects, interests, nearness
    /// and tastes. One column after the other, so that the processor does many lanes at once. Lanes of nobody have a
    /// number that means nothing.
    #[expect(
        clippy::inline_always,
        reason = "compiled once for each kind of processor, into whoever dispatches"
    )]
    #[inline(always)]
    pub(super) fn reckon(&self, block: &Block, summary: &Summary) -> [f32; LANES] {
        let mut sum = [self.constant; LANES];
        let [ours, theirs] = self.slopes.map(|slope| slope / EFFECT_STEPS as f32);
        let (readiness, appeal) = (&block.learned.readiness, &block.learned.appeal);
        for lane in 0..LANES {
            sum[lane] += ours * f32::from(appeal[lane]) + theirs * f32::from(readiness[lane]);
        }
        self.add_interests(&mut sum, block);
        self.add_nearness(&mut sum, block, summary);
        self.add_tastes(&mut sum, block);
        sum
    }

    /// The most that is looked up for anybody of a block, who are all of one gender or not; `None` where nobody of it can
    /// be a candidate.
    pub(super) fn look_up_at_most(&self, summary: &Summary) -> Option<f32> {
        let gender = match summary.group {
            Some(group) => self.gender[usize::from(group & 3)],
            None => self.gender.into_iter().fold(f32::MIN, f32::max),
        };
        Some(self.most_looked_up + gender + self.age_of(summary)? + self.activity_of(summary))
    }

    /// What is looked up for somebody. Together with what is reckoned it is the most that they can score: the logarithm
    /// of the chance that both say yes.
    pub(super) fn look_up(&self, block: &Block, lane: usize) -> f32 {
        let [low, middle, high] = block.ratings.each_ref().map(|column| column[lane]);
        let ratings = [low & 15, low >> 4, middle & 15, middle >> 4, high & 15];
        let ratings: f32 =
            self.ratings.iter().zip(ratings).map(|(table, rating)| table[usize::from(rating)]).sum();
        let age = age_on(block.born[lane], self.today).map_or(256, usize::from);
        let days = usize::from(self.day.saturating_sub(block.active[lane])).min(self.activity.len() - 1);
        ratings
            + self.gender[usize::from(block.flags[lane] & 3)]
            + self.levels[usize::from(block.levels[lane] & 127)]
            + self.means[usize::from(block.means[lane] & 63)]
            + self.occupation[usize::from(block.occupation[lane] & 31)]
            + self.education_wish[usize::from(block.education_wish[lane] & 31)]
            + self.income_wish[usize::from(block.income_wish[lane] & 63)]
            + self.wish_flags[usize::from(block.wish_flags[lane] & 63)]
            + self.occupation_wish(block.occupation_wish[lane])
            + self.height[usize::from(block.height[lane])]
            + self.height_wish(block.heights.each_ref().map(|column| column[lane]))
            + self.age[age]
            + self.activity[days]
            + self.study(block.study[lane])
    }

    fn occupation_wish(&self, asked: u16) -> f32 {
        let [nothing, another, own] = self.occupation_wish;
        let bit = self.facts.occupation.map_or(0, |kind| 1_u16 << kind);
        if asked == 0 {
            nothing
        } else if asked & bit == 0 {
            another
        } else {
            own
        }
    }

    fn height_wish(&self, [least, greatest]: [u8; 2]) -> f32 {
        let (Some(height), false) = (self.facts.height, least == 0 && greatest == u8::MAX) else {
            return 0.0;
        };
        let out = f32::from(least.saturating_sub(height).max(height.saturating_sub(greatest)));
        let [met, unmet] = self.height_wish;
        unmet + (met - unmet) * (1.0 - out / 10.0).max(0.0)
    }

    fn study(&self, theirs: u16) -> f32 {
        let [unknown, another, same] = self.study;
        match theirs {
            0 => unknown,
            // Stands for numbers that do not fit, which may be the same or not.
            u16::MAX => another.max(same),
            number if u32::from(number) == self.seeker.study() => same,
            _ => another,
        }
    }

    #[expect(clippy::inline_always, reason = "part of what is dispatched")]
    #[inline(always)]
    fn add_interests(&self, sum: &mut [f32; LANES], block: &Block) {
        let own = self.seeker.interest_count();
        if own == 0 {
            return;
        }
        let (root, neutral) = ((own as f32).sqrt(), Weight::Interests.neutral() as f32);
        let scale = closeness::OVERLAP_SCALE as f32;
        let mut adds = [0.0_f32; LANES];
        for (theirs, adds) in block.interests.iter().copied().zip(&mut adds) {
            let shared = (theirs & self.seeker.interests).count_ones() as f32;
            let count = theirs.count_ones() as f32;
            // shared / size over itself and the scale.
            let value = shared / (shared + scale * (root * count.sqrt() + 2.0));
            *adds = if theirs == 0 { 0.0 } else { self.interests * (value - neutral) };
        }
        // Those with more interests than fit a word share something between nothing and everything.
        let most = self.interests_at_most(own, own).max(self.interests_with(0.0)).max(0.0);
        for (lane, _) in &block.extras {
            adds[usize::from(*lane)] = most;
        }
        for (sum, adds) in sum.iter_mut().zip(adds) {
            *sum += adds;
        }
    }

    #[expect(clippy::inline_always, reason = "part of what is dispatched")]
    #[inline(always)]
    fn add_nearness(&self, sum: &mut [f32; LANES], block: &Block, summary: &Summary) {
        let of_block = self.nearness_of(summary);
        let Some(cell) = self.facts.cell else {
            for sum in sum {
                *sum += of_block;
            }
            return;
        };
        let by_name = self.nearness_by_name();
        let neutral = Weight::Nearness.neutral() as f32;
        let farthest = self.nearness * (0.0 - neutral);
        let rows = &block.cell[0];
        for lane in 0..LANES {
            // Nobody is nearer than their latitude is. A cell's centre lies half a cell off the edge everywhere but at
            // the poles.
            let away = (i32::from(cell.row) - i32::from(rows[lane])).abs() - 1;
            let km = away.max(0) as f32 * (0.01 * KM_PER_DEGREE);
            let nearest = 1.0 / (1.0 + km / closeness::KM_SCALE as f32);
            let adds = (self.nearness * (nearest - neutral)).max(farthest).min(of_block);
            sum[lane] += if rows[lane] == NO_CELL { by_name } else { adds };
        }
    }

    #[expect(clippy::inline_always, reason = "part of what is dispatched")]
    #[inline(always)]
    fn add_tastes(&self, sum: &mut [f32; LANES], block: &Block) {
        let flags = &block.wish_flags;
        for ((unit, taste), shares) in self.traits.iter().zip(&block.learned.taste).zip(&block.stated) {
            let (taste_unit, share_unit) = (unit / TASTE_STEPS as f32, unit * self.stated / 255.0);
            let none = unit * self.stated / 6.0;
            for lane in 0..LANES {
                let stated = share_unit * f32::from(shares[lane]) - none;
                let stated = if flags[lane] & STATED == 0 { 0.0 } else { stated };
                sum[lane] += taste_unit * f32::from(taste[lane]) + stated;
            }
        }
    }
}

/// The greater of what the least and the greatest value add.
fn most(adds: impl Fn(f64) -> f64) -> f64 {
    adds(0.0).max(adds(1.0)).max(0.0)
}
