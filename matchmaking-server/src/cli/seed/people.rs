//! One made-up person, consistent in themselves: schooling fits age, work fits schooling, income fits work.

use chrono::NaiveDate;
use matchmaking_core::model::{
    Profile, Requirements,
    profile::{
        Economy, Education, EducationLevel, Gender, IncomeRange, MaritalStatus, Occupation, OccupationType,
        Place, Position, TraitRatings,
    },
    requirements::GenderSet,
};
use rand::{RngExt as _, SeedableRng as _, seq::IndexedRandom as _};
use rand_chacha::ChaCha8Rng;

use super::{
    places::{CITIES, City},
    words::{
        COLLEGES, GIVEN, GOOD_SCHOOLS, HOPES, INTERESTS, OTHER_SCHOOLS, SURNAMES, TOP_SCHOOLS,
        WORDS_FOR_OTHERS, WORK, Work,
    },
};

/// The year that made-up lives are lived up to. Fixed, so that a seed gives the same people in every year.
const YEAR: i32 = 2026;

/// A made-up person.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    /// What they tell.
    pub(super) profile: Profile,
    /// How long before the present they were last active, in milliseconds.
    pub(super) idle_ms: i64,
}

/// The person with this number of the crowd with this seed. Depends on nothing else.
pub(super) fn person(seed: u64, number: u64) -> Made {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    // A stream of their own: whoever comes before or after changes nothing.
    rng.set_stream(number);
    Maker { rng }.make()
}

struct Maker {
    rng: ChaCha8Rng,
}

impl Maker {
    fn make(&mut self) -> Made {
        let gender = match self.rng.random_range(0..100) {
            0..49 => Gender::Female,
            49..98 => Gender::Male,
            _ => Gender::Other,
        };
        let age = (22.0 + self.normal().abs() * 7.5).min(48.0) as i32;
        let birth_date = self.birth_date(age);
        let home = self.city();
        let (education, work) = self.schooling(age);
        let occupation = self.occupation(work, &education);
        let years = occupation.work_experience_years.unwrap_or(0);
        let income = self.income(work, education.level, home, years);
        let (marital_status, has_children) = self.family(age);
        let height = self.height(gender);
        let interests = self.interests();
        let mut profile = Profile {
            nickname: Some(self.name(gender)),
            gender: Some(gender),
            birth_date,
            height_cm: Some(height),
            weight_hg: Some(self.weight(gender, height)),
            blood_type: self.maybe(0.7, |m| m.one(&["A", "B", "O", "AB"]).to_owned()),
            hometown: self.hometown(home),
            economy: self.economy(income, age, home),
            education,
            occupation,
            marital_status: Some(marital_status),
            has_children: Some(has_children),
            interests,
            traits: self.traits(),
            going_out: self.maybe(0.8, |m| (3.0 + m.normal() * 1.4).round().clamp(1.0, 7.0) as u8),
            ..Profile::default()
        };
        self.settle(&mut profile, home);
        profile.introduction = self.introduction(&profile);
        profile.requirements = self.requirements(&profile, age, home);
        // Most people looked in within the last week, some have not for a long time.
        let idle_days = -self.rng.random::<f64>().max(1e-6).ln() * 6.0;
        Made { profile, idle_ms: (idle_days * 86_400_000.0) as i64 }
    }

