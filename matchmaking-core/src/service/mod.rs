//! Use cases: what a person can do, over store traits, hub, scorer and clock. Nothing here knows HTTP or a dialect.
//!
//! Each service fails with a closed enum of its own. "The store failed" is always one variant, which callers
//! show as an internal error and nothing more.

pub mod accounts;
mod announcing;
pub mod assistant;
pub mod auth;
mod background;
pub mod chat;
pub mod daily;
pub mod days;
pub mod enrolment;
pub mod events;
pub mod export;
pub mod groups;
mod heavy;
pub mod jobs;
pub mod likes;
pub mod matchmaking;
pub mod media;
mod notices;
pub mod office;
pub mod pairs;
pub mod passwords;
pub mod people;
pub mod profiles;
pub mod safety;
pub mod sealing;
pub mod telegram;
pub mod tokens;
pub mod uploads;

use std::{sync::Arc, time::Duration};

use chrono_tz::Tz;

use crate::{
    clock::{Clock, Millis, SystemClock},
    error::StoreResult,
    ports::{OFFLINE_BASE_URL, Ports, bus::BusError},
    realtime::Hub,
    scoring::{ColumnarPool, Matcher},
    store::Stores,
};

pub use crate::store::{Slice, Sliced};

/// How often files that belong to nothing are looked for.
const SWEEP_EVERY: Duration = Duration::from_mins(10);

/// How long after a failure the pool is filled again.
const FILL_AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What services stand on. [`over`](Self::over) has a default for everything but the stores; change what should be
/// different:
///
/// ```
/// # use std::sync::Arc;
/// # use matchmaking_core::{service::{Foundation, Services}, store::{Stores, memory::MemoryStore}};
/// let stores = Stores::from_one(Arc::new(MemoryStore::new()));
/// let services = Services::new(Foundation { time_zone: chrono_tz::Europe::Berlin, ..Foundation::over(stores) });
/// ```
#[derive(Debug, Clone)]
pub struct Foundation {
    /// Where things are kept.
    pub stores: Stores,
    /// What leaves the process.
    pub ports: Ports,
    /// Who suits whom.
    pub matcher: Arc<dyn Matcher>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where days begin and ages are counted.
    pub time_zone: Tz,
    /// What access tokens and links to media are signed with. All nodes of one system must have the same.
    pub token_key: tokens::TokenKey,
    /// What identity data is encrypted with. All nodes of one system must have the same, and it must not be lost.
    pub data_key: sealing::DataKey,
    /// Whether photos pass at once, without a reviewer.
    pub photos_approved_at_once: bool,
    /// Whether matched people of the platform are shown what the other one writes without telephone numbers and the like,
    /// until both have asked for each other's contact.
    pub masks_contacts: bool,
    /// How much work hashing a password is.
    pub password_cost: passwords::PasswordCost,
    /// Whether codes of text messages wait for each other, and are counted by the day. How often one may be tried is
    /// always bounded.
    pub limits_codes: bool,
    /// Whether daily lists are drawn for everyone when their day begins, and not only for whoever asks. Nodes of one
    /// system should agree.
    pub draws_daily_ahead: bool,
    /// What links to media begin with, without a slash at its end: where clients reach the server.
    pub public_base_url: String,
}

impl Foundation {
    /// These stores with offline ports, an empty [`ColumnarPool`], the machine's clock, the days of Shanghai, and a
    /// key made now, so that no token is good after the process has ended.
    #[must_use]
    pub fn over(stores: Stores) -> Self {
        Self {
            stores,
            ports: Ports::offline(),
            matcher: Arc::new(ColumnarPool::default()),
            clock: Arc::new(SystemClock),
            time_zone: chrono_tz::Asia::Shanghai,
            token_key: tokens::TokenKey::random(),
            data_key: sealing::DataKey::random(),
            photos_approved_at_once: false,
            masks_contacts: true,
            password_cost: passwords::PasswordCost::default(),
            limits_codes: true,
            draws_daily_ahead: false,
            public_base_url: OFFLINE_BASE_URL.to_owned(),
        }
    }
}

