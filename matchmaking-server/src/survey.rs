//! The files of the Columbia speed-dating experiment (Fisman, Iyengar, Kamenica, Simonson, *Gender Differences in Mate
//! Selection*, QJE 121(2), 2006), and how its answers become profiles.
//!
//! | Answer | Becomes |
//! | --- | --- |
//! | `gender` 0, 1 | female, male; each seeks the other, because every date was a woman and a man |
//! | `age` | stated age |
//! | `field_cd` | major |
//! | `career_c` | field of work: the career that the student had in mind |
//! | `goal` | `requirements.other`: what the person came for |
//! | `go_out` | `going_out`, the same scale |
//! | 17 interests, 1 to 10 | the eight rated highest, as names |
//! | `attr3_1` … `amb3_1` | self-ratings on five traits |
//! | `attr1_1` … `shar1_1` | `requirements.trait_weights` |
//! | `dec` | a like or a pass, in the order of the evening |
//!
//! Everything else is left out: ratings made after the date tell what cannot be known before it, and
//! ethnicity is no feature of this matchmaker.

use std::{collections::BTreeMap, io::Read};

use matchmaking_core::{
    clock::Millis,
    ids::AccountId,
    model::{
        Person, Profile,
        profile::{Gender, OccupationType, TraitRatings},
        requirements::{GenderSet, TraitWeights},
    },
    scoring::{self, Moment},
};

/// The moment at which everything happens: the data knows no activity, so that everybody was active just now.
const NOW: Millis = Millis(1_100_000_000_000);

/// The columns of interests, each with the name that a profile gets.
const INTERESTS: [(&str, &str); 17] = [
    ("sports", "sports"),
    ("tvsports", "watching sports"),
    ("exercise", "exercise"),
    ("dining", "dining"),
    ("museums", "museums"),
    ("art", "art"),
    ("hiking", "hiking"),
    ("gaming", "gaming"),
    ("clubbing", "clubbing"),
    ("reading", "reading"),
    ("tv", "television"),
    ("theater", "theater"),
    ("movies", "movies"),
    ("concerts", "concerts"),
    ("music", "music"),
    ("shopping", "shopping"),
    ("yoga", "yoga"),
];

/// How many interests a person has: those that they rate highest. Some rate everything high and some nothing, so that
/// the rating alone says little.
const INTERESTS_EACH: usize = 8;

/// What a person decided about another after their date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Who decided.
    pub iid: u32,
    /// About whom.
    pub pid: u32,
    /// Whether to meet again.
    pub yes: bool,
}

/// A date that is asked about or was decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// On which evening.
    pub wave: u32,
    /// Who decides.
    pub iid: u32,
    /// About whom.
    pub pid: u32,
}

/// Everyone of these files' evenings, by number.
pub type Crowd = BTreeMap<u32, Person>;

/// When everything happens.
#[must_use]
pub fn moment() -> Moment {
    Moment::new(NOW, chrono_tz::America::New_York)
}

/// People of these profiles, each with the survey's number.
///
/// # Errors
///
/// A number that no account can have, as text.
pub fn crowd(profiles: &BTreeMap<u32, Profile>) -> Result<Crowd, String> {
    let person = |(iid, profile): (&u32, &Profile)| {
        Ok((*iid, Person { id: account(*iid)?, profile: profile.clone(), last_active_at: NOW }))
    };
    profiles.iter().map(person).collect()
}

/// The decisions of a file of dates, in its order.
///
/// # Errors
///
/// As [`profiles`], and where there is no column `dec`.
pub fn history(input: impl Read) -> Result<Vec<scoring::Decision>, String> {
    let decision = |(date, said_yes): (Date, Option<bool>)| {
        let said_yes = said_yes.ok_or("there is no column dec")?;
        Ok(scoring::Decision { actor: account(date.iid)?, target: account(date.pid)?, said_yes })
    };
    dates(input)?.into_iter().map(decision).collect()
}

fn account(iid: u32) -> Result<AccountId, String> {
    AccountId::new(i64::from(iid)).ok_or_else(|| format!("iid {iid} is out of range"))
}

/// Everyone and everything that was decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Survey {
    /// Profiles by `iid`.
    pub people: BTreeMap<u32, Profile>,
    /// Decisions: evening by evening, date by date.
    pub decisions: Vec<Decision>,
}