    /// A number of the normal distribution around 0 with deviation 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        let (u, v) = (self.rng.random::<f64>().max(1e-12), self.rng.random::<f64>());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    fn chance(&mut self, of: f64) -> bool {
        self.rng.random_bool(of)
    }

    fn maybe<T>(&mut self, chance: f64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(chance).then(|| make(self))
    }

    /// One of these, which are not empty.
    fn one<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// The one that a number below the sum of the shares falls on.
    fn by_share<'a, T>(&mut self, all: &'a [T], share: impl Fn(&T) -> u32) -> &'a T {
        let total: u32 = all.iter().map(&share).sum();
        let mut rest = self.rng.random_range(0..total);
        for one in all {
            match rest.checked_sub(share(one)) {
                Some(less) => rest = less,
                None => return one,
            }
        }
        &all[0]
    }

    fn birth_date(&mut self, age: i32) -> Option<NaiveDate> {
        NaiveDate::from_yo_opt(YEAR - age, self.rng.random_range(1..=365))
    }

    fn city(&mut self) -> &'static City {
        self.by_share(CITIES, |city| city.share)
    }

    fn name(&mut self, gender: Gender) -> String {
        let surname = self.one(SURNAMES);
        let own = match gender {
            Gender::Female => GIVEN[0],
            Gender::Male => GIVEN[1],
            Gender::Other => GIVEN[2],
        };
        let last = self.one(own);
        if self.chance(0.7) {
            format!("{surname}{}{last}", self.one(GIVEN[2]))
        } else {
            format!("{surname}{last}")
        }
    }

    /// District and position; the position is off the district's middle by up to about three kilometres.
    fn settle(&mut self, profile: &mut Profile, home: &City) {
        let (district, latitude, longitude) =
            home.districts.choose(&mut self.rng).copied().unwrap_or(("", 0.0, 0.0));
        profile.current = place(home, Some(district));
        profile.position = self.maybe(0.85, |m| {
            let mut near = |middle: f64| {
                let off = m.rng.random_range(-0.03..0.03);
                ((middle + off) * 1e4_f64).round() / 1e4
            };
            Position { latitude: near(latitude), longitude: near(longitude) }
        });
    }

    fn hometown(&mut self, home: &'static City) -> Place {
        let from = if self.chance(0.4) { home } else { self.city() };
        place(from, None)
    }

    /// Schooling that this age can have finished, and the work it leads to; none while still studying.
    fn schooling(&mut self, age: i32) -> (Education, Option<&'static Work>) {
        let level = match self.rng.random_range(0..100) {
            0..8 => EducationLevel::HighSchool,
            8..28 => EducationLevel::College,
            28..76 => EducationLevel::Bachelor,
            76..96 => EducationLevel::Master,
            _ => EducationLevel::Phd,
        };
        let done_at = match level {
            EducationLevel::HighSchool => 18,
            EducationLevel::College => 21,
            EducationLevel::Bachelor => 22,
            EducationLevel::Master => 25,
            EducationLevel::Phd | EducationLevel::Postdoc => 29,
        } + self.rng.random_range(0..=1);
        let column = match level {
            EducationLevel::HighSchool | EducationLevel::College => 0,
            EducationLevel::Bachelor => 1,
            EducationLevel::Master | EducationLevel::Phd | EducationLevel::Postdoc => 2,
        };
        let work = self.by_share(WORK, |work| work.share[column]);
        let (school_type, schools) = match level {
            EducationLevel::HighSchool => {
                let graduation_year = Some((YEAR - age + done_at) as u16);
                return (
                    Education { level: Some(level), graduation_year, ..Education::default() },
                    Some(work),
                );
            }
            EducationLevel::College => COLLEGES,
            EducationLevel::Bachelor => self.either(0.25, GOOD_SCHOOLS, OTHER_SCHOOLS),
            EducationLevel::Master => self.either(0.45, TOP_SCHOOLS, GOOD_SCHOOLS),
            EducationLevel::Phd | EducationLevel::Postdoc => TOP_SCHOOLS,
        };
        let education = Education {
            level: Some(level),
            school: Some(self.one(schools).to_owned()),
            school_type: Some(school_type.to_owned()),
            major: Some(self.one(work.majors).to_owned()),
            graduation_year: Some((YEAR - age + done_at) as u16),
        };
        (education, (age >= done_at).then_some(work))
    }

    fn either<T>(&mut self, chance: f64, one: T, other: T) -> T {
        if self.chance(chance) { one } else { other }
    }

    fn occupation(&mut self, work: Option<&'static Work>, education: &Education) -> Occupation {
        let Some(work) = work else {
            return Occupation { kind: Some(OccupationType::Student), ..Occupation::default() };
        };
        let since = i32::from(education.graduation_year.unwrap_or(YEAR as u16));
        let idle = self.rng.random_range(0..=1);
        let company_nature = match work.kind {
            OccupationType::Freelance => None,
            OccupationType::Government => Some("政府机关"),
            OccupationType::Medical | OccupationType::Education => Some(self.one(&["事业单位", "民企"])),
            _ => Some(self.one(&["民企", "民企", "国企", "外企"])),
        };
        Occupation {
            kind: Some(work.kind),
            job_title: Some(self.one(work.jobs).to_owned()),
            company: None,
            company_nature: company_nature.map(str::to_owned),
            work_experience_years: Some((YEAR - since - idle).clamp(0, 60) as u8),
        }
    }

    /// What the work pays at the start, more with every year, with schooling and in big cities.
    fn income(
        &mut self,
        work: Option<&Work>,
        level: Option<EducationLevel>,
        home: &City,
        years: u8,
    ) -> Option<IncomeRange> {
        let schooling = match level {
            Some(EducationLevel::Phd) => 1.5,
            Some(EducationLevel::Master) => 1.25,
            Some(EducationLevel::Bachelor) => 1.0,
            _ => 0.75,
        };
        let growth = 1.0 + 0.07 * f64::from(years.min(15));
        let yearly = work?.pay * schooling * growth * home.pay * (self.normal() * 0.35).exp();
        Some(match yearly {
            under if under < 10.0 => IncomeRange::Under10W,
            under if under < 20.0 => IncomeRange::From10WTo20W,
            under if under < 30.0 => IncomeRange::From20WTo30W,
            under if under < 50.0 => IncomeRange::From30WTo50W,
            under if under < 100.0 => IncomeRange::From50WTo100W,
            _ => IncomeRange::Over100W,
        })
    }

    fn economy(&mut self, income: Option<IncomeRange>, age: i32, home: &City) -> Economy {
        let means = income.map_or(0.0, |income| f64::from(income as u8) / 5.0);
        let settled = f64::from(age - 22).clamp(0.0, 20.0) / 20.0;
        let house = self.chance((0.1 + 0.4 * means + 0.3 * settled).min(0.9));
        let car = self.chance((0.1 + 0.4 * means + 0.2 * settled).min(0.9));
        Economy {
            // One in ten would rather not say.
            income: income.filter(|_| self.chance(0.9)),
            has_house: Some(if house { self.one(&["有房有贷", "有房无贷"]) } else { "暂无" }.to_owned()),
            house_city: house.then(|| home.name.to_owned()),
            has_car: Some(if car { "有" } else { "无" }.to_owned()),
            car_brand: car.then(|| self.one(&["比亚迪", "大众", "丰田", "特斯拉", "宝马"]).to_owned()),
        }
    }

    fn family(&mut self, age: i32) -> (MaritalStatus, bool) {
        let before = f64::from(age - 26).clamp(0.0, 20.0) * 0.012;
        if !self.chance(before) {
            return (MaritalStatus::Single, false);
        }
        let status = self.either(0.05, MaritalStatus::Widowed, MaritalStatus::Divorced);
        (status, self.chance(0.5))
    }

    fn height(&mut self, gender: Gender) -> u16 {
        let (mean, deviation) = match gender {
            Gender::Female => (162.0, 5.5),
            Gender::Male => (174.5, 6.0),
            Gender::Other => (168.0, 8.0),
        };
        (mean + deviation * self.normal()).round().clamp(145.0, 205.0) as u16
    }

    /// From a body mass index around 21 or 23.
    fn weight(&mut self, gender: Gender, height_cm: u16) -> u16 {
        let mean = if gender == Gender::Male { 23.0 } else { 20.8 };
        let index = (mean + 2.2 * self.normal()).clamp(17.0, 32.0);
        (index * (f64::from(height_cm) / 100.0).powi(2) * 10.0).round() as u16
    }

    fn interests(&mut self) -> Vec<String> {
        let count = self.rng.random_range(3..=8);
        INTERESTS.sample(&mut self.rng, count).map(|name| (*name).to_owned()).collect()
    }

    fn traits(&mut self) -> TraitRatings {
        if self.chance(0.4) {
            return TraitRatings::default();
        }
        let mut rating = || Some((7.8 + 1.5 * self.normal()).round().clamp(1.0, 10.0) as u8);
        TraitRatings {
            attractive: rating(),
            sincere: rating(),
            intelligent: rating(),
            fun: rating(),
            ambitious: rating(),
        }
    }

    fn introduction(&mut self, profile: &Profile) -> Option<String> {
        let city = profile.current.city.as_deref()?;
        let from = profile.hometown.city.as_deref()?;
        let doing = match (&profile.occupation.job_title, &profile.education.school) {
            (Some(job), _) => format!("在{city}做{job}"),
            (None, Some(school)) => format!("在{school}读书"),
            (None, None) => format!("住在{city}"),
        };
        let hobbies: Vec<&str> = profile.interests.iter().take(2).map(String::as_str).collect();
        Some(format!("老家{from}，{doing}，平时喜欢{}。{}", hobbies.join("和"), self.one(HOPES)))
    }

    fn requirements(&mut self, profile: &Profile, age: i32, home: &City) -> Requirements {
        let gender = profile.gender.unwrap_or(Gender::Other);
        let (younger, older) = match gender {
            Gender::Female => (2, 8),
            Gender::Male => (8, 3),
            Gender::Other => (7, 7),
        };
        let bound = |years: i32| years.clamp(18, 80) as u8;
        let (width_down, width_up) = (self.rng.random_range(0..=2), self.rng.random_range(0..=2));
        let tells_age = self.chance(0.85);
        let height = profile.height_cm.unwrap_or(165);
        let wants_height = self.chance(if gender == Gender::Female { 0.6 } else { 0.15 });
        let schooled = profile.education.level;
        let paid = profile.economy.income;
        let strict_income = if gender == Gender::Female { 0.35 } else { 0.1 };
        Requirements {
            genders: Some(self.sought(gender)),
            age_min: tells_age.then(|| bound(age - younger - width_down)),
            age_max: tells_age.then(|| bound(age + older + width_up)),
            height_min: wants_height.then_some(if gender == Gender::Female {
                height + 5
            } else {
                height - 22
            }),
            height_max: (wants_height && gender == Gender::Male).then_some(height),
            education_levels: schooled
                .filter(|_| self.chance(0.4))
                .map(|own| EducationLevel::ALL.iter().copied().filter(|level| *level >= own).collect())
                .unwrap_or_default(),
            income_ranges: paid
                .filter(|_| self.chance(strict_income))
                .map(|own| IncomeRange::ALL.iter().copied().filter(|range| *range >= own).collect())
                .unwrap_or_default(),
            marital_status: if profile.marital_status == Some(MaritalStatus::Single) && self.chance(0.6) {
                vec![MaritalStatus::Single]
            } else {
                Vec::new()
            },
            same_city: self.chance(0.7),
            acceptable_cities: self
                .maybe(0.4, |_| home.near.iter().map(|city| (*city).to_owned()).collect())
                .unwrap_or_default(),
            other: self.maybe(0.5, |m| m.one(WORDS_FOR_OTHERS).to_owned()),
            ..Requirements::default()
        }
    }

    fn sought(&mut self, gender: Gender) -> GenderSet {
        let (same, other) = match gender {
            Gender::Female => (Gender::Female, Gender::Male),
            Gender::Male => (Gender::Male, Gender::Female),
            Gender::Other => return GenderSet::ANY,
        };
        match self.rng.random_range(0..100) {
            0..92 => GenderSet::only(other),
            92..97 => GenderSet::only(same),
            _ => GenderSet::ANY,
        }
    }
}

fn place(city: &City, district: Option<&str>) -> Place {
    Place {
        province: Some(city.province.to_owned()),
        city: Some(city.name.to_owned()),
        district: district.map(str::to_owned),
        address: None,
    }
}
