//! Lines of a file, read as people.

use std::{collections::BTreeMap, io::Read};

use chrono::NaiveDate;
use matchmaking_core::{
    ids::TelegramId,
    model::{Identity, IdentityKind, Profile},
};
use serde_json::Value;

use super::{
    columns::{COLUMNS, Meaning, meaning, whole_profile},
    values::Cell,
};

/// The identities that a file may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// `phone`.
    Phone,
    /// `username`.
    Username,
    /// `telegram_id`.
    Telegram,
}

impl Known {
    pub(super) const ALL: [Self; 3] = [Self::Phone, Self::Username, Self::Telegram];

    /// The column by which files know it.
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Username => "username",
            Self::Telegram => "telegram_id",
        }
    }

    /// The kind of identity it is.
    pub(super) const fn kind(self) -> IdentityKind {
        match self {
            Self::Phone => IdentityKind::Phone,
            Self::Username => IdentityKind::Username,
            Self::Telegram => IdentityKind::Telegram,
        }
    }

    /// The identity with this name, if it can be one.
    pub(super) fn identity(self, text: &str) -> Result<Identity, String> {
        match self {
            Self::Phone => {
                let digits = text.as_bytes();
                let well_formed = digits.len() == 11
                    && digits.iter().all(u8::is_ascii_digit)
                    && digits[0] == b'1'
                    && (b'3'..=b'9').contains(&digits[1]);
                let identity = || Identity::new(IdentityKind::Phone, text);
                well_formed.then(identity).ok_or_else(|| "must be a mobile number of 11 digits".to_owned())
            }
            Self::Username => {
                let fits = (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control);
                let identity = || Identity::new(IdentityKind::Username, text);
                fits.then(identity)
                    .ok_or_else(|| "must be 1 to 64 characters without control characters".to_owned())
            }
            Self::Telegram => {
                let id = text.parse().ok().and_then(TelegramId::new);
                id.map(Identity::telegram)
                    .ok_or_else(|| "must be a whole number from 1 to 9007199254740991".to_owned())
            }
        }
    }
}

/// What is wrong with a line, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The line, counted from 1; the header of a CSV file is line 1.
    pub(super) line: u64,
    /// The column; empty when the line cannot be read at all.
    pub(super) field: String,
    /// What is wrong.
    pub(super) reason: String,
}

/// A line that can be read: who, and what to put into their profile.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// The line, counted from 1.
    pub(super) line: u64,
    /// Who.
    pub(super) identities: Vec<Identity>,
    /// Places in [`COLUMNS`], each with its cell, ascending.
    cells: BTreeMap<usize, Cell>,
    today: NaiveDate,
}

impl Row {
    /// Reads a line from its names and cells.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, not just the first.
    pub(super) fn new<'a>(
        line: u64,
        named: impl IntoIterator<Item = (&'a str, Cell)>,
        today: NaiveDate,
    ) -> Result<Self, Vec<Refusal>> {
        let mut row = Self { line, identities: Vec::new(), cells: BTreeMap::new(), today };
        let mut refused = Vec::new();
        let mut refuse = |field: &str, reason: String| {
            refused.push(Refusal { line, field: field.to_owned(), reason });
        };
        for (name, cell) in named {
            match meaning(name) {
                Meaning::Identity(known) => match cell.one().and_then(|text| known.identity(text)) {
                    Ok(identity) if row.identities.iter().any(|known| known.kind == identity.kind) => {
                        refuse(known.column(), "is there twice".to_owned());
                    }
                    Ok(identity) => row.identities.push(identity),
                    Err(reason) => refuse(known.column(), reason),
                },
                Meaning::Column(at) => {
                    // One thing may be said in two forms, but not two things of it.
                    let said = |cell: &Cell| {
                        let mut said = Profile::default();
                        (COLUMNS[at].set)(&mut said, cell, today).map(|()| said)
                    };
                    if row.cells.get(&at).is_some_and(|before| said(before) != said(&cell)) {
                        refuse(COLUMNS[at].name, "is there twice, and differs".to_owned());
                    }
                    row.cells.insert(at, cell);
                }
                Meaning::Computed | Meaning::Unknown => {}
            }
        }
        let mut tried = Profile::default();
        for (at, cell) in &row.cells {
            if let Err(reason) = (COLUMNS[*at].set)(&mut tried, cell, today) {
                refuse(COLUMNS[*at].name, reason);
            }
        }
        if let Some((field, reason)) = whole_profile(&tried) {
            refuse(field, reason.to_owned());
        }
        if row.identities.is_empty()
            && !refused.iter().any(|one| Known::ALL.iter().any(|k| k.column() == one.field))
        {
            let reason = "a phone, a username or a telegram_id is needed".to_owned();
            refused.push(Refusal { line, field: Known::Phone.column().to_owned(), reason });
        }
        if refused.is_empty() { Ok(row) } else { Err(refused) }
    }

