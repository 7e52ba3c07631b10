//! `UserManagement`.

use matchmaking_core::ids::TelegramId;
use matchmaking_core::model::{Identity, Profile};
use matchmaking_core::store::{CreateOutcome, NewAccount};
use serde_json::{Value, json};

use super::{MOUNTS, detail, done, not_done, unknown_user};
use crate::support::server::START;
use crate::support::{Client, Database, Server, on_every_store};

fn user_info(id: i64, name: &str, gender: u8) -> Value {
    json!({
        "user_id": id,
        "telegram_user_name": name,
        "telegram_id": id,
        "gender": gender,
        "age": null,
        "target_gender": null,
        "user_personality_trait": null,
        "match_ids": [],
    })
}

async fn every_route_of_users_at_both_mounts(database: Database) {
    let server = Server::start(&database).await;
    for (id, mount) in (1..).zip(MOUNTS) {
        let post = |route: &str, body: Value| {
            let (server, path) = (&server, format!("{mount}/UserManagement/{route}"));
            async move { server.post(&path, &body).await }
        };
        let created = post(
            "create_new_user",
            json!({"telegram_user_name": "小林", "telegram_user_id": id, "gender": 1}),
        );
        created.await.is(200, &json!({"success": true, "user_id": id}));
        let info = || post("get_user_info_with_user_id", json!({"user_id": id}));
        info().await.is(200, &user_info(id, "小林", 1));

        post("edit_user_age", json!({"user_id": id, "age": 28})).await.is(200, &done());
        post("edit_target_gender", json!({"user_id": id, "target_gender": 2})).await.is(200, &done());
        post("edit_summary", json!({"user_id": id, "summary": "喜欢爬山\n和 \"猫\""})).await.is(200, &done());
        let mut told = user_info(id, "小林", 1);
        told["age"] = json!(28);
        told["target_gender"] = json!(2);
        told["user_personality_trait"] = json!("喜欢爬山\n和 \"猫\"");
        info().await.is(200, &told);

        post("save_to_database", json!({"user_id": id})).await.is(200, &done());
        post("save_to_database", json!({})).await.is(200, &done());
        post("save_to_database", json!({"user_id": null})).await.is(200, &done());
        post("deactivate_user", json!({"user_id": id})).await.is(200, &done());
        info().await.is(400, &unknown_user());
    }
}

async fn creating_again_renames_and_keeps_the_rest(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    server.edit_age(1, 33).await;
    server.seek(1, 1).await;
    server
        .post("/UserManagement/edit_summary", &json!({"user_id": 1, "summary": "s"}))
        .await
        .is(200, &done());
    let matched = server.pair(1, 2, 50).await;
    server.create(1, "", 2).await.is(200, &json!({"success": true, "user_id": 1}));
    server.info(1).await.is(
        200,
        &json!({
            "user_id": 1, "telegram_user_name": "", "telegram_id": 1, "gender": 2, "age": 33, "target_gender": 1,
            "user_personality_trait": "s", "match_ids": [matched],
        }),
    );
    let info = server.match_info(2, matched).await.json();
    assert_eq!(info["target_user_id"], 1);
}

async fn unknown_users_are_refused_in_the_words_that_clients_search_for(database: Database) {
    let server = Server::start(&database).await;
    for (route, body) in [
        ("edit_user_age", json!({"user_id": 7, "age": 20})),
        ("edit_target_gender", json!({"user_id": 7, "target_gender": 3})),
        ("edit_summary", json!({"user_id": 7, "summary": ""})),
        ("get_user_info_with_user_id", json!({"user_id": 7})),
    ] {
        let answer = server.post(&format!("/UserManagement/{route}"), &body).await;
        answer.is(400, &unknown_user());
        // Not escaped: clients search the raw body.
        assert!(answer.text.contains("用户不存在"));
    }
    let save = server.post("/UserManagement/save_to_database", &json!({"user_id": 7})).await;
    save.is(400, &detail("404: 要保存的用户在内存中不存在"));
    server.deactivate(7).await.is(200, &not_done());
}

async fn bounds_of_what_users_tell(database: Database) {
    let server = Server::start(&database).await;
    let name = "缘".repeat(256);
    let last = (1_i64 << 53) - 1;
    for id in [1, last] {
        server.create(id, &name, 3).await.is(200, &json!({"success": true, "user_id": id}));
        assert_eq!(server.info(id).await.json()["telegram_user_name"], json!(name));
        for age in [18, 120] {
            server.edit_age(id, age).await;
            assert_eq!(server.info(id).await.json()["age"], age);
        }
        for summary in ["分".repeat(2000), "🙂".repeat(2000), String::new(), "\u{1}\u{7f}\u{feff}".to_owned()]
        {
            let body = json!({"user_id": id, "summary": summary});
            server.post("/UserManagement/edit_summary", &body).await.is(200, &done());
            assert_eq!(server.info(id).await.json()["user_personality_trait"], json!(summary));
        }
        for target in [1, 2, 3] {
            server.seek(id, target).await;
            assert_eq!(server.info(id).await.json()["target_gender"], target);
        }
    }
    for gender in [1, 2, 3] {
        server.create(5, "五", gender).await.is(200, &json!({"success": true, "user_id": 5}));
        assert_eq!(server.info(5).await.json()["gender"], gender);
    }
}

