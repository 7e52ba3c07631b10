//! Who is in a room, and who gets in.

use matchmaking_core::clock::Millis;
use matchmaking_core::ids::AccountId;
use matchmaking_core::model::AccountStatus;
use matchmaking_core::store::BlockOutcome;
use serde_json::json;

use super::{Person, added, done, refused};
use crate::support::{Answer, Database, Server, on_every_store};

const ACTION: &str = "添加用户到聊天室失败，";

fn not_added(reason: &str) -> serde_json::Value {
    refused(&format!("{ACTION}{reason}"))
}

impl Person {
    async fn add_by_name(&self, room: i64, name: &str) -> Answer {
        let body = json!({"room_id": room, "user_name": name, "role": "member"});
        self.post("/api/room/add_user", &body).await
    }
}

async fn people_are_added_by_number_and_by_name(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "Ｗu").await;
    let zhao = Person::join(&server, "zhao").await;
    let id = lin.room("r").await;
    lin.add_by_name(id, "WU").await.is(200, &added());
    // Any member may.
    let body = json!({"room_id": id, "user_id": 0, "user_name": "zhao", "role": ""});
    wu.post("/api/room/add_user", &body).await.is(200, &added());
    let names: Vec<_> =
        zhao.members(id).await.into_iter().map(|(name, role)| format!("{name} {role}")).collect();
    assert_eq!(names, ["lin owner", "Ｗu member", "zhao member"]);
    for (again, how) in [(&lin, "oneself"), (&zhao, "another")] {
        lin.add(id, again.id, "owner").await.is(200, &not_added("用户已在聊天室中"));
        assert_eq!(lin.members(id).await.len(), 3, "{how}");
    }
    lin.add_by_name(id, "zhao").await.is(200, &not_added("用户已在聊天室中"));
}

async fn only_owners_give_roles(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let admin = Person::join(&server, "admin").await;
    let member = Person::join(&server, "member").await;
    let other = Person::join(&server, "other").await;
    let id = owner.room_with("r", &[&member]).await;
    owner.add(id, admin.id, "admin").await.is(200, &added());
    for person in [&admin, &member] {
        for role in ["admin", "owner"] {
            person.add(id, other.id, role).await.is(200, &not_added("没有权限"));
        }
    }
    owner.add(id, other.id, "king").await.is(200, &not_added("角色错误"));
    owner.add(id, other.id, "OWNER").await.is(200, &not_added("角色错误"));
    assert_eq!(owner.members(id).await.len(), 3);
    owner.add(id, other.id, "owner").await.is(200, &added());
    other.delete(&format!("/api/room/delete?room_id={id}")).await.is(200, &done("删除成功", json!(null)));
}

async fn strangers_add_and_see_nobody(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = owner.room("r").await;
    for user in [stranger.id, owner.id, 999, -1] {
        stranger.add(id, user, "member").await.is(200, &not_added("当前用户不在聊天室中"));
    }
    stranger.add_by_name(id, "nobody").await.is(200, &not_added("当前用户不在聊天室中"));
    stranger.add(999, stranger.id, "member").await.is(200, &not_added("聊天室不存在"));
    stranger.add(999, 999, "member").await.is(200, &not_added("聊天室不存在"));
    let members = format!("/api/room/members?room_id={id}");
    stranger.get(&members).await.is(200, &refused("获取失败，当前用户不在聊天室中"));
    stranger.get("/api/room/members?room_id=999").await.is(200, &refused("获取失败，聊天室不存在"));
    stranger.get("/api/room/members").await.is(200, &refused("获取失败，请求错误"));
    // Who has left is a stranger, too.
    owner.add(id, stranger.id, "member").await;
    stranger.post("/api/room/leave", &json!({"room_id": id})).await;
    stranger.get(&members).await.is(200, &refused("获取失败，当前用户不在聊天室中"));
}

