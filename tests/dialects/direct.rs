//! The direct conversation of two people, which is one whatever opened it.

use matchmaking_core::ids::TelegramId;
use matchmaking_core::model::Identity;
use matchmaking_core::store::MatchTerms;
use serde_json::{Value, json};

use super::{
    Ears, MIRACLE_SOCKETS, Mini, Person, ROOMS_SOCKETS, Told, Who, between, contents, group_body, group_data,
    group_frame, lines, not_a_member, numbered, room_body, room_data, room_refusal, unknown_group,
    unknown_person,
};
use crate::support::server::START;
use crate::support::{Database, Server, on_every_store};

async fn two_people_write_to_each_other_in_both_dialects(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let stranger = Person::join(&server, "stranger").await;
    let mut deaf = [stranger.rooms_socket(ROOMS_SOCKETS[0]).await, stranger.groups_socket().await];
    group_data(&lin.group_send("receiver_id", wu.who.account, "opened by groups").await);
    let id = between(&server, &lin.who, &wu.who).await;

    let mut ears = Ears::default();
    let of_wu = ears.room(&wu, ROOMS_SOCKETS[0]).await;
    let of_lin = ears.room(&lin, ROOMS_SOCKETS[1]).await;
    let device = ears.group(&lin).await;
    ears.group(&lin).await;
    let wus_device = ears.group(&wu).await;
    ears.send(device, group_frame("receiver_id", wu.who.account, "1")).await;
    ears.hear(&Told::direct(&lin.who, &wu.who, id, "1"), Some(device)).await;
    group_data(&wu.group_send("receiver_id", lin.who.account, "2").await);
    ears.hear(&Told::direct(&wu.who, &lin.who, id, "2"), None).await;
    // Rooms know the conversation by its number.
    room_data(&wu.room_send(id, "3").await);
    ears.hear(&Told::direct(&wu.who, &lin.who, id, "3"), None).await;
    for (socket, from, to) in [(of_lin, &lin, &wu), (of_wu, &wu, &lin)] {
        ears.send(socket, room_body(id, "4")).await;
        ears.hear(&Told::direct(&from.who, &to.who, id, "4"), None).await;
    }
    ears.send(wus_device, group_frame("receiver_id", lin.who.account, "5")).await;
    ears.hear(&Told::direct(&wu.who, &lin.who, id, "5"), Some(wus_device)).await;
    // It is no group, for anybody.
    ears.send(device, group_frame("group_id", id, "x")).await;
    assert_eq!(ears.0[device].client.json().await["data"]["error"], "群组不存在");
    for person in [&lin, &wu, &stranger] {
        person.group_get(&format!("/chat/messages?group_id={id}")).await.is(404, &unknown_group());
        person.group_get(&format!("/group/{id}")).await.is(404, &unknown_group());
        assert_eq!(room_data(&person.room_get("/api/room/list").await), json!([]));
    }
    stranger.room_send(id, "x").await.is(200, &room_refusal("发送失败，当前用户不在聊天室中"));
    ears.nothing_more().await;
    for client in &mut deaf {
        client.nothing_more().await;
    }

    let listed = lin.room_list(id).await;
    assert_eq!(contents(&listed), ["5", "4", "4", "3", "2", "1", "opened by groups"]);
    assert_eq!(wu.room_list(id).await, listed);
    assert_eq!(lin.group_list("receiver_id", wu.who.account).await, listed);
    assert_eq!(wu.group_list("receiver_id", lin.who.account).await, listed);
    assert_eq!(numbered(&server, id).await.len(), 7);
    assert_eq!(lin.conversations().await, [("wu".to_owned(), "5".to_owned(), 0)]);
}

