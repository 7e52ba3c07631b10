//! Real speed dates as a crowd to try the matchmaker on.
//!
//! ```text
//! cargo run --release --example speed_dating -- import speed_dating_dev.csv [--database URL]
//! ```
//!
//! turns the answers of the Columbia speed-dating experiment (Fisman et al., QJE 121(2), 2006) into people
//! of a store, and their decisions into likes and passes, in the order in which they were made. It uses
//! nothing but the library's public interface, as any application may. Doing it again changes nothing.
//!
//! ```text
//! cargo run --release --example speed_dating -- meet speed_dating_dev.csv --people 50
//! ```
//!
//! then asks a server that runs on that store for a match for each of fifty of them, over `/ws/match`.
//!
//! ```text
//! cargo run --release --example speed_dating -- predict --persons P.csv --history H.csv --queries Q.csv --out OUT.csv
//! cargo run --release --example speed_dating -- train --persons P.csv --history H.csv --weights W
//! ```
//!
//! predict decisions from such files as the evaluation of match quality writes (see `docs/matching.md`), and fit the
//! weights to them.
//!
//! Everybody gets a Telegram identity, the number 1,000,000 + `iid`, so that the sockets that match Telegram
//! users have a pool; how answers become profiles is told in `matchmaking_server::survey`.

#[path = "speed_dating/meet.rs"]
mod meet;
#[path = "speed_dating/predict.rs"]
mod predict;

use std::{
    collections::BTreeMap,
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Parser, Subcommand, ValueEnum};
use matchmaking_core::{
    clock::{Clock, SystemClock},
    ids::{AccountId, TelegramId},
    model::{Action, Identity, Language, Person},
    scoring::{Decision as Said, Entry, Matcher, ReferencePool},
    service::{
        Foundation, Services,
        enrolment::{Enrolled, Enrolment},
        people::audience_of,
    },
    store::{self, InteractionOutcome, MatchTerms, NewInteraction, Stores},
};
use matchmaking_server::survey::{Decision, Survey};

/// The Telegram number of the person with `iid` 0.
const TELEGRAM_BASE: i64 = 1_000_000;

/// Real speed dates as a crowd to try the matchmaker on.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Put the people and their decisions into a store
    Import {
        /// The CSV file of directed speed dates
        file: PathBuf,
        /// The store: the one that a server started here would open, unless told otherwise
        #[arg(long, env = "DATABASE_URL", default_value = "sqlite://./data/matchmaking.db")]
        database: String,
    },
    /// Tell how likely people say yes to each other, and write it to a file
    Predict {
        /// The CSV file of people
        #[arg(long)]
        persons: PathBuf,
        /// The CSV file of decisions to learn from; not read in protocol A
        #[arg(long)]
        history: Option<PathBuf>,
        /// The CSV file of dates to predict
        #[arg(long)]
        queries: PathBuf,
        /// Where the predictions go
        #[arg(long)]
        out: PathBuf,
        /// A: nothing is known of anybody but the profile; B: with the history
        #[arg(long, value_enum, default_value_t = Protocol::B)]
        protocol: Protocol,
        /// A table of weights, instead of the built-in one
        #[arg(long)]
        weights: Option<PathBuf>,
    },
    /// Fit the weights to decisions, and write them to a file
    Train {
        /// The CSV file of people
        #[arg(long)]
        persons: PathBuf,
        /// The CSV file of decisions
        #[arg(long)]
        history: PathBuf,
        /// Where the table of weights goes
        #[arg(long)]
        weights: PathBuf,
    },
    /// Ask a running server for a match for some of them, over /ws/match
    Meet {
        /// The CSV file of directed speed dates
        file: PathBuf,
        /// Where the server listens
        #[arg(long, default_value = "127.0.0.1:8000")]
        server: String,
        /// How many people ask
        #[arg(long, default_value_t = 50)]
        people: usize,
    },
}

