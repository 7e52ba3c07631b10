//! Who asks, and among whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use matchmaking_core::api::route::Surface;
use matchmaking_core::clock::{ManualClock, Millis};
use matchmaking_core::ids::{AccountId, TelegramId};
use matchmaking_core::model::{
    AccountStatus, Action, Device, Identity, IdentityKind, Pair, Profile, Role, profile::Gender,
};
use matchmaking_core::service::Services;
use matchmaking_core::service::accounts::Registration;
use matchmaking_core::service::auth::Credential;
use matchmaking_core::service::chat::Outgoing;
use matchmaking_core::service::groups::GroupDetails;
use matchmaking_core::service::tokens::{TokenKind, Tokens};
use matchmaking_core::store::{
    CreateOutcome, FormerPassword, MatchTerms, NewAccount, NewIdentities, NewPassword, NewSession,
};
use serde_json::{Value, json};

use super::rows::{Row, at};
use crate::support::server::{START, token_key};
use crate::support::{Answer, Server};

/// Everyone's password.
pub(super) const PASSWORD: &str = "password123";

/// How old an expired token is: a day and an hour.
const EXPIRED: i64 = 25 * 60 * 60 * 1_000;

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Persona {
    /// The group's owner; on Miracle one of the two of a match.
    Owner,
    /// Another member; on Miracle the other of the two.
    Member,
    /// Somebody who is in nothing.
    Stranger,
    /// A member whom the owner has blocked; on Miracle, one with a match whom the owner has blocked; with the assistant,
    /// somebody whom a password protects.
    Blocked,
    /// Nobody: no token.
    Anonymous,
    /// The owner with a token of yesterday.
    Expired,
    /// The owner with a token of another surface.
    Foreign,
    /// The owner with a refresh token. On the platform and in the back office only.
    Refresh,
    /// One of the two of a match, locked by an administrator. On the platform and in the back office only.
    Locked,
    /// One of the two of a match, whose account is deleted. On the platform and in the back office only.
    Deleted,
    /// Whoever has the operator's token. On the platform and in the back office only.
    Administrator,
}

/// What opens the back office here.
pub(super) const ADMIN_TOKEN: &str = "the operator's token of the matrix";

impl Persona {
    const EVERYWHERE: [Self; 7] = [
        Self::Owner,
        Self::Member,
        Self::Stranger,
        Self::Blocked,
        Self::Anonymous,
        Self::Expired,
        Self::Foreign,
    ];

    /// Who asks on a surface.
    pub(super) fn of(surface: Surface) -> Vec<Self> {
        let more: &[Self] = match surface {
            Surface::Platform | Surface::Admin => {
                &[Self::Refresh, Self::Locked, Self::Deleted, Self::Administrator]
            }
            _ => &[],
        };
        [&Self::EVERYWHERE, more].concat()
    }
}

/// What an answer comes to: `ok`, or the status or the refusal that it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome(pub(super) String);

/// The people of one cell, and what they have between them. Every row speaks of them by these numbers.
#[derive(Debug)]
pub(super) struct Scene {
    surface: Surface,
    /// The name of whoever asks.
    pub(super) name: String,
    /// A number that no other scene has.
    pub(super) number: i64,
    /// Who asks.
    pub(super) me: i64,
    /// The group's owner.
    pub(super) owner: i64,
    /// Another member.
    pub(super) member: i64,
    /// Somebody who is in no group.
    pub(super) outsider: i64,
    /// The group.
    pub(super) group: i64,
    /// Miracle's numbers of whoever asks, of the one that they have a match with, of the match and of its room. A
    /// stranger's are those of the owner's.
    pub(super) telegram: i64,
    pub(super) partner: i64,
    pub(super) matched: i64,
    pub(super) chatroom: i64,
    /// A report of the owner's about the other member.
    pub(super) report: i64,
    /// The conversation of a match of the platform, and the owner's message in it. A stranger's are those of the owner's
    /// and the other member's.
    pub(super) talk: i64,
    pub(super) message: i64,
    /// A public event, and the owner's registration for it.
    pub(super) event: i64,
    pub(super) registration: i64,
    token: Option<String>,
}

/// Numbers that no two scenes have in common.
static SCENES: AtomicI64 = AtomicI64::new(1);

