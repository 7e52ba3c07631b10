//! What a cell may hold, and how it is read.

use std::fmt::Display;

use chrono::NaiveDate;
use matchmaking_core::{
    model::{
        Language, labels,
        profile::{EducationLevel, Gender, IncomeRange, MaritalStatus, OccupationType},
    },
    text::check_text,
};

/// What stands in a cell of a CSV line, or under a name of a JSON line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// One value, as text; never blank.
    One(String),
    /// A list of values, as texts.
    Many(Vec<String>),
}

impl Cell {
    /// The one value.
    pub(super) fn one(&self) -> Result<&str, String> {
        match self {
            Self::One(text) => Ok(text),
            Self::Many(_) => Err("must be one value, not a list".to_owned()),
        }
    }

    /// The values: those of a list, or of one text split at `;`, `|` or `、`.
    pub(super) fn many(&self) -> Vec<&str> {
        let trimmed = |text: &str| !text.is_empty();
        match self {
            Self::One(text) => {
                text.split([';', '|', '；', '、']).map(str::trim).filter(|t| trimmed(t)).collect()
            }
            Self::Many(texts) => texts.iter().map(|text| text.trim()).filter(|t| trimmed(t)).collect(),
        }
    }
}

/// A whole number in this range.
pub(super) fn whole<T>(cell: &Cell, min: T, max: T) -> Result<T, String>
where
    T: Copy + Display + PartialOrd + TryFrom<i64>,
{
    let text = cell.one()?;
    // "30.0" is what spreadsheets make of 30.
    let number =
        text.strip_suffix(".0").unwrap_or(text).parse::<i64>().ok().and_then(|n| T::try_from(n).ok());
    match number {
        Some(number) if number >= min && number <= max => Ok(number),
        _ => Err(format!("must be a whole number from {min} to {max}")),
    }
}

/// A number in this range.
pub(super) fn number(cell: &Cell, min: f64, max: f64) -> Result<f64, String> {
    match cell.one()?.parse::<f64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(format!("must be a number from {min} to {max}")),
    }
}

/// A text of at most this many characters.
pub(super) fn text(cell: &Cell, max: usize) -> Result<String, String> {
    let text = cell.one()?;
    check_text(text, max).map_err(|error| error.to_string())?;
    Ok(text.to_owned())
}

/// Yes or no.
pub(super) fn flag(cell: &Cell) -> Result<bool, String> {
    match cell.one()?.to_lowercase().as_str() {
        "true" | "yes" | "1" | "是" | "有" => Ok(true),
        "false" | "no" | "0" | "否" | "无" => Ok(false),
        _ => Err("must be true or false".to_owned()),
    }
}

/// A date.
pub(super) fn date(cell: &Cell) -> Result<NaiveDate, String> {
    cell.one()?.parse().map_err(|_| "must be a date such as 1995-01-31".to_owned())
}

/// A value that files know by a code, such as `BACHELOR`, or by its Chinese label.
pub(super) trait Coded: Copy + 'static {
    /// Every value.
    const VALUES: &[Self];
    /// Its code.
    fn code(self) -> &'static str;
    /// Its Chinese label.
    fn label(self) -> &'static str;
}

/// Says how a kind of values is coded and labelled.
macro_rules! coded {
    ($($name:ident: $label:expr),+ $(,)?) => {
        $(impl Coded for $name {
            const VALUES: &[Self] = Self::ALL;

            fn code(self) -> &'static str {
                Self::code(self)
            }

            fn label(self) -> &'static str {
                $label(self)
            }
        })+
    };
}

coded! {
    Gender: |gender| match gender { Gender::Female => "女", Gender::Male => "男", Gender::Other => "其他" },
    EducationLevel: |level| labels::education(level, Language::Zh),
    OccupationType: |kind| labels::occupation(kind, Language::Zh),
    IncomeRange: |range| labels::income(range, Language::Zh),
    MaritalStatus: |status| labels::marital(status, Language::Zh),
}

/// The value with this code or label.
pub(super) fn code<T: Coded>(text: &str) -> Result<T, String> {
    let known = T::VALUES
        .iter()
        .copied()
        .find(|value| value.code().eq_ignore_ascii_case(text) || value.label() == text);
    known.ok_or_else(|| {
        let codes: Vec<&str> = T::VALUES.iter().map(|value| value.code()).collect();
        format!("must be one of {}", codes.join(", "))
    })
}

/// The values with these codes or labels, none twice.
pub(super) fn codes<T: Coded + PartialEq>(cell: &Cell) -> Result<Vec<T>, String> {
    let mut found = Vec::new();
    for text in cell.many() {
        let value = code(text)?;
        if !found.contains(&value) {
            found.push(value);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Cell {
        Cell::One(text.to_owned())
    }

    #[test]
    fn numbers_have_a_range() {
        assert_eq!(whole::<u8>(&one("30"), 18, 120), Ok(30));
        assert_eq!(whole::<u8>(&one("30.0"), 18, 120), Ok(30));
        for refused in ["17", "121", "300", "3O", "", "30.5", "-1", "1e2"] {
            assert!(whole::<u8>(&one(refused), 18, 120).is_err(), "{refused}");
        }
        assert!(number(&one("NaN"), 0.0, 1.0).is_err());
        assert!(number(&one("inf"), 0.0, f64::MAX).is_err());
    }

    #[test]
    fn codes_are_known_by_code_and_by_label() {
        assert_eq!(code("bachelor"), Ok(EducationLevel::Bachelor));
        assert_eq!(code("本科"), Ok(EducationLevel::Bachelor));
        assert_eq!(code("20-30万"), Ok(IncomeRange::From20WTo30W));
        assert!(code::<Gender>("x").unwrap_err().contains("female, male, other"));
        assert_eq!(codes(&one("MASTER; 博士;MASTER")), Ok(vec![EducationLevel::Master, EducationLevel::Phd]));
    }

    #[test]
    fn lists_are_split_at_any_of_the_usual_signs() {
        assert_eq!(one("旅行、摄影; |yoga").many(), ["旅行", "摄影", "yoga"]);
        assert!(Cell::Many(vec!["a".to_owned()]).one().is_err());
    }
}
