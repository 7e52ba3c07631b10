//! Groups: who may do what, who leaves, who inherits.

use matchmaking_core::model::{AccountStatus, Role};
use serde_json::{Value, json};

use super::{BAD, FORBIDDEN, Person, START_TIME, UNKNOWN, done, membership, texts};
use crate::support::{Database, Server, on_every_store};

const NOT_MEMBER: &str = "不是群组成员";
const NOT_OWNER: &str = "只有群主可以执行此操作";

/// Names with roles.
fn lines<const N: usize>(of: [(&str, &str); N]) -> Vec<(String, String)> {
    of.into_iter().map(|(name, role)| (name.to_owned(), role.to_owned())).collect()
}

async fn what_strangers_members_and_owners_may_do(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let member = Person::join(&server, "member").await;
    let other = Person::join(&server, "other").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = owner.group_with("g", &[&member, &other]).await;
    let (group, members) = (format!("/group/{id}"), format!("/group/{id}/members"));
    let rename = json!({"name": "neu"});
    let adding = json!({"user_id": stranger.id});

    for answer in [
        stranger.get(&group).await,
        stranger.put(&group, &rename).await,
        stranger.delete(&group).await,
        stranger.get(&members).await,
        stranger.post(&members, &adding).await,
        // Nothing about who is in it, or there at all.
        stranger.post(&members, &json!({"user_id": member.id})).await,
        stranger.post(&members, &json!({"user_id": "999"})).await,
        stranger.post(&members, &json!({"user_id": "x"})).await,
        stranger.remove(&id, &member).await,
        stranger.remove(&id, &stranger).await,
        stranger.delete(&format!("{members}/999")).await,
        stranger.delete(&format!("{members}/x")).await,
    ] {
        answer.refuses(403, FORBIDDEN, NOT_MEMBER);
    }
    for answer in [
        member.put(&group, &rename).await,
        member.delete(&group).await,
        member.remove(&id, &other).await,
        member.remove(&id, &owner).await,
    ] {
        answer.refuses(403, FORBIDDEN, NOT_OWNER);
    }
    assert_eq!(
        owner.members(&id).await,
        lines([("owner", "owner"), ("member", "member"), ("other", "member")])
    );
    assert_eq!(member.get(&group).await.data()["name"], "g");

    assert_eq!(member.get(&group).await.data()["role"], "member");
    member.post(&members, &adding).await.is(200, &done(&membership(&id, &stranger)));
    assert_eq!(stranger.members(&id).await.len(), 4);
    member.add(&id, &other).await.refuses(400, BAD, "user_id: 该用户已是群组成员");
    member.add(&id, &member).await.refuses(400, BAD, "user_id: 该用户已是群组成员");
    assert_eq!(owner.put(&group, &rename).await.data()["name"], "neu");
    owner.remove(&id, &other).await.is(200, &done(&membership(&id, &other)));
    owner.remove(&id, &other).await.refuses(404, UNKNOWN, "用户不存在");
    owner.delete(&group).await.data();
    for person in [&owner, &member, &stranger] {
        person.get(&group).await.refuses(404, UNKNOWN, "群组不存在");
        person.get(&members).await.refuses(404, UNKNOWN, "群组不存在");
        person.delete(&group).await.refuses(404, UNKNOWN, "群组不存在");
        person.get("/groups").await.is(200, &done(&json!({"groups": []})));
    }
}

/// An admin, whom rooms may make, is here a member: what the group is, only its owner changes.
async fn an_admin_is_shown_and_does_what_members_do(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let admin = Person::join(&server, "admin").await;
    let member = Person::join(&server, "member").await;
    let id = owner.group_with("g", &[&member]).await;
    server.clock.advance(1_000);
    let (group, by, account) = (id.parse::<i64>().unwrap(), owner.account(), admin.account());
    server
        .inside(move |services| async move {
            let group = matchmaking_core::ids::ConversationId::new(group).unwrap();
            services.groups.add(group, by, account, Role::Admin).await.unwrap();
        })
        .await;
    assert_eq!(
        owner.members(&id).await,
        lines([("owner", "owner"), ("member", "member"), ("admin", "admin")])
    );
    assert_eq!(admin.get(&format!("/group/{id}")).await.data()["role"], "admin");
    admin.put(&format!("/group/{id}"), &json!({"name": "x"})).await.refuses(403, FORBIDDEN, NOT_OWNER);
    admin.delete(&format!("/group/{id}")).await.refuses(403, FORBIDDEN, NOT_OWNER);
    admin.remove(&id, &member).await.refuses(403, FORBIDDEN, NOT_OWNER);
    // The eldest admin comes before members who are older.
    owner.remove(&id, &owner).await.data();
    assert_eq!(admin.members(&id).await, lines([("member", "member"), ("admin", "owner")]));
}

async fn whoever_leaves_leaves_an_heir_or_nothing(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let second = Person::join(&server, "second").await;
    let third = Person::join(&server, "third").await;
    let id = owner.group_with("g", &[]).await;
    for person in [&second, &third] {
        server.clock.advance(1_000);
        owner.add(&id, person).await.data();
    }
    owner.say_in(&id, "bye").await;
    owner.remove(&id, &owner).await.is(200, &done(&membership(&id, &owner)));
    owner.get(&format!("/group/{id}")).await.refuses(403, FORBIDDEN, NOT_MEMBER);
    assert_eq!(second.members(&id).await, lines([("second", "owner"), ("third", "member")]));
    // Whoever made it stays its maker.
    assert_eq!(second.get(&format!("/group/{id}")).await.data()["creator_id"], owner.id);
    server.clock.advance(1_000);
    third.add(&id, &owner).await.data();
    assert_eq!(
        third.members(&id).await,
        lines([("second", "owner"), ("third", "member"), ("owner", "member")])
    );
    for person in [&third, &owner] {
        person.remove(&id, person).await.data();
    }
    second.remove(&id, &second).await.data();
    second.get(&format!("/group/{id}")).await.refuses(404, UNKNOWN, "群组不存在");
}