async fn whoever_is_not_there_or_not_here_cannot_be_added(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let unknown = not_added("用户不存在");
    for user in [0, -1, 999, (1 << 53) - 1, 1 << 53, i64::MAX] {
        lin.add(id, user, "member").await.is(200, &unknown);
    }
    for name in ["nobody", " lin", "\0", &"x".repeat(100_000)] {
        lin.add_by_name(id, name).await.is(200, &unknown);
    }
    // Who is there for the matchmaking alone is out of reach, whatever their number.
    server.users([77]).await;
    let telegram = server
        .inside(async |services| {
            let telegram = matchmaking_core::ids::TelegramId::new(77).unwrap();
            services.telegram.account(telegram).await.unwrap().get()
        })
        .await;
    lin.add(id, telegram, "member").await.is(200, &unknown);
    // Neither is who takes no part any more.
    for status in [AccountStatus::Locked, AccountStatus::Deactivated, AccountStatus::Deleted] {
        let name = format!("{status:?}");
        let gone = Person::join(&server, &name).await;
        server.set_status(gone.id, status).await;
        lin.add(id, gone.id, "member").await.is(200, &unknown);
        lin.add_by_name(id, &name).await.is(200, &unknown);
    }
    assert_eq!(lin.members(id).await.len(), 1);
}

async fn people_who_blocked_each_other_do_not_meet_in_rooms(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let zhao = Person::join(&server, "zhao").await;
    let id = zhao.room_with("r", &[&lin, &wu]).await;
    server.block(lin.id, wu.id).await;
    let names = async |person: &Person| -> Vec<String> {
        person.members(id).await.into_iter().map(|(name, _)| name).collect()
    };
    assert_eq!(names(&zhao).await, ["lin", "wu", "zhao"]);
    assert_eq!(names(&lin).await, ["lin", "zhao"]);
    assert_eq!(names(&wu).await, ["wu", "zhao"]);
    // What one writes, the other neither reads nor hears.
    let (mut of_lin, mut of_wu, mut of_zhao) = (lin.socket().await, wu.socket().await, zhao.socket().await);
    let said = lin.say(id, "from lin").await;
    let shown = super::new_message(lin.message(said, id, "from lin"));
    of_lin.expect(&shown).await;
    of_zhao.expect(&shown).await;
    of_wu.nothing_more().await;
    assert_eq!(wu.hears(id).await, Vec::<String>::new());
    assert_eq!(zhao.hears(id).await, ["from lin"]);
    // Nor does either bring the other into a room of their own.
    let own = lin.room("own").await;
    lin.add(own, wu.id, "member").await.is(200, &not_added("用户不存在"));
    let own = wu.room("own").await;
    wu.add(own, lin.id, "member").await.is(200, &not_added("用户不存在"));
}

async fn bad_requests_are_refused(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room("r").await;
    for body in [
        json!({}),
        json!([]),
        json!({"room_id": id}),
        json!({"user_id": wu.id}),
        json!({"room_id": id, "user_id": wu.id.to_string()}),
        json!({"room_id": id.to_string(), "user_id": wu.id}),
        json!({"room_id": id, "user_id": true}),
        json!({"room_id": id, "user_id": 1.5}),
        json!({"room_id": id, "user_id": null, "user_name": null}),
        json!({"room_id": id, "user_name": ""}),
        json!({"room_id": id, "user_name": 5}),
        json!({"room_id": null, "user_id": wu.id}),
        json!({"room_id": id, "user_id": wu.id, "role": 1}),
    ] {
        lin.post("/api/room/add_user", &body).await.is(200, &not_added("请求错误"));
    }
    lin.post("/api/room/add_user", &json!({"room_id": id, "user_id": wu.id, "role": null}))
        .await
        .is(200, &added());
}

impl Server {
    /// Sets the status of an account.
    pub(super) async fn set_status(&self, account: i64, status: AccountStatus) {
        let account = AccountId::new(account).unwrap();
        let set = self.inside(async move |services| {
            services.stores.accounts.set_status(account, status, Millis(1)).await.unwrap()
        });
        assert!(set.await);
    }

    /// Lets one block another.
    pub(super) async fn block(&self, by: i64, target: i64) {
        let (by, target) = (AccountId::new(by).unwrap(), AccountId::new(target).unwrap());
        let set = self
            .inside(async move |services| services.stores.safety.block(by, target, Millis(1)).await.unwrap());
        assert_eq!(set.await, BlockOutcome::Blocked);
    }
}

on_every_store!(
    people_are_added_by_number_and_by_name,
    only_owners_give_roles,
    strangers_add_and_see_nobody,
    whoever_is_not_there_or_not_here_cannot_be_added,
    people_who_blocked_each_other_do_not_meet_in_rooms,
    bad_requests_are_refused,
);
