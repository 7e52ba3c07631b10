//! Predicting who says yes to whom, from the files of the evaluation tool, and fitting the weights to such files.
//!
//! The files: persons with the columns of the survey, one line a person; a history of decisions `wave,iid,pid,dec`, in
//! the order in which they were made; and queries `wave,iid,pid`. They are read strictly, and what cannot be meant is
//! refused with file, line and column. The answer is `wave,iid,pid,score,score_dec`: the
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
    let history = history.map_or(Ok(Vec::new()), |file| read_history(file, &crowd))?;
    let queries =
        survey::queries(File::open(queries).map_err(named(queries))?, &crowd).map_err(named(queries))?;
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
    let crowd = read_crowd(persons)?;
    let history = read_history(history, &crowd)?;
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

fn read_history(file: &Path, crowd: &Crowd) -> Result<Vec<Decision>, String> {
    survey::history(File::open(file).map_err(named(file))?, crowd).map_err(named(file))
}

/// The error with the file that it is about.
fn named<E: std::fmt::Display>(file: &Path) -> impl Fn(E) -> String + '_ {
    move |error| format!("{}: {error}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERSON: &str = "iid,gender,age,field_cd,career_c,goal,go_out,sports,tvsports,exercise,dining,museums,art,\
        hiking,gaming,clubbing,reading,tv,theater,movies,concerts,music,shopping,yoga,attr1_1,sinc1_1,intel1_1,fun1_1,\
        amb1_1,shar1_1,attr3_1,sinc3_1,intel3_1,fun3_1,amb3_1";

    #[test]
    fn files_are_predicted_from_or_refused_by_name() {
        let folder = std::env::temp_dir().join(format!("speed-dating-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(folder.join(name), text).unwrap();
            folder.join(name)
        };
        let blank = ",".repeat(PERSON.matches(',').count() - 1);
        let persons = file("P.csv", &format!("{PERSON}\n1,0{blank}\n2,1{blank}\n"));
        let history = file("H.csv", "wave,iid,pid,dec\n1,1,2,1\n");
        let queries = file("Q.csv", "wave,iid,pid\n1,1,2\n1,2,1\n");
        let (weights, out) = (folder.join("W.txt"), folder.join("OUT.csv"));

        let trained = run_train(&persons, &history, &weights).unwrap();
        assert!(trained.starts_with("1 decisions of 2 people"), "{trained}");
        let told = run_predict(&persons, Some(&history), &queries, &out, Some(&weights)).unwrap();
        assert_eq!(told, "2 people, 1 decisions known, 2 predicted");
        let predicted = std::fs::read_to_string(&out).unwrap();
        assert_eq!(predicted.lines().count(), 3);
        assert!(predicted.starts_with("wave,iid,pid,score,score_dec\n1,1,2,0."), "{predicted}");
        std::fs::remove_file(&out).unwrap();

        let refused = |history: &Path, weights: &Path| {
            let refused = run_predict(&persons, Some(history), &queries, &out, Some(weights));
            refused.unwrap_err().to_string()
        };
        let unknown = file("unknown.csv", "wave,iid,pid,dec\n1,1,3,1\n");
        assert!(refused(&unknown, &weights).ends_with("unknown.csv: line 2, pid: there is no person 3"));
        let text = std::fs::read_to_string(&weights).unwrap();
        let cut = file("cut.txt", &text[..text.len() - 3]);
        let told = refused(&history, &cut);
        assert!(told.contains("cut.txt: ") && told.contains("has no end"), "{told}");
        assert!(!out.exists(), "nothing was written");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
