//! The table of weights: how much each thing that is known of a pair moves the log-odds of a yes.

use std::{fmt::Write as _, str::FromStr};

use super::ScoringError;

/// The version of tables that this build reads and writes. A table of another version means other things by the same
/// names, and is refused.
pub const WEIGHTS_VERSION: u32 = 1;

/// The first word of a table.
const TITLE: &str = "matchmaking-weights";
/// The greatest weight, either way. With much more everybody's yes would be certain, and nobody told from anybody.
const GREATEST: f64 = 10.0;

/// Declares the weights with the names by which tables know them, the value at which each neither helps nor harms,
macro_rules! weights {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $neutral:literal, $judged:literal, $default:literal;)+) => {
        /// One weight of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Weight { $($(#[$doc])* $variant,)+ }

        impl Weight {
            /// Every weight, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The name in tables.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value that neither helps nor harms; what is not known counts as it.
            #[must_use]
            pub const fn neutral(self) -> f64 {
                match self { $(Self::$variant => $neutral),+ }
            }
        }

        impl Weights {
            /// The table that is used where nobody says otherwise. `docs/matching.md` tells which numbers are fitted and
            /// which are judgements.
            pub const DEFAULT: Self = Self { of: [$($default),+], average: 0.153 };

            /// The table before anything was fitted: judgements alone, from which training starts.
            pub const UNTRAINED: Self = Self { of: [$($judged),+], average: 0.15 };
        }
    };
}

weights! {
    /// One's wish about the other's height.
    HeightWish = "height_wish", 0.6, 0.5, 0.500;
    /// One's wish about the other's education.
    EducationWish = "education_wish", 0.5, 0.5, 0.500;
    /// One's wish about the other's field of work.
    OccupationWish = "occupation_wish", 0.3, 0.3, 0.300;
    /// One's wish about the other's income.
    IncomeWish = "income_wish", 0.5, 0.5, 0.500;
    /// One's wish about the other's marital status.
    MaritalWish = "marital_wish", 0.6, 0.6, 0.600;
    /// One's wish about where the other lives.
    CityWish = "city_wish", 0.5, 0.6, 0.600;
    /// The traits that one said matter, as the other rates them in themselves.
    TraitWish = "trait_wish", 0.0, 0.0, 0.479;
    /// Interests in common.
    Interests = "interests", 0.5, 0.0, 1.122;
    /// How close the ages are.
    AgeCloseness = "age_closeness", 0.5, 0.0, 0.233;
    /// How close the levels of education are.
    EducationCloseness = "education_closeness", 0.5, 0.3, 0.300;
    /// How close the incomes are.
    IncomeCloseness = "income_closeness", 0.5, 0.2, 0.200;
    /// How alike the two are in going out.
    GoingOut = "going_out", 0.5, 0.0, 0.429;
    /// How near the two live to each other.
    Nearness = "nearness", 0.4, 0.8, 0.800;
    /// How recently both were active.
    Activity = "activity", 0.5, 0.6, 0.600;
    /// Whether both studied the same.
    Study = "same_study", 0.1, 0.0, 0.337;
    /// Whether both work in the same field.
    Work = "same_work", 0.2, 0.0, 0.016;
    /// Whether both have the same marital status.
    Marital = "same_marital_status", 0.6, 0.2, 0.200;
    /// Whether both have children, or neither.
    Family = "same_family", 0.6, 0.3, 0.300;
    /// How age moves the readiness to say yes, per ten years.
    ReadinessAge = "readiness_age", 0.0, 0.0, -0.006;
    /// How rating oneself attractive moves the readiness, per two points; so the next four.
    ReadinessAttractive = "readiness_attractive", 0.0, 0.0, 0.070;
    /// Sincere.
    ReadinessSincere = "readiness_sincere", 0.0, 0.0, -0.004;
    /// Intelligent.
    ReadinessIntelligent = "readiness_intelligent", 0.0, 0.0, 0.077;
    /// Fun.
    ReadinessFun = "readiness_fun", 0.0, 0.0, 0.085;
    /// Ambitious.
    ReadinessAmbitious = "readiness_ambitious", 0.0, 0.0, -0.002;
    /// How age moves how often others say yes, per ten years.
    AppealAge = "appeal_age", 0.0, 0.0, -0.170;
    /// How rating oneself attractive moves it, per two points; so the next four.
    AppealAttractive = "appeal_attractive", 0.0, 0.0, 0.171;
    /// Sincere.
    AppealSincere = "appeal_sincere", 0.0, 0.0, -0.081;
    /// Intelligent.
    AppealIntelligent = "appeal_intelligent", 0.0, 0.0, -0.080;
    /// Fun.
    AppealFun = "appeal_fun", 0.0, 0.0, 0.182;
    /// Ambitious.
    AppealAmbitious = "appeal_ambitious", 0.0, 0.0, 0.002;
    /// The log-odds that a woman says yes when all else is neutral. Who is neither woman nor man has the mean of this and
    /// the next.
    BaseFemale = "base_female", 0.0, -0.7, -1.270;
    /// The log-odds that a man says yes when all else is neutral.
    BaseMale = "base_male", 0.0, -0.2, -0.622;
}

/// The table: a weight for each thing, −10 to 10, and the chance that an average pair says yes to each other, which is
/// the 50 of the match score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    of: [f64; Weight::COUNT],
    average: f64,
}

impl Weights {
    /// This weight.
    #[must_use]
    pub const fn of(&self, weight: Weight) -> f64 {
        self.of[weight as usize]
    }