/// All services over one set of stores, one hub and one pool. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    /// Profiles, and the pool that mirrors them.
    pub people: people::People,
    /// Profiles of the platform, with photos, films and what is reviewed.
    pub profiles: profiles::Profiles,
    /// Accounts with a password, and the names by which people are shown.
    pub accounts: accounts::Accounts,
    /// Accounts known by a telephone, and their sessions.
    pub auth: auth::Auth,
    /// Access tokens.
    pub tokens: tokens::Tokens,
    /// What people send each other besides text.
    pub media: media::Media,
    /// What is uploaded to be sent.
    pub uploads: uploads::Uploads,
    /// Accounts known by their Telegram id.
    pub telegram: telegram::Telegram,
    /// Matches.
    pub matchmaking: matchmaking::Matchmaking,
    /// Daily recommendations.
    pub daily: daily::Daily,
    /// What people decide about each other.
    pub likes: likes::Likes,
    /// Matches with what has come of them.
    pub pairs: pairs::Pairs,
    /// Everything of a person's own.
    pub exports: export::Exports,
    /// Blocks, reports, and who is in no list.
    pub safety: safety::Safety,
    /// The back office.
    pub office: office::Office,
    /// Events.
    pub events: Arc<events::Events>,
    /// Work that is to be done at a moment.
    pub jobs: jobs::Jobs,
    /// Conversations and messages.
    pub chat: chat::Chat,
    /// Groups, which rooms are too.
    pub groups: groups::Groups,
    /// Conversations with the assistant.
    pub assistant: assistant::Dialogues,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// The stores below.
    pub stores: Stores,
    /// What leaves the process.
    pub ports: Ports,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where days begin.
    pub time_zone: Tz,
    background: background::Background,
}

impl Services {
    /// The services on this foundation. The pool is empty until [`fill_pool`](Self::fill_pool), and nothing runs
    /// beside the calls until [`start`](Self::start).
    #[must_use]
    pub fn new(foundation: Foundation) -> Self {
        let Foundation {
            stores,
            ports,
            matcher,
            clock,
            time_zone,
            token_key,
            data_key,
            photos_approved_at_once,
            masks_contacts,
            password_cost,
            limits_codes,
            draws_daily_ahead,
            public_base_url,
        } = foundation;
        let hub = Hub::on(Arc::clone(&ports.bus));
        let people = people::People::new(stores.clone(), Arc::clone(&matcher), Arc::clone(&clock), time_zone);
        let tokens = tokens::Tokens::new(&token_key, Arc::clone(&clock));
        // Shared, so that no more passwords are hashed at once than the machine bears.
        let passwords = passwords::Passwords::new(password_cost);
        let auth = auth::Auth::new(auth::Parts {
            stores: stores.clone(),
            people: people.clone(),
            passwords: passwords.clone(),
            tokens: tokens.clone(),
            sms: Arc::clone(&ports.sms),
            hub: Arc::clone(&hub),
            clock: Arc::clone(&clock),
            time_zone,
            token_key: &token_key,
            limits_codes,
        });
        let accounts = accounts::Accounts::new(
            stores.clone(),
            people.clone(),
            passwords,
            tokens.clone(),
            Arc::clone(&clock),
        );
        let media =
            media::Media::new(Arc::clone(&ports.media), Arc::clone(&clock), &public_base_url, &token_key);
        // Shared, so that no more pictures are decoded at once than the machine bears.
        let pictures = profiles::Pictures::default();
        let parts = profiles::Parts {
            people: people.clone(),
            media: media.clone(),
            sms: Arc::clone(&ports.sms),
            clock: Arc::clone(&clock),
            data_key,
            photos_approved_at_once,
            pictures: pictures.clone(),
            hub: Arc::clone(&hub),
        };
        let uploads = uploads::Uploads::new(stores.clone(), media.clone(), pictures, Arc::clone(&clock));
        let profiles = profiles::Profiles::new(stores.clone(), parts);
        let telegram =
            telegram::Telegram::new(stores.clone(), people.clone(), Arc::clone(&hub), Arc::clone(&clock));
        let matchmaking = matchmaking::Matchmaking::new(
            stores.clone(),
            people.clone(),
            Arc::clone(&matcher),
            Arc::clone(&hub),
            Arc::clone(&clock),
        );
        let chat = chat::Chat::new(
            stores.clone(),
            Arc::clone(&hub),
            Arc::clone(&clock),
            time_zone,
            media.clone(),
            masks_contacts,
        );
        let daily = daily::Daily::new(
            stores.clone(),
            people.clone(),
            Arc::clone(&matcher),
            Arc::clone(&clock),
            &token_key,
        );
        let likes = likes::Likes::new(
            stores.clone(),
            people.clone(),
            chat.clone(),
            Arc::clone(&matcher),
            Arc::clone(&hub),
            Arc::clone(&clock),
        );
        let pairs = pairs::Pairs::new(stores.clone(), people.clone(), chat.clone(), Arc::clone(&clock));
        let exports = export::Exports::new(stores.clone(), chat.clone());
        let safety = safety::Safety::new(stores.clone(), people.clone(), Arc::clone(&clock));
        let office =
            office::Office::new(stores.clone(), people.clone(), Arc::clone(&hub), Arc::clone(&clock));
        let events = Arc::new(events::Events::new(events::Parts {
            stores: stores.clone(),
            chat: chat.clone(),
            likes: likes.clone(),
            matchmaking: matchmaking.clone(),
            matcher: Arc::clone(&matcher),
            gateway: Arc::clone(&ports.payments),
            sandbox: ports.sandbox.clone(),
            notices: notices::Notices::new(Arc::clone(&hub)),
            clock: Arc::clone(&clock),
            time_zone,
            token_key: &token_key,
            public_base_url: &public_base_url,
        }));
        let jobs = jobs::Jobs::new(
            stores.clone(),
            Arc::clone(&events),
            daily.clone(),
            draws_daily_ahead,
            Arc::clone(&clock),
        );
        let audiences = Arc::clone(chat.audiences());
        let groups = groups::Groups::new(stores.clone(), Arc::clone(&hub), Arc::clone(&clock), audiences);
        let answering = ports.assistant.clone().unwrap_or_else(|| {
            let (people, profiles) = (people.clone(), profiles.clone());
            Arc::new(assistant::builtin::BuiltIn::new(stores.clone(), people, profiles, matcher))
        });
        let assistant =
            assistant::Dialogues::new(stores.clone(), people.clone(), answering, Arc::clone(&clock));
        let background = background::Background::default();
        Self {
            people,
            profiles,
            accounts,
            auth,
            tokens,
            media,
            uploads,
            telegram,
            matchmaking,
            daily,
            likes,
            pairs,
            exports,
            safety,
            office,
            events,
            jobs,
            chat,
            groups,
            assistant,
            hub,
            stores,
            ports,
            clock,
            time_zone,
            background,
        }
    }

