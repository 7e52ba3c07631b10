//! The real server with one room, and the seats in it.

use std::{error::Error, io, sync::Arc};

use matchmaking_benches::child::Server;
use matchmaking_core::{
    clock::{Clock, SystemClock},
    ids::AccountId,
    model::{Identity, IdentityKind, Profile, Role},
    service::tokens::{TokenKey, TokenKind, Tokens},
    store::{self, CreateOutcome, GroupOutcome, NewAccount, NewGroup, NewMember, Stores},
};
use tempfile::TempDir;

use crate::{
    SOCKETS,
    crowd::{Greeting, Seat},
};

/// What the server's tokens are signed with.
const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// What a socket speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Rooms,
    Groups,
    Miracle,
}

/// A server with a room of [`SOCKETS`] people. The data is thrown away with it.
pub(crate) struct Room {
    server: Server,
    seats: Vec<Seat>,
    _data: TempDir,
}

impl Room {
    /// Makes the people and the room, and starts the server over them. The people speak these dialects in turn.
    pub(crate) async fn open(dialects: &[Dialect]) -> Result<Self, Box<dyn Error>> {
        let data = tempfile::tempdir()?;
        let database = format!("sqlite://{}", data.path().join("fanout.db").display());
        let stores = store::open(&database.parse()?).await?;
        let mut people = Vec::with_capacity(SOCKETS);
        for (number, dialect) in (0..SOCKETS).zip(dialects.iter().cycle()) {
            people.push((account(&stores, number, *dialect).await?, *dialect));
        }
        let room = room(&stores, &people).await?;
        stores.upkeep.close().await;
        let server = Server::start_with(data.path(), &database, &[("JWT_SECRET", SECRET)])?;
        let tokens = Tokens::new(&TokenKey::new(SECRET.as_bytes()), Arc::new(SystemClock));
        let seat = |(number, (account, dialect)): (usize, &(AccountId, Dialect))| {
            let (path, greeting, frame) = match dialect {
                Dialect::Rooms => {
                    let token = tokens.issue(TokenKind::Rooms, *account);
                    let frame = format!(r#"{{"room_id":{room},"type":"text","content":"MARK"}}"#);
                    (format!("/api/message/ws?token={token}"), Greeting::Comes, Some(frame))
                }
                Dialect::Groups => {
                    let token = tokens.issue(TokenKind::Groups, *account);
                    let data = format!(r#"{{"group_id":"{room}","type":"text","content":"MARK"}}"#);
                    let frame = format!(r#"{{"type":"message","data":{data}}}"#);
                    (format!("/api/v1/ws?token={token}"), Greeting::Comes, Some(frame))
                }
                // Whoever has no password only listens: a chatroom is of two people.
                Dialect::Miracle => {
                    let greeting = Greeting::Asked(format!(r#"{{"user_id":{}}}"#, telegram_id(number)));
                    ("/ws/message".to_owned(), greeting, None)
                }
            };
            Seat { address: server.address, path, greeting, frame }
        };
        let seats = people.iter().enumerate().map(seat).collect();
        Ok(Self { server, seats, _data: data })
    }

    /// The server's process.
    pub(crate) fn process(&self) -> u32 {
        self.server.process()
    }

    /// Where everyone sits.
    pub(crate) fn seats(&self) -> &[Seat] {
        &self.seats
    }
}

fn telegram_id(number: usize) -> usize {
    1_000 + number
}

async fn account(stores: &Stores, number: usize, dialect: Dialect) -> Result<AccountId, Box<dyn Error>> {
    let mut identities = vec![Identity::new(IdentityKind::Username, format!("user{number}"))];
    if dialect == Dialect::Miracle {
        let id = telegram_id(number).to_string();
        identities.push(Identity::new(IdentityKind::Telegram, id));
    }
    let new = NewAccount {
        identities,
        // Nobody logs in with it: tokens are signed here.
        password_hash: (dialect != Dialect::Miracle).then(|| "none".to_owned()),
        profile: Profile { nickname: Some(format!("User {number}")), ..Profile::default() },
        at: SystemClock.now(),
    };
    match stores.accounts.create_account(new).await? {
        CreateOutcome::Created(account) => Ok(account.id),
        CreateOutcome::Taken { .. } => Err("an account was made twice".into()),
    }
}

async fn room(stores: &Stores, people: &[(AccountId, Dialect)]) -> Result<i64, Box<dyn Error>> {
    let at = SystemClock.now();
    let (owner, _) = people[0];
    let (name, description, avatar) = ("room".to_owned(), String::new(), String::new());
    let new = NewGroup { owner, name, description, avatar, at };
    let GroupOutcome::Done(room) = stores.conversations.create_group(new).await? else {
        return Err(io::Error::other("no room").into());
    };
    for (account, _) in &people[1..] {
        let new = NewMember { group: room.id, by: owner, account: *account, role: Role::Member, at };
        if stores.conversations.add_member(new).await? != GroupOutcome::Done(()) {
            return Err(io::Error::other("somebody does not get into the room").into());
        }
    }
    Ok(room.id.get())
}
