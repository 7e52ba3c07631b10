//! Ways to reach each other elsewhere are hidden until both want to be reached.

use matchmaking_core::model::AccountStatus;
use serde_json::{Value, json};

use super::{PNG, Person, data, each, frame, pair};
use crate::support::{Answer, Client, Database, Options, Server, on_every_store};

const SAID: &str = "我的电话是13812345678，微信 lovecat88，1990年生";
const MASKED: &str = "我的电话是***，微信 ***，1990年生";

/// What rooms list of a conversation.
async fn in_rooms(server: &Server, person: &Person, talk: i64) -> String {
    let path = format!("/api/message/list?room_id={talk}");
    Answer::of(server.http.get(server.url(&path)).bearer_auth(&person.rooms)).await.text
}

impl Person {
    /// Uploads a picture through rooms; returns its link.
    async fn upload_in_rooms(&self, talk: i64) -> String {
        let file = reqwest::multipart::Part::bytes(PNG.to_vec()).file_name("a.png");
        let form = reqwest::multipart::Form::new().text("room_id", talk.to_string()).part("file", file);
        let request = self.server.http.post(self.server.url("/api/message/upload")).bearer_auth(&self.rooms);
        let answer = Answer::of(request.multipart(form)).await.json();
        answer["data"]["file_url"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The status that a link is answered with.
    async fn open_link(&self, link: &Value) -> u16 {
        let (_, place) = link.as_str().unwrap().split_once("/media/").unwrap();
        Answer::of(self.server.http.get(self.server.url(&format!("/media/{place}")))).await.status
    }
}

async fn contacts_are_hidden_from_the_other_one_alone(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut mine = lin.again(&server).await.connect().await;
    let mut theirs = wu.connect().await;
    let mut groups = Client::open(&server, &format!("/api/v1/ws?token={}", wu.groups)).await;
    let mut rooms = Client::open(&server, &format!("/ws/join?token=Bearer%20{}", wu.rooms)).await;
    groups.json().await;
    let body = json!({
        "type": "text", "content": SAID,
        "extra": {
            "note": ["a@b.com"], "n": 13_812_345_678_i64, "13812345678": true, "longitude": 121.473_701_234_567,
            "f": 13_812_345_678.5,
        },
    });
    let sent = data(&lin.send(talk, &body).await);
    assert_eq!(sent["content"], SAID);
    assert_eq!(sent["extra"], body["extra"]);
    assert_eq!(frame(&mut mine, "new_message").await["content"], SAID);
    let told = frame(&mut theirs, "new_message").await;
    assert_eq!(told["content"], MASKED);
    let masked =
        json!({"note": ["***"], "n": "***", "***": true, "longitude": 121.473_701_234_567, "f": "***"});
    assert_eq!(told["extra"], masked);
    assert_eq!(groups.json().await["data"]["content"], MASKED);
    assert_eq!(rooms.json().await["data"]["content"], MASKED);
    assert_eq!(each(&lin.messages(talk, "").await, "content"), [SAID]);
    assert_eq!(each(&wu.messages(talk, "").await, "content"), [MASKED]);
    assert_eq!(wu.get("/conversations").await["items"][0]["last_message"]["content"], MASKED);
    assert_eq!(wu.get("/matching/matches").await["items"][0]["last_message"]["content"], MASKED);
    assert_eq!(lin.get("/conversations").await["items"][0]["last_message"]["content"], SAID);
    assert_eq!(wu.in_groups(&lin).await[0]["content"], MASKED);
    assert_eq!(lin.in_groups(&wu).await[0]["content"], SAID);
    assert!(in_rooms(&server, &wu, talk).await.contains(MASKED));
    let request = server.http.get(server.url("/api/v1/chat/conversations")).bearer_auth(&wu.groups);
    assert!(!Answer::of(request).await.text.contains("13812345678"));
    let mut syncing = wu.again(&server).await.connect().await;
    syncing.send(json!({"type": "sync", "data": {"conversation_id": talk, "after_seq": 0}})).await;
    assert_eq!(frame(&mut syncing, "sync_result").await["messages"][0]["content"], MASKED);
    // What is written through another dialect is no way around.
    let request = server.http.post(server.url("/api/v1/chat/message")).bearer_auth(&lin.groups);
    let body = json!({"type": "text", "content": "13812345678", "receiver_id": wu.id.to_string()});
    let echoed = Answer::of(request.json(&body)).await.json();
    assert_eq!(echoed["data"]["content"], "13812345678");
    assert_eq!(frame(&mut theirs, "new_message").await["content"], "***");
    // Nor is a message that says it is a file, or a picture, when it is no link to one.
    for (kind, said) in [("file", "打给我13812345678"), ("image", "https://evil.example/13812345678.jpg")]
    {
        let body = json!({"type": kind, "content": said, "receiver_id": wu.id.to_string()});
        let request = server.http.post(server.url("/api/v1/chat/message")).bearer_auth(&lin.groups);
        assert_eq!(Answer::of(request.json(&body)).await.status, 200);
        let told = frame(&mut theirs, "new_message").await;
        assert_eq!((&told["type"], told.get("media_url")), (&json!("text"), None), "{told}");
        assert!(told["content"].as_str().unwrap().ends_with("***"), "{told}");
        for text in [wu.messages(talk, "").await.to_string(), wu.in_groups(&lin).await.to_string()] {
            assert!(!text.contains("13812345678") || text.contains("我的电话"), "{text}");
        }
    }
}

/// Links to what was sent to a conversation through rooms are shown, and nothing that is written behind them.
async fn links_to_files_are_no_contacts(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let link = lin.upload_in_rooms(talk).await;
    for said in [link.clone(), format!("{}#13812345678", link.split('?').next().unwrap())] {
        let body = json!({"room_id": talk, "type": "image", "content": said});
        let request = server.http.post(server.url("/api/message/send")).bearer_auth(&lin.rooms);
        assert_eq!(Answer::of(request.json(&body)).await.status, 200);
    }
    let listed = wu.messages(talk, "").await;
    for message in listed["items"].as_array().unwrap() {
        assert_eq!(message["type"], "image");
        let url = message["media_url"].as_str().unwrap();
        assert!(!url.contains("13812345678") && url.contains("signature="), "{url}");
    }
    // They go with the last message that links to them.
    let url = &listed["items"][0]["media_url"];
    let open = async || wu.open_link(url).await;
    data(&lin.recall(&listed["items"][0]).await);
    assert_eq!(open().await, 200);
    data(&lin.recall(&listed["items"][1]).await);
    assert_eq!(open().await, 404);
    // And with whoever sent them.
    let link = json!(lin.upload_in_rooms(talk).await);
    assert_eq!(wu.open_link(&link).await, 200);
    let erased = lin.account();
    server
        .inside(move |services| async move {
            let at = services.clock.now();
            services.stores.accounts.set_status(erased, AccountStatus::Deleted, at).await.unwrap();
        })
        .await;
    assert_eq!(wu.open_link(&link).await, 404);
}

async fn whoever_both_want_to_be_reached_is_shown_all(database: Database) {
    let server = Server::start(&database).await;
    let (mut lin, mut wu, talk) = pair(&server).await;
    lin.say(talk, SAID).await;
    let matched = lin.get("/matching/matches").await["items"][0]["match_id"].clone();
    for _ in 0..3 {
        for _ in 0..4 {
            lin.say(talk, "x").await;
            wu.say(talk, "y").await;
        }
        server.clock.advance(24 * 60 * super::MINUTE);
        (lin, wu) = (lin.again(&server).await, wu.again(&server).await);
    }
    let ask = format!("/matching/matches/{matched}/unlock-contact");
    data(&lin.post(&ask, &json!({})).await);
    assert_eq!(each(&wu.messages(talk, "?page_size=100").await, "content")[0], MASKED);
    data(&wu.post(&ask, &json!({})).await);
    assert_eq!(each(&wu.messages(talk, "?page_size=100").await, "content")[0], SAID);
    lin.say(talk, "13812345678").await;
    assert_eq!(wu.get("/conversations").await["items"][0]["last_message"]["content"], "13812345678");
}

async fn an_operator_may_turn_it_off(database: Database) {
    let server = Server::start_with(&database, Options::default().shows_contacts()).await;
    let (lin, wu, talk) = pair(&server).await;
    let mut theirs = wu.connect().await;
    lin.say(talk, SAID).await;
    assert_eq!(frame(&mut theirs, "new_message").await["content"], SAID);
    assert_eq!(each(&wu.messages(talk, "").await, "content"), [SAID]);
}

on_every_store!(
    contacts_are_hidden_from_the_other_one_alone,
    links_to_files_are_no_contacts,
    whoever_both_want_to_be_reached_is_shown_all,
    an_operator_may_turn_it_off,
);
