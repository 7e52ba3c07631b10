//! `evaluate`: what daily lists come to, with and without what is done so that not everybody is shown the same few.

mod market;

use std::{
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use matchmaking_core::{
    error::StoreError,
    model::Person,
    scoring::{Audience, Decision, Entry, Matcher, ReferencePool, Weights, exposure::Discount},
    service::{
        Services,
        daily::{DAILY_PEOPLE, EXPOSURE_DAYS},
        people::seeker,
    },
};

use self::market::{Market, Outcome, Way};
use super::{Failure, offline::with_services};
use crate::{
    config::Config,
    survey::{self, crowd},
};

/// How many people or decisions are read at once.
const PAGE: usize = 1_000;

/// The strengths of the discount that are tried.
const STRENGTHS: [f64; 5] = [0.0, 0.5, 1.0, 2.0, 4.0];

/// The sharpnesses of the assignment that are tried.
const SHARPNESSES: [f64; 3] = [2.0, 4.0, 8.0];

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How many people at most, of those who came first
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=3_000))]
    people: u32,
    /// For how many days everybody draws a list, up to those over which it counts how often people are shown
    #[arg(long, value_name = "N", default_value_t = EXPOSURE_DAYS as u32, value_parser = clap::value_parser!(u32).range(1..=EXPOSURE_DAYS))]
    days: u32,
    /// A CSV file of people of the speed-dating experiment, instead of those in the store
    #[arg(long, value_name = "FILE")]
    persons: Option<PathBuf>,
    /// A CSV file of decisions of these people
    #[arg(long, value_name = "FILE", requires = "persons")]
    history: Option<PathBuf>,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    let market = match &arguments.persons {
        Some(persons) => of_files(persons, arguments.history.as_deref(), arguments.people as usize)?,
        None => with_services(config, async |offline| {
            offline.services.fill_pool().await?;
            of_store(&offline.services, offline.matcher.as_ref(), arguments.people as usize).await
        })?,
    };
    // A reader that closes the pipe early (`| head`) is no failure.
    let _ = io::stdout().lock().write_all(report(&market, arguments.days as usize)?.as_bytes());
    Ok(())
}

/// The people in the store, without the pairs of whom one has decided about the other.
async fn of_store(services: &Services, matcher: &dyn Matcher, most: usize) -> Result<Market, Failure> {
    let mut people: Vec<Person> = Vec::new();
    while people.len() < most {
        let after = people.last().map(|last| last.id);
        let page = services.stores.people.people(after, PAGE.min(most - people.len())).await?;
        if page.is_empty() {
            break;
        }
        people.extend(page.into_iter().map(seeker));
    }
    let decisions = decisions(services).await?;
    Market::new(&people, &decisions, matcher, services.people.moment()).map_err(refused)
}

async fn decisions(services: &Services) -> Result<Vec<Decision>, StoreError> {
    let (mut decisions, mut after) = (Vec::new(), None);
    loop {
        let page = services.stores.matches.interactions(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(decisions) };
        after = Some(last.id);
        decisions.extend(page.iter().filter_map(Decision::of));
    }
}

/// The people of files of the experiment, of whom the engine has learned from the decisions.
fn of_files(persons: &Path, history: Option<&Path>, most: usize) -> Result<Market, Failure> {
    fn named<E: std::fmt::Display>(file: &Path) -> impl Fn(E) -> Failure + '_ {
        move |error| Failure::Other(format!("evaluate: {}: {error}", file.display()))
    }
    let profiles = survey::profiles(File::open(persons).map_err(named(persons))?).map_err(named(persons))?;
    let crowd = crowd(&profiles).map_err(named(persons))?;
    let decisions = match history {
        Some(file) => survey::history(File::open(file).map_err(named(file))?, &crowd).map_err(named(file))?,
        None => Vec::new(),
    };
    let people: Vec<Person> = crowd.into_values().take(most).collect();
    let pool = ReferencePool::with_weights(Weights::DEFAULT);
    for person in &people {
        pool.upsert(&Entry { person, audience: Audience::ALL }).map_err(refused)?;
    }
    pool.relearn(&decisions, survey::moment());
    Market::new(&people, &decisions, &pool, survey::moment()).map_err(refused)
}

