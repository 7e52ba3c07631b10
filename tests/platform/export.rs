//! Everything of one's own, in one answer.

use serde_json::{Value, json};

use super::{OTHER, PASSWORD, PHONE, Person, data, names, refused};
use crate::support::{Database, Server, on_every_store};

on_every_store!(everything_of_ones_own_is_exported, long_lists_are_exported_whole);

/// Somebody of the platform with a name by which people of groups write to them.
async fn join(server: &Server, phone: &str, name: &str) -> (Person, String) {
    let person = Person::join(server, phone).await;
    let profile = json!({"nickname": name, "gender": "female", "birth_date": "1995-01-01"});
    data(&person.put("/profile/basic", &profile).await);
    data(&person.put("/account/identities", &json!({"username": name})).await);
    let login = server.post("/api/v1/login", &json!({"email": name, "password": PASSWORD})).await;
    let token = login.json()["data"]["token"].as_str().unwrap_or_else(|| panic!("{}", login.text)).to_owned();
    (person, token)
}

/// Writes to somebody on the surface of groups.
async fn says(server: &Server, token: &str, to: i64, content: &str) {
    let body = json!({"type": "text", "content": content, "receiver_id": to.to_string()});
    let request = server.http.post(server.url("/api/v1/chat/message")).bearer_auth(token).json(&body);
    let answer = crate::support::Answer::of(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

async fn decides(person: &Person, about: i64, action: &str) {
    let body = json!({"target_user_id": about, "action": action});
    data(&person.post("/matching/interaction", &body).await);
}

async fn everything_of_ones_own_is_exported(database: Database) {
    let server = Server::start(&database).await;
    let (her, her_token) = join(&server, PHONE, "lin").await;
    let (him, his_token) = join(&server, OTHER, "wu").await;
    let (blocked, blocked_token) = join(&server, "13700137000", "zhao").await;
    let device = json!({"device_id": "device_xxx", "device_type": "ios"});
    let body = json!({"phone": PHONE, "password": PASSWORD, "device_info": device});
    data(&server.post("/v1/auth/login", &body).await);
    let wanted = json!({"age_min": 28, "other_requirements": "希望对方性格温和..."});
    data(&her.put("/profile/mate-requirements", &wanted).await);
    for (one, other) in [(&her, &him), (&him, &her), (&her, &blocked), (&blocked, &her)] {
        decides(one, other.id, "like").await;
    }
    says(&server, &his_token, her.id, "在吗？").await;
    says(&server, &her_token, him.id, "在。").await;
    says(&server, &blocked_token, her.id, "你好").await;
    data(&her.post(&format!("/users/{}/block", blocked.id), &json!({})).await);

    let answer = her.get("/account/export").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let export = data(&answer);
    let fields =
        ["profile", "mate_requirements", "interactions", "matches", "messages", "registrations", "devices"];
    assert_eq!(names(&export), fields);
    assert_eq!(export["profile"], data(&her.get("/profile").await));
    assert_eq!(export["mate_requirements"], data(&her.get("/profile/mate-requirements").await));
    let at = "2026-02-05T10:33:00.123Z";
    let like = |about: &Person| json!({"target_user_id": about.id, "action": "like", "decided_at": at});
    assert_eq!(export["interactions"], json!([like(&him), like(&blocked)]));
    assert_eq!(export["matches"], data(&her.get("/matching/matches").await)["items"]);
    let conversation = &export["matches"][0]["conversation_id"];
    let message = |seq: i64, content: &str, sender: &Person| {
        json!({
            "message_id": export["messages"][(seq - 1) as usize]["message_id"],
            "conversation_id": conversation, "seq": seq, "type": "text", "content": content,
            "sender_id": sender.id, "is_me": sender.id == her.id, "sent_at": at,
        })
    };
    assert_eq!(export["messages"], json!([message(1, "在吗？", &him), message(2, "在。", &her)]));
    assert_eq!(export["registrations"], json!([]));
    let device = json!({
        "device_id": "device_xxx", "device_type": "ios", "device_model": null, "os_version": null,
        "app_version": null, "first_seen_at": at, "last_seen_at": at,
    });
    assert_eq!(export["devices"], json!([device]));
    // Nobody is told what others decided, or what whoever is blocked wrote.
    assert!(!answer.text.contains("zhao") && !answer.text.contains("你好"), "{}", answer.text);
    refused(&server.get("/v1/account/export").await, 40101);
}

/// More of everything than is read at once.
async fn long_lists_are_exported_whole(database: Database) {
    const MANY: usize = 405;

    let server = Server::start(&database).await;
    let (her, her_token) = join(&server, PHONE, "lin").await;
    let (him, _) = join(&server, OTHER, "wu").await;
    for (one, other) in [(&her, &him), (&him, &her)] {
        decides(one, other.id, "like").await;
    }
    says(&server, &her_token, him.id, "1").await;
    let (me, conversation) = (her.account(), data(&her.get("/matching/matches").await)["items"][0].take());
    let conversation = conversation["conversation_id"].as_i64().unwrap();
    server
        .inside(move |services| async move {
            use matchmaking_core::ids::ConversationId;
            use matchmaking_core::model::{
                Action, Identity, IdentityKind, MessageDetails, MessageKind, Profile,
            };
            use matchmaking_core::service::likes::Decided;
            use matchmaking_core::store::{CreateOutcome, NewAccount, NewMessage, OnStored};

            let conversation = ConversationId::new(conversation).unwrap();
            for n in 2..=MANY {
                let at = services.clock.now();
                let identities = vec![Identity::new(IdentityKind::Phone, (13_600_000_000 + n).to_string())];
                let new = NewAccount { identities, password_hash: None, profile: Profile::default(), at };
                let made = services.stores.accounts.create_account(new).await.unwrap();
                let CreateOutcome::Created(other) = made else { panic!("{made:?}") };
                let Decided { .. } = services.likes.decide(me, other.id, Action::Skip).await.unwrap();
                let message = NewMessage {
                    conversation,
                    sender: me,
                    kind: MessageKind::Text,
                    content: n.to_string(),
                    client_message_id: None,
                    details: MessageDetails::default(),
                    at,
                    day: 0,
                };
                services.stores.messages.append_message(message, OnStored::nothing()).await.unwrap();
            }
        })
        .await;
    let export = data(&her.get("/account/export").await);
    let list = |name: &str| export[name].as_array().unwrap().clone();
    assert_eq!((list("interactions").len(), list("messages").len()), (MANY, MANY));
    let said: Vec<Value> =
        list("messages").into_iter().map(|mut message| message["content"].take()).collect();
    assert_eq!(said, (1..=MANY).map(|n| json!(n.to_string())).collect::<Vec<_>>());
    let targets: Vec<_> =
        list("interactions").iter().map(|one| one["target_user_id"].as_i64().unwrap()).collect();
    assert!(targets.is_sorted_by(|one, next| one < next));
}
