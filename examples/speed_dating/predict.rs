//! Predicting who says yes to whom, from the files of the evaluation tool, and fitting the weights to such files.
//!
//! The files: persons with the columns of the survey, one line a person; a history of decisions `wave,iid,pid,dec`, in
//! the order in which they were made; and queries `wave,iid,pid`. The answer is `wave,iid,pid,score,score_dec`: the
//! chance that both say yes, and the chance that `iid` does.

use std::{
    error::Error,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
};

use matchmaking_core::scoring::{
    Audience, Decision, Entry, Features, Matcher, ReferencePool, Trained, Weights, train,
};
use matchmaking_server::survey::{self, Crowd, Date, crowd, moment};

/// How likely somebody says yes on a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Prediction {
    pub(crate) date: Date,
    /// That both say yes.
    pub(crate) both: f64,
    /// That `iid` does.
    pub(crate) one: f64,
}

/// What the engine says of these dates, having learned from these decisions.
pub(crate) fn predict(
    crowd: &Crowd,
    history: &[Decision],
    queries: &[Date],
    weights: &Weights,
) -> Result<Vec<Prediction>, Box<dyn Error>> {
    let pool = ReferencePool::with_weights(*weights);
    for person in crowd.values() {
        pool.upsert(&Entry { person, audience: Audience::ALL })?;
    }
    for decision in history {
        pool.observe(*decision, moment());
    }
    pool.relearn(history, moment());
    let of = |iid: u32| crowd.get(&iid).ok_or_else(|| format!("iid {iid} is no person"));
    let mut predictions = Vec::with_capacity(queries.len());
    for date in queries {
        let scored = pool.score(of(date.iid)?, of(date.pid)?, moment())?;
        let chance = scored.chance.ok_or("the scorer tells no chance")?;
        predictions.push(Prediction { date: *date, both: chance.both(), one: chance.first });
    }
    Ok(predictions)
}

/// Weights fitted to these decisions.
pub(crate) fn fit(crowd: &Crowd, history: &[Decision]) -> Result<Trained, Box<dyn Error>> {
    let people: Result<Vec<Features>, _> = crowd.values().map(Features::read).collect();
    Ok(train(&people?, history, moment(), Weights::UNTRAINED)?)
}

/// The subcommand `predict`.
pub(crate) fn run_predict(
    persons: &Path,
    history: Option<&Path>,
    queries: &Path,
    out: &Path,
    weights: Option<&Path>,
) -> Result<String, Box<dyn Error>> {
    let crowd = read_crowd(persons)?;
    let history = history.map_or(Ok(Vec::new()), read_history)?;
    let queries: Vec<Date> = read_dates(queries)?.into_iter().map(|(date, _)| date).collect();
    let weights = match weights {
        Some(file) => std::fs::read_to_string(file).map_err(named(file))?.parse().map_err(named(file))?,
        None => Weights::DEFAULT,
    };
    let predictions = predict(&crowd, &history, &queries, &weights)?;
    let mut file = BufWriter::new(File::create(out).map_err(named(out))?);
    writeln!(file, "wave,iid,pid,score,score_dec")?;
    for Prediction { date: Date { wave, iid, pid }, both, one } in &predictions {
        writeln!(file, "{wave},{iid},{pid},{both},{one}")?;
    }
    file.flush()?;
    Ok(format!("{} people, {} decisions known, {} predicted", crowd.len(), history.len(), predictions.len()))
}

/// The subcommand `train`.
pub(crate) fn run_train(persons: &Path, history: &Path, weights: &Path) -> Result<String, Box<dyn Error>> {
    let (crowd, history) = (read_crowd(persons)?, read_history(history)?);
    let trained = fit(&crowd, &history)?;
    std::fs::write(weights, trained.weights.to_text()).map_err(named(weights))?;
    let [before, after] = trained.log_loss;
    Ok(format!(
        "{} decisions of {} people: log loss {before:.4} before, {after:.4} after",
        trained.decisions, trained.people
    ))
}

fn read_crowd(file: &Path) -> Result<Crowd, String> {
    let profiles = survey::profiles(File::open(file).map_err(named(file))?).map_err(named(file))?;
    crowd(&profiles).map_err(named(file))
}

fn read_history(file: &Path) -> Result<Vec<Decision>, String> {
    survey::history(File::open(file).map_err(named(file))?).map_err(named(file))
}

/// The dates of a file, with the decision where the file tells it.
fn read_dates(file: &Path) -> Result<Vec<(Date, Option<bool>)>, String> {
    survey::dates(File::open(file).map_err(named(file))?).map_err(named(file))
}

/// The error with the file that it is about.
fn named<E: std::fmt::Display>(file: &Path) -> impl Fn(E) -> String + '_ {
    move |error| format!("{}: {error}", file.display())
}
