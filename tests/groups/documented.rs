//! The documented examples, to the byte: their fields in their order, nothing more.

use matchmaking_core::api::groups::ROUTES;
use serde_json::{Value, json};

use super::{PASSWORD, Person, START_TIME, done, refused};
use crate::support::{Backend, Database, Server, on_every_store, run};

async fn registering_and_logging_in(database: Database) {
    let server = Server::start(&database).await;
    let body = json!({"username": "小林", "email": "lin@example.com", "password": PASSWORD, "phone": "139"});
    let registered = server.post("/api/v1/register", &body).await;
    let id = registered.json()["data"]["user_id"].clone();
    assert!(id.as_str().is_some_and(|id| id.parse::<i64>().is_ok()), "{id}");
    registered.is(
        200,
        &done(&json!({
            "user_id": id, "username": "小林", "email": "lin@example.com", "phone": "139",
            "created_at": START_TIME,
        })),
    );
    let again = server.post("/api/v1/register", &body).await;
    again.is(400, &refused(400, "请求参数错误", "username: 用户名已存在"));

    let login = json!({"email": "lin@example.com", "password": PASSWORD});
    let logged_in = server.post("/api/v1/login", &login).await;
    let token = logged_in.json()["data"]["token"].clone();
    assert_eq!(token.as_str().map(|token| token.split('.').count()), Some(3));
    let user = json!({"user_id": id, "username": "小林", "email": "lin@example.com"});
    logged_in.is(200, &done(&json!({"token": token, "user": user})));
    let wrong = json!({"email": "lin@example.com", "password": "password124"});
    let failed = server.post("/api/v1/login", &wrong).await;
    failed.is(401, &refused(401, "登录失败", "邮箱或密码错误"));
}

async fn the_profile(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    lin.get("/user/profile").await.is(
        200,
        &done(&json!({
            "user_id": lin.id, "username": "lin", "email": "lin@example.com", "phone": "", "avatar": "",
            "created_at": START_TIME, "updated_at": START_TIME,
        })),
    );
    server.clock.advance(1_000);
    let change = json!({"username": "林", "avatar": "https://example.com/a.png", "phone": "+86 139"});
    lin.put("/user/profile", &change).await.is(
        200,
        &done(&json!({
            "user_id": lin.id, "username": "林", "avatar": "https://example.com/a.png", "phone": "+86 139",
            "updated_at": "2026-02-05T10:30:01.123Z",
        })),
    );
    lin.get("/user/profile").await.is(
        200,
        &done(&json!({
            "user_id": lin.id, "username": "林", "email": "lin@example.com", "phone": "+86 139",
            "avatar": "https://example.com/a.png", "created_at": START_TIME,
            "updated_at": "2026-02-05T10:30:01.123Z",
        })),
    );
}

async fn messages_to_people_and_to_groups(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let made =
        lin.post("/group", &json!({"name": "爬山", "description": "周末", "avatar": "https://x/y"})).await;
    let group = made.json()["data"]["group_id"].clone();
    made.is(
        200,
        &done(&json!({
            "group_id": group, "name": "爬山", "description": "周末", "avatar": "https://x/y",
            "creator_id": lin.id, "created_at": START_TIME,
        })),
    );
    for (kind, receiver, to_group) in [
        ("text", json!(wu.id), json!("")),
        ("image", json!(wu.id), json!("")),
        ("file", json!(wu.id), json!("")),
        ("text", json!(""), group.clone()),
        ("image", json!(""), group.clone()),
        ("file", json!(""), group),
    ] {
        // As the document has it: both fields are there, the one that is not used is empty.
        let body =
            json!({"type": kind, "content": "你好 \"😀\"\n", "receiver_id": receiver, "group_id": to_group});
        let sent = lin.send(&body).await;
        let id = sent.json()["data"]["message_id"].clone();
        let message = json!({
            "message_id": id, "type": kind, "content": "你好 \"😀\"\n", "sender_id": lin.id,
            "receiver_id": receiver, "group_id": to_group, "created_at": START_TIME,
        });
        sent.is(200, &done(&message));

        let with = if receiver == "" {
            format!("group_id={}", to_group.as_str().unwrap())
        } else {
            format!("receiver_id={}", wu.id)
        };
        let listed = lin.get(&format!("/chat/messages?{with}&limit=1&offset=0")).await;
        let mut in_list = message;
        in_list["read_by"] = json!([]);
        let total = listed.json()["data"]["total"].clone();
        assert!(total.is_i64(), "{total}");
        listed.is(200, &done(&json!({"messages": [in_list], "total": total})));
    }
    assert_eq!(lin.with(&wu, "").await["total"], 3);

    // Who read what, on the other side.
    server.clock.advance(1_000);
    let newest = wu.get(&format!("/chat/messages?receiver_id={}&limit=1", lin.id)).await;
    let id = newest.json()["data"]["messages"][0]["message_id"].clone();
    newest.is(
        200,
        &done(&json!({
            "messages": [{
                "message_id": id, "type": "file", "content": "你好 \"😀\"\n", "sender_id": lin.id,
                "receiver_id": wu.id, "group_id": "", "created_at": START_TIME,
                "read_by": [{"user_id": wu.id, "read_at": "2026-02-05T10:30:01.123Z"}],
            }],
            "total": 3,
        })),
    );
}

