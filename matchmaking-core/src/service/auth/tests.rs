//! Logins over the in-memory store.

use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::{
    clock::ManualClock,
    model::{CodePurpose, Device},
    ports::{Ports, sms::Sms},
    realtime::{Channel, Next},
    service::{
        Foundation, Services,
        accounts::LoginName,
        passwords::{HASHES_AT_ONCE, HASHES_WAITING, PasswordCost},
        tokens::SESSION_TOKEN_SECONDS,
    },
    store::{
        CODES_A_DAY, LOGIN_FAILURES_TO_LOCK, LOGIN_LOCK_MILLIS, REFRESH_REPEAT_MILLIS, WRONG_CODES_A_DAY,
        memory::MemoryStore,
    },
};

const START: Millis = Millis(1_770_287_400_123);
const PHONE: &str = "13800138000";
const OTHER: &str = "13900139000";
const PASSWORD: &str = "Abc123!@#";

/// Remembers what was sent, or refuses to send.
#[derive(Debug, Default)]
struct Outbox {
    sent: Mutex<Vec<Sms>>,
    broken: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl SmsSender for Outbox {
    async fn send(&self, sms: &Sms, _at: Millis) -> Result<(), SmsError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(SmsError::Refused);
        }
        self.sent.lock().unwrap().push(sms.clone());
        Ok(())
    }
}

struct World {
    services: Services,
    clock: Arc<ManualClock>,
    outbox: Arc<Outbox>,
}

impl std::ops::Deref for World {
    type Target = Auth;

    fn deref(&self) -> &Auth {
        &self.services.auth
    }
}

fn over(stores: Stores) -> World {
    let (clock, outbox) = (Arc::new(ManualClock::new(START)), Arc::new(Outbox::default()));
    let services = Services::new(Foundation {
        clock: Arc::clone(&clock) as _,
        ports: Ports { sms: Arc::clone(&outbox) as _, ..Ports::offline() },
        password_cost: PasswordCost::cheap(),
        token_key: TokenKey::new(&[7; 32]),
        ..Foundation::over(stores)
    });
    World { services, clock, outbox }
}

fn world() -> World {
    over(Stores::from_one(Arc::new(MemoryStore::new())))
}

fn password(text: &str) -> Credential {
    Credential::Password(text.to_owned())
}

fn on(device: &str) -> Device {
    Device { device_id: Some(device.to_owned()), ..Device::default() }
}

impl World {
    fn sent(&self) -> usize {
        self.outbox.sent.lock().unwrap().len()
    }

    /// Waits until a code may be sent, and has one sent.
    async fn code(&self, phone: &str, purpose: CodePurpose) -> String {
        self.clock.advance(SEND_INTERVAL_SECONDS * 1_000);
        self.send_code(phone, purpose).await.unwrap();
        let sent = self.outbox.sent.lock().unwrap();
        let last = sent.last().unwrap();
        assert_eq!(last.phone, phone);
        last.code.clone().unwrap()
    }

    fn registration(phone: &str, code: String) -> Registration {
        Registration {
            phone: phone.to_owned(),
            code,
            password: PASSWORD.to_owned(),
            invite_code: None,
            device: Device::default(),
        }
    }

    async fn member(&self, phone: &str) -> Entered {
        let code = self.code(phone, CodePurpose::Register).await;
        self.register(Self::registration(phone, code)).await.unwrap()
    }

    async fn caller(&self, entered: &Entered) -> Result<Caller, SessionError> {
        self.authenticate(&entered.tokens.access).await
    }

    async fn enter(&self, text: &str) -> Result<Entered, EnterError> {
        self.log_in(PHONE, password(text), Device::default()).await
    }

    async fn set(&self, account: AccountId, status: AccountStatus) {
        assert!(self.stores.accounts.set_status(account, status, self.clock.now()).await.unwrap());
    }
}

