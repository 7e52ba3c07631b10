//! `recommend`: somebody's ranking with the reasons, as an operator looks at it.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use clap::ValueEnum;
use matchmaking_core::{
    error::StoreError,
    ids::AccountId,
    model::{AccountStatus, IdentityKind, Language, Person, Profile, funnel::Filter, labels},
    scoring::{Audience, Breakdown, Entry, Matcher, Moment, Query, Ranked, Side, funnel::Funnel},
    service::{
        Services,
        people::{audience_of, seeker},
    },
    store::Stores,
    text::fold,
};

use super::{Failure, offline::with_services};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Who: id:ID, phone:PHONE, username:NAME or telegram:ID
    #[arg(long, value_name = "ID")]
    pub(super) user: String,
    /// How many places
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(super) limit: u32,
    /// Language of the reasons
    #[arg(long, value_enum, default_value_t = Spoken::Zh)]
    pub(super) language: Spoken,
}

/// A language as the command line names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Spoken {
    /// 中文
    Zh,
    /// English
    En,
}

pub(super) fn run(config: &Config, arguments: &Arguments) -> Result<(), Failure> {
    with_services(config, async |offline| {
        offline.services.fill_pool().await?;
        let mut out = Vec::new();
        write_ranking(arguments, &offline.services, offline.matcher.as_ref(), &mut out).await?;
        // A reader that closes the pipe early (`| head`) is no failure.
        let _ = io::stdout().lock().write_all(&out);
        Ok(())
    })
}

/// Writes the ranking of the people in the pool for the one who is asked for.
async fn write_ranking(
    arguments: &Arguments,
    services: &Services,
    matcher: &dyn Matcher,
    out: &mut Vec<u8>,
) -> Result<(), Failure> {
    let stores = &services.stores;
    let id = find(stores, &arguments.user).await?;
    let unknown = || Failure::Other(format!("recommend: {} takes no part", arguments.user));
    let row = stores.people.person(id).await?.ok_or_else(unknown)?;
    let audience = match audience_of(&row.kinds) {
        // Someone known by neither a phone nor Telegram is in no pool, but may be looked at.
        Audience::NONE => Audience::ALL,
        audience => audience,
    };
    // The same refusal that a service would meet.
    let scoring = |error| Failure::Other(format!("recommend: {error}"));
    let person = seeker(row);
    matcher.upsert(&Entry { person: &person, audience }).map_err(scoring)?;
    let language = match arguments.language {
        Spoken::Zh => Language::Zh,
        Spoken::En => Language::En,
    };
    let moment = services.people.moment();
    let left_out = left_out(services, id).await?;
    let is_left_out = |id| left_out.contains(&id);
    let asked = Query::new(&person, audience, arguments.limit as usize, moment).excluding(&is_left_out);
    let funnel = matcher.funnel(&asked).map_err(scoring)?;
    let best = matcher.top(&asked).map_err(scoring)?;
    let mut table = Table { out, language, moment };
    table.head(&person, matcher.len()).map_err(Failure::System)?;
    for (place, ranked) in best.iter().enumerate() {
        let Some(other) = stores.people.person(ranked.id).await? else { continue };
        let scored = matcher.score(&person, &other.person, moment).map_err(scoring)?;
        let reasons = matcher.reasons(&person, &other.person, moment, language).map_err(scoring)?;
        table
            .place(place + 1, *ranked, &other.person, &reasons.for_first, &scored.breakdown)
            .map_err(Failure::System)?;
    }
    if best.is_empty() {
        writeln!(table.out, "nobody is left to be recommended").map_err(Failure::System)?;
    }
    table.funnel(&funnel).map_err(Failure::System)
}