async fn a_user_of_miracle_is_written_to_by_their_name(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    let nameless = Mini::join(&server, 7_002, "", "诺").await;
    let mut deaf = nameless.socket(MIRACLE_SOCKETS[0]).await;
    // Nobody writes to somebody who is there for the matchmaking alone.
    lin.group_send("receiver_id", nameless.who.account, "x").await.is(404, &unknown_person());
    let path = format!("/chat/messages?receiver_id={}", nameless.who.account);
    lin.group_get(&path).await.is(404, &unknown_person());
    // A number of Telegram is nobody's here.
    lin.group_send("receiver_id", mei.who.miracle, "x").await.is(404, &unknown_person());

    let found = group_data(&lin.group_get("/user/search?q=MEI").await);
    assert_eq!(found["users"][0]["user_id"], mei.who.account.to_string());
    group_data(&lin.group_send("receiver_id", mei.who.account, "你好").await);
    let id = between(&server, &lin.who, &mei.who).await;
    let mut ears = Ears::default();
    ears.room(&lin, ROOMS_SOCKETS[0]).await;
    let device = ears.group(&lin).await;
    ears.group(&lin).await;
    for path in MIRACLE_SOCKETS {
        ears.miracle(&mei, path).await;
    }
    deaf.expect(json!({"type": "user_joined", "user_id": "7001"})).await;
    ears.send(device, group_frame("receiver_id", mei.who.account, "在吗")).await;
    ears.hear(&Told::direct(&lin.who, &mei.who, id, "在吗"), Some(device)).await;
    room_data(&lin.room_send(id, "?").await);
    ears.hear(&Told::direct(&lin.who, &mei.who, id, "?"), None).await;
    mei.says(id, "在", None).await;
    ears.hear(&Told::direct(&mei.who, &lin.who, id, "在").by_miracle(), None).await;
    // On the socket, rooms are of those whom Miracle's numbers name.
    for target in [lin.who.account, lin.who.miracle, 7_002] {
        let frame = json!({"type": "private", "target_user_id": target, "chatroom_id": id, "content": "x"});
        ears.send(4, frame).await;
        assert_eq!(ears.0[4].client.json().await["saved_to_database"], false);
    }
    ears.nothing_more().await;
    deaf.nothing_more().await;
    assert_eq!(mei.said(id).await, lines([("I", "在"), ("lin", "?"), ("lin", "在吗"), ("lin", "你好")]));
    let refused = server.history(id, 7_002).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let listed = lin.group_list("receiver_id", mei.who.account).await;
    assert_eq!(contents(&listed), ["在", "?", "在吗", "你好"]);
    assert_eq!(lin.room_list(id).await, listed);
    let conversations = lin.conversations().await;
    assert_eq!(conversations, [("mei".to_owned(), "在".to_owned(), 0)]);
    let shown = room_data(&lin.room_get(&format!("/api/message/list?room_id={id}&limit=1")).await);
    assert_eq!(shown[0]["sender_name"], "mei");
}

/// A person with a Telegram number who has a password, and therefore speaks rooms and groups alone.
async fn with_telegram(server: &Server, name: &str, telegram: i64) -> Person {
    let mut person = Person::join(server, name).await;
    let (id, identity) = (person.who.id(), Identity::telegram(TelegramId::new(telegram).unwrap()));
    let set = server.inside(async move |it| it.stores.accounts.set_identity(id, identity, START).await);
    set.await.unwrap();
    person.who.miracle = telegram;
    person
}

/// Matches two people and opens their room; returns the numbers of both.
async fn matched(server: &Server, one: &Who, other: &Who) -> (i64, i64) {
    let (one, other) = (one.id(), other.id());
    let made = server.inside(async move |services| {
        let made = services.matchmaking.create(one, other, MatchTerms::default()).await.unwrap();
        let room = services.chat.open_match(made.id, one, other).await.unwrap();
        (made.id.get(), room.id.get())
    });
    made.await
}

