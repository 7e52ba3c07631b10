//! Nothing is left of an erased account but what others received.
//!
//! The server is a process of its own that keeps media, text messages and a log of everything in a folder, so that all
//! that it wrote can be looked through.

use std::path::Path;

use reqwest::{Method as Verb, multipart};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use super::{PASSWORD, data, text};
use crate::support::process::{ADMIN_TOKEN, Process};
use crate::support::{Answer, Database, Remote, on_durable_stores};

/// What stands in every field and file of the account.
const MARK: &str = "marker-7f3ac1";

/// What she sends to others, who keep it.
const SENT: &str = "received-5b0e92";

/// Her telephone, and his.
const PHONES: [&str; 2] = ["13987612345", "13876154321"];

/// The number of her identity card, and her name.
const IDENTITY: [&str; 2] = ["310101199501011234", "佘秋婧标记"];

/// A picture of two pixels by two.
const PNG: &[u8] = include_bytes!("../profiles/two.png");

on_durable_stores!(nothing_is_left_but_what_others_received);

/// Somebody with a token of each surface.
struct Person {
    server: Remote,
    id: i64,
    token: String,
    groups: String,
}

impl Person {
    async fn ask(&self, verb: Verb, path: &str, body: Value) -> Value {
        let request = self.server.http.request(verb, self.server.url(path)).bearer_auth(&self.token);
        data(&Answer::of(request.json(&body)).await)
    }

    /// Sends a file.
    async fn upload(&self, path: &str, bytes: Vec<u8>) -> Value {
        let file = multipart::Part::bytes(bytes).file_name(format!("{MARK}.png"));
        let form = multipart::Form::new().part("file", file);
        let request = self.server.http.post(self.server.url(path)).bearer_auth(&self.token);
        data(&Answer::of(request.multipart(form)).await)
    }