    /// All of them, in the order of [`Weight::ALL`].
    #[must_use]
    pub const fn all(&self) -> &[f64; Weight::COUNT] {
        &self.of
    }

    /// The chance that an average pair says yes to each other.
    #[must_use]
    pub const fn average(&self) -> f64 {
        self.average
    }

    /// The same table with another weight.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadWeight`] for what is no number from −10 to 10.
    pub fn with(mut self, weight: Weight, value: f64) -> Result<Self, ScoringError> {
        if !(-GREATEST..=GREATEST).contains(&value) {
            return Err(ScoringError::BadWeight(weight.code()));
        }
        self.of[weight as usize] = value;
        Ok(self)
    }

    /// The same table with another average pair.
    ///
    /// # Errors
    ///
    /// [`ScoringError::BadWeight`] for what is no chance between 0.000001 and 0.999999.
    pub fn with_average(self, average: f64) -> Result<Self, ScoringError> {
        if !(1e-6..=1.0 - 1e-6).contains(&average) {
            return Err(ScoringError::BadWeight("average"));
        }
        Ok(Self { average, ..self })
    }

    /// The table as text: the version, then a name and a number a line.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{TITLE} {WEIGHTS_VERSION}\naverage {}\n", self.average);
        for weight in Weight::ALL {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {}", weight.code(), self.of(*weight));
        }
        text
    }
}

impl Default for Weights {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl FromStr for Weights {
    type Err = ScoringError;

    /// Reads what [`to_text`](Weights::to_text) writes. Empty lines and lines that begin with `#` are passed over; every
    /// weight must be there once, and the last line must have an end.
    fn from_str(text: &str) -> Result<Self, ScoringError> {
        let mut lines = text
            .lines()
            .map(str::trim)
            .enumerate()
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let title = lines.next().and_then(|(_, line)| line.split_once(char::is_whitespace));
        let (_, version) = title.filter(|(title, _)| *title == TITLE).ok_or(ScoringError::NoWeights)?;
        if version.trim() != WEIGHTS_VERSION.to_string() {
            return Err(ScoringError::WeightsVersion(version.trim().to_owned()));
        }
        // A number may be cut and still be one.
        if !text.ends_with('\n') {
            return Err(ScoringError::CutWeights);
        }
        let mut table = Self::DEFAULT;
        let mut seen = [false; Weight::COUNT + 1];
        for (at, line) in lines {
            let bad = || ScoringError::BadWeightsLine(at + 1);
            let (name, number) = line.split_once(' ').ok_or_else(bad)?;
            let value: f64 = number.trim().parse().map_err(|_| bad())?;
            let place = Weight::ALL.iter().position(|weight| weight.code() == name);
            let place = place.or_else(|| (name == "average").then_some(Weight::COUNT)).ok_or_else(bad)?;
            if std::mem::replace(&mut seen[place], true) {
                return Err(bad());
            }
            table = match Weight::ALL.get(place) {
                Some(weight) => table.with(*weight, value)?,
                None => table.with_average(value)?,
            };
        }
        let names = Weight::ALL.iter().map(|weight| weight.code()).chain(["average"]);
        match names.zip(seen).find(|(_, seen)| !seen) {
            Some((missing, _)) => Err(ScoringError::MissingWeight(missing)),
            None => Ok(table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_survives_being_written_and_read() {
        let table = Weights::DEFAULT.with(Weight::Nearness, 0.1 + 0.2).unwrap().with_average(0.21).unwrap();
        assert_eq!(table.to_text().parse(), Ok(table));
        let commented = format!("# mine\n\n{}", table.to_text());
        assert_eq!(commented.parse(), Ok(table));
    }

    #[test]
    fn bad_weights_are_named() {
        for bad in [-10.1, f64::NAN, f64::INFINITY] {
            let refused = Weights::DEFAULT.with(Weight::Nearness, bad);
            assert_eq!(refused, Err(ScoringError::BadWeight("nearness")));
        }
        for bad in [0.0, 1.0, f64::NAN] {
            assert_eq!(Weights::DEFAULT.with_average(bad), Err(ScoringError::BadWeight("average")));
        }
    }

    #[test]
    fn tables_that_cannot_be_meant_are_refused() {
        let text = Weights::DEFAULT.to_text();
        let read = |text: &str| text.parse::<Weights>().unwrap_err();
        assert_eq!(read(""), ScoringError::NoWeights);
        assert_eq!(read("{}"), ScoringError::NoWeights);
        assert_eq!(read("matchmaking-weights\n"), ScoringError::NoWeights);
        assert_eq!(read(&text.replacen("weights 1", "weights1", 1)), ScoringError::NoWeights);
        assert_eq!(read(&text.replacen("weights 1", "weight 1", 1)), ScoringError::NoWeights);
        for cut in 1..=3 {
            assert_eq!(read(&text[..text.len() - cut]), ScoringError::CutWeights);
        }
        let other = text.replacen("weights 1", "weights 2", 1);
        assert_eq!(read(&other), ScoringError::WeightsVersion("2".to_owned()));
        let nan = text.replacen("average 0.153", "average NaN", 1);
        assert_eq!(read(&nan), ScoringError::BadWeight("average"));
        let twice = format!("{text}nearness 1\n");
        assert!(matches!(read(&twice), ScoringError::BadWeightsLine(_)));
        let unknown = format!("{text}ethnicity 1\n");
        assert!(matches!(read(&unknown), ScoringError::BadWeightsLine(_)));
        let short = text.replacen("nearness", "# nearness", 1);
        assert_eq!(read(&short), ScoringError::MissingWeight("nearness"));
    }
}