#[tokio::test]
async fn who_registers_is_let_in() {
    let world = world();
    let member = world.member(PHONE).await;
    assert_eq!(
        world.caller(&member).await.unwrap(),
        Caller { account: member.account, session: member.session }
    );
    assert_eq!(member.created_at, world.clock.now());
    let again = world.enter(PASSWORD).await.unwrap();
    assert_eq!((again.account, again.is_new_device), (member.account, false));
    assert_ne!(again.session, member.session);
    let code = world.code(PHONE, CodePurpose::Login).await;
    let by_code = world.log_in(PHONE, Credential::Code(code.clone()), on("pad")).await.unwrap();
    assert!(by_code.is_new_device);
    let spent = world.log_in(PHONE, Credential::Code(code), on("pad")).await;
    assert!(matches!(spent, Err(EnterError::Code(CodeRefusal::Wrong))));
    assert!(!world.log_in(PHONE, password(PASSWORD), on("pad")).await.unwrap().is_new_device);
}

#[tokio::test]
async fn a_known_phone_is_told_before_the_code_is_looked_at() {
    let world = world();
    world.member(PHONE).await;
    assert!(matches!(world.send_code(PHONE, CodePurpose::Register).await, Err(SendCodeError::Registered)));
    let again = world.register(World::registration(PHONE, "000000".to_owned())).await;
    assert!(matches!(again, Err(EnterError::Registered)));
    // Nor is a code spent by it that was sent before.
    let code = world.code(OTHER, CodePurpose::Register).await;
    let wrong = world.register(World::registration(OTHER, "x".to_owned())).await;
    assert!(matches!(wrong, Err(EnterError::Code(CodeRefusal::Wrong))));
    world.register(World::registration(OTHER, code)).await.unwrap();
}

#[tokio::test]
async fn nothing_is_sent_to_whom_there_is_nothing_for_and_nothing_tells_so() {
    let world = world();
    for purpose in [CodePurpose::Login, CodePurpose::Reset] {
        world.clock.advance(60_000);
        world.send_code(PHONE, purpose).await.unwrap();
        let soon = world.send_code(PHONE, purpose).await;
        assert!(matches!(soon, Err(SendCodeError::TooMany { retry_after: 60 })));
    }
    assert_eq!(world.sent(), 0);
    let unknown = world.log_in(PHONE, Credential::Code("000000".to_owned()), Device::default()).await;
    assert!(matches!(unknown, Err(EnterError::Code(CodeRefusal::Wrong))));
    let unknown = world.reset_password(PHONE, "000000", PASSWORD).await;
    assert!(matches!(unknown, Err(EnterError::Code(CodeRefusal::Wrong))));
}

#[tokio::test]
async fn codes_have_an_interval_and_a_number_a_day() {
    let world = world();
    for _ in 0..CODES_A_DAY {
        world.code(PHONE, CodePurpose::Register).await;
    }
    world.clock.advance(60_000);
    let Err(SendCodeError::TooMany { retry_after }) = world.send_code(PHONE, CodePurpose::Register).await
    else {
        panic!("sent")
    };
    // Until midnight in Shanghai, where it is half past six in the evening.
    let now = world.clock.now().0;
    assert_eq!((now + i64::try_from(retry_after).unwrap() * 1_000) / 1_000, 1_770_307_200);
    world.clock.advance(i64::try_from(retry_after).unwrap() * 1_000);
    world.code(PHONE, CodePurpose::Register).await;

    let free = Services::new(Foundation {
        limits_codes: false,
        ports: Ports { sms: Arc::clone(&world.outbox) as _, ..Ports::offline() },
        ..Foundation::over(world.stores.clone())
    });
    for _ in 0..2 * CODES_A_DAY {
        free.auth.send_code(PHONE, CodePurpose::Register).await.unwrap();
    }
}