    /// Asks something on the surface of groups.
    async fn in_groups(&self, verb: Verb, path: &str, body: Value) {
        let url = self.server.url(&format!("/api/v1{path}"));
        let answer =
            Answer::of(self.server.http.request(verb, url).bearer_auth(&self.groups).json(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

/// The last code in the outbox for a telephone.
fn code(outbox: &Path, phone: &str) -> String {
    let lines = std::fs::read_to_string(outbox).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    text(&lines.rev().find(|line| line["phone"] == phone).expect("a text message")["code"])
}

async fn join(server: &Remote, outbox: &Path, phone: &str, name: &str) -> Person {
    data(&server.post("/v1/auth/sms-code/send", &json!({"phone": phone, "type": "register"})).await);
    let body = json!({"phone": phone, "code": code(outbox, phone), "password": PASSWORD});
    let id = data(&server.post("/v1/auth/register", &body).await)["user_id"].as_i64().unwrap();
    let token = log_in(server, phone, name).await;
    let mut person = Person { server: server.clone(), id, token, groups: String::new() };
    let names = json!({"username": name, "email": format!("{name}@example.com")});
    person.ask(Verb::PUT, "/v1/account/identities", names).await;
    let login = server.post("/api/v1/login", &json!({"email": name, "password": PASSWORD})).await;
    person.groups = text(&login.json()["data"]["token"]);
    person
}

async fn log_in(server: &Remote, phone: &str, device: &str) -> String {
    let device = json!({
        "device_id": device, "device_type": device, "device_model": device, "os_version": device,
        "app_version": device,
    });
    let body = json!({"phone": phone, "password": PASSWORD, "device_info": device});
    text(&data(&server.post("/v1/auth/login", &body).await)["access_token"])
}

/// Tells everything that can be told, with the mark in it.
async fn tell_everything(her: &Person) {
    let place = json!({"province": MARK, "city": MARK, "district": MARK, "address": MARK});
    let profile = json!({
        "nickname": MARK, "gender": "female", "birth_date": "1995-01-01", "hometown": place,
        "current_location": place,
        "education": {"school": MARK, "school_type": MARK, "major": MARK},
        "occupation": {"job_title": MARK, "company": MARK, "company_nature": MARK},
        "economy": {"has_house": MARK, "house_city": MARK, "has_car": MARK, "car_brand": MARK},
        "introduction": {"self": MARK}, "interests": [MARK],
    });
    her.ask(Verb::PUT, "/v1/profile/basic", profile).await;
    let wanted = json!({"other_requirements": MARK, "location_requirements": {"acceptable_cities": [MARK]}});
    her.ask(Verb::PUT, "/v1/profile/mate-requirements", wanted).await;
    her.upload("/v1/profile/photos", PNG.to_vec()).await;
    let film = [b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", MARK.as_bytes()].concat();
    her.upload("/v1/profile/video", film).await;
    let paper = format!("base64://{}", include_str!("../profiles/two.base64").trim());
    let [number, name] = IDENTITY;
    let identity = json!({
        "real_name": name, "id_card_number": number, "id_card_front": paper, "id_card_back": paper,
        "face_photo": paper,
    });
    her.ask(Verb::POST, "/v1/auth/identity-verify", identity).await;
    let papers = json!({"kind": "education", "images": [paper]});
    her.ask(Verb::POST, "/v1/profile/verifications", papers).await;
    her.in_groups(Verb::PUT, "/user/profile", json!({"phone": PHONES[0]})).await;
}

async fn nothing_is_left_but_what_others_received(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start_with_files(&database, folder.path()).await;
    let (server, outbox) = (process.remote.clone(), folder.path().join("outbox"));
    let mut her = join(&server, &outbox, PHONES[0], MARK).await;
    let him = join(&server, &outbox, PHONES[1], "wu").await;
    tell_everything(&her).await;
    him.upload("/v1/profile/photos", PNG.to_vec()).await;
    for (one, other) in [(&her, &him), (&him, &her)] {
        let like = json!({"target_user_id": other.id, "action": "like"});
        one.ask(Verb::POST, "/v1/matching/interaction", like).await;
        let report = json!({"reason": MARK, "detail": MARK});
        one.ask(Verb::POST, &format!("/v1/users/{}/report", other.id), report).await;
    }
    let message = json!({
        "type": "text", "content": SENT, "receiver_id": him.id.to_string(), "client_message_id": SENT,
    });
    her.in_groups(Verb::POST, "/chat/message", message).await;
    // An administrator has something to say about her.
    for lock in [json!({"locked": true, "reason": MARK}), json!({"locked": false, "reason": MARK})] {
        let url = server.url(&format!("/admin/v1/users/{}/lock", her.id));
        data(&Answer::of(server.http.put(url).bearer_auth(ADMIN_TOKEN).json(&lock)).await);
    }
    her.token = log_in(&server, PHONES[0], MARK).await;
    let before = rows(&database).await;
    assert!(count(&before, MARK) > 20, "the mark is nowhere to begin with");
    for secret in IDENTITY.iter().chain([&PASSWORD]) {
        assert_eq!(count(&before, secret), 0, "{secret} is kept as it is");
    }
    assert_eq!(files(&folder.path().join("media")).len(), 3 + 1 + 3 + 1 + 3);

    her.ask(Verb::DELETE, "/v1/account", json!({"password": PASSWORD})).await;
    if let Some(file) = database.url_text().strip_prefix("sqlite://") {
        // The log has the pages as they were before; it is emptied at once.
        let log = std::fs::read(format!("{file}-wal")).unwrap();
        assert!(!holds(&log, MARK) && !holds(&log, PHONES[0]), "something is left in the log");
    }
    for list in ["matches", "likes", "liked-me"] {
        let list = him.ask(Verb::GET, &format!("/v1/matching/{list}"), json!({})).await;
        assert_eq!(list["items"], json!([]), "the match went with her");
    }
    // What she wrote is his to read, and nobody's to answer.
    let kept = him.ask(Verb::GET, "/v1/conversations", json!({})).await;
    let user = json!({"user_id": her.id, "nickname": "已注销用户", "avatar": null, "is_online": false});
    assert_eq!((&kept["pagination"]["total"], &kept["items"][0]["user"]), (&json!(1), &user));
    let place = &kept["items"][0]["conversation_id"];
    let messages = format!("/v1/conversations/{place}/messages");
    let read = him.ask(Verb::GET, &messages, json!({})).await;
    assert_eq!(read["items"][0]["content"], SENT);
    let last = json!({"last_read_message_id": read["items"][0]["message_id"]});
    him.ask(Verb::PUT, &format!("/v1/conversations/{place}/read"), last).await;
    let said = server.http.post(server.url(&messages)).bearer_auth(&him.token);
    let refused = Answer::of(said.json(&json!({"type": "text", "content": "?"}))).await;
    assert_eq!(refused.json()["code"], 40301, "{}", refused.text);
    let mut gone = vec![MARK, PHONES[0]];
    gone.extend(IDENTITY);
    let after = rows(&database).await;
    for secret in &gone {
        let left: Vec<_> = after.iter().filter(|row| row.contains(secret)).collect();
        assert!(left.is_empty(), "{secret} is left in {left:?}");
    }
    assert!(count(&after, SENT) > 0, "what others received is theirs");
    // His three.
    assert_eq!(files(&folder.path().join("media")).len(), 3);

    process.stop();
    let mut written = files(&folder.path().join("media"));
    written.push(folder.path().join("log"));
    if let Some(file) = database.url_text().strip_prefix("sqlite://") {
        // What was deleted is overwritten, too.
        written.push(file.into());
        assert!(!Path::new(&format!("{file}-wal")).exists());
    }
    // It is a log of everything.
    assert!(std::fs::read_to_string(folder.path().join("log")).unwrap().contains("/v1/account"));
    gone.extend([PASSWORD, ADMIN_TOKEN]);
    for file in written {
        let bytes = std::fs::read(&file).unwrap();
        for secret in &gone {
            assert!(!holds(&bytes, secret), "{secret} is left in {}", file.display());
        }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|part| part == text.as_bytes())
}

fn count(rows: &[String], text: &str) -> usize {
    rows.iter().map(|row| row.matches(text).count()).sum()
}

/// Every file below a folder, without those that are being written.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Every row of every table, as text with the table's name before it.
async fn rows(database: &Database) -> Vec<String> {
    match database.url_text().strip_prefix("sqlite://") {
        Some(file) => sqlite_rows(file).await,
        None => postgres_rows(database.url_text()).await,
    }
}

async fn sqlite_rows(file: &str) -> Vec<String> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = options.connect().await.unwrap();
    let tables = sqlx::query_scalar::<_, String>("SELECT name FROM sqlite_master WHERE type = 'table'");
    let mut all = Vec::new();
    for table in tables.fetch_all(&mut connection).await.unwrap() {
        let columns = format!("SELECT name FROM pragma_table_info('{table}')");
        let columns = sqlx::query_scalar::<_, String>(AssertSqlSafe(columns));
        let columns = columns.fetch_all(&mut connection).await.unwrap();
        let columns: Vec<_> = columns.iter().map(|name| format!("quote(\"{name}\")")).collect();
        let select = format!("SELECT concat_ws(', ', {}) FROM \"{table}\"", columns.join(", "));
        for row in sqlx::query(AssertSqlSafe(select)).fetch_all(&mut connection).await.unwrap() {
            all.push(format!("{table}: {}", row.get::<String, _>(0)));
        }
    }
    all
}

async fn postgres_rows(url: &str) -> Vec<String> {
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()";
    let mut all = Vec::new();
    for table in sqlx::query_scalar::<_, String>(tables).fetch_all(&mut connection).await.unwrap() {
        let select = format!("SELECT row_to_json(t)::text FROM \"{table}\" t");
        for row in sqlx::query(AssertSqlSafe(select)).fetch_all(&mut connection).await.unwrap() {
            all.push(format!("{table}: {}", row.get::<String, _>(0)));
        }
    }
    all
}