    /// Fills the pool with everyone in the store; returns how many there are.
    pub async fn fill_pool(&self) -> StoreResult<usize> {
        self.people.fill_pool().await
    }

    /// Fills the pool beside the calls, on the runtime on which this is called. From now until it is filled, whoever
    /// asks the pool waits; a store that fails is asked again every second.
    pub fn fill_pool_beside(&self) {
        let filling = self.people.begin_filling();
        self.background.spawn(async move {
            loop {
                match filling.run().await {
                    Ok(people) => return tracing::debug!(people, "the pool is filled"),
                    Err(error) => {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the pool cannot be filled yet"
                        );
                        tokio::time::sleep(FILL_AGAIN_AFTER).await;
                    }
                }
            }
        });
    }

    /// Removes files that belong to nothing, from now on every ten minutes, beside the calls and on the runtime on which
    /// this is called: those of deleted accounts, and those of uploads that did not come to an end.
    pub fn sweep_media_beside(&self) {
        let profiles = self.profiles.clone();
        self.background.spawn(async move {
            loop {
                if let Err(error) = profiles.sweep().await {
                    tracing::error!(error = &error as &dyn std::error::Error, "files cannot be removed now");
                }
                tokio::time::sleep(SWEEP_EVERY).await;
            }
        });
    }

    /// Does what is due, from now on every second, beside the calls and on the runtime on which this is called.
    pub fn run_jobs_beside(&self) {
        let jobs = self.jobs.clone();
        self.background.spawn(async move {
            let mut has_begun = false;
            loop {
                let due = async {
                    if !has_begun {
                        jobs.begin().await?;
                        has_begun = true;
                    }
                    jobs.run_due().await
                };
                if let Err(error) = due.await {
                    tracing::error!(error = &error as &dyn std::error::Error, "jobs cannot be done now");
                }
                tokio::time::sleep(jobs::LOOK_EVERY).await;
            }
        });
    }

    /// Ends sockets whose sessions another process has ended, from now on every
    /// [`SOCKETS_CHECKED_EVERY`](auth::SOCKETS_CHECKED_EVERY), beside the calls and on the runtime on which this is
    /// called.
    pub fn check_sockets_beside(&self) {
        let auth = self.auth.clone();
        self.background.spawn(async move {
            loop {
                tokio::time::sleep(auth::SOCKETS_CHECKED_EVERY).await;
                if let Err(error) = auth.end_lost_sockets().await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "sockets cannot be checked now");
                }
            }
        });
    }

    /// Starts what goes on beside the calls: hearing what other nodes tell, and noting what connections took. It belongs to the runtime on which this is
    /// called, and goes on until [`stop`](Self::stop) or until the last clone of the services is dropped. Calling it
    /// again starts nothing twice; when it failed, it may be called again.
    pub async fn start(&self) -> Result<(), BusError> {
        self.background.start(&self.hub, &self.chat).await
    }

    /// Stops what [`start`](Self::start) started, for good, and returns when it has stopped. What was said of replies
    /// that are being written is stored.
    pub async fn stop(&self) {
        self.assistant.stop().await;
        self.background.stop().await;
    }
}

/// Whole seconds from `now` to a later moment, at least 1.
fn seconds_until(later: Millis, now: Millis) -> u64 {
    u64::try_from(later.since(now)).map_or(1, |left| left.div_ceil(1_000).max(1))
}

#[cfg(test)]
mod pairing_tests;
#[cfg(test)]
mod tests;