#[tokio::test]
async fn wrong_codes_burn_the_right_one_for_the_day() {
    let world = world();
    let code = world.code(PHONE, CodePurpose::Register).await;
    for _ in 0..WRONG_CODES_A_DAY {
        let wrong = world.register(World::registration(PHONE, "wrong".to_owned())).await;
        assert!(matches!(wrong, Err(EnterError::Code(CodeRefusal::Wrong))));
    }
    let burnt = world.register(World::registration(PHONE, code)).await;
    assert!(matches!(burnt, Err(EnterError::Code(CodeRefusal::Burnt))));
    let code = world.code(PHONE, CodePurpose::Register).await;
    let burnt = world.register(World::registration(PHONE, code)).await;
    assert!(matches!(burnt, Err(EnterError::Code(CodeRefusal::Burnt))));
    world.clock.advance(86_400_000);
    world.member(PHONE).await;
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_is_in_nobody_s_way() {
    let world = world();
    world.outbox.broken.store(true, Ordering::SeqCst);
    for _ in 0..2 * CODES_A_DAY {
        let failed = world.send_code(PHONE, CodePurpose::Register).await;
        assert!(matches!(failed, Err(SendCodeError::Sms(SmsError::Refused))));
    }
    world.outbox.broken.store(false, Ordering::SeqCst);
    world.send_code(PHONE, CodePurpose::Register).await.unwrap();
    assert_eq!(world.sent(), 1);
}

#[tokio::test]
async fn failures_lock_a_login_whether_or_not_there_is_such_a_phone() {
    let world = world();
    let member = world.member(PHONE).await;
    for phone in [PHONE, OTHER] {
        let wrong = async |text| world.log_in(phone, password(text), Device::default()).await;
        for _ in 0..LOGIN_FAILURES_TO_LOCK {
            assert!(matches!(wrong("wrong").await, Err(EnterError::Wrong)));
        }
        assert!(matches!(wrong(PASSWORD).await, Err(EnterError::Locked)));
    }
    // By a code neither, which is not spent by that.
    let code = world.code(PHONE, CodePurpose::Login).await;
    let by_code = world.log_in(PHONE, Credential::Code(code), Device::default()).await;
    assert!(matches!(by_code, Err(EnterError::Locked)));
    // Whoever is in stays in, and others share the count: it is in the store.
    assert!(world.caller(&member).await.is_ok());
    let caller = world.caller(&member).await.unwrap();
    let changed = world.change_password(caller, PASSWORD, "another1").await;
    assert!(matches!(changed, Err(ConfirmError::TooManyTries { retry_after }) if retry_after <= 900));
    let elsewhere = over(world.stores.clone());
    assert!(matches!(elsewhere.enter(PASSWORD).await, Err(EnterError::Locked)));
    world.clock.advance(LOGIN_LOCK_MILLIS);
    world.enter(PASSWORD).await.unwrap();
}

#[tokio::test]
async fn logins_at_once_with_the_right_password_are_all_let_in() {
    let world = world();
    world.member(PHONE).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let auth = Auth::clone(&world);
            tokio::spawn(async move { auth.log_in(PHONE, password(PASSWORD), Device::default()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_code_survives_a_full_queue() {
    let world = world();
    let code = world.code(PHONE, CodePurpose::Register).await;
    let mut turns = Vec::new();
    for _ in 0..HASHES_AT_ONCE {
        turns.push(world.passwords.turn().await.unwrap());
    }
    let waiting: Vec<_> = (0..HASHES_WAITING)
        .map(|_| {
            let passwords = world.passwords.clone();
            tokio::spawn(async move { passwords.turn().await })
        })
        .collect();
    // On one thread everyone has queued up once they had their turn; the runtime looks after other things in between.
    for _ in 0..HASHES_WAITING {
        tokio::task::yield_now().await;
    }
    let busy = world.register(World::registration(PHONE, code.clone())).await;
    assert!(matches!(busy, Err(EnterError::Busy)));
    assert!(matches!(world.enter(PASSWORD).await, Err(EnterError::Busy)));
    drop(turns);
    for task in waiting {
        drop(task.await.unwrap());
    }
    world.register(World::registration(PHONE, code)).await.unwrap();
}

#[tokio::test]
async fn tokens_are_refreshed_and_a_spent_one_ends_the_session() {
    let world = world();
    let member = world.member(PHONE).await;
    world.clock.advance(SESSION_TOKEN_SECONDS * 1_000);
    assert!(matches!(world.caller(&member).await, Err(SessionError::Expired)));
    let first = world.refresh(&member.tokens.refresh).await.unwrap();
    assert_eq!(world.authenticate(&first.access).await.unwrap().session, member.session);
    world.clock.advance(REFRESH_REPEAT_MILLIS - 1);
    assert_eq!(world.refresh(&member.tokens.refresh).await.unwrap().refresh, first.refresh);
    let second = world.refresh(&first.refresh).await.unwrap();
    assert_ne!(second.refresh, first.refresh);
    for not_one in [&first.access, "x", ""] {
        assert!(matches!(world.refresh(not_one).await, Err(SessionError::Bad)));
    }
    assert!(matches!(world.authenticate(&first.refresh).await, Err(SessionError::Bad)));

    let mut socket = world.hub.connect(member.account, 1, Channel::Groups);
    assert!(matches!(world.refresh(&member.tokens.refresh).await, Err(SessionError::Bad)));
    assert!(matches!(socket.next().await, Next::Ended));
    assert!(matches!(world.refresh(&second.refresh).await, Err(SessionError::Bad)));
    assert!(matches!(world.authenticate(&second.access).await, Err(SessionError::Bad)));
}

#[tokio::test]
async fn a_session_that_nobody_refreshes_expires() {
    let world = world();
    let member = world.member(PHONE).await;
    world.clock.advance(REFRESH_DAYS * 86_400_000);
    assert!(matches!(world.refresh(&member.tokens.refresh).await, Err(SessionError::Expired)));
    assert_eq!(world.sessions(member.account).await.unwrap(), []);
}

#[tokio::test]
async fn many_refreshes_at_once_have_one_successor() {
    let world = world();
    let member = world.member(PHONE).await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (auth, token) = (Auth::clone(&world), member.tokens.refresh.clone());
            tokio::spawn(async move { auth.refresh(&token).await })
        })
        .collect();
    let mut successors = Vec::new();
    for task in tasks {
        successors.push(task.await.unwrap().unwrap().refresh);
    }
    successors.dedup();
    assert_eq!(successors.len(), 1);
    world.refresh(&successors[0]).await.unwrap();
}

#[tokio::test]
async fn a_lock_ends_sessions_and_is_told_to_whoever_shows_that_it_is_theirs() {
    let world = world();
    let member = world.member(PHONE).await;
    let code = world.code(PHONE, CodePurpose::Login).await;
    world.set(member.account, AccountStatus::Locked).await;
    assert!(matches!(world.caller(&member).await, Err(SessionError::Locked)));
    assert!(matches!(world.refresh(&member.tokens.refresh).await, Err(SessionError::Locked)));
    assert!(matches!(world.enter(PASSWORD).await, Err(EnterError::Locked)));
    assert!(matches!(world.enter("wrong").await, Err(EnterError::Wrong)));
    let by_code = world.log_in(PHONE, Credential::Code(code), Device::default()).await;
    assert!(matches!(by_code, Err(EnterError::Locked)));
    let reset = world.code(PHONE, CodePurpose::Reset).await;
    assert!(matches!(world.reset_password(PHONE, &reset, "another1").await, Err(EnterError::Locked)));
    world.set(member.account, AccountStatus::Active).await;
    assert!(matches!(world.caller(&member).await, Err(SessionError::Bad)));
    world.enter(PASSWORD).await.unwrap();
}

#[tokio::test]
async fn sessions_are_listed_and_ended_by_their_owner() {
    let world = world();
    let member = world.member(PHONE).await;
    let stranger = world.member(OTHER).await;
    let second = world.log_in(PHONE, password(PASSWORD), on("pad")).await.unwrap();
    let listed = world.sessions(member.account).await.unwrap();
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [second.session, member.session]);
    assert!(!world.end_session(stranger.account, member.session).await.unwrap());
    assert!(world.end_session(member.account, member.session).await.unwrap());
    assert!(matches!(world.caller(&member).await, Err(SessionError::Bad)));
    world.log_out(world.caller(&second).await.unwrap()).await.unwrap();
    assert!(matches!(world.caller(&second).await, Err(SessionError::Bad)));
    assert!(matches!(world.refresh(&second.tokens.refresh).await, Err(SessionError::Bad)));
    assert!(world.caller(&stranger).await.is_ok());
}

#[tokio::test]
async fn a_new_password_ends_other_sessions_and_all_sockets() {
    let world = world();
    let member = world.member(PHONE).await;
    let other = world.enter(PASSWORD).await.unwrap();
    let caller = world.caller(&member).await.unwrap();
    let wrong = world.change_password(caller, "wrong", "another1").await;
    assert!(matches!(wrong, Err(ConfirmError::WrongPassword)));
    assert!(world.caller(&other).await.is_ok());
    let mut socket = world.hub.connect(member.account, 1, Channel::Rooms);
    world.change_password(caller, PASSWORD, "another1").await.unwrap();
    assert!(matches!(socket.next().await, Next::Ended));
    assert!(world.caller(&member).await.is_ok());
    assert!(matches!(world.caller(&other).await, Err(SessionError::Bad)));
    assert!(matches!(world.enter(PASSWORD).await, Err(EnterError::Wrong)));
    world.enter("another1").await.unwrap();
}

#[tokio::test]
async fn a_reset_ends_every_session_and_forgets_failures() {
    let world = world();
    let member = world.member(PHONE).await;
    for _ in 0..LOGIN_FAILURES_TO_LOCK {
        assert!(world.enter("wrong").await.is_err());
    }
    let code = world.code(PHONE, CodePurpose::Reset).await;
    let mut socket = world.hub.connect(member.account, 1, Channel::Groups);
    let wrong = world.reset_password(PHONE, "wrong", "another1").await;
    assert!(matches!(wrong, Err(EnterError::Code(CodeRefusal::Wrong))));
    world.reset_password(PHONE, &code, "another1").await.unwrap();
    assert!(matches!(socket.next().await, Next::Ended));
    assert!(matches!(world.caller(&member).await, Err(SessionError::Bad)));
    assert!(matches!(world.enter(PASSWORD).await, Err(EnterError::Wrong)));
    world.enter("another1").await.unwrap();
}

#[tokio::test]
async fn added_names_open_the_other_dialects() {
    let world = world();
    let member = world.member(PHONE).await;
    let other = world.member(OTHER).await;
    let caller = world.caller(&member).await.unwrap();
    let names = |username: &str, email: Option<&str>| NewNames {
        username: Some(username.to_owned()),
        email: email.map(str::to_owned),
        password: None,
    };
    let added = world.add_names(caller, names("Lin", Some("lin@example.com"))).await.unwrap();
    assert_eq!(added.phone.as_deref(), Some(PHONE));
    assert_eq!((added.username.as_deref(), added.email.as_deref()), (Some("Lin"), Some("lin@example.com")));
    let home = "192.0.2.1".parse().unwrap();
    let logged = world.services.accounts.log_in(LoginName::Username("lin".to_owned()), PASSWORD, home).await;
    assert_eq!(logged.unwrap().account, member.account);

    let second = world.caller(&other).await.unwrap();
    let taken = world.add_names(second, names("wu", Some("LIN@example.com"))).await;
    assert!(matches!(taken, Err(ConfirmError::EmailTaken)));
    let taken = world.add_names(second, names("LIN", None)).await;
    assert!(matches!(taken, Err(ConfirmError::UsernameTaken)));
    let wrong = NewNames { password: Some("another1".to_owned()), ..names("wu", None) };
    assert!(matches!(world.add_names(second, wrong).await, Err(ConfirmError::WrongPassword)));
    let nothing = world.add_names(second, NewNames::default()).await.unwrap();
    assert_eq!((nothing.username, nothing.email), (None, None));
    let right = NewNames { password: Some(PASSWORD.to_owned()), ..names("wu", None) };
    assert_eq!(world.add_names(second, right).await.unwrap().username.as_deref(), Some("wu"));
}

#[tokio::test]
async fn whoever_is_deleted_leaves_their_phone_free() {
    let world = world();
    let member = world.member(PHONE).await;
    let caller = world.caller(&member).await.unwrap();
    assert!(matches!(world.delete(caller, "wrong").await, Err(ConfirmError::WrongPassword)));
    let mut socket = world.hub.connect(member.account, 1, Channel::Groups);
    world.delete(caller, PASSWORD).await.unwrap();
    assert!(matches!(socket.next().await, Next::Ended));
    assert!(matches!(world.caller(&member).await, Err(SessionError::Bad)));
    assert!(matches!(world.refresh(&member.tokens.refresh).await, Err(SessionError::Bad)));
    assert!(matches!(world.enter(PASSWORD).await, Err(EnterError::Wrong)));
    assert!(matches!(world.delete(caller, PASSWORD).await, Err(ConfirmError::Unknown)));
    assert_ne!(world.member(PHONE).await.account, member.account);
}

#[tokio::test]
async fn an_invite_code_links_who_registers_with_it() {
    let world = world();
    let member = world.member(PHONE).await;
    let code = world.invite_code(member.account).await.unwrap().unwrap();
    assert_eq!(code.len(), INVITE_CODE_CHARS);
    assert_eq!(world.invite_code(member.account).await.unwrap(), Some(code.clone()));
    for (phone, invite_code, inviter) in [
        (OTHER, format!(" {} ", code.to_lowercase()), Some(member.account)),
        ("13700137000", "NOBODY".to_owned(), None),
        ("13600136000", "x".repeat(100), None),
    ] {
        let sms = world.code(phone, CodePurpose::Register).await;
        let new = Registration { invite_code: Some(invite_code), ..World::registration(phone, sms) };
        let invited = world.register(new).await.unwrap();
        assert_eq!(world.stores.invitations.inviter(invited.account).await.unwrap(), inviter);
    }
}

#[tokio::test]
async fn what_is_over_is_forgotten_once_in_a_while() {
    let world = world();
    let member = world.member(PHONE).await;
    assert!(world.log_in(OTHER, password("wrong"), Device::default()).await.is_err());
    world.clock.advance(REFRESH_DAYS * 86_400_000 + EXPIRED_KEPT_MILLIS + 1);
    world.enter(PASSWORD).await.unwrap();
    assert_eq!(world.stores.logins.forget_phones(world.clock.now()).await.unwrap(), 0);
    assert!(matches!(world.refresh(&member.tokens.refresh).await, Err(SessionError::Bad)));
}

#[test]
fn nothing_personal_is_shown() {
    let registration = World::registration(PHONE, "123456".to_owned());
    let names = NewNames { username: Some(PHONE.to_owned()), ..NewNames::default() };
    let shown = format!(
        "{registration:?} {names:?} {:?} {:?} {:?}",
        password(PASSWORD),
        Credential::Code("123456".to_owned()),
        TokenPair { access: "secret".to_owned(), refresh: "secret".to_owned() }
    );
    for secret in [PHONE, PASSWORD, "123456", "secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn sockets_end_with_sessions_that_another_process_ended() {
    let world = world();
    let member = world.member(PHONE).await;
    let kept = world.enter(PASSWORD).await.unwrap();
    let connect = |session| world.hub.connect_with_session(member.account, session, Channel::Platform);
    let (mut lost, mut stays) = (connect(member.session), connect(kept.session));
    world.end_lost_sockets().await.unwrap();
    assert_eq!(world.hub.sessions().len(), 2);
    // In the store alone, as this process hears of it.
    assert!(world.stores.sessions.end_session(member.account, member.session).await.unwrap());
    world.end_lost_sockets().await.unwrap();
    assert!(matches!(lost.next().await, Next::Ended));
    drop(lost);
    assert_eq!(world.hub.sessions(), [(member.account, kept.session)]);
    world.set(member.account, AccountStatus::Locked).await;
    world.end_lost_sockets().await.unwrap();
    assert!(matches!(stays.next().await, Next::Ended));
}
