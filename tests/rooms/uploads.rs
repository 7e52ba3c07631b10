//! Files that go with messages.

use serde_json::{Value, json};

use super::{Person, START_SENT, done, refused};
use crate::support::{Answer, Backend, Database, Server, on_every_store, run};

const BOUNDARY: &str = "boundary-of-the-form";

/// The most bytes of a file.
const FILE_MAX: usize = 20 << 20;

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89";

/// A part of a form: its name, the name of its file, and its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

impl Person {
    async fn upload(&self, parts: &[Part<'_>]) -> Answer {
        self.upload_as(&format!("multipart/form-data; boundary={BOUNDARY}"), form(parts)).await
    }

    async fn upload_as(&self, media_type: &str, body: Vec<u8>) -> Answer {
        let request = self.server.http.post(self.server.url("/api/message/upload")).body(body);
        let request = request.header("authorization", self.token.as_str());
        Answer::of(request.header("content-type", media_type)).await
    }

    /// Uploads a picture; returns its link.
    async fn picture(&self, room: i64) -> String {
        let uploaded = self
            .upload(&[("room_id", None, room.to_string().as_bytes()), ("file", Some("照片.png"), PNG)])
            .await;
        uploaded.json()["data"]["file_url"].as_str().unwrap_or_else(|| panic!("{}", uploaded.text)).to_owned()
    }
}

/// What a link leads to on this server, whatever its base URL.
async fn fetched(server: &Server, link: &str) -> (u16, Vec<u8>) {
    let (_, path) = link.split_once("/media/").unwrap();
    let response = server.http.get(server.url(&format!("/media/{path}"))).send().await.unwrap();
    (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
}

async fn a_file_is_kept_and_reached_by_its_link(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let id = lin.room("r").await;
    let room = id.to_string();
    for (parts, name, kind, content) in [
        (
            vec![("room_id", None, room.as_bytes()), ("file", Some("照片 1.png"), PNG)],
            "照片 1.png",
            "image/png",
            PNG,
        ),
        // The file first, other fields and files beside it, a name with folders, bytes that say something else.
        (
            vec![
                ("file", Some("../../etc/x.PNG"), &b"<script>"[..]),
                ("x", Some("y"), b"z"),
                ("x", None, b"z"),
                ("room_id", None, room.as_bytes()),
            ],
            "x.PNG",
            "application/octet-stream",
            b"<script>",
        ),
        (vec![("room_id", None, room.as_bytes()), ("file", None, b"")], "", "application/octet-stream", b""),
    ] {
        let uploaded = lin.upload(&parts).await;
        let link = uploaded.json()["data"]["file_url"].as_str().unwrap_or_default().to_owned();
        let expected = json!({
            "create_time": START_SENT, "file_name": name, "file_type": kind, "file_url": link, "room_id": id,
        });
        uploaded.is(200, &done("上传成功", expected));
        assert_eq!(fetched(&server, &link).await, (200, content.to_vec()));
    }
}

async fn a_link_in_a_message_is_good_whenever_it_is_shown(database: Database) {
    const DAY: i64 = 24 * 3_600_000;
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let id = lin.room_with("r", &[&wu]).await;
    let link = lin.picture(id).await;
    let mut socket = wu.socket().await;
    let listed = async || {
        let listed = Person::log_in(&server, "wu", wu.id).await;
        let listed = listed.get(&format!("/api/message/list?room_id={id}")).await.json();
        listed["data"][0]["content"].as_str().unwrap().to_owned()
    };
    for kind in ["image", "file", "video"] {
        let sent =
            lin.post("/api/message/send", &json!({"room_id": id, "type": kind, "content": link})).await;
        assert_eq!(sent.json()["code"], 0, "{}", sent.text);
        let heard = socket.json().await;
        assert_eq!((&heard["data"]["type"], &heard["data"]["content"]), (&json!(kind), &json!(link)));
        assert_eq!(listed().await, link);
    }
    let kept: String = link.split('?').next().unwrap().to_owned();
    server.clock.advance(3 * DAY);
    // The old link is over; the one that is shown now is good.
    assert_eq!(fetched(&server, &link).await.0, 403);
    let shown = listed().await;
    assert!(shown.starts_with(&kept) && shown != link, "{shown}");
    assert_eq!(fetched(&server, &shown).await, (200, PNG.to_vec()));
    // Sent without a signature, or with one that is over, it is shown with a good one.
    for content in [&link, &kept] {
        socket.send(json!({"room_id": id, "type": "image", "content": content})).await;
        assert_eq!(socket.json().await["data"]["content"], json!(shown));
    }
    // In a text it stays what was written.
    socket.send(json!({"room_id": id, "type": "text", "content": link})).await;
    assert_eq!(socket.json().await["data"]["content"], json!(link));
}

async fn only_members_upload(database: Database) {
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let stranger = Person::join(&server, "stranger").await;
    let id = lin.room("r").await.to_string();
    let upload = async |person: &Person, room: &str| {
        person.upload(&[("room_id", None, room.as_bytes()), ("file", Some("a.png"), PNG)]).await
    };
    upload(&stranger, &id).await.is(200, &refused("上传失败，当前用户不在聊天室中"));
    for unknown in ["999", "0", "-1", "9007199254740992", "99999999999999999999"] {
        upload(&lin, unknown).await.is(200, &refused("上传失败，聊天室不存在"));
    }
    for bad in ["", "x", "1.5", "\0"] {
        upload(&lin, bad).await.is(200, &refused("上传失败，请求错误"));
    }
}

#[test]
fn bad_forms_are_refused() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let id = lin.room("r").await.to_string();
        let room: Part<'_> = ("room_id", None, id.as_bytes());
        let not_read = refused("上传失败，请求错误");
        lin.upload(&[]).await.is(200, &not_read);
        lin.upload(&[room]).await.is(200, &not_read);
        lin.upload(&[("file", Some("a"), b"x")]).await.is(200, &not_read);
        lin.upload(&[room, ("files", Some("a"), b"x")]).await.is(200, &not_read);
        let multipart = format!("multipart/form-data; boundary={BOUNDARY}");
        let whole = form(&[room, ("file", Some("a"), b"x")]);
        for broken in [Vec::new(), b"x".to_vec(), whole[..whole.len() - 20].to_vec()] {
            lin.upload_as(&multipart, broken).await.is(200, &not_read);
        }
        for media_type in
            ["application/json", "text/plain", "multipart/form-data", "multipart/mixed; boundary=x"]
        {
            let answer = lin.upload_as(media_type, whole.clone()).await;
            answer.is(415, &refused("上传失败，请求类型错误"));
        }
        // Once more, as it should be.
        assert_eq!(lin.upload_as(&multipart, whole).await.json()["code"], 0);
    });
}