    /// Puts what the line says into a profile; what it does not mention stays.
    pub(super) fn apply(&self, profile: &mut Profile) {
        for (at, cell) in &self.cells {
            // Every cell was read once when the row was made, and reading does not depend on the profile.
            let _ = (COLUMNS[*at].set)(profile, cell, self.today);
        }
    }
}

/// A line, or what is wrong with it.
pub(super) type Line = Result<Row, Vec<Refusal>>;

/// A reader of lines that end in `\n`; a `\r` before it is trimmed. Left to itself, it counts lines of `\r\n` one short.
fn reader<R: Read>(input: R) -> csv::Reader<R> {
    let mut builder = csv::ReaderBuilder::new();
    builder.flexible(true).trim(csv::Trim::All).terminator(csv::Terminator::Any(b'\n')).from_reader(input)
}

/// The lines of a CSV file with a header, UTF-8.
///
/// # Errors
///
/// When the header cannot be read. `unknown` is given the names in it that stand for nothing.
pub(super) fn csv_rows<R: Read>(
    input: R,
    today: NaiveDate,
    unknown: &mut Vec<String>,
) -> Result<impl Iterator<Item = Line> + use<R>, csv::Error> {
    let mut reader = reader(input);
    let header: Vec<String> =
        reader.headers()?.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
    unknown.extend(header.iter().filter(|name| matches!(meaning(name), Meaning::Unknown)).cloned());
    let bad = |line, reason: String| Err(vec![Refusal { line, field: String::new(), reason }]);
    Ok(reader.into_records().map(move |record| {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                return bad(
                    line,
                    match error.kind() {
                        csv::ErrorKind::Utf8 { .. } => "is not UTF-8".to_owned(),
                        _ => "cannot be read".to_owned(),
                    },
                );
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            return bad(line, format!("has {} cells, the header {}", record.len(), header.len()));
        }
        let cells = record.iter().map(str::trim).zip(&header).filter(|(cell, _)| !cell.is_empty());
        Row::new(line, cells.map(|(cell, name)| (name.as_str(), Cell::One(cell.to_owned()))), today)
    }))
}

/// One line of a JSONL file: an object, nested as `GET /v1/profile` answers it, or flat. `None` for a blank
/// line. `unknown` is given the names that stand for nothing.
pub(super) fn json_row(line: u64, bytes: &[u8], today: NaiveDate, unknown: &mut Vec<String>) -> Option<Line> {
    let bad = |reason: String| Some(Err(vec![Refusal { line, field: String::new(), reason }]));
    let Ok(text) = std::str::from_utf8(bytes) else { return bad("is not UTF-8".to_owned()) };
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return None;
    }
    let fields = match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return bad("is not a JSON object".to_owned()),
        Err(error) => return bad(format!("is not JSON: {error}")),
    };
    let mut named = Vec::new();
    for (name, value) in fields {
        flatten(name, value, &mut named);
    }
    for (name, _) in &named {
        if matches!(meaning(name), Meaning::Unknown) && !unknown.contains(name) {
            unknown.push(name.clone());
        }
    }
    Some(Row::new(line, named.iter().map(|(name, cell)| (name.as_str(), cell.clone())), today))
}

/// Puts a value and everything in it under dotted names. Null and blank say nothing. Of objects in a list,
/// such as interests as they are read, the `name` counts.
fn flatten(name: String, value: Value, named: &mut Vec<(String, Cell)>) {
    match value {
        Value::Null => {}
        Value::Object(fields) => {
            for (field, value) in fields {
                flatten(format!("{name}.{field}"), value, named);
            }
        }
        Value::Array(values) => {
            let texts = values.into_iter().filter_map(|value| match value {
                Value::Object(mut fields) => fields.remove("name").and_then(plain),
                value => plain(value),
            });
            named.push((name, Cell::Many(texts.collect())));
        }
        value => named.extend(plain(value).map(|text| (name, Cell::One(text)))),
    }
}

