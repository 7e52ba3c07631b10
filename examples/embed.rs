//! The library inside somebody else's warp application.
//!
//! ```text
//! cargo run --example embed
//! curl -d '{"phone":"13800138000","name":"Lin","born":"1994-05-01","likes":["hiking","chess"]}' \
//!      -H 'content-type: application/json' http://127.0.0.1:8100/join
//! curl -d '{"phone":"13800138000","code":"…"}' -H 'content-type: application/json' http://127.0.0.1:8100/confirm
//! curl http://127.0.0.1:8100/partners/1
//! ```
//!
//! A walking club has an application of its own, with its own routes and words. From the library it takes the
//! store, the accounts, the pool and the reasons; it brings a scorer of its own, since walkers care for other things
//! than couples do, and a sender of text messages of its own.

use std::{
    collections::HashMap,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use matchmaking_core::{
    clock::{Clock, Millis, SystemClock},
    ids::AccountId,
    model::{Identity, IdentityKind, Language, Profile},
    ports::{
        Ports,
        sms::{Sms, SmsError, SmsKind, SmsSender},
    },
    scoring::{
        Audience, Breakdown, Features, Matcher, Moment, Part, PartKind, Query, ReferencePool, Score, Scored,
        Scorer, Side,
    },
    service::{
        Foundation, Services,
        enrolment::{EnrolError, Enrolled, Enrolment},
    },
    store::{self, Stores},
};
use rand::RngExt as _;
use serde::{Deserialize, Serialize};
use warp::{Filter, Rejection, Reply, http::StatusCode};

/// How many people may be on their way into the club at once.
const JOINING_MAX: usize = 1_000;
/// How many partners are shown.
const PARTNERS: usize = 3;
/// The most bytes of a request's body.
const BODY_MAX: u64 = 16 << 10;

/// What walkers care for: things to talk about on the way, and about the same age.
///
/// `score = 0.7 · n / (n + 1) + 0.3 / (1 + years / 5)` for `n` interests in common and so many years between the two;
/// what is not known counts as one half.
#[derive(Debug)]
struct WalkersScorer;

impl Scorer for WalkersScorer {
    fn explain(&self, first: &Features, second: &Features, moment: Moment) -> Scored {
        let known = !first.interests.is_empty() && !second.interests.is_empty();
        let talk = known.then(|| {
            let shared = first.interests.shared_with(&second.interests) as f64;
            shared / (shared + 1.0)
        });
        let age = match (first.age.on(moment.today), second.age.on(moment.today)) {
            (Some(one), Some(other)) => Some(1.0 / (1.0 + f64::from(one.abs_diff(other)) / 5.0)),
            _ => None,
        };
        let known = [(PartKind::Interests, 0.7, talk), (PartKind::AgeCloseness, 0.3, age)];
        let part = |(kind, weight, value): (PartKind, f64, Option<f64>)| {
            value.map(|value| Part { kind, side: Side::Both, value, points: 100.0 * weight * (value - 0.5) })
        };
        let parts: Vec<Part> = known.into_iter().filter_map(part).collect();
        let score = 0.5 + parts.iter().map(|part| part.points).sum::<f64>() / 100.0;
        Scored { score: Score::from_unit(score), breakdown: Breakdown { parts }, chance: None }
    }
}

/// The club's own way of sending text messages: it reads them out loud.
#[derive(Debug)]
struct Megaphone;

#[async_trait]
impl SmsSender for Megaphone {
    async fn send(&self, sms: &Sms, _at: Millis) -> Result<(), SmsError> {
        println!("to {}: your code is {}", sms.phone, sms.code.as_deref().unwrap_or("?"));
        Ok(())
    }
}

/// Somebody who wants to join.
#[derive(Debug, Clone, Deserialize)]
struct Joining {
    phone: String,
    name: String,
    born: Option<chrono::NaiveDate>,
    #[serde(default)]
    likes: Vec<String>,
}

/// Somebody who has read the code.
#[derive(Debug, Deserialize)]
struct Confirming {
    phone: String,
    code: String,
}

/// Somebody to walk with.
#[derive(Debug, Serialize)]
struct Partner {
    member: AccountId,
    name: String,
    score: u8,
    why: Vec<String>,
}

/// The application.
struct Club {
    services: Services,
    matcher: Arc<dyn Matcher>,
    enrolment: Enrolment,
    clock: Arc<dyn Clock>,
    joining: Mutex<HashMap<String, (String, Joining)>>,
}

/// What the application has to say when it does not do what it was asked.
#[derive(Debug)]
enum Refusal {
    Busy,
    WrongCode,
    Unknown,
    Bad(String),
    Failed,
}

impl<E: std::error::Error> From<E> for Refusal {
    fn from(error: E) -> Self {
        eprintln!("{error}");
        Self::Failed
    }
}

impl Refusal {
    fn reply(self) -> (StatusCode, String) {
        match self {
            Self::Busy => (StatusCode::SERVICE_UNAVAILABLE, "come again later".to_owned()),
            Self::WrongCode => (StatusCode::FORBIDDEN, "that is not the code".to_owned()),
            Self::Unknown => (StatusCode::NOT_FOUND, "there is no such member".to_owned()),
            Self::Bad(reason) => (StatusCode::BAD_REQUEST, reason),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "something went wrong".to_owned()),
        }
    }
}