#[test]
fn files_have_a_bound() {
    run(Backend::Memory, async |database: Database| {
        let server = Server::start(&database).await;
        let lin = Person::join(&server, "lin").await;
        let id = lin.room("r").await.to_string();
        let largest = vec![b'x'; FILE_MAX + 1];
        let upload = async |size: usize| {
            lin.upload(&[("room_id", None, id.as_bytes()), ("file", Some("a.txt"), &largest[..size])]).await
        };
        let uploaded = upload(FILE_MAX).await;
        assert_eq!(uploaded.json()["data"]["file_type"], "application/octet-stream", "{}", uploaded.text);
        upload(FILE_MAX + 1).await.is(413, &refused("上传失败，请求内容过大"));
    });
}

/// A file may be sent in a direct conversation, too.
async fn a_direct_conversation_takes_files(database: Database) {
    use matchmaking_core::ids::AccountId;
    let server = Server::start(&database).await;
    let lin = Person::join(&server, "lin").await;
    let wu = Person::join(&server, "wu").await;
    let (one, other) = (AccountId::new(lin.id).unwrap(), AccountId::new(wu.id).unwrap());
    let id = server
        .inside(async move |services| services.chat.open_with(one, other).await.unwrap().id().get())
        .await;
    let link = wu.picture(id).await;
    let body = json!({"room_id": id, "type": "image", "content": link});
    wu.post("/api/message/send", &body).await;
    let listed: Value = lin.get(&format!("/api/message/list?room_id={id}")).await.json();
    assert_eq!((&listed["data"][0]["type"], &listed["data"][0]["content"]), (&json!("image"), &json!(link)));
}

on_every_store!(
    a_file_is_kept_and_reached_by_its_link,
    a_link_in_a_message_is_good_whenever_it_is_shown,
    only_members_upload,
    a_direct_conversation_takes_files,
);