async fn every_extra(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    lin.put("/user/profile", &json!({"avatar": "https://x/lin"})).await.data();
    let id = lin.group_with("爬山", &[]).await;
    let mut group = json!({
        "group_id": id, "name": "爬山", "description": "", "avatar": "", "creator_id": lin.id,
        "created_at": START_TIME, "role": "owner",
    });
    lin.get("/groups").await.is(200, &done(&json!({"groups": [group]})));
    lin.get(&format!("/group/{id}")).await.is(200, &done(&group));
    group["name"] = json!("徒步");
    lin.put(&format!("/group/{id}"), &json!({"name": "徒步"})).await.is(200, &done(&group));
    lin.add(&id, &wu).await.is(200, &done(&json!({"group_id": id, "user_id": wu.id})));
    lin.get(&format!("/group/{id}/members")).await.is(
        200,
        &done(&json!({"members": [
            {"user_id": lin.id, "username": "lin", "avatar": "https://x/lin", "role": "owner", "joined_at": START_TIME},
            {"user_id": wu.id, "username": "wu", "avatar": "", "role": "member", "joined_at": START_TIME},
        ]})),
    );
    lin.get("/user/search?q=wu")
        .await
        .is(200, &done(&json!({"users": [{"user_id": wu.id, "username": "wu", "avatar": ""}]})));
    server.clock.advance(1_000);
    let said = lin.say(&wu, "你好").await;
    wu.get("/chat/conversations").await.is(
        200,
        &done(&json!({"conversations": [
            {
                "type": "direct", "receiver_id": lin.id, "group_id": "", "name": "lin", "avatar": "https://x/lin",
                "last_message": {
                    "message_id": said["message_id"], "type": "text", "content": "你好", "sender_id": lin.id,
                    "receiver_id": wu.id, "group_id": "", "created_at": "2026-02-05T10:30:01.123Z",
                },
                "unread_count": 1, "updated_at": "2026-02-05T10:30:01.123Z",
            },
            {
                "type": "group", "receiver_id": "", "group_id": id, "name": "徒步", "avatar": "",
                "last_message": null, "unread_count": 0, "updated_at": START_TIME,
            },
        ]})),
    );
    lin.remove(&id, &wu).await.is(200, &done(&json!({"group_id": id, "user_id": wu.id})));
    lin.delete(&format!("/group/{id}")).await.is(200, &done(&json!({"group_id": id})));
}

on_every_store!(registering_and_logging_in, the_profile, messages_to_people_and_to_groups, every_extra);

/// The routes of the surface's document, and those that were added.
#[test]
fn the_surface_has_the_routes_of_its_document() {
    let documented = [
        "GET /api/v1/chat/messages",
        "GET /api/v1/user/profile",
        "GET /api/v1/ws",
        "POST /api/v1/chat/message",
        "POST /api/v1/group",
        "POST /api/v1/login",
        "POST /api/v1/register",
        "PUT /api/v1/user/profile",
    ];
    let beyond = [
        "DELETE /api/v1/group/{group_id}",
        "DELETE /api/v1/group/{group_id}/members/{user_id}",
        "GET /api/v1/chat/conversations",
        "GET /api/v1/group/{group_id}",
        "GET /api/v1/group/{group_id}/members",
        "GET /api/v1/groups",
        "GET /api/v1/user/search",
        "POST /api/v1/group/{group_id}/members",
        "PUT /api/v1/group/{group_id}",
    ];
    let routes = |which: bool| {
        let routes = ROUTES.iter().filter(move |listed| listed.route.documented == which);
        let mut routes: Vec<_> = routes
            .map(|listed| {
                let paths: Vec<_> = listed.route.paths().collect();
                assert_eq!(paths.len(), 1, "{paths:?}");
                format!("{} {}", listed.route.method.as_str(), paths[0])
            })
            .collect();
        routes.sort();
        routes
    };
    assert_eq!(routes(true), documented);
    assert_eq!(routes(false), beyond);
}

#[test]
fn every_route_is_described_with_its_envelope() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let document = server.get("/openapi.json").await.json();
        for listed in ROUTES {
            let path = listed.route.paths().next().unwrap();
            let operation = &document["paths"][&path][listed.route.method.as_str().to_lowercase()];
            assert_eq!(operation["tags"], json!(["groups"]), "{path}");
            if path == "/api/v1/ws" {
                continue;
            }
            let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            let fields = schema["properties"].as_object().unwrap();
            assert_eq!(
                (fields.len(), &schema["required"]),
                (3, &json!(["code", "message", "data"])),
                "{path}"
            );
        }
        let schemas = &document["components"]["schemas"];
        let message = &schemas["groups.SendMessageRequest"]["properties"];
        for field in ["type", "content", "receiver_id", "group_id", "client_message_id"] {
            assert!(message[field].is_object(), "{field}: {message}");
        }
        let list = &document["paths"]["/api/v1/chat/messages"]["get"]["parameters"];
        let names: Vec<_> = list.as_array().unwrap().iter().map(|parameter| &parameter["name"]).collect();
        assert_eq!(names, ["group_id", "limit", "offset", "receiver_id"]);
        // Bodies hold no field of the path.
        let update = &schemas["groups.UpdateGroupRequest"]["properties"];
        assert!(update["group_id"] == Value::Null && update["name"].is_object(), "{update}");
    });
}
