//! People as rows, and the question for the best of them as one query that SQLite and PostgreSQL both understand.

use std::fmt::Write as _;

use matchmaking_core::scoring::{
    Features, Moment, Weight, Weights,
    features::{TRAITS, Window},
};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;
/// The rating that counts as neither high nor low, and the points that count as one unit.
const TYPICAL_RATING: f64 = 7.8;
const RATING_SPREAD: f64 = 2.0;
/// Mean radius of the earth in kilometres.
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// The table. It is gone with the connection.
pub(crate) const TABLE: &str = "CREATE TEMPORARY TABLE person (
    id BIGINT PRIMARY KEY, gender INTEGER, seeks INTEGER, age INTEGER, age_min INTEGER, age_max INTEGER,
    recency DOUBLE PRECISION, height INTEGER, education INTEGER, occupation INTEGER, income INTEGER, marital INTEGER,
    children INTEGER, going_out INTEGER, z1 DOUBLE PRECISION, z2 DOUBLE PRECISION, z3 DOUBLE PRECISION,
    z4 DOUBLE PRECISION, z5 DOUBLE PRECISION, latitude DOUBLE PRECISION, longitude DOUBLE PRECISION, city INTEGER,
    province INTEGER, study INTEGER, interests BIGINT, interest_count INTEGER, height_min INTEGER, height_max INTEGER,
    education_wish INTEGER, occupation_wish INTEGER, income_wish INTEGER, marital_wish INTEGER, same_city INTEGER,
    asks_traits INTEGER, s1 DOUBLE PRECISION, s2 DOUBLE PRECISION, s3 DOUBLE PRECISION, s4 DOUBLE PRECISION,
    s5 DOUBLE PRECISION, t1 DOUBLE PRECISION, t2 DOUBLE PRECISION, t3 DOUBLE PRECISION, t4 DOUBLE PRECISION,
    t5 DOUBLE PRECISION, readiness DOUBLE PRECISION, appeal DOUBLE PRECISION)";

/// Its columns.
pub(crate) const COLUMNS: &str = "id, gender, seeks, age, age_min, age_max, recency, height, education, occupation, income, \
    marital, children, going_out, z1, z2, z3, z4, z5, latitude, longitude, city, province, study, interests, \
    interest_count, height_min, height_max, education_wish, occupation_wish, income_wish, marital_wish, same_city, \
    asks_traits, s1, s2, s3, s4, s5, t1, t2, t3, t4, t5, readiness, appeal";

/// What filters, found fast.
pub(crate) const INDEX: &str = "CREATE INDEX person_filter ON person (gender, seeks, age)";

/// A person as the numbers of those columns.
struct Numbers {
    age: Option<u8>,
    recency: f64,
    traits: [f64; TRAITS],
    shares: [f64; TRAITS],
    interests: u64,
}

impl Numbers {
    fn of(features: &Features, moment: Moment) -> Self {
        let day = |millis: i64| millis.div_euclid(DAY);
        let days = (day(moment.now.0) - day(features.last_active_at.0)).max(0);
        let rated = features.traits;
        let traits = [rated.attractive, rated.sincere, rated.intelligent, rated.fun, rated.ambitious];
        // Names of the crowd end in their numbers.
        let interests = (0..60).filter(|number| {
            let own = matchmaking_core::scoring::interests::InterestSet::new([
                format!("interest {number}").as_str()
            ]);
            own.shared_with(&features.interests) == 1
        });
        Self {
            age: features.age.on(moment.today),
            recency: (-(days as f64) / 14.0).exp2(),
            traits: traits.map(|rating| {
                rating.map_or(0.0, |rating| (f64::from(rating) - TYPICAL_RATING) / RATING_SPREAD)
            }),
            shares: features
                .wishes
                .stated
                .map_or([0.0; TRAITS], |shares| shares.map(|share| f64::from(share) / 255.0 - 1.0 / 6.0)),
            interests: interests.fold(0, |bits, number| bits | 1 << number),
        }
    }
}

fn numbered(name: Option<&str>) -> Option<u32> {
    name?.rsplit(' ').next()?.parse().ok()
}

fn bits(codes: impl Iterator<Item = u8>) -> u32 {
    codes.fold(0, |bits, code| bits | 1 << code)
}

fn or_null<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "NULL".to_owned(), |value| value.to_string())
}

/// A number that databases read to the last bit.
fn real(value: f64) -> String {
    format!("({value:e})")
}