impl Club {
    /// The club over these stores, which sends text messages so.
    async fn open(stores: Stores, sms: Arc<dyn SmsSender>) -> Result<Self, Refusal> {
        let matcher: Arc<dyn Matcher> = Arc::new(ReferencePool::new(Arc::new(WalkersScorer)));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let services = Services::new(Foundation {
            matcher: Arc::clone(&matcher),
            ports: Ports { sms, ..Ports::offline() },
            clock: Arc::clone(&clock),
            ..Foundation::over(stores.clone())
        });
        services.fill_pool().await?;
        let enrolment = Enrolment::new(stores, services.people.clone(), Arc::clone(&clock));
        Ok(Self { services, matcher, enrolment, clock, joining: Mutex::default() })
    }

    /// Sends a code to whoever wants to join.
    async fn join(&self, joining: Joining) -> Result<(), Refusal> {
        let code = format!("{:06}", rand::rng().random_range(0..1_000_000));
        let phone = joining.phone.clone();
        {
            let mut waiting = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
            if waiting.len() >= JOINING_MAX && !waiting.contains_key(&phone) {
                return Err(Refusal::Busy);
            }
            waiting.insert(phone.clone(), (code.clone(), joining));
        }
        let sms = Sms { phone, kind: SmsKind::Register, code: Some(code) };
        Ok(self.services.ports.sms.send(&sms, self.clock.now()).await?)
    }

    /// Makes somebody a member who has read the code. A wrong code ends the attempt.
    async fn confirm(&self, confirming: Confirming) -> Result<AccountId, Refusal> {
        let waiting = {
            let mut joining = self.joining.lock().unwrap_or_else(PoisonError::into_inner);
            joining.remove(&confirming.phone)
        };
        let (code, person) = waiting.ok_or(Refusal::WrongCode)?;
        if code != confirming.code {
            return Err(Refusal::WrongCode);
        }
        let change = |profile: &mut Profile| {
            profile.nickname = Some(person.name.clone());
            profile.birth_date = person.born;
            profile.interests.clone_from(&person.likes);
        };
        let identity = Identity::new(IdentityKind::Phone, person.phone.clone());
        match self.enrolment.enrol(&[identity], change).await {
            Ok(Enrolled::Created(Some(id)) | Enrolled::Updated(id) | Enrolled::Unchanged(id)) => Ok(id),
            Ok(Enrolled::Created(None)) => Err(Refusal::Failed),
            Err(EnrolError::Store(error)) => Err(error.into()),
            Err(error) => Err(Refusal::Bad(error.to_string())),
        }
    }

    /// Who would be good to walk with, and why.
    async fn partners(&self, member: i64) -> Result<Vec<Partner>, Refusal> {
        let people = &self.services.stores.people;
        let id = AccountId::new(member).ok_or(Refusal::Unknown)?;
        let seeker = people.person(id).await?.ok_or(Refusal::Unknown)?.person;
        let moment = self.services.people.moment();
        let mut partners = Vec::new();
        for found in self.matcher.top(&Query::new(&seeker, Audience::PLATFORM, PARTNERS, moment))? {
            let Some(other) = people.person(found.id).await? else { continue };
            let reasons = self.matcher.reasons(&seeker, &other.person, moment, Language::En)?;
            partners.push(Partner {
                member: found.id,
                name: other.person.profile.nickname.unwrap_or_default(),
                score: found.score.percent(),
                why: reasons.for_first,
            });
        }
        Ok(partners)
    }
}

impl fmt::Debug for Club {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Club").field("members", &self.matcher.len()).finish_non_exhaustive()
    }
}