/// The account that `id:7`, `phone:…`, `username:…` or `telegram:…` names.
async fn find(stores: &Stores, user: &str) -> Result<AccountId, Failure> {
    let wrong = || {
        Failure::Other(format!(
            "recommend: --user {user}: must be id:ID, phone:PHONE, username:NAME or telegram:ID"
        ))
    };
    let (kind, name) = user.split_once(':').ok_or_else(wrong)?;
    let account = match kind {
        "id" => {
            let id = name.parse().ok().and_then(AccountId::new).ok_or_else(wrong)?;
            stores.accounts.account(id).await?
        }
        "phone" => by_identity(stores, IdentityKind::Phone, name).await?,
        "username" => by_identity(stores, IdentityKind::Username, name).await?,
        "telegram" => by_identity(stores, IdentityKind::Telegram, name).await?,
        _ => return Err(wrong()),
    };
    match account {
        Some(account) if account.status == AccountStatus::Active => Ok(account.id),
        Some(_) => Err(Failure::Other(format!("recommend: {user} takes no part"))),
        None => Err(Failure::Other(format!("recommend: there is no {user}"))),
    }
}

async fn by_identity(
    stores: &Stores,
    kind: IdentityKind,
    name: &str,
) -> Result<Option<matchmaking_core::model::Account>, StoreError> {
    stores.accounts.account_by_identity(kind, &fold(name)).await
}

/// Whom a daily list leaves out, with those whom this one was rejected by, but not who is in today's.
async fn left_out(services: &Services, id: AccountId) -> Result<BTreeSet<AccountId>, StoreError> {
    let tomorrow = services.daily.today().ends;
    let mut left_out: BTreeSet<_> = services.stores.daily.left_out(id, tomorrow).await?.into_iter().collect();
    left_out.extend(services.stores.matches.rejected(id).await?);
    Ok(left_out)
}

/// A ranking as text.
struct Table<'a> {
    out: &'a mut Vec<u8>,
    language: Language,
    moment: Moment,
}