impl Survey {
    /// Reads the file of directed dates.
    ///
    /// # Errors
    ///
    /// A line and a column that cannot be understood, as text.
    pub fn read(input: impl Read) -> Result<Self, String> {
        let mut people = BTreeMap::new();
        let mut dates = Vec::new();
        for_each_row(input, |row| {
            let iid = row.needed("iid")?;
            if let std::collections::btree_map::Entry::Vacant(new) = people.entry(iid) {
                new.insert(profile(row, iid)?);
            }
            let yes = row.needed("dec")? == 1;
            let evening = (row.needed("wave")?, row.needed("order")?, iid);
            dates.push((evening, Decision { iid, pid: row.needed("pid")?, yes }));
            Ok(())
        })?;
        dates.sort_by_key(|(evening, _)| *evening);
        let decisions: Vec<Decision> = dates.into_iter().map(|(_, decision)| decision).collect();
        Ok(Self { people, decisions })
    }
}

/// The profiles of a file with one line a person.
///
/// # Errors
///
/// A line and a column that cannot be understood, as text.
pub fn profiles(input: impl Read) -> Result<BTreeMap<u32, Profile>, String> {
    let mut profiles = BTreeMap::new();
    for_each_row(input, |row| {
        let iid = row.needed("iid")?;
        profiles.insert(iid, profile(row, iid)?);
        Ok(())
    })?;
    Ok(profiles)
}

/// The dates of a file, with the decision where there is a column of them.
///
/// # Errors
///
/// As [`profiles`].
pub fn dates(input: impl Read) -> Result<Vec<(Date, Option<bool>)>, String> {
    let mut dates = Vec::new();
    for_each_row(input, |row| {
        let date = Date { wave: row.needed("wave")?, iid: row.needed("iid")?, pid: row.needed("pid")? };
        let is_decided = row.columns.contains_key("dec");
        let said_yes = if is_decided { Some(row.needed("dec")? == 1) } else { None };
        dates.push((date, said_yes));
        Ok(())
    })?;
    Ok(dates)
}

fn for_each_row(
    input: impl Read,
    mut each: impl FnMut(&Row<'_>) -> Result<(), String>,
) -> Result<(), String> {
    let mut reader = csv::Reader::from_reader(input);
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let columns: BTreeMap<&str, usize> = header.iter().enumerate().map(|(at, name)| (name, at)).collect();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        each(&Row { columns: &columns, record: &record })?;
    }
    Ok(())
}

/// A line of the file, asked by the names of its columns.
struct Row<'a> {
    columns: &'a BTreeMap<&'a str, usize>,
    record: &'a csv::StringRecord,
}

impl Row<'_> {
    /// The number in this column; `None` where nothing was answered.
    fn number(&self, column: &str) -> Result<Option<f32>, String> {
        let line = self.record.position().map_or(0, csv::Position::line);
        let at = self.columns.get(column).ok_or_else(|| format!("there is no column {column}"))?;
        let text = self.record.get(*at).unwrap_or_default();
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f32>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(format!("line {line}, {column}: {text:?} is no number")),
        }
    }

    /// The whole number in this column, which must be there.
    fn needed(&self, column: &str) -> Result<u32, String> {
        let line = self.record.position().map_or(0, csv::Position::line);
        self.number(column)?
            .filter(|number| (0.0..1e6).contains(number))
            .map(|number| number as u32)
            .ok_or_else(|| format!("line {line}, {column}: a number is needed"))
    }

    /// The answer in this column, if it lies in this range; the file's scales are whole numbers.
    fn scale(&self, column: &str, min: u8, max: u8) -> Result<Option<u8>, String> {
        let number = self.number(column)?.map(f32::round);
        Ok(number.filter(|n| (f32::from(min)..=f32::from(max)).contains(n)).map(|n| n as u8))
    }
}

fn profile(row: &Row<'_>, iid: u32) -> Result<Profile, String> {
    let (gender, sought) = match row.needed("gender")? {
        0 => (Gender::Female, Gender::Male),
        _ => (Gender::Male, Gender::Female),
    };
    let mut rated = Vec::new();
    for (column, name) in INTERESTS {
        if let Some(rating) = row.number(column)? {
            rated.push((rating, name));
        }
    }
    // The sort is stable: of equal ones the first.
    rated.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let interests = rated.iter().take(INTERESTS_EACH).map(|(_, name)| (*name).to_owned()).collect();
    let mut profile = Profile {
        nickname: Some(format!("Dater {iid}")),
        gender: Some(gender),
        stated_age: row.scale("age", 18, 120)?,
        interests,
        traits: TraitRatings {
            attractive: row.scale("attr3_1", 1, 10)?,
            sincere: row.scale("sinc3_1", 1, 10)?,
            intelligent: row.scale("intel3_1", 1, 10)?,
            fun: row.scale("fun3_1", 1, 10)?,
            ambitious: row.scale("amb3_1", 1, 10)?,
        },
        going_out: row.scale("go_out", 1, 7)?,
        ..Profile::default()
    };
    profile.education.major = row.scale("field_cd", 1, 18)?.and_then(field).map(str::to_owned);
    profile.occupation.kind = row.scale("career_c", 1, 17)?.and_then(career);
    profile.requirements.genders = Some(GenderSet::only(sought));
    profile.requirements.other = row.scale("goal", 1, 6)?.and_then(goal).map(str::to_owned);
    profile.requirements.trait_weights = weights(row)?;
    Ok(profile)
}