/// The club's routes: plain warp, none of it the library's.
fn routes(
    club: &Arc<Club>,
) -> impl Filter<Extract = (impl Reply + use<>,), Error = Rejection> + Clone + use<> {
    let club = Arc::clone(club);
    let club = warp::any().map(move || Arc::clone(&club));
    let body = || warp::body::content_length_limit(BODY_MAX);
    let join = warp::path!("join").and(warp::post()).and(club.clone()).and(body()).and(warp::body::json());
    let join = join.then(|club: Arc<Club>, joining| async move {
        answer(club.join(joining).await.map(|()| serde_json::json!({"sent": true})))
    });
    let confirm =
        warp::path!("confirm").and(warp::post()).and(club.clone()).and(body()).and(warp::body::json());
    let confirm = confirm.then(|club: Arc<Club>, confirming| async move {
        answer(club.confirm(confirming).await.map(|member| serde_json::json!({"member": member})))
    });
    let partners = warp::path!("partners" / i64).and(warp::get()).and(club);
    let partners =
        partners.then(|member, club: Arc<Club>| async move { answer(club.partners(member).await) });
    join.or(confirm).unify().or(partners).unify()
}

fn answer(outcome: Result<impl Serialize, Refusal>) -> warp::reply::Response {
    match outcome {
        Ok(done) => warp::reply::json(&done).into_response(),
        Err(refusal) => {
            let (status, reason) = refusal.reply();
            warp::reply::with_status(warp::reply::json(&reason), status).into_response()
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let database = std::env::args().nth(1).unwrap_or_else(|| "memory:".to_owned());
    let stores = store::open(&database.parse()?).await?;
    let club = Club::open(stores, Arc::new(Megaphone)).await.map_err(|refusal| refusal.reply().1)?;
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 8100))).await?;
    println!("the club is at http://{}", listener.local_addr()?);
    warp::serve(routes(&Arc::new(club))).incoming(listener).run().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Keeps what it is to send.
    #[derive(Debug, Default)]
    struct Outbox(Mutex<Vec<Sms>>);

    #[async_trait]
    impl SmsSender for Outbox {
        async fn send(&self, sms: &Sms, _at: Millis) -> Result<(), SmsError> {
            self.0.lock().unwrap().push(sms.clone());
            Ok(())
        }
    }

    #[tokio::test]
    async fn whoever_joins_is_shown_whom_to_walk_with() {
        let outbox = Arc::new(Outbox::default());
        let stores = store::open(&"memory:".parse().unwrap()).await.unwrap();
        let routes = routes(&Arc::new(Club::open(stores, Arc::clone(&outbox) as _).await.unwrap()));
        let post = async |path: &str, body: Value| {
            let answer = warp::test::request().method("POST").path(path).json(&body).reply(&routes).await;
            (answer.status().as_u16(), serde_json::from_slice::<Value>(answer.body()).unwrap())
        };
        let people = [
            ("13800138001", "Lin", "1994-05-01", json!(["hiking", "chess"])),
            ("13800138002", "Wu", "1993-05-01", json!(["hiking", "chess", "tea"])),
            ("13800138003", "He", "1960-05-01", json!(["opera"])),
        ];
        for (phone, name, born, likes) in people {
            let joining = json!({"phone": phone, "name": name, "born": born, "likes": likes});
            assert_eq!(post("/join", joining.clone()).await, (200, json!({"sent": true})));
            let wrong = post("/confirm", json!({"phone": phone, "code": "no"})).await;
            assert_eq!(wrong, (403, json!("that is not the code")));
            post("/join", joining).await;
            let code = outbox.0.lock().unwrap().last().unwrap().code.clone();
            let (status, member) = post("/confirm", json!({"phone": phone, "code": code})).await;
            assert_eq!((status, member["member"].is_i64()), (200, true));
        }
        let partners = async |member: i64| {
            let answer = warp::test::request().path(&format!("/partners/{member}")).reply(&routes).await;
            (answer.status().as_u16(), serde_json::from_slice::<Value>(answer.body()).unwrap())
        };
        let (status, found) = partners(1).await;
        assert_eq!(status, 200);
        let names: Vec<_> = found.as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["Wu", "He"]);
        let why = found[0]["why"].to_string();
        assert!(why.contains("hiking") && why.contains("chess"), "{why}");
        assert!(found[0]["score"].as_u64() > found[1]["score"].as_u64(), "{found}");
        assert_eq!(partners(99).await.0, 404);
    }
}