impl Table<'_> {
    fn head(&mut self, person: &Person, people: usize) -> io::Result<()> {
        let who = self.describe(&person.profile);
        writeln!(self.out, "for {} {who}, out of {people} people\n", person.id)?;
        writeln!(self.out, "{:>3}  {:>5}  {:>8}  who and why", "#", "score", "id")
    }

    fn place(
        &mut self,
        place: usize,
        ranked: Ranked,
        other: &Person,
        reasons: &[String],
        breakdown: &Breakdown,
    ) -> io::Result<()> {
        let who = self.describe(&other.profile);
        writeln!(self.out, "{place:>3}  {:>5}  {:>8}  {who}", ranked.score.percent(), ranked.id)?;
        for reason in reasons {
            writeln!(self.out, "{:22}- {reason}", "")?;
        }
        // Told in points: log-odds of a yes, times 25.
        let mut parts: Vec<_> = breakdown.parts.iter().filter(|part| part.points.abs() >= 0.05).collect();
        parts.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
        let told = parts.iter().map(|part| {
            let whose = match part.side {
                Side::First => "own ",
                Side::Second => "their ",
                Side::Both => "",
            };
            format!("{whose}{} {:+.1}", part.kind.code(), part.points)
        });
        writeln!(self.out, "{:24}{}", "", told.collect::<Vec<_>>().join(", "))
    }

    /// How many people fall to what, and what would bring the most back.
    fn funnel(&mut self, funnel: &Funnel) -> io::Result<()> {
        writeln!(self.out, "\n{:>8}  people, of whom", funnel.people)?;
        for (filter, fall) in Filter::ALL.iter().zip(funnel.fallen) {
            writeln!(self.out, "{fall:>8}  {:13} {}", filter.code(), labels::filter(*filter, self.language))?;
        }
        writeln!(self.out, "{:>8}  left", funnel.left)?;
        if let Some((relaxation, gain)) = funnel.best_relaxation() {
            let advice = labels::relaxation(relaxation, self.language);
            writeln!(self.out, "{:>8}  {:13} {advice}", format!("+{gain}"), relaxation.code())?;
        }
        Ok(())
    }

    /// Name, age, gender, city, work, as far as they are known, without control characters.
    fn describe(&self, profile: &Profile) -> String {
        let facts = [
            profile.nickname.clone(),
            profile.age_on(self.moment.today).map(|age| age.to_string()),
            profile.gender.map(|gender| gender.code().to_owned()),
            profile.current.city.clone(),
            profile.education.level.map(|level| labels::education(level, self.language).to_owned()),
            profile.occupation.job_title.clone().or_else(|| {
                profile.occupation.kind.map(|kind| labels::occupation(kind, self.language).to_owned())
            }),
        ];
        let told: Vec<String> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
        let line = if told.is_empty() { "(nothing known)".to_owned() } else { told.join(", ") };
        // A name may hold anything, and this goes to a terminal.
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use matchmaking_core::{
        clock::{Clock, SystemClock},
        model::{Action, Identity},
        scoring::ReferencePool,
        service::{
            Foundation,
            enrolment::{Enrolled, Enrolment},
        },
        store::{MatchTerms, NewInteraction, memory::MemoryStore},
    };

    use super::*;

    #[tokio::test]
    async fn the_ranking_has_scores_parts_and_reasons() {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let stores = Stores::from_one(Arc::new(MemoryStore::new()));
        let matcher: Arc<dyn Matcher> = Arc::new(ReferencePool::default());
        let services = Services::new(Foundation {
            matcher: Arc::clone(&matcher),
            clock: Arc::clone(&clock),
            ..Foundation::over(stores)
        });
        let enrolment = Enrolment::new(services.stores.clone(), services.people.clone(), Arc::clone(&clock));
        let mut ids = Vec::new();
        for (name, interests) in [
            ("lin", &["旅行", "摄影"][..]),
            ("wu", &["旅行", "摄影"]),
            ("qi\u{1b}[31m", &["围棋"]),
            ("bo", &[]),
        ] {
            let identity = Identity::new(IdentityKind::Username, name);
            let change = |profile: &mut Profile| {
                profile.nickname = Some(name.to_owned());
                profile.interests = interests.iter().map(|one| (*one).to_owned()).collect();
            };
            let Enrolled::Created(Some(id)) = enrolment.enrol(&[identity], change).await.unwrap() else {
                panic!()
            };
            // A username alone is no place in a pool.
            let row = services.stores.people.person(id).await.unwrap().unwrap();
            matcher.upsert(&Entry { person: &row.person, audience: Audience::ALL }).unwrap();
            ids.push(id);
        }
        let liked = NewInteraction {
            actor: ids[0],
            target: ids[3],
            action: Action::Like,
            terms: MatchTerms::default(),
            super_likes: None,
            at: clock.now(),
        };
        services.stores.matches.record_interaction(liked).await.unwrap();
        let ask = async |user: &str, language| {
            let arguments = Arguments { user: user.to_owned(), limit: 2, language };
            let mut out = Vec::new();
            let result = write_ranking(&arguments, &services, matcher.as_ref(), &mut out).await;
            result.map(|()| String::from_utf8(out).unwrap()).map_err(|failure| failure.to_string())
        };
        let zh = ask("username:LIN", Spoken::Zh).await.unwrap();
        let lines: Vec<&str> = zh.lines().collect();
        assert!(lines[3].contains("wu") && lines[4].contains("你们都喜欢旅行、摄影"), "{zh}");
        // Of three others one is liked already.
        assert!(zh.ends_with("3  people, of whom\n       0  paused        暂不接受推荐\n       0  gender        性别不符合你的要求\n       0  their_gender  在寻找其他性别\n       0  age           年龄不符合你的要求\n       0  their_age     你的年龄不符合对方的要求\n       1  left_out      已推荐、已表态、已匹配或已屏蔽\n       2  left\n"), "{zh}");
        assert!(zh.contains("interests +") && !zh.contains("bo") && !zh.contains('\u{1b}'), "{zh}");
        let en = ask(&format!("id:{}", ids[0]), Spoken::En).await.unwrap();
        assert!(en.contains("You both like 旅行, 摄影"), "{en}");
        assert_eq!(ask("telegram:9", Spoken::En).await.unwrap_err(), "recommend: there is no telegram:9");
        assert!(ask("lin", Spoken::En).await.unwrap_err().contains("must be id:ID"));
    }
}
