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
//!
//! Files are read strictly: what lies outside its scale, is there twice or is about nobody is refused with its line and
//! column. What was not answered is empty.

mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
    ops::RangeInclusive,
};

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

use self::table::{Row, for_each_row};

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

/// The columns of the weights that people give to six qualities.
const WEIGHTS: [&str; 6] = ["attr1_1", "sinc1_1", "intel1_1", "fun1_1", "amb1_1", "shar1_1"];

/// The columns of self-ratings.
const RATINGS: [&str; 5] = ["attr3_1", "sinc3_1", "intel3_1", "fun3_1", "amb3_1"];

/// The other columns of a person.
const ANSWERS: [&str; 7] = ["iid", "gender", "age", "field_cd", "career_c", "goal", "go_out"];

/// The columns of a date.
const DATE: [&str; 3] = ["wave", "iid", "pid"];

/// The numbers of people, evenings and dates.
const NUMBERS: RangeInclusive<u32> = 1..=999_999;
/// The ages of those who take part.
const AGES: RangeInclusive<u32> = 18..=100;
/// How somebody rates an interest. It is asked for from 1 to 10; some answered 0.
const INTEREST: RangeInclusive<f32> = 0.0..=10.0;
/// How somebody rates a trait in themselves.
const RATING: RangeInclusive<f32> = 1.0..=10.0;
/// The points that somebody gives to a quality, of 100 in all.
const POINTS: RangeInclusive<f32> = 0.0..=100.0;

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

/// The decisions of these people in a file of dates, in its order.
///
/// # Errors
///
/// As [`profiles`]; the two must be different people of the crowd, and nobody decides twice about the same one.
pub fn history(input: impl Read, crowd: &Crowd) -> Result<Vec<scoring::Decision>, String> {
    let (mut decisions, mut pairs) = (Vec::new(), BTreeSet::new());
    for_each_row(input, &[&DATE[..], &["dec"]].concat(), |row| {
        let (_, [actor, target]) = date(row, crowd, &mut pairs)?;
        decisions.push(scoring::Decision { actor, target, said_yes: row.flag("dec")? });
        Ok(())
    })?;
    Ok(decisions)
}

/// The dates of these people that a file asks about.
///
/// # Errors
///
/// As [`history`].
pub fn queries(input: impl Read, crowd: &Crowd) -> Result<Vec<Date>, String> {
    let (mut dates, mut pairs) = (Vec::new(), BTreeSet::new());
    for_each_row(input, &DATE, |row| {
        dates.push(date(row, crowd, &mut pairs)?.0);
        Ok(())
    })?;
    Ok(dates)
}

/// The date of a line, which is none of these, and the accounts of the two.
fn date(
    row: &Row<'_>,
    crowd: &Crowd,
    before: &mut BTreeSet<(u32, u32)>,
) -> Result<(Date, [AccountId; 2]), String> {
    let account = |column, iid| {
        let person =
            crowd.get(&iid).ok_or_else(|| row.wrong(column, format_args!("there is no person {iid}")));
        person.map(|person| person.id)
    };
    let (iid, pid) = pair(row, before)?;
    let wave = row.needed("wave", NUMBERS)?;
    Ok((Date { wave, iid, pid }, [account("iid", iid)?, account("pid", pid)?]))
}

/// Who decides about whom in a line; none of these.
fn pair(row: &Row<'_>, before: &mut BTreeSet<(u32, u32)>) -> Result<(u32, u32), String> {
    let (iid, pid) = (row.needed("iid", NUMBERS)?, row.needed("pid", NUMBERS)?);
    if iid == pid {
        return Err(row.wrong("pid", format_args!("{pid} has no date with themselves")));
    }
    if !before.insert((iid, pid)) {
        return Err(row.wrong("pid", format_args!("the date of {iid} with {pid} is there twice")));
    }
    Ok((iid, pid))
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
        let (mut people, mut dates, mut pairs) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
        for_each_row(input, &[&person_columns()[..], &DATE, &["order", "dec"]].concat(), |row| {
            let (iid, pid) = pair(row, &mut pairs)?;
            if let std::collections::btree_map::Entry::Vacant(new) = people.entry(iid) {
                new.insert(profile(row, iid)?);
            }
            let evening = (row.needed("wave", NUMBERS)?, row.needed("order", NUMBERS)?, iid);
            dates.push((evening, Decision { iid, pid, yes: row.flag("dec")? }));
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
/// The line and the column of what cannot be meant, as text.
pub fn profiles(input: impl Read) -> Result<BTreeMap<u32, Profile>, String> {
    let mut profiles = BTreeMap::new();
    for_each_row(input, &person_columns(), |row| {
        let iid = row.needed("iid", NUMBERS)?;
        if profiles.insert(iid, profile(row, iid)?).is_some() {
            return Err(row.wrong("iid", format_args!("{iid} is there twice")));
        }
        Ok(())
    })?;
    Ok(profiles)
}

/// The columns that a person is made of.
fn person_columns() -> Vec<&'static str> {
    let interests = INTERESTS.into_iter().map(|(column, _)| column);
    ANSWERS.into_iter().chain(interests).chain(WEIGHTS).chain(RATINGS).collect()
}

fn profile(row: &Row<'_>, iid: u32) -> Result<Profile, String> {
    let (gender, sought) =
        if row.flag("gender")? { (Gender::Male, Gender::Female) } else { (Gender::Female, Gender::Male) };
    let mut rated = Vec::new();
    for (column, name) in INTERESTS {
        if let Some(rating) = row.number(column, INTEREST)? {
            rated.push((rating, name));
        }
    }
    // The sort is stable: of equal ones the first.
    rated.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let interests = rated.iter().take(INTERESTS_EACH).map(|(_, name)| (*name).to_owned()).collect();
    let mut traits = [None; RATINGS.len()];
    for (slot, column) in traits.iter_mut().zip(RATINGS) {
        *slot = row.number(column, RATING)?.map(|rating| rating.round() as u8);
    }
    let [attractive, sincere, intelligent, fun, ambitious] = traits;
    let mut profile = Profile {
        nickname: Some(format!("Dater {iid}")),
        gender: Some(gender),
        stated_age: row.whole("age", AGES)?.map(|age| age as u8),
        interests,
        traits: TraitRatings { attractive, sincere, intelligent, fun, ambitious },
        going_out: row.code("go_out", 7)?,
        ..Profile::default()
    };
    profile.education.major = row.code("field_cd", 18)?.and_then(field).map(str::to_owned);
    profile.occupation.kind = row.code("career_c", 17)?.and_then(career);
    profile.requirements.genders = Some(GenderSet::only(sought));
    profile.requirements.other = row.code("goal", 6)?.and_then(goal).map(str::to_owned);
    profile.requirements.trait_weights = weights(row)?;
    Ok(profile)
}

/// The six weights, where all were given.
fn weights(row: &Row<'_>) -> Result<Option<TraitWeights>, String> {
    let mut given = [None; WEIGHTS.len()];
    for (slot, column) in given.iter_mut().zip(WEIGHTS) {
        *slot = row.number(column, POINTS)?;
    }
    let [
        Some(attractive),
        Some(sincere),
        Some(intelligent),
        Some(fun),
        Some(ambitious),
        Some(shared_interests),
    ] = given
    else {
        return Ok(None);
    };
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
mod tests;
