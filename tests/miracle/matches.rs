//! `MatchManager`.

use serde_json::{Value, json};

use super::{MOUNTS, detail, done, not_done, unknown_user};
use crate::support::{Database, Server, on_every_store};

fn match_info(target: i64, reason: &str, liked: bool, score: u8, room: Option<i64>) -> Value {
    json!({
        "target_user_id": target,
        "description_for_target": reason,
        "is_liked": liked,
        "match_score": score,
        "mutual_game_scores": {},
        "chatroom_id": room,
    })
}

async fn every_route_of_matches_at_both_mounts(database: Database) {
    let server = Server::start(&database).await;
    for (first, mount) in [10, 20].into_iter().zip(MOUNTS) {
        let second = first + 1;
        server.users([first, second]).await;
        let post = |route: &str, body: Value| {
            let (server, path) = (&server, format!("{mount}/MatchManager/{route}"));
            async move { server.post(&path, &body).await }
        };
        let made = post(
            "create_match",
            json!({
                "user_id_1": first, "user_id_2": second, "reason_1": "都爱《红楼梦》", "reason_2": "同城",
                "match_score": 87,
            }),
        )
        .await;
        let id = made.number("match_id");
        made.is(200, &json!({"success": true, "match_id": id}));
        let info = |user: i64| post("get_match_info", json!({"user_id": user, "match_id": id}));
        info(first).await.is(200, &match_info(second, "都爱《红楼梦》", false, 87, None));
        info(second).await.is(200, &match_info(first, "同城", false, 87, None));

        post("toggle_like", json!({"match_id": id})).await.is(200, &done());
        let room = server.room(second, first, id).await;
        info(first).await.is(200, &match_info(second, "都爱《红楼梦》", true, 87, Some(room)));
        info(second).await.is(200, &match_info(first, "同城", true, 87, Some(room)));
        post("toggle_like", json!({"match_id": id})).await.is(200, &done());
        info(second).await.is(200, &match_info(first, "同城", false, 87, Some(room)));

        post("save_to_database", json!({"match_id": id})).await.is(200, &done());
        post("save_to_database", json!({})).await.is(200, &done());
        post("save_to_database", json!({"match_id": null})).await.is(200, &done());
    }
}

async fn a_pair_has_one_match_whichever_way_round(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2]).await;
    let id = server.pair(1, 2, 40).await;
    server.toggle_like(id).await.is(200, &done());
    let before = (server.match_info(1, id).await.text, server.match_info(2, id).await.text);
    for (one, other) in [(1, 2), (2, 1)] {
        let again = json!({
            "user_id_1": one, "user_id_2": other, "reason_1": "new", "reason_2": "new", "match_score": 99,
        });
        let answer = server.post("/MatchManager/create_match", &again).await;
        answer.is(200, &json!({"success": true, "match_id": id}));
    }
    assert_eq!((server.match_info(1, id).await.text, server.match_info(2, id).await.text), before);
    assert_eq!((server.match_ids(1).await, server.match_ids(2).await), (vec![id], vec![id]));
}

async fn nobody_is_matched_with_themselves_or_with_no_one(database: Database) {
    let server = Server::start(&database).await;
    server.users([1]).await;
    for (one, other) in [(1, 1), (1, 2), (2, 1), (2, 2), (2, 3)] {
        let body = json!({
            "user_id_1": one, "user_id_2": other, "reason_1": "", "reason_2": "", "match_score": 0,
        });
        server.post("/MatchManager/create_match", &body).await.is(400, &unknown_user());
    }
    assert!(server.match_ids(1).await.is_empty());
}

async fn a_match_is_unknown_to_everyone_else(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3]).await;
    let id = server.pair(1, 2, 0).await;
    let refusal = detail("404: Match not found");
    for (user, asked) in [(3, id), (4, id), (1, id + 1), (4, id + 1)] {
        server.match_info(user, asked).await.is(400, &refusal);
    }
    server.toggle_like(id + 1).await.is(200, &not_done());
    let save = server.post("/MatchManager/save_to_database", &json!({"match_id": id + 1})).await;
    save.is(200, &not_done());
}

async fn scores_and_reasons_are_kept_as_given(database: Database) {
    let server = Server::start(&database).await;
    server.users([1, 2, 3, 4]).await;
    let long = "因".repeat(5000);
    for (one, other, score) in [(1, 2, 0), (3, 4, 100)] {
        let body = json!({
            "user_id_1": one, "user_id_2": other, "reason_1": long, "reason_2": "", "match_score": score,
        });
        let id = server.post("/MatchManager/create_match", &body).await.number("match_id");
        server.match_info(one, id).await.is(200, &match_info(other, &long, false, score, None));
        server.match_info(other, id).await.is(200, &match_info(one, "", false, score, None));
    }
}

on_every_store!(
    every_route_of_matches_at_both_mounts,
    a_pair_has_one_match_whichever_way_round,
    nobody_is_matched_with_themselves_or_with_no_one,
    a_match_is_unknown_to_everyone_else,
    scores_and_reasons_are_kept_as_given,
);
