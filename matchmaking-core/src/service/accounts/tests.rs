//! Accounts over the in-memory store.

use super::*;
use crate::{
    clock::{ManualClock, Millis},
    ids::TelegramId,
    model::profile::Gender,
    service::{
        Foundation, Services,
        passwords::{HASHES_AT_ONCE, HASHES_WAITING, PasswordCost},
        tokens::{TOKEN_HOURS, TokenKey},
    },
    store::memory::MemoryStore,
};

const START: Millis = Millis(1_770_287_400_123);

struct World {
    services: Services,
    clock: Arc<ManualClock>,
}

impl std::ops::Deref for World {
    type Target = Accounts;

    fn deref(&self) -> &Accounts {
        &self.services.accounts
    }
}

fn over(stores: Stores, password_cost: PasswordCost) -> World {
    let clock = Arc::new(ManualClock::new(START));
    let services = Services::new(Foundation {
        clock: Arc::clone(&clock) as _,
        password_cost,
        token_key: TokenKey::new(&[7; 32]),
        ..Foundation::over(stores)
    });
    World { services, clock }
}

fn stores() -> Stores {
    Stores::from_one(Arc::new(MemoryStore::new()))
}

fn world() -> World {
    over(stores(), PasswordCost::cheap())
}

fn registration(username: &str, email: Option<&str>) -> Registration {
    Registration {
        username: username.to_owned(),
        email: email.map(str::to_owned),
        password: format!("password of {username}"),
        contact_phone: None,
    }
}

fn username(name: &str) -> LoginName {
    LoginName::Username(name.to_owned())
}

fn either(name: &str) -> LoginName {
    LoginName::EmailOrUsername(name.to_owned())
}

fn home() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

fn elsewhere() -> IpAddr {
    "198.51.100.1".parse().unwrap()
}

impl World {
    async fn person(&self, name: &str, email: Option<&str>) -> Contact {
        self.register(registration(name, email)).await.unwrap()
    }

    async fn telegram(&self, id: i64, nickname: &str) -> AccountId {
        let id = TelegramId::new(id).unwrap();
        self.services.telegram.create(id, nickname, Gender::Other).await.unwrap()
    }

    async fn set(&self, id: AccountId, status: AccountStatus) {
        assert!(self.stores.accounts.set_status(id, status, self.clock.now()).await.unwrap());
    }
}

/// Whether a login is refused as wrong.
fn is_wrong(login: &Result<Contact, LoginError>) -> bool {
    matches!(login, Err(LoginError::Wrong))
}

#[tokio::test]
async fn who_registers_logs_in_by_either_name_however_it_is_written() {
    let world = world();
    let new = Registration {
        contact_phone: Some("13800138000".to_owned()),
        ..registration("Ｌｉｎ", Some("Lin@Example.com"))
    };
    let made = world.register(new).await.unwrap();
    assert_eq!((made.username.as_deref(), made.email.as_deref()), (Some("Ｌｉｎ"), Some("Lin@Example.com")));
    assert_eq!((made.name.as_str(), made.nickname.as_str(), made.avatar.as_str()), ("Ｌｉｎ", "", ""));
    assert_eq!((made.phone.as_str(), made.created_at, made.updated_at), ("13800138000", START, START));
    let password = "password of Ｌｉｎ";
    for name in [username("Ｌｉｎ"), username("lin"), either("LIN"), either("lin@example.com")] {
        assert_eq!(world.log_in(name.clone(), password, home()).await.unwrap(), made, "{name:?}");
    }
    for (name, password) in [
        (username("lin"), "Password of Ｌｉｎ"),
        (username("lin"), ""),
        (username("lin@example.com"), password),
        (username("wu"), password),
        (either("wu@example.com"), password),
        (either(""), password),
        (either("l\0n"), password),
        (username(&"x".repeat(1 << 20)), password),
        (username("lin"), &"x".repeat(1 << 20)),
    ] {
        assert!(is_wrong(&world.log_in(name, password, elsewhere()).await));
    }
}