impl Scene {
    const fn empty(surface: Surface) -> Self {
        Self {
            surface,
            name: String::new(),
            number: 0,
            me: 0,
            owner: 0,
            member: 0,
            outsider: 0,
            group: 0,
            telegram: 0,
            partner: 0,
            matched: 0,
            chatroom: 0,
            report: 0,
            talk: 0,
            message: 0,
            event: 0,
            registration: 0,
            token: None,
        }
    }

    pub(super) async fn set(server: &Server, surface: Surface, persona: Persona) -> Self {
        let number = SCENES.fetch_add(1, Ordering::Relaxed);
        server.inside(move |services| build(services, surface, persona, number)).await
    }

    /// The token of whoever asks.
    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Somebody else in the group: the owner, or for the owner another member.
    pub(super) fn other(&self) -> i64 {
        if self.me == self.owner { self.member } else { self.owner }
    }

    /// Sends a row's request.
    pub(super) async fn ask(&self, server: &Server, row: &Row) -> Outcome {
        let asked = row.ask.map_or_else(|| at(row.path), |ask| ask(self));
        let method = row.method.parse().unwrap();
        let mut request = server.http.request(method, server.url(&asked.path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if asked.handshake {
            for (name, value) in [
                ("connection", "Upgrade"),
                ("upgrade", "websocket"),
                ("sec-websocket-version", "13"),
                ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ] {
                request = request.header(name, value);
            }
            let status = request.send().await.unwrap().status().as_u16();
            return Outcome(if status == 101 { "ok".to_owned() } else { status.to_string() });
        }
        if let Some((media_type, body)) = asked.body {
            request = request.header("content-type", media_type).body(body);
        }
        self.outcome(&Answer::of(request).await)
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Outcome(match (self.surface, answer.status) {
            (Surface::Rooms, 200) if answer.json()["code"] == 1 => text(&answer.json()["msg"]),
            (Surface::Miracle, 200) if answer.json()["success"] == json!(false) => "not done".to_owned(),
            (Surface::Miracle, 400) => text(&answer.json()["detail"]),
            (_, 200) => "ok".to_owned(),
            (_, status) => status.to_string(),
        })
    }
}

async fn register(services: &Services, name: &str) -> AccountId {
    let email = Some(format!("{name}@example.com"));
    let new =
        Registration { username: name.to_owned(), email, password: PASSWORD.to_owned(), contact_phone: None };
    services.accounts.register(new).await.unwrap().account
}

/// Four people of whom the first owns a group with the second and the last, whom they have blocked; and a fifth.
struct Grouped {
    people: [AccountId; 4],
    outsider: AccountId,
    group: i64,
}

async fn grouped(services: &Services, number: i64) -> Grouped {
    let mut accounts = Vec::new();
    for name in ["owner", "member", "stranger", "blocked", "outsider"] {
        accounts.push(register(services, &format!("{name}{number}")).await);
    }
    let [owner, member, stranger, blocked, outsider] = accounts[..] else { unreachable!() };
    let details = GroupDetails { name: "group".to_owned(), ..GroupDetails::default() };
    let group = services.groups.create(owner, details).await.unwrap().id;
    for account in [member, blocked] {
        services.groups.add(group, owner, account, Role::Member).await.unwrap();
    }
    services.stores.safety.block(owner, blocked, START).await.unwrap();
    Grouped { people: [owner, member, stranger, blocked], outsider, group: group.get() }
}

/// Four users of Miracle of whom the first has a match with the second and the last, whom they have blocked. Returns
/// the numbers of both matches and of their rooms.
async fn matched(services: &Services, numbers: [i64; 4]) -> [(i64, i64); 2] {
    let mut accounts = Vec::new();
    for id in numbers {
        let id = TelegramId::new(id).unwrap();
        accounts.push(services.telegram.create(id, "name", Gender::Other).await.unwrap());
    }
    let mut pairs = [(0, 0); 2];
    for (pair, other) in pairs.iter_mut().zip([accounts[1], accounts[3]]) {
        let made = services.matchmaking.create(accounts[0], other, MatchTerms::default()).await.unwrap();
        let room = services.chat.open_match(made.id, accounts[0], other).await.unwrap();
        *pair = (made.id.get(), room.id.get());
    }
    services.stores.safety.block(accounts[0], accounts[3], START).await.unwrap();
    pairs
}

async fn build(services: Arc<Services>, surface: Surface, persona: Persona, number: i64) -> Scene {
    let (name, place) = match persona {
        Persona::Owner
        | Persona::Anonymous
        | Persona::Expired
        | Persona::Foreign
        | Persona::Refresh
        | Persona::Locked
        | Persona::Deleted
        | Persona::Administrator => ("owner", 0),
        Persona::Member => ("member", 1),
        Persona::Stranger => ("stranger", 2),
        Persona::Blocked => ("blocked", 3),
    };
    let name = format!("{name}{number}");
    let scene = Scene { name, number, ..Scene::empty(surface) };
    if surface == Surface::Miracle {
        let numbers = [number * 10, number * 10 + 1, number * 10 + 2, number * 10 + 3];
        let [own, blocked] = matched(&services, numbers).await;
        let (matched, chatroom) = if persona == Persona::Blocked { blocked } else { own };
        let partner = if place == 0 { numbers[1] } else { numbers[0] };
        // Nobody's, but tokens are ignored here, whatever they say.
        let account = AccountId::new(number).unwrap();
        let token = token(&services, surface, persona, account);
        return Scene { telegram: numbers[place], partner, matched, chatroom, token, ..scene };
    }
    if surface == Surface::Assistant {
        return talking(&services, persona, scene).await;
    }
    if matches!(surface, Surface::Platform | Surface::Admin) {
        return paired(&services, persona, place, scene).await;
    }
    let Grouped { people, outsider, group } = grouped(&services, number).await;
    let [owner, member, ..] = people.map(AccountId::get);
    let token = token(&services, surface, persona, people[place]);
    Scene { me: people[place].get(), owner, member, outsider: outsider.get(), group, token, ..scene }
}

/// Somebody without a password who talks with the assistant; for the one who is blocked everywhere else, somebody whom
/// a password protects since they began to.
async fn talking(services: &Services, persona: Persona, scene: Scene) -> Scene {
    let user = services.assistant.create_user(scene.name.clone(), None).await.unwrap();
    let dialogue = services.assistant.create(user.account, "").await.unwrap();
    if persona == Persona::Blocked {
        let password_hash = Some("hash".to_owned());
        let new = NewIdentities { account: user.account, identities: Vec::new(), password_hash, at: START };
        services.stores.accounts.set_identities(new).await.unwrap();
    }
    let token = token(services, Surface::Rooms, persona, user.account);
    let (me, chatroom) = (user.account.get(), dialogue.conversation.id.get());
    Scene { me, chatroom, token, ..scene }
}

fn token(services: &Services, surface: Surface, persona: Persona, account: AccountId) -> Option<String> {
    let (kind, other) = match surface {
        Surface::Groups => (TokenKind::Groups, TokenKind::Rooms),
        _ => (TokenKind::Rooms, TokenKind::Groups),
    };
    let yesterday = Tokens::new(&token_key(), Arc::new(ManualClock::new(Millis(START.0 - EXPIRED))));
    match persona {
        Persona::Anonymous => None,
        Persona::Expired => Some(yesterday.issue(kind, account)),
        Persona::Foreign => Some(services.tokens.issue(other, account)),
        _ => Some(services.tokens.issue(kind, account)),
    }
}

/// The refresh token of somebody who logs in.
async fn refresh_token(services: &Services, account: AccountId, number: i64) -> String {
    let (username, password) = (format!("refresh{number}"), PASSWORD.to_owned());
    let new = Registration { username, email: None, password: password.clone(), contact_phone: None };
    let registered = services.accounts.register(new).await.unwrap().account;
    let stores = &services.stores;
    let hash = stores.accounts.password_hash(registered).await.unwrap().unwrap();
    let new = NewPassword { account, hash, former: FormerPassword::Any, keep: None };
    assert!(stores.sessions.set_password(new).await.unwrap());
    let identities = stores.accounts.identities(account).await.unwrap();
    let phone = identities.iter().find(|identity| identity.kind == IdentityKind::Phone).unwrap();
    let entered = services.auth.log_in(&phone.value, Credential::Password(password), Device::default()).await;
    entered.unwrap().tokens.refresh
}

/// Four people of the platform of whom the first has a match with the second and the last, whom they have blocked.
async fn paired(services: &Services, persona: Persona, place: usize, scene: Scene) -> Scene {
    let mut people = Vec::new();
    for (at, gender) in [Gender::Female, Gender::Male, Gender::Male, Gender::Male].into_iter().enumerate() {
        let phone = (13_000_000_000 + scene.number * 10 + at as i64).to_string();
        let profile =
            Profile { gender: Some(gender), birth_date: "1995-01-01".parse().ok(), ..Profile::default() };
        let identities = vec![Identity::new(IdentityKind::Phone, phone)];
        let new = NewAccount { identities, password_hash: None, profile, at: START };
        let made = services.stores.accounts.create_account(new).await.unwrap();
        let CreateOutcome::Created(account) = made else { panic!("{made:?}") };
        services.people.refresh(account.id).await.unwrap();
        people.push(account.id);
    }
    let mut matches = Vec::new();
    for other in [people[1], people[3]] {
        services.likes.decide(people[0], other, Action::Like).await.unwrap();
        matches.push(services.likes.decide(other, people[0], Action::Like).await.unwrap().match_id.unwrap());
    }
    let mut talks = Vec::new();
    for other in [people[1], people[3]] {
        let pair = Pair::new(people[0], other).unwrap();
        let talk = services.stores.conversations.direct_between(pair).await.unwrap().unwrap().id;
        let thread = services.chat.thread(talk, people[0]).await.unwrap();
        let sender = services.accounts.sender(people[0]).await.unwrap().unwrap();
        let text = Outgoing::text(&thread, Arc::new(sender), "hello".to_owned());
        talks.push((talk.get(), services.chat.send(text).await.unwrap().message.id.get()));
    }
    let report =
        services.safety.report(people[0], people[1], "spam".to_owned(), String::new()).await.unwrap();
    services.safety.block(people[0], people[3]).await.unwrap();
    let (event, registration) = registered(services, people[0]).await;
    let me = people[place];
    let family = format!("family {}", scene.number);
    let (device, expires_at) = (Device::default(), START.plus(EXPIRED));
    let session = NewSession { account: me, family, device, password: None, at: START, expires_at };
    let session = services.stores.sessions.open_session(session).await.unwrap().unwrap().id;
    let yesterday = Tokens::new(&token_key(), Arc::new(ManualClock::new(Millis(START.0 - EXPIRED))));
    let own = || services.tokens.issue_for_session(me, session);
    let token = match persona {
        Persona::Anonymous => None,
        Persona::Expired => Some(yesterday.issue_for_session(me, session)),
        Persona::Foreign => Some(services.tokens.issue(TokenKind::Groups, me)),
        Persona::Administrator => Some(ADMIN_TOKEN.to_owned()),
        Persona::Refresh => Some(refresh_token(services, me, scene.number).await),
        _ => Some(own()),
    };
    match persona {
        Persona::Locked => {
            services.office.lock(me, true, String::new()).await.unwrap();
        }
        Persona::Deleted => {
            services.stores.accounts.set_status(me, AccountStatus::Deleted, START).await.unwrap();
            services.people.refresh(me).await.unwrap();
        }
        _ => {}
    }
    let matched = if persona == Persona::Blocked { matches[1] } else { matches[0] };
    Scene {
        me: me.get(),
        owner: people[0].get(),
        member: people[1].get(),
        outsider: people[2].get(),
        matched: matched.get(),
        talk: if persona == Persona::Blocked { talks[1].0 } else { talks[0].0 },
        message: if persona == Persona::Blocked { talks[1].1 } else { talks[0].1 },
        report: report.get(),
        event,
        registration,
        token,
        ..scene
    }
}

/// A public event, and the registration of this person for it.
async fn registered(services: &Services, owner: AccountId) -> (i64, i64) {
    use matchmaking_core::api::{admin::EventInput, wire::Input};
    use matchmaking_core::service::events::EventPlan;

    let input: EventInput = Input::strict().with_json(super::events::event(None)).decode().unwrap();
    let plan = EventPlan { is_draft: input.is_draft, deadline: input.deadline, details: input.details };
    let event = services.events.create(plan).await.unwrap().id;
    let seat = services.events.register(owner, event, None).await.unwrap();
    (event.get(), seat.registration.id.get())
}