/// A text, number or truth as a text; `None` for anything else and for blank texts.
fn plain(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use matchmaking_core::model::profile::{EducationLevel, Gender, IncomeRange};

    use super::*;

    fn today() -> NaiveDate {
        "2026-06-01".parse().unwrap()
    }

    fn profile_of(row: &Row) -> Profile {
        let mut profile = Profile::default();
        row.apply(&mut profile);
        profile
    }

    #[test]
    fn csv_lines_become_people_and_bad_ones_are_named() {
        let file = "\u{feff}phone,nickname,gender,birth_date,age,height_cm,interests,shoe\n\
                    13800138000,秋秋,female,1995-01-01,28,165,旅行;摄影,38\n\
                    12345,x,female,,17,,,\n\
                    13800138001,只有四个,male,1990-01-01\n\
                    ,无名,other,,30,,,\n\
                    13800138002,\"Li, \"\"Bo\"\"\",male,,30,180.0,,\n";
        let mut unknown = Vec::new();
        let rows: Vec<Line> = csv_rows(file.as_bytes(), today(), &mut unknown).unwrap().collect();
        assert_eq!(unknown, ["shoe"]);
        let first = rows[0].as_ref().unwrap();
        let profile = profile_of(first);
        assert_eq!((first.line, profile.gender, profile.stated_age), (2, Some(Gender::Female), None));
        assert_eq!((profile.age_on(today()), profile.interests.len()), (Some(31), 2));
        let refused = |at: usize| {
            let refusals = rows[at].as_ref().unwrap_err();
            refusals.iter().map(|one| (one.line, one.field.as_str())).collect::<Vec<_>>()
        };
        assert_eq!(refused(1), [(3, "phone"), (3, "basic.age")]);
        assert_eq!(refused(2), [(4, "")]);
        assert_eq!(refused(3), [(5, "phone")]);
        assert_eq!(profile_of(rows[4].as_ref().unwrap()).nickname.as_deref(), Some("Li, \"Bo\""));
    }

    #[test]
    fn lines_are_counted_however_they_end_and_nothing_is_said_twice() {
        let refused = |file: &str| {
            let rows: Vec<Line> = csv_rows(file.as_bytes(), today(), &mut Vec::new()).unwrap().collect();
            let refusals = rows.into_iter().filter_map(Result::err).flatten();
            refusals.map(|one| (one.line, one.field)).collect::<Vec<_>>()
        };
        for end in ["\n", "\r\n"] {
            let file = ["phone,age", "13800138000,30", "13800138001,NaN", "\"13800138002\",x"].join(end);
            assert_eq!(refused(&file), [(3, "basic.age".to_owned()), (4, "basic.age".to_owned())], "{end:?}");
        }
        assert_eq!(refused("phone,age,basic.age\n13800138000,30,40\n"), [(2, "basic.age".to_owned())]);
        assert_eq!(refused("phone,age,basic.age\n13800138000,30,30\n"), []);
        assert_eq!(refused("phone,phone\n13800138000,13800138001\n"), [(2, "phone".to_owned())]);
    }

    #[test]
    fn what_the_profile_answers_can_be_read_back() {
        let line = r#"{"telegram_id": 77, "basic": {"user_id": 10001, "nickname": "秋秋", "gender": "female",
            "age": 28, "birth_date": "1995-01-01", "height_cm": 165, "weight_kg": 52.5, "zodiac": "摩羯座"},
            "location": {"current": {"province": "上海", "city": "上海", "latitude": 31.2, "longitude": 121.5}},
            "education": {"level": "本科", "level_code": "BACHELOR", "graduation_year": 2017},
            "economy": {"annual_income_range": "20-30万", "income_code": "20W_30W"},
            "introduction": {"self": "热爱生活", "mate_requirements": null, "completion_rate": 85},
            "photos": {"avatar": null, "album": []}, "stats": {"view_count": 256},
            "interests": [{"id": 1, "name": "旅行", "category": "生活"}, {"id": 2, "name": "摄影"}],
            "mate_requirements": {"age_min": 28, "education_levels": ["BACHELOR", "PHD"],
                "location_requirements": {"same_city": true, "acceptable_cities": ["杭州"]}}}"#;
        let mut unknown = Vec::new();
        let row = json_row(1, line.as_bytes(), today(), &mut unknown).unwrap().unwrap();
        assert!(unknown.is_empty(), "{unknown:?}");
        let profile = profile_of(&row);
        assert_eq!(profile.weight_hg, Some(525));
        assert_eq!(profile.education.level, Some(EducationLevel::Bachelor));
        assert_eq!(profile.economy.income, Some(IncomeRange::From20WTo30W));
        assert_eq!(profile.interests, ["旅行", "摄影"]);
        assert_eq!(profile.requirements.acceptable_cities, ["杭州"]);
        assert!(profile.requirements.same_city && profile.position.is_some());
        assert_eq!(row.identities, [Identity::new(IdentityKind::Telegram, "77")]);
    }

    #[test]
    fn broken_json_is_refused_and_blank_lines_are_nothing() {
        let mut unknown = Vec::new();
        assert!(json_row(1, b"  ", today(), &mut unknown).is_none());
        for line in
            [&b"{"[..], b"[1]", b"\xff\xfe", b"{\"phone\": [1]}", b"{\"phone\": 5, \"shoe\": {\"size\": 3}}"]
        {
            assert!(json_row(1, line, today(), &mut unknown).unwrap().is_err());
        }
        assert_eq!(unknown, ["shoe.size"]);
    }

    #[test]
    fn windows_and_positions_must_be_whole() {
        let refused = |text: &str| {
            let row = json_row(9, text.as_bytes(), today(), &mut Vec::new()).unwrap().unwrap_err();
            (row[0].line, row[0].field.clone())
        };
        let half = r#"{"phone": "13800138000", "latitude": 31.2}"#;
        assert_eq!(refused(half), (9, "location.current.longitude".to_owned()));
        let inverted = r#"{"phone": "13800138000", "age_min": 40, "age_max": 30}"#;
        assert_eq!(refused(inverted), (9, "requirements.age_min".to_owned()));
    }
}
