//! `train`: fit the table of weights to what people decided.

use std::{
    collections::VecDeque,
    io::{self, Write as _},
    path::PathBuf,
};

use matchmaking_core::{
    error::StoreError,
    scoring::{Decision, Features, Trained, Weights, train},
    service::{Services, people::seeker},
};

use super::{Failure, offline::with_services, progress};
use crate::{config::Config, weights};

/// How many people or decisions are read at once.
const PAGE: usize = 1_000;
/// The most decisions that are learned from: the newest. Beyond that more would change little and take long.
const DECISIONS_MAX: usize = 500_000;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where the table goes [default: weights.txt in DATA_DIR, from which serve takes it]
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    let file = arguments.weights.clone().unwrap_or_else(|| weights::path(&config.data_dir));
    let trained = with_services(config, async |offline| fit(&offline.services).await)?;
    let failed = |error: io::Error| Failure::Other(format!("train: {}: {error}", file.display()));
    weights::save(&file, &trained.weights).map_err(failed)?;
    let [before, after] = trained.log_loss;
    let Trained { decisions, people, .. } = trained;
    // Nobody need listen: a closed standard output undoes nothing.
    let _ = writeln!(
        io::stdout().lock(),
        "{decisions} decisions of {people} people: log loss {before:.4} before, {after:.4} after\n{}",
        file.display(),
    );
    Ok(())
}

/// The table that fits what is in the store.
async fn fit(services: &Services) -> Result<Trained, Failure> {
    let people = people(services).await?;
    let decisions = decisions(services, &people).await?;
    if decisions.is_empty() {
        return Err(Failure::Other("train: nobody has decided anything yet".to_owned()));
    }
    let trained = train(&people, &decisions, services.people.moment(), Weights::DEFAULT);
    trained.map_err(|error| Failure::Other(format!("train: {error}")))
}

/// Everybody who takes part, in the order of their numbers; without those whose data the scorer refuses.
async fn people(services: &Services) -> Result<Vec<Features>, StoreError> {
    let bar = progress::bar(0, "{pos} people");
    let (mut people, mut after) = (Vec::new(), None);
    loop {
        let page = services.stores.people.people(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.person.id);
        bar.inc(page.len() as u64);
        people.extend(page.into_iter().filter_map(|row| Features::read(&seeker(row)).ok()));
    }
    bar.finish_and_clear();
    Ok(people)
}

/// The newest decisions, of these people about these people.
async fn decisions(services: &Services, people: &[Features]) -> Result<Vec<Decision>, StoreError> {
    let bar = progress::bar(0, "{pos} decisions");
    let is_known = |id| people.binary_search_by_key(&id, |person: &Features| person.id).is_ok();
    let (mut decisions, mut after) = (VecDeque::new(), None);
    loop {
        let page = services.stores.matches.interactions(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        bar.inc(page.len() as u64);
        decisions.extend(
            (page.iter().filter_map(Decision::of)).filter(|one| is_known(one.actor) && is_known(one.target)),
        );
        let surplus = decisions.len().saturating_sub(DECISIONS_MAX);
        decisions.drain(..surplus);
    }
    bar.finish_and_clear();
    Ok(decisions.into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use matchmaking_core::{
        clock::{Clock, SystemClock},
        model::{Action, Identity, IdentityKind},
        service::{
            Foundation,
            enrolment::{Enrolled, Enrolment},
        },
        store::{MatchTerms, NewInteraction, Stores, memory::MemoryStore},
    };

    use super::*;

    #[tokio::test]
    async fn weights_are_fitted_to_what_was_decided() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let services = Services::new(Foundation::over(Stores::from_one(Arc::new(MemoryStore::new()))));
        let none = fit(&services).await.unwrap_err().to_string();
        assert_eq!(none, "train: nobody has decided anything yet");
        let enrolment = Enrolment::new(services.stores.clone(), services.people.clone(), Arc::clone(&clock));
        let mut ids = Vec::new();
        for number in 0..12 {
            let identity = Identity::new(IdentityKind::Username, format!("user{number}"));
            let change = |profile: &mut matchmaking_core::model::Profile| {
                profile.interests = vec![["旅行", "围棋"][number % 2].to_owned()];
            };
            let Enrolled::Created(Some(id)) = enrolment.enrol(&[identity], change).await.unwrap() else {
                panic!("a new one")
            };
            ids.push(id);
        }
        // Everybody likes those with the same interest and nobody else.
        for (one, actor) in ids.iter().enumerate() {
            for (other, target) in ids.iter().enumerate().filter(|(other, _)| *other != one) {
                let action = if (one + other).is_multiple_of(2) { Action::Like } else { Action::Dislike };
                let new = NewInteraction {
                    actor: *actor,
                    target: *target,
                    action,
                    terms: MatchTerms::default(),
                    super_likes: None,
                    at: clock.now(),
                };
                services.stores.matches.record_interaction(new).await.unwrap();
            }
        }
        let trained = fit(&services).await.unwrap();
        assert_eq!((trained.decisions, trained.people), (132, 12));
        let interests = matchmaking_core::scoring::Weight::Interests;
        assert!(trained.weights.of(interests) > Weights::DEFAULT.of(interests));
        assert!(trained.log_loss[1] < trained.log_loss[0]);
    }
}