/// What is known when something is predicted, as the evaluation names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protocol {
    /// Profiles alone
    #[value(name = "A")]
    A,
    /// Profiles and a part of the decisions
    #[value(name = "B")]
    B,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command } = Arguments::parse();
    let done = match command {
        Command::Import { file, database } => Box::pin(import(&file, &database)).await,
        Command::Predict { persons, history, queries, out, protocol, weights } => {
            let history = match (protocol, history.as_deref()) {
                (Protocol::A, _) => Ok(None),
                (Protocol::B, None) => Err("--history is needed in protocol B".into()),
                (Protocol::B, history) => Ok(history),
            };
            history.and_then(|history| {
                predict::run_predict(&persons, history, &queries, &out, weights.as_deref())
            })
        }
        Command::Train { persons, history, weights } => predict::run_train(&persons, &history, &weights),
        Command::Meet { file, server, people } => match read(&file) {
            Ok(survey) => meet::meet(&survey, &server, people).await,
            Err(error) => Err(error),
        },
    };
    match done {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("speed_dating: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A decision as the matchmaker learns from it.
fn said(actor: AccountId, target: AccountId, said_yes: bool) -> Said {
    Said { actor, target, said_yes }
}

fn read(file: &Path) -> Result<Survey, Box<dyn Error>> {
    let input = std::fs::File::open(file).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(Survey::read(input).map_err(|error| format!("{}: {error}", file.display()))?)
}

async fn import(file: &Path, database: &str) -> Result<String, Box<dyn Error>> {
    let survey = read(file)?;
    let url = database.parse()?;
    let stores = store::open(&url).await?;
    let upkeep = Arc::clone(&stores.upkeep);
    let done = Box::pin(put(&survey, stores)).await;
    upkeep.close().await;
    Ok(format!("{}\nstore: {url}", done?))
}

/// Puts everyone and everything they decided into the stores, and says what came of it.
async fn put(survey: &Survey, stores: Stores) -> Result<String, Box<dyn Error>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let matcher: Arc<dyn Matcher> = Arc::new(ReferencePool::default());
    let services = Services::new(Foundation {
        matcher: Arc::clone(&matcher),
        clock: Arc::clone(&clock),
        time_zone: chrono_tz::America::New_York,
        ..Foundation::over(stores)
    });
    let enrolment = Enrolment::new(services.stores.clone(), services.people.clone(), Arc::clone(&clock));

    let mut people: BTreeMap<u32, Person> = BTreeMap::new();
    let (mut new, mut known) = (0, 0);
    for (iid, profile) in &survey.people {
        let number = TELEGRAM_BASE + i64::from(*iid);
        let identity = Identity::telegram(TelegramId::new(number).ok_or("a number out of range")?);
        let id = match enrolment.enrol(&[identity], |slot| *slot = profile.clone()).await? {
            Enrolled::Created(id) => {
                new += 1;
                id.ok_or("an account without a number")?
            }
            Enrolled::Updated(id) | Enrolled::Unchanged(id) => {
                known += 1;
                id
            }
        };
        let row = services.stores.people.person(id).await?.ok_or("somebody takes no part")?;
        matcher.upsert(&Entry { person: &row.person, audience: audience_of(&row.kinds) })?;
        people.insert(*iid, row.person);
    }

    let moment = services.people.moment();
    let total = survey.decisions.len() as i64;
    let (mut likes, mut passes, mut matches) = (0, 0, 0);
    for (at, Decision { iid, pid, yes }) in survey.decisions.iter().enumerate() {
        let (Some(actor), Some(target)) = (people.get(iid), people.get(pid)) else { continue };
        let scored = matcher.score(actor, target, moment)?;
        let reasons = matcher.reasons(actor, target, moment, Language::En)?;
        let (reason_for_first, reason_for_second) = reasons.as_texts(Language::En);
        let new = NewInteraction {
            actor: actor.id,
            target: target.id,
            action: if *yes { Action::Like } else { Action::Dislike },
            terms: MatchTerms { reason_for_first, reason_for_second, score: scored.score.percent() },
            super_likes: None,
            // A second apart, the last one now.
            at: moment.now.plus((at as i64 + 1 - total) * 1_000),
        };
        let outcome = services.stores.matches.record_interaction(new).await?;
        matcher.observe(said(actor.id, target.id, *yes), moment);
        *(if *yes { &mut likes } else { &mut passes }) += 1;
        matches += i32::from(matches!(outcome, InteractionOutcome::Recorded { newly_matched: true, .. }));
    }
    let accounts = people.values().map(|person| person.id);
    let range = |end: Option<AccountId>| end.map_or_else(String::new, |id| id.to_string());
    Ok(format!(
        "{} people ({new} new, {known} known), accounts {} to {}, Telegram {} to {}\n\
         {} decisions: {likes} likes, {passes} passes, {matches} new matches",
        people.len(),
        range(accounts.clone().min()),
        range(accounts.max()),
        people.keys().next().map_or(0, |iid| TELEGRAM_BASE + i64::from(*iid)),
        people.keys().next_back().map_or(0, |iid| TELEGRAM_BASE + i64::from(*iid)),
        likes + passes,
    ))
}

#[cfg(test)]
mod tests {
    use matchmaking_core::{model::Profile, store::memory::MemoryStore};

    use super::*;

    #[tokio::test]
    async fn people_and_decisions_go_in_once() {
        let met = |iid, pid| Decision { iid, pid, yes: true };
        let survey = Survey {
            people: BTreeMap::from([(1, Profile::default()), (11, Profile::default())]),
            decisions: vec![met(1, 11), met(11, 1)],
        };
        let stores = Stores::from_one(Arc::new(MemoryStore::new()));
        let first = Box::pin(put(&survey, stores.clone())).await.unwrap();
        assert!(first.starts_with("2 people (2 new, 0 known), accounts 1 to 2, Telegram 1000001 to 1000011"));
        assert!(first.ends_with("2 decisions: 2 likes, 0 passes, 1 new matches"), "{first}");
        let again = Box::pin(put(&survey, stores)).await.unwrap();
        assert!(again.contains("(0 new, 2 known)") && again.ends_with("0 new matches"), "{again}");
    }
}