/// The values of a row, in the order of the columns.
pub(crate) fn row(features: &Features, moment: Moment) -> String {
    let numbers = Numbers::of(features, moment);
    let Features { wishes, home, learned, .. } = features;
    let [latitude, longitude] = home.cell.map_or([None, None], |cell| {
        let (latitude, longitude) = cell.centre();
        [Some(real(latitude.to_radians())), Some(real(longitude.to_radians()))]
    });
    let mut values = vec![
        features.id.get().to_string(),
        or_null(features.gender.map(|gender| gender as u8 + 1)),
        wishes.genders.bits().to_string(),
        or_null(numbers.age),
        wishes.ages.min.unwrap_or(0).to_string(),
        wishes.ages.max.unwrap_or(u8::MAX).to_string(),
        real(numbers.recency),
        or_null(features.height_cm),
        or_null(features.education.map(|level| level as u8)),
        or_null(features.occupation.map(|kind| kind as u8)),
        or_null(features.income.map(|range| range as u8)),
        or_null(features.marital.map(|status| status as u8)),
        or_null(features.has_children.map(u8::from)),
        or_null(features.going_out),
    ];
    values.extend(numbers.traits.map(real));
    values.extend([or_null(latitude), or_null(longitude)]);
    values.extend([
        or_null(numbered(home.city.as_deref())),
        or_null(numbered(home.province.as_deref())),
        or_null(numbered(features.study.as_deref())),
        numbers.interests.to_string(),
        numbers.interests.count_ones().to_string(),
        or_null(wishes.heights.min),
        or_null(wishes.heights.max),
        bits(wishes.education.iter().map(|level| *level as u8)).to_string(),
        bits(wishes.occupations.iter().map(|kind| *kind as u8)).to_string(),
        bits(wishes.incomes.iter().map(|range| *range as u8)).to_string(),
        bits(wishes.marital.iter().map(|status| *status as u8)).to_string(),
        u8::from(wishes.same_city).to_string(),
        u8::from(wishes.stated.is_some()).to_string(),
    ]);
    values.extend(numbers.shares.map(real));
    values.extend(learned.taste().map(real));
    values.extend([real(learned.readiness()), real(learned.appeal())]);
    format!("({})", values.join(", "))
}

/// Builds the formula for one seeker.
struct Formula<'a> {
    weights: &'a Weights,
    sum: String,
}

impl Formula<'_> {
    /// Adds a weight for a value, unless the value is not known.
    fn add(&mut self, weight: Weight, value: &str) {
        let (of, neutral) = (real(self.weights.of(weight)), real(weight.neutral()));
        let _ = write!(self.sum, " + COALESCE({of} * (({value}) - {neutral}), 0.0)");
    }

    fn constant(&mut self, value: f64) {
        let _ = write!(self.sum, " + {}", real(value));
    }
}

/// How near one of a list of levels a level is, both as SQL; nothing where nothing is asked for or the level unknown.
fn near(asked: &str, level: &str) -> String {
    format!(
        "CASE WHEN ({asked}) = 0 OR ({level}) IS NULL THEN NULL WHEN (({asked}) & (1 << ({level}))) <> 0 THEN 1.0 \
         WHEN (({asked}) & ((1 << (({level}) + 1)) | ((1 << ({level})) >> 1))) <> 0 THEN 0.5 ELSE 0.0 END"
    )
}

fn listed(asked: &str, kind: &str) -> String {
    format!(
        "CASE WHEN ({asked}) = 0 OR ({kind}) IS NULL THEN NULL \
         WHEN (({asked}) & (1 << ({kind}))) <> 0 THEN 1.0 ELSE 0.0 END"
    )
}

fn same(one: &str, other: &str) -> String {
    format!(
        "CASE WHEN ({one}) IS NULL OR ({other}) IS NULL THEN NULL WHEN ({one}) = ({other}) THEN 1.0 ELSE 0.0 END"
    )
}

fn height(window: [&str; 2], height: &str) -> String {
    let [least, most] = window;
    format!(
        "CASE WHEN ({height}) IS NULL OR (({least}) IS NULL AND ({most}) IS NULL) THEN NULL \
         WHEN ({height}) < ({least}) THEN CASE WHEN ({least}) - ({height}) > 10 THEN 0.0 \
         ELSE 1.0 - (({least}) - ({height})) / 10.0 END \
         WHEN ({height}) > ({most}) THEN CASE WHEN ({height}) - ({most}) > 10 THEN 0.0 \
         ELSE 1.0 - (({height}) - ({most})) / 10.0 END ELSE 1.0 END"
    )
}

/// A table of values by how many steps two levels are apart.
fn steps(one: &str, other: &str, values: &[f64]) -> String {
    let mut sql = format!("CASE ABS(({one}) - ({other}))");
    for (step, value) in values.iter().enumerate() {
        let _ = write!(sql, " WHEN {step} THEN {}", real(*value));
    }
    format!("CASE WHEN ({one}) IS NULL OR ({other}) IS NULL THEN NULL ELSE {sql} ELSE 0.0 END END")
}