async fn the_conversation_of_a_match_is_the_direct_one(database: Database) {
    let server = Server::start(&database).await;
    let lin = with_telegram(&server, "lin", 7_003).await;
    let mei = Mini::join(&server, 7_001, "", "小美").await;
    lin.group_send("receiver_id", mei.who.account, "too early").await.is(404, &unknown_person());
    let (number, id) = matched(&server, &lin.who, &mei.who).await;
    assert_eq!(lin.conversations().await, [("小美".to_owned(), String::new(), 0)]);
    let data = group_data(&lin.group_get("/chat/conversations").await);
    let shown = &data["conversations"][0];
    assert_eq!(
        (&shown["type"], &shown["receiver_id"], &shown["group_id"]),
        (&json!("direct"), &json!(mei.who.account.to_string()), &json!(""))
    );

    let mut ears = Ears::default();
    ears.room(&lin, ROOMS_SOCKETS[1]).await;
    let device = ears.group(&lin).await;
    for path in MIRACLE_SOCKETS {
        ears.miracle(&mei, path).await;
    }
    let told = |from, to, content| Told { matched: Some(number), ..Told::direct(from, to, id, content) };
    ears.send(device, group_frame("receiver_id", mei.who.account, "你好")).await;
    ears.hear(&told(&lin.who, &mei.who, "你好"), Some(device)).await;
    mei.says(id, "你也好", Some(number)).await;
    ears.hear(&told(&mei.who, &lin.who, "你也好").by_miracle(), None).await;
    room_data(&lin.room_send(id, "!").await);
    ears.hear(&told(&lin.who, &mei.who, "!"), None).await;
    ears.nothing_more().await;
    assert_eq!(between(&server, &lin.who, &mei.who).await, id);
    assert_eq!(mei.said(id).await, lines([("lin", "!"), ("I", "你也好"), ("lin", "你好")]));
    let listed = lin.group_list("receiver_id", mei.who.account).await;
    assert_eq!(contents(&listed), ["!", "你也好", "你好"]);
    assert_eq!(lin.room_list(id).await, listed);
    let shown = room_data(&lin.room_get(&format!("/api/message/list?room_id={id}")).await);
    assert_eq!(shown[1]["sender_name"], "小美");

    // What takes the one out of sight takes their conversation, too, and what brings them back brings it.
    server.deactivate(7_001).await.is(200, &json!({"success": true}));
    lin.group_send("receiver_id", mei.who.account, "x").await.is(404, &unknown_person());
    lin.room_send(id, "x").await.is(200, &room_refusal("发送失败，聊天室不存在"));
    assert_eq!(lin.conversations().await, []);
    server.create(7_001, "小美", 3).await;
    assert_eq!(lin.conversations().await, [("小美".to_owned(), "!".to_owned(), 0)]);
    assert_eq!(lin.room_list(id).await, listed);
}

/// A conversation that groups opened is the room of a match that is made later.
async fn a_match_finds_the_conversation_that_is_there(database: Database) {
    let server = Server::start(&database).await;
    let lin = with_telegram(&server, "lin", 7_003).await;
    let mei = Mini::join(&server, 7_001, "mei", "小美").await;
    group_data(&lin.group_send("receiver_id", mei.who.account, "before").await);
    let id = between(&server, &lin.who, &mei.who).await;
    let (number, room) = matched(&server, &mei.who, &lin.who).await;
    assert_eq!(room, id);
    let mut client = mei.socket(MIRACLE_SOCKETS[1]).await;
    group_data(&lin.group_send("receiver_id", mei.who.account, "after").await);
    let told = Told { matched: Some(number), ..Told::direct(&lin.who, &mei.who, id, "after") };
    client.expect(told.on_miracle()).await;
    assert_eq!(mei.said(id).await, lines([("lin", "after"), ("lin", "before")]));
    let init = json!({"type": "private_chat_init", "target_user_id": 7_003, "match_id": number});
    client.send(init).await;
    let refused: Value = client.json().await;
    assert_eq!(refused["type"], "private_chat_error", "no surface without a login acts on who has one");
}

/// Two who write to each other for the first time at the same moment have one conversation.
async fn both_may_open_it_at_once(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    for round in 0..5 {
        let wu = Person::join(&server, &format!("wu{round}")).await;
        let (one, other) = tokio::join!(
            lin.group_send("receiver_id", wu.who.account, "hi"),
            wu.group_send("receiver_id", lin.who.account, "hi")
        );
        let (one, other) = (group_data(&one), group_data(&other));
        assert_ne!(one["message_id"], other["message_id"]);
        let id = between(&server, &lin.who, &wu.who).await;
        assert_eq!(numbered(&server, id).await.len(), 2);
        assert_eq!(lin.group_list("receiver_id", wu.who.account).await, wu.room_list(id).await);
        // Whoever names both is answered that this is not how it is done.
        let mut body = group_body("receiver_id", wu.who.account, "x");
        body["group_id"] = json!(id.to_string());
        assert_eq!(lin.group_post("/chat/message", &body).await.status, 400);
    }
    let group = lin.room_with("g", &[]).await;
    let stranger = Person::join(&server, "stranger").await;
    stranger.group_send("group_id", group, "x").await.is(403, &not_a_member());
}

on_every_store!(
    two_people_write_to_each_other_in_both_dialects,
    a_user_of_miracle_is_written_to_by_their_name,
    the_conversation_of_a_match_is_the_direct_one,
    a_match_finds_the_conversation_that_is_there,
    both_may_open_it_at_once,
);