async fn deleting_an_account_leaves_its_groups(database: Database) {
    let server = Server::start(&database).await;
    let owner = Person::join(&server, "owner").await;
    let second = Person::join(&server, "second").await;
    let id = owner.group_with("g", &[&second]).await;
    owner.say_in(&id, "before").await;
    owner.becomes(&server, AccountStatus::Deleted).await;
    assert_eq!(second.members(&id).await, lines([("second", "owner")]));
    let listed = second.within(&id, "").await;
    assert_eq!(listed["messages"][0]["sender_id"], owner.id);
    assert_eq!(listed["total"], 1);
}

async fn a_group_keeps_what_is_absent_and_drops_what_is_empty(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let made = lin.post("/group", &json!({"name": "g", "description": "d", "avatar": "a"})).await.data();
    let path = format!("/group/{}", made["group_id"].as_str().unwrap());
    let shows = async |name: &str, description: &str, avatar: &str| {
        let shown = lin.get(&path).await.data();
        assert_eq!(
            (&shown["name"], &shown["description"], &shown["avatar"]),
            (&json!(name), &json!(description), &json!(avatar))
        );
        assert_eq!((&shown["creator_id"], &shown["created_at"]), (&json!(lin.id), &json!(START_TIME)));
    };
    server.clock.advance(1_000);
    for (change, name, description, avatar) in [
        (json!({}), "g", "d", "a"),
        (json!({"name": null, "description": null, "avatar": null}), "g", "d", "a"),
        (json!({"description": ""}), "g", "", "a"),
        (json!({"avatar": ""}), "g", "", ""),
        (json!({"name": "n", "avatar": "b", "creator_id": "9"}), "n", "", "b"),
    ] {
        lin.put(&path, &change).await.data();
        shows(name, description, avatar).await;
    }
    lin.put(&path, &json!({"name": " ", "description": "x"})).await.refuses(400, BAD, "name: 不能为空");
    shows("n", "", "b").await;
}

async fn groups_are_listed_oldest_first_and_only_ones_own(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let mut made = Vec::new();
    for name in ["一", "二", "三"] {
        made.push(lin.group_with(name, &[]).await);
    }
    wu.group_with("wu's", &[]).await;
    lin.add(&made[1], &wu).await.data();
    lin.say(&wu, "a direct conversation is no group").await;
    lin.say_in(&made[0], "the oldest stays first").await;
    let of = async |person: &Person| {
        let data = person.get("/groups").await.data();
        texts(&data["groups"], "name").into_iter().zip(texts(&data["groups"], "role")).collect::<Vec<_>>()
    };
    assert_eq!(of(&lin).await, lines([("一", "owner"), ("二", "owner"), ("三", "owner")]));
    assert_eq!(of(&wu).await, lines([("二", "member"), ("wu's", "owner")]));
}

async fn only_whoever_can_be_reached_is_added(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.group_with("g", &[]).await;
    let members = format!("/group/{id}/members");
    // Somebody who is there for the matchmaking alone: every number but those of the two.
    assert_eq!(server.create(77, "telegram", 1).await.status, 200);
    for number in (1..=20).map(|number: i64| number.to_string()) {
        if number != lin.id && number != wu.id {
            lin.post(&members, &json!({"user_id": number})).await.refuses(404, UNKNOWN, "用户不存在");
        }
    }
    for status in [AccountStatus::Locked, AccountStatus::Deactivated] {
        wu.becomes(&server, status).await;
        lin.add(&id, &wu).await.refuses(404, UNKNOWN, "用户不存在");
        wu.becomes(&server, AccountStatus::Active).await;
    }
    lin.add(&id, &wu).await.data();
    // Out of everyone's sight for a while, and back.
    wu.becomes(&server, AccountStatus::Deactivated).await;
    assert_eq!(lin.members(&id).await, lines([("lin", "owner")]));
    wu.becomes(&server, AccountStatus::Active).await;
    assert_eq!(lin.members(&id).await.len(), 2);
    lin.remove(&id, &wu).await.data();
    wu.block(&server, &lin).await;
    lin.add(&id, &wu).await.refuses(404, UNKNOWN, "用户不存在");
}

/// Nobody is shown more of a group than its members, though everybody may guess its number.
async fn whoever_comes_later_reads_what_was_said_before(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.group_with("g", &[]).await;
    lin.say_in(&id, "before").await;
    lin.add(&id, &wu).await.data();
    let listed: Value = wu.within(&id, "").await;
    assert_eq!(
        (texts(&listed["messages"], "content"), &listed["total"]),
        (vec!["before".to_owned()], &json!(1))
    );
}

on_every_store!(
    what_strangers_members_and_owners_may_do,
    an_admin_is_shown_and_does_what_members_do,
    whoever_leaves_leaves_an_heir_or_nothing,
    deleting_an_account_leaves_its_groups,
    a_group_keeps_what_is_absent_and_drops_what_is_empty,
    groups_are_listed_oldest_first_and_only_ones_own,
    only_whoever_can_be_reached_is_added,
    whoever_comes_later_reads_what_was_said_before,
);