/// An age in units from the typical one.
fn age_units(age: &str) -> String {
    format!("CASE WHEN ({age}) < 17 THEN -1.0 WHEN ({age}) > 47 THEN 2.0 ELSE (({age}) - 27.0) / 10.0 END")
}

fn dot(ones: &[String], others: &[String]) -> String {
    ones.iter().zip(others).map(|(one, other)| format!("{one} * {other}")).collect::<Vec<_>>().join(" + ")
}

/// The best `k` for a seeker, as one query: their numbers and their scores.
pub(crate) fn question(seeker: &Features, weights: &Weights, moment: Moment, k: usize) -> String {
    let own = Numbers::of(seeker, moment);
    let Features { wishes, home, learned, .. } = seeker;
    let code =
        |code: Option<u8>| code.map_or_else(|| "CAST(NULL AS INTEGER)".to_owned(), |code| code.to_string());
    let columns = |name: &str| -> [String; TRAITS] { std::array::from_fn(|at| format!("{name}{}", at + 1)) };
    let [z, s, t] = ["z", "s", "t"].map(columns);
    let (own_z, own_s, own_t) = (own.traits.map(real), own.shares.map(real), learned.taste().map(real));
    let education = code(seeker.education.map(|level| level as u8));
    let income = code(seeker.income.map(|range| range as u8));
    let occupation = code(seeker.occupation.map(|kind| kind as u8));
    let marital = code(seeker.marital.map(|status| status as u8));
    let place = |name: Option<&str>| code(numbered(name).map(|number| number as u8));
    let (city, province) = (place(home.city.as_deref()), place(home.province.as_deref()));
    let own_height = code(seeker.height_cm);
    let Window { min, max } = wishes.heights;
    let (height_min, height_max) = (code(min), code(max));
    let own_age = code(own.age);

    // What is the same both ways.
    let mut both = Formula { weights, sum: "0.0".to_owned() };
    both.add(Weight::Interests, "overlap / (overlap + 0.15)");
    both.add(
        Weight::AgeCloseness,
        &format!("1.0 / (1.0 + ((age - {own_age}) / 6.0) * ((age - {own_age}) / 6.0))"),
    );
    both.add(Weight::EducationCloseness, &steps("education", &education, &[0.9, 0.6, 0.3, 0.1]));
    both.add(Weight::IncomeCloseness, &steps("income", &income, &[0.8, 0.6, 0.4, 0.25, 0.1]));
    let often = code(seeker.going_out);
    let apart = [0.8 - 0.2 * 0.0, 0.8 - 0.2 * 1.0, 0.8 - 0.2 * 2.0, 0.8 - 0.2 * 3.0];
    both.add(Weight::GoingOut, &steps("going_out", &often, &apart));
    both.add(
        Weight::Nearness,
        &format!(
            "CASE WHEN km IS NOT NULL THEN 1.0 / (1.0 + km / 40.0) \
             WHEN city IS NULL OR ({city}) IS NULL THEN NULL WHEN city = ({city}) THEN 0.75 \
             WHEN province = ({province}) THEN 0.45 ELSE 0.2 END"
        ),
    );
    both.add(Weight::Activity, &format!("(recency + {}) / 2.0", real(own.recency)));
    both.add(Weight::Study, &same("study", &place(seeker.study.as_deref())));
    both.add(Weight::Work, &same("occupation", &occupation));
    both.add(Weight::Marital, &same("marital", &marital));
    both.add(Weight::Family, &same("children", &code(seeker.has_children.map(u8::from))));

    // The seeker's yes.
    let mut there = Formula { weights, sum: "both_ways".to_owned() };
    let asked = |codes: u32| codes.to_string();
    let education_wish = asked(bits(wishes.education.iter().map(|level| *level as u8)));
    let income_wish = asked(bits(wishes.incomes.iter().map(|range| *range as u8)));
    there.add(Weight::HeightWish, &height([&height_min, &height_max], "height"));
    there.add(Weight::EducationWish, &near(&education_wish, "education"));
    there.add(Weight::IncomeWish, &near(&income_wish, "income"));
    let kinds = asked(bits(wishes.occupations.iter().map(|kind| *kind as u8)));
    there.add(Weight::OccupationWish, &listed(&kinds, "occupation"));
    let statuses = asked(bits(wishes.marital.iter().map(|status| *status as u8)));
    there.add(Weight::MaritalWish, &listed(&statuses, "marital"));
    if wishes.same_city {
        there.add(Weight::CityWish, &same("city", &city));
    }
    if wishes.stated.is_some() {
        there.add(Weight::TraitWish, &dot(&own_s, &z));
    }
    there.add(Weight::AppealAge, &age_units("age"));
    for (at, z) in z.iter().enumerate() {
        there.add(Weight::ALL[Weight::AppealAttractive as usize + at], z);
        there.constant(weights.of(Weight::ALL[Weight::ReadinessAttractive as usize + at]) * own.traits[at]);
    }
    there.add(Weight::ReadinessAge, &age_units(&own_age));
    let base = |gender: u8| weights.of(if gender == 1 { Weight::BaseFemale } else { Weight::BaseMale });
    let gender = seeker.gender.map_or(0, |gender| gender as u8 + 1);
    there.constant(base(gender) + learned.readiness());
    let _ = write!(there.sum, " + appeal + {}", dot(&own_t, &z));

    // The other's.
    let mut back = Formula { weights, sum: "both_ways".to_owned() };
    back.add(Weight::HeightWish, &height(["height_min", "height_max"], &own_height));
    back.add(Weight::EducationWish, &near("education_wish", &education));
    back.add(Weight::IncomeWish, &near("income_wish", &income));
    back.add(Weight::OccupationWish, &listed("occupation_wish", &occupation));
    back.add(Weight::MaritalWish, &listed("marital_wish", &marital));
    back.add(Weight::CityWish, &format!("CASE WHEN same_city = 1 THEN {} END", same("city", &city)));
    back.add(Weight::TraitWish, &format!("CASE WHEN asks_traits = 1 THEN {} END", dot(&s, &own_z)));
    back.add(Weight::AppealAge, &age_units(&own_age));
    for (at, z) in z.iter().enumerate() {
        back.constant(weights.of(Weight::ALL[Weight::AppealAttractive as usize + at]) * own.traits[at]);
        back.add(Weight::ALL[Weight::ReadinessAttractive as usize + at], z);
    }
    back.add(Weight::ReadinessAge, &age_units("age"));
    // Everybody of the crowd seeks one gender, so all candidates have one.
    let sought = if wishes.genders.bits() == 1 { 1 } else { 2 };
    back.constant(base(sought) + learned.appeal());
    let _ = write!(back.sum, " + readiness + {}", dot(&t, &own_z));

    let count = own.interests.count_ones();
    let shared = (0..60).filter(|bit| own.interests >> bit & 1 == 1);
    let shared: Vec<String> = shared.map(|bit| format!("((interests >> {bit}) & 1)")).collect();
    let shared = if shared.is_empty() { "0".to_owned() } else { shared.join(" + ") };
    let km = home.cell.map_or_else(
        || "CAST(NULL AS DOUBLE PRECISION)".to_owned(),
        |cell| {
            let (latitude, longitude) = cell.centre();
            let [latitude, longitude] = [latitude, longitude].map(f64::to_radians);
            let half = |column: &str, own: f64| format!("sin(({column} - {}) / 2.0)", real(own));
            let (along, across) = (half("latitude", latitude), half("longitude", longitude));
            let cosine = real(latitude.cos());
            let twice = real(2.0 * EARTH_RADIUS_KM);
            format!(
                "{twice} * asin(sqrt({along} * {along} + cos(latitude) * {cosine} * {across} * {across}))"
            )
        },
    );
    let (id, average) = (seeker.id.get(), real(weights.average()));
    format!(
        "SELECT id, score FROM (SELECT id, m * (1.0 - {average}) / (m * (1.0 - {average}) + {average} * (1.0 - m)) AS score \
         FROM (SELECT id, 1.0 / ((1.0 + exp(-(there))) * (1.0 + exp(-(back)))) AS m \
         FROM (SELECT id, {there} AS there, {back} AS back \
         FROM (SELECT *, {both} AS both_ways \
         FROM (SELECT *, CASE WHEN interest_count = 0 OR {count} = 0 THEN NULL ELSE \
         ({shared}) / (sqrt(interest_count * {count}.0) + 2.0) END AS overlap, {km} AS km \
         FROM person WHERE gender = {sought} AND seeks = {gender} AND age >= {least} AND age <= {most} \
         AND age_min <= {own_age} AND age_max >= {own_age} AND id <> {id}) AS a) AS b) AS c) AS d) AS e \
         ORDER BY round(score * 1000000.0) DESC, id LIMIT {k}",
        there = there.sum,
        back = back.sum,
        both = both.sum,
        least = wishes.ages.min.unwrap_or(18).max(18),
        most = wishes.ages.max.unwrap_or(u8::MAX),
    )
}