fn refused(error: impl std::fmt::Display) -> Failure {
    Failure::Other(format!("evaluate: {error}"))
}

/// The table: a line for each way of making lists.
fn report(market: &Market, days: usize) -> Result<String, Failure> {
    let capacity = (DAILY_PEOPLE as i64 * EXPOSURE_DAYS) as f64;
    let mut lines = vec![
        format!(
            "{} people, {} pairs who may be shown to each other, {days} days with {DAILY_PEOPLE} people a list\n",
            market.people(),
            market.pairs()
        ),
        format!("{:<22} {:>8} {:>9} {:>9} {:>7}", "lists", "matches", "answered", "coverage", "Gini"),
    ];
    let mut line = |name: String, way: &Way| {
        let Outcome { matches, answered, coverage, gini } = market.outcome(way, days);
        let coverage = format!("{:.1} %", 100.0 * coverage);
        lines.push(format!("{name:<22} {matches:>8.1} {answered:>9.1} {coverage:>9} {gini:>7.3}"));
    };
    for strength in STRENGTHS {
        let name = if strength == 0.0 { "score".to_owned() } else { format!("discount, g = {strength}") };
        line(name, &Way::Discounted(Discount::new(capacity, strength).map_err(refused)?));
    }
    for sharpness in SHARPNESSES {
        let way = market.assigned(sharpness, (days * DAILY_PEOPLE) as f64).map_err(refused)?;
        line(format!("assigned, sharp = {sharpness}"), &way);
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    const COLUMNS: &str = "wave,iid,pid,gender,order,age,field_cd,career_c,goal,go_out,sports,tvsports,exercise,dining,\
        museums,art,hiking,gaming,clubbing,reading,tv,theater,movies,concerts,music,shopping,yoga,attr1_1,sinc1_1,\
        intel1_1,fun1_1,amb1_1,shar1_1,attr3_1,sinc3_1,intel3_1,fun3_1,amb3_1,dec";

    #[test]
    fn files_of_the_experiment_make_a_table() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("persons.csv");
        let mut csv = File::create(&file).unwrap();
        writeln!(csv, "{COLUMNS}").unwrap();
        // Forty women and forty men; the first ten men are liked by everyone who met them.
        for iid in 1..=80 {
            let (gender, pid) = (i32::from(iid > 40), if iid > 40 { iid - 40 } else { iid % 20 + 41 });
            let yes = i32::from(pid <= 51);
            writeln!(csv, "1,{iid},{pid},{gender},1{}{yes}", ",".repeat(34)).unwrap();
        }
        csv.flush().unwrap();
        let market = of_files(&file, Some(&file), 1_000).unwrap();
        assert_eq!(market.people(), 80);
        assert!(market.pairs() < 1_600 && market.pairs() > 1_500, "{}", market.pairs());
        let table = report(&market, 3).unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 3 + STRENGTHS.len() + SHARPNESSES.len());
        assert!(lines[3].starts_with("score ") && lines[4].starts_with("discount, g = 0.5"), "{table}");
        // Whoever was shown much gives way: more are shown, and more evenly.
        let capacity = 8.0;
        let outcome =
            |strength| market.outcome(&Way::Discounted(Discount::new(capacity, strength).unwrap()), 2);
        let (without, with) = (outcome(0.0), outcome(2.0));
        assert!(with.gini < without.gini && with.coverage >= without.coverage, "{without:?} {with:?}");
        assert!(with.matches > 0.0 && with.answered <= with.matches);
        let missing = of_files(&folder.path().join("none.csv"), None, 9).unwrap_err().to_string();
        assert!(missing.starts_with("evaluate: ") && missing.contains("none.csv"), "{missing}");
    }
}