/// The six weights, where they were given.
fn weights(row: &Row<'_>) -> Result<Option<TraitWeights>, String> {
    let mut given = [0.0; 6];
    for (slot, column) in
        given.iter_mut().zip(["attr1_1", "sinc1_1", "intel1_1", "fun1_1", "amb1_1", "shar1_1"])
    {
        let Some(points) = row.number(column)? else { return Ok(None) };
        *slot = points.max(0.0);
    }
    let [attractive, sincere, intelligent, fun, ambitious, shared_interests] = given;
    Ok(Some(TraitWeights { attractive, sincere, intelligent, fun, ambitious, shared_interests }))
}

/// What a coded field of study is called.
fn field(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "Law",
        2 => "Mathematics",
        3 => "Social science",
        4 => "Medical science",
        5 => "Engineering",
        6 => "Literature and journalism",
        7 => "History, religion and philosophy",
        8 => "Business and economics",
        9 => "Education",
        10 => "Natural sciences",
        11 => "Social work",
        13 => "Political science",
        14 => "Film",
        15 => "Fine arts",
        16 => "Languages",
        17 => "Architecture",
        _ => return None,
    })
}

/// The field of work of a coded career; none for the undecided.
fn career(code: u8) -> Option<OccupationType> {
    Some(match code {
        1 => OccupationType::Legal,
        2 => OccupationType::Education,
        3 | 4 | 12 => OccupationType::Medical,
        5 => OccupationType::Manufacturing,
        6 => OccupationType::Art,
        7 => OccupationType::Finance,
        8 => OccupationType::RealEstate,
        9 | 13 => OccupationType::Government,
        11 => OccupationType::Service,
        16 => OccupationType::Media,
        14 | 15 | 17 => OccupationType::Other,
        _ => return None,
    })
}

/// What a coded goal says.
fn goal(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "A fun night out",
        2 => "To meet new people",
        3 => "To get a date",
        4 => "A serious relationship",
        5 => "To say I did it",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &str = "wave,iid,pid,gender,order,age,field_cd,career_c,goal,go_out,sports,tvsports,exercise,dining,\
        museums,art,hiking,gaming,clubbing,reading,tv,theater,movies,concerts,music,shopping,yoga,attr1_1,sinc1_1,\
        intel1_1,fun1_1,amb1_1,shar1_1,attr3_1,sinc3_1,intel3_1,fun3_1,amb3_1,dec";

    /// A woman and a man who want to meet again.
    fn two_people() -> Survey {
        let rows = "1,11,1,1,2,27,8,7,4,1,9,2,8,9,1,1,5,1,5,6,9,1,10,10,9,8,1,35,20,20,20,0,5,6,8,8,8,7,1\n\
                    1,1,11,0,1,,,10,,,7,,,,,,,,,,,,,,,,,,,,,,,,,,,,1";
        Survey::read(format!("{COLUMNS}\n{rows}\n").as_bytes()).unwrap()
    }

    #[test]
    fn answers_become_profiles() {
        let survey = two_people();
        let him = &survey.people[&11];
        assert_eq!((him.gender, him.stated_age, him.going_out), (Some(Gender::Male), Some(27), Some(1)));
        assert_eq!(him.interests.len(), 8);
        assert_eq!(him.requirements.genders, Some(GenderSet::only(Gender::Female)));
        assert_eq!(him.requirements.trait_weights.unwrap().attractive, 35.0);
        assert_eq!(him.occupation.kind, Some(OccupationType::Finance));
        let her = &survey.people[&1];
        assert_eq!((her.stated_age, her.requirements.trait_weights, her.occupation.kind), (None, None, None));
        assert_eq!(her.interests, ["sports"]);
        let order: Vec<u32> = survey.decisions.iter().map(|decision| decision.iid).collect();
        assert_eq!(order, [1, 11]);
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_by_name() {
        assert_eq!(Survey::read("a,b\n1,2\n".as_bytes()), Err("there is no column iid".to_owned()));
        let bad = Survey::read("iid,gender\nx,0\n".as_bytes());
        assert_eq!(bad, Err("line 2, iid: \"x\" is no number".to_owned()));
    }
}