async fn matches_are_listed_oldest_first(database: Database) {
    let server = Server::start(&database).await;
    server.users(1..=5).await;
    let mut made = Vec::new();
    for (one, other) in [(1, 4), (3, 1), (1, 2), (5, 1)] {
        made.push(server.pair(one, other, 10).await);
    }
    assert!(made.is_sorted());
    server.say(server.room(1, 4, made[0]).await, 1, "the oldest stays first").await;
    assert_eq!(server.match_ids(1).await, made);
    assert_eq!(server.match_ids(2).await, [made[2]]);
}

async fn deactivation_hides_everywhere_and_creating_again_brings_everything_back(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let matched = server.pair(1, 2, 80).await;
    let other = server.pair(2, 3, 70).await;
    server.toggle_like(matched).await.is(200, &done());
    let room = server.room(1, 2, matched).await;
    server.say(room, 1, "还在吗").await.is(200, &json!({"success": true, "match_id": matched}));
    let seen = |viewer| server.match_info(viewer, matched);
    let before = (seen(1).await.text, seen(2).await.text, server.history(room, 2).await.text);

    server.deactivate(1).await.is(200, &done());
    let unknown_match = detail("404: Match not found");
    server.info(1).await.is(400, &unknown_user());
    server
        .post("/UserManagement/save_to_database", &json!({"user_id": 1}))
        .await
        .is(400, &detail("404: 要保存的用户在内存中不存在"));
    server.deactivate(1).await.is(200, &not_done());
    assert_eq!(server.match_ids(2).await, [other]);
    for viewer in [1, 2] {
        seen(viewer).await.is(400, &unknown_match);
        server.say(room, viewer, "?").await.is(200, &json!({"success": false, "match_id": null}));
        server.history(room, viewer).await.is(200, &json!({"success": true, "messages": []}));
    }
    server.toggle_like(matched).await.is(200, &not_done());
    for (route, body) in [
        ("/MatchManager/save_to_database", json!({"match_id": matched})),
        ("/ChatroomManager/save_chatroom_history", json!({"chatroom_id": room})),
    ] {
        server.post(route, &body).await.is(200, &not_done());
    }
    server.open_room(1, 2, matched).await.is(400, &detail("404: 无法创建或获取聊天室"));
    let again = json!({"user_id_1": 2, "user_id_2": 1, "reason_1": "", "reason_2": "", "match_score": 1});
    server.post("/MatchManager/create_match", &again).await.is(400, &unknown_user());

    server.create(1, "u1", 3).await.is(200, &json!({"success": true, "user_id": 1}));
    assert_eq!(server.match_ids(1).await, [matched]);
    assert_eq!(server.match_ids(2).await, [matched, other]);
    let after = (seen(1).await.text, seen(2).await.text, server.history(room, 2).await.text);
    assert_eq!(after, before);
    server.say(room, 2, "在").await.is(200, &json!({"success": true, "match_id": matched}));
}

/// Whoever knows the number may act for the account, so one with a password must not be reached that way.
async fn accounts_with_a_password_are_out_of_reach(database: Database) {
    let server = Server::start(&database).await;
    server.users([1]).await;
    let guarded = NewAccount {
        identities: vec![Identity::telegram(TelegramId::new(2).unwrap())],
        password_hash: Some("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA".to_owned()),
        profile: Profile { nickname: Some("guarded".to_owned()), ..Profile::default() },
        at: START,
    };
    let created = server
        .inside(|services| async move { services.stores.accounts.create_account(guarded).await.unwrap() })
        .await;
    assert!(matches!(created, CreateOutcome::Created(_)));

    server.info(2).await.is(400, &unknown_user());
    server.create(2, "mine now", 1).await.is(400, &unknown_user());
    server.deactivate(2).await.is(200, &not_done());
    let body = json!({"user_id_1": 1, "user_id_2": 2, "reason_1": "", "reason_2": "", "match_score": 1});
    server.post("/MatchManager/create_match", &body).await.is(400, &unknown_user());
    for path in ["/ws/base", "/ws/message", "/ws/match"] {
        let mut client = Client::open(&server, path).await;
        client.send(json!({"user_id": 2})).await;
        client.expect(json!({"error": "Authentication failed"})).await;
        client.expect_close(1000).await;
    }
}

on_every_store!(
    every_route_of_users_at_both_mounts,
    creating_again_renames_and_keeps_the_rest,
    unknown_users_are_refused_in_the_words_that_clients_search_for,
    bounds_of_what_users_tell,
    matches_are_listed_oldest_first,
    deactivation_hides_everywhere_and_creating_again_brings_everything_back,
    accounts_with_a_password_are_out_of_reach,
);