#[tokio::test]
async fn a_name_is_one_persons_and_an_email_comes_before_a_user_name() {
    let world = world();
    world.person("lin", Some("lin@example.com")).await;
    let refused = |name, email| {
        let new = registration(name, email);
        async { world.register(new).await.unwrap_err() }
    };
    assert!(matches!(refused("LIN", None).await, RegisterError::UsernameTaken));
    assert!(matches!(refused("LIN", Some("LIN@example.com")).await, RegisterError::UsernameTaken));
    assert!(matches!(refused("wu", Some("LIN@example.com")).await, RegisterError::EmailTaken));
    // What is refused leaves nothing behind.
    assert_eq!(world.by_username("wu").await.unwrap(), None);

    // A name that looks like another's address gets nobody in there.
    let impostor = world.person("lin@example.com", None).await;
    let password = "password of lin@example.com";
    assert!(is_wrong(&world.log_in(either("lin@example.com"), password, home()).await));
    let in_by_name = world.log_in(username("lin@example.com"), password, home()).await.unwrap();
    assert_eq!(in_by_name.account, impostor.account);
}

#[tokio::test]
async fn of_many_who_want_one_name_at_once_one_gets_it() {
    let world = Arc::new(world());
    let registering: Vec<_> = (0..8)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.register(registration("lin", None)).await })
        })
        .collect();
    let mut made = 0;
    for register in registering {
        match register.await.unwrap() {
            Ok(_) => made += 1,
            Err(RegisterError::UsernameTaken) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_token_is_worth_what_its_account_is() {
    let world = world();
    let id = world.person("lin", None).await.account;
    let token = world.services.tokens.issue(TokenKind::Rooms, id);
    assert_eq!(world.authenticate(TokenKind::Rooms, &token).await.unwrap(), id);
    assert!(matches!(world.authenticate(TokenKind::Groups, &token).await, Err(AuthError::Bad)));
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        world.set(id, status).await;
        assert!(matches!(world.authenticate(TokenKind::Rooms, &token).await, Err(AuthError::Bad)));
        assert!(is_wrong(&world.log_in(username("lin"), "password of lin", home()).await), "{status:?}");
        world.set(id, AccountStatus::Active).await;
        assert!(world.authenticate(TokenKind::Rooms, &token).await.is_ok());
    }
    world.clock.advance(TOKEN_HOURS * 3_600_000);
    assert!(matches!(world.authenticate(TokenKind::Rooms, &token).await, Err(AuthError::Expired)));
    world.set(id, AccountStatus::Deleted).await;
    let token = world.services.tokens.issue(TokenKind::Rooms, id);
    assert!(matches!(world.authenticate(TokenKind::Rooms, &token).await, Err(AuthError::Bad)));
    assert!(is_wrong(&world.log_in(username("lin"), "password of lin", home()).await));
    // The name is free again, and a token of nobody is nobody's.
    assert_ne!(world.person("lin", None).await.account, id);
    let nobodys = world.services.tokens.issue(TokenKind::Rooms, AccountId::new(99).unwrap());
    assert!(matches!(world.authenticate(TokenKind::Rooms, &nobodys).await, Err(AuthError::Bad)));
}

#[tokio::test]
async fn without_a_password_nobody_gets_in() {
    let world = world();
    let id = world.telegram(5, "林").await;
    world.rename(id, "lin").await.unwrap();
    for password in ["", "lin", "password of lin"] {
        assert!(is_wrong(&world.log_in(username("lin"), password, home()).await));
    }
    let token = world.services.tokens.issue(TokenKind::Rooms, id);
    assert!(matches!(world.authenticate(TokenKind::Rooms, &token).await, Err(AuthError::Bad)));
}

#[tokio::test]
async fn ten_failures_keep_everyone_out_from_there_for_a_while() {
    let world = world();
    world.person("lin", None).await;
    let right = "password of lin";
    // Nine failures and a success begin anew; so it goes on for ever.
    for _ in 0..3 {
        for _ in 0..9 {
            assert!(is_wrong(&world.log_in(username("lin"), "wrong", home()).await));
        }
        world.log_in(username("lin"), right, home()).await.unwrap();
    }
    let retry_after = |login: Result<Contact, LoginError>| match login {
        Err(LoginError::TooManyTries { retry_after }) => retry_after,
        other => panic!("{other:?}"),
    };
    for name in ["lin", "nobody"] {
        for number in 0..10 {
            let written = if number % 2 == 0 { name.to_owned() } else { name.to_uppercase() };
            assert!(is_wrong(&world.log_in(either(&written), "wrong", home()).await));
            world.clock.advance(1_000);
        }
        assert_eq!(retry_after(world.log_in(username(name), right, home()).await), 890);
    }
    world.log_in(username("lin"), right, elsewhere()).await.unwrap();
    world.clock.advance(879_999);
    assert_eq!(retry_after(world.log_in(username("lin"), right, home()).await), 1);
    world.clock.advance(1);
    world.log_in(username("lin"), right, home()).await.unwrap();
}

#[tokio::test]
async fn of_many_tries_at_once_no_more_are_judged_than_may_fail() {
    let world = Arc::new(world());
    world.person("lin", None).await;
    let tries: Vec<_> = (0..HASHES_AT_ONCE + HASHES_WAITING)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.log_in(username("lin"), "wrong", home()).await })
        })
        .collect();
    let mut judged = 0;
    for login in tries {
        match login.await.unwrap() {
            Err(LoginError::Wrong) => judged += 1,
            Err(LoginError::TooManyTries { retry_after: 900 }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(judged, LOGIN_FAILURES_MAX);
}

#[tokio::test]
async fn a_full_queue_is_told_and_counts_against_nobody() {
    let world = world();
    world.person("lin", None).await;
    let mut turns = Vec::new();
    for _ in 0..HASHES_AT_ONCE {
        turns.push(world.passwords.turn().await.unwrap());
    }
    let waiting: Vec<_> = (0..HASHES_WAITING)
        .map(|_| {
            let passwords = world.passwords.clone();
            tokio::spawn(async move { passwords.turn().await.map(drop) })
        })
        .collect();
    // A turn of the runtime does not begin all of them.
    for _ in 0..HASHES_WAITING {
        tokio::task::yield_now().await;
    }
    for _ in 0..20 {
        let login = world.log_in(username("lin"), "wrong", home()).await;
        assert!(matches!(login, Err(LoginError::Busy)), "{login:?}");
    }
    assert!(matches!(world.register(registration("wu", None)).await, Err(RegisterError::Busy)));
    drop(turns);
    for turn in waiting {
        turn.await.unwrap().unwrap();
    }
    world.log_in(username("lin"), "password of lin", home()).await.unwrap();
}

#[tokio::test]
async fn a_hash_of_another_cost_is_renewed_at_login() {
    let stores = stores();
    let id = over(stores.clone(), PasswordCost::cheap()).person("lin", None).await.account;
    let hash = || async { stores.accounts.password_hash(id).await.unwrap().unwrap() };
    let old = hash().await;
    let world = over(stores.clone(), PasswordCost::default());
    assert!(is_wrong(&world.log_in(username("lin"), "wrong", home()).await));
    assert_eq!(hash().await, old);
    world.log_in(username("lin"), "password of lin", home()).await.unwrap();
    let new = hash().await;
    assert!(old.contains("m=8,") && new.contains("m=19456,"), "{new}");
    world.log_in(username("lin"), "password of lin", home()).await.unwrap();
    assert_eq!(hash().await, new);
}

#[tokio::test]
async fn people_are_shown_by_the_best_name_they_have() {
    let world = world();
    let lin = world.person("lin", Some("lin@example.com")).await.account;
    let named = world.telegram(5, "吴").await;
    let blank = world.telegram(6, " ").await;
    let gone = world.person("gone", None).await.account;
    let left = world.person("left", None).await.account;
    let nobody = AccountId::new(99).unwrap();
    world.set(gone, AccountStatus::Deleted).await;
    world.set(left, AccountStatus::Deactivated).await;
    let everyone = [lin, named, blank, gone, left, nobody, lin];

    let number = format!("用户{blank}");
    let names = world.shown_names(&everyone).await.unwrap();
    let expected: std::collections::HashMap<_, _> = [
        (lin, "lin"),
        (named, "吴"),
        (blank, &number),
        (gone, "已注销用户"),
        (left, "left"),
        (nobody, "已注销用户"),
    ]
    .map(|(id, name)| (id, name.to_owned()))
    .into();
    assert_eq!(names, expected);
    assert!(
        world.shown_names(&[]).await.unwrap().is_empty() && world.contacts(&[]).await.unwrap().is_empty()
    );

    let contacts = world.contacts(&everyone).await.unwrap();
    assert_eq!(contacts.len(), 3);
    for id in everyone {
        assert_eq!(world.contact(id).await.unwrap().as_ref(), contacts.get(&id));
        let sender = world.sender(id).await.unwrap();
        assert_eq!(
            sender.as_ref().map(|sender| sender.username.as_str()),
            contacts.get(&id).map(|c| c.name.as_str())
        );
        if let Some(sender) = sender {
            let shown = if id == blank { &number } else { &names[&id] };
            assert_eq!((sender.account, &sender.name), (id, shown));
            let miracle_id = if id == named {
                5
            } else if id == blank {
                6
            } else {
                id.get()
            };
            assert_eq!(sender.miracle_id, miracle_id);
        }
    }
    for (id, reachable) in [(lin, true), (named, false), (gone, false), (left, false), (nobody, false)] {
        assert_eq!(world.is_reachable(id).await.unwrap(), reachable, "{id}");
    }
}

#[tokio::test]
async fn what_a_person_shows_can_be_changed_and_taken_away() {
    let world = world();
    let made = world.person("lin", None).await;
    world.clock.advance(1_000);
    let text = |text: &str| Some(text.to_owned());
    let edited = world.edit(made.account, text("/a/b.png"), text("123")).await.unwrap().unwrap();
    let expected = Contact {
        avatar: "/a/b.png".to_owned(),
        phone: "123".to_owned(),
        updated_at: START.plus(1_000),
        ..made.clone()
    };
    assert_eq!(edited, expected);
    assert_eq!(world.edit(made.account, None, None).await.unwrap(), Some(expected.clone()));
    let cleared = world.edit(made.account, text(""), None).await.unwrap().unwrap();
    assert_eq!(cleared, Contact { avatar: String::new(), ..expected });

    world.person("wu", None).await;
    assert!(matches!(world.rename(made.account, "WU").await, Err(RenameError::Taken)));
    world.rename(made.account, "LIN").await.unwrap();
    world.rename(made.account, "林").await.unwrap();
    assert_eq!(world.by_username("lin").await.unwrap(), None);
    assert_eq!(world.by_username("林").await.unwrap(), Some(made.account));
    assert!(is_wrong(&world.log_in(username("lin"), "password of lin", home()).await));
    assert_eq!(world.log_in(username("林"), "password of lin", home()).await.unwrap().name, "林");
    world.set(made.account, AccountStatus::Deleted).await;
    assert!(matches!(world.rename(made.account, "x").await, Err(RenameError::Unknown)));
    assert_eq!(world.edit(made.account, text("x"), None).await.unwrap(), None);
}

#[tokio::test]
async fn people_are_found_by_exact_names_unless_they_are_hidden() {
    let world = world();
    let lin = world.person("lin", Some("lin@example.com")).await.account;
    let wu = world.person("wu", Some("wu@example.com")).await.account;
    let same = world.person("wu@example.com", None).await.account;
    let found = |viewer, query: &'static str| {
        let world = &world;
        async move {
            let found = world.search(viewer, query).await.unwrap();
            found.into_iter().map(|contact| contact.account).collect::<Vec<_>>()
        }
    };
    assert_eq!(found(lin, "WU").await, [wu]);
    assert_eq!(found(lin, " wu@example.com ").await, [same, wu]);
    assert_eq!(found(lin, "lin@example.com").await, [lin]);
    for nothing in ["", " ", "w", "wu\0", "nobody"] {
        assert_eq!(found(lin, nothing).await, [], "{nothing:?}");
    }
    world.stores.safety.block(wu, lin, START).await.unwrap();
    assert_eq!(found(lin, "wu").await, []);
    assert_eq!(found(wu, "lin").await, []);
    assert_eq!(found(same, "wu").await, [wu]);
    world.set(wu, AccountStatus::Deactivated).await;
    assert_eq!(found(same, "wu").await, []);
    assert_eq!(world.by_username("wu").await.unwrap(), None);
}

#[test]
fn debug_shows_no_name_and_no_password() {
    let shown =
        format!("{:?} {:?} {:?}", registration("lin", Some("lin@x.cn")), username("lin"), either("lin"));
    assert!(!shown.contains("lin") && !shown.contains("password"), "{shown}");
}
