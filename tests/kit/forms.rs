use matchmaking_core::api::route::{Route, Surface};
use matchmaking_server::config::limits::{FORM_HEAD_MAX, FORM_PARTS_MAX, FORM_TEXT_MAX, Limits};
use matchmaking_server::http::{Ctx, Policy, Reply, raw};
use serde_json::{Value, json};

use super::support::{Answer, Server, endpoint};

/// The most bytes of a file here.
const FILE_MAX: usize = 100_000;

endpoint!(Form = Route::post(Surface::Media, "/form", "Reads a form").stream_body(FILE_MAX + (128 << 10)));

async fn server(limits: Limits) -> Server {
    let form = raw::<Form>(|mut ctx: Ctx| async move {
        ctx.count_upload(1);
        let form = ctx.form("file", FILE_MAX).await?;
        let file = form.file.as_ref().map(|file| json!([file.name, String::from_utf8_lossy(&file.bytes)]));
        let texts: Vec<_> = form.texts().collect();
        let told = json!({"texts": texts, "room": form.text("room_id"), "file": file});
        Ok(Reply::json(http::StatusCode::OK, &told))
    });
    Server::start(vec![form], Policy { limits, ..Policy::default() }).await
}

/// A part: what stands in its head after `form-data`, and its content.
fn part(head: &str, content: &str) -> String {
    format!("--xyz\r\nContent-Disposition: form-data{head}\r\n\r\n{content}\r\n")
}

fn text(name: &str, content: &str) -> String {
    part(&format!("; name=\"{name}\""), content)
}

fn file(name: &str, file_name: &str, content: &str) -> String {
    let head = format!("; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: text/html");
    part(&head, content)
}

fn form(parts: &[String]) -> String {
    format!("{}--xyz--\r\n", parts.concat())
}

async fn send_as(server: &Server, content_type: &str, body: &str) -> Answer {
    let length = body.len();
    server
        .exchange(&format!(
            "POST /form HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {content_type}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ))
        .await
}

async fn send(server: &Server, body: &str) -> Answer {
    send_as(server, "multipart/form-data; boundary=xyz", body).await
}

#[tokio::test]
async fn a_form_is_its_texts_and_its_file() {
    let server = server(Limits::default()).await;
    let body = form(&[
        text("room_id", "12"),
        text("room_id", "13"),
        file("other", "x", "passed over"),
        file("file", "照片\\..\\a b.png", "缘\r\n--xy\r\n分"),
        file("file", "second.png", "passed over"),
        part("", "nameless"),
        text("empty", ""),
    ]);
    let expected = json!({
        "texts": [["room_id", "12"], ["room_id", "13"], ["", "nameless"], ["empty", ""]],
        "room": "12",
        "file": ["a b.png", "缘\r\n--xy\r\n分"],
    });
    let answer = send(&server, &body).await;
    assert_eq!((answer.status, answer.json()), (200, expected));
    let nothing = json!({"texts": [], "room": null, "file": null});
    assert_eq!(send(&server, "--xyz--\r\n").await.json(), nothing);
    let whole = "x".repeat(FILE_MAX);
    let told: Value =
        send(&server, &form(&[text("a", &"y".repeat(FORM_TEXT_MAX)), file("file", "", &whole)])).await.json();
    assert_eq!(told["file"], json!(["", whole]));
    let most: Vec<_> = (0..FORM_PARTS_MAX).map(|number| text(&number.to_string(), "x")).collect();
    assert_eq!(send(&server, &form(&most)).await.json()["texts"].as_array().unwrap().len(), FORM_PARTS_MAX);
}

#[tokio::test]
async fn every_part_has_its_bound() {
    let server = server(Limits::default()).await;
    let too_many: Vec<_> = (0..=FORM_PARTS_MAX).map(|number| text(&number.to_string(), "x")).collect();
    for parts in [
        vec![file("file", "a", &"x".repeat(FILE_MAX + 1))],
        vec![text("a", &"x".repeat(FORM_TEXT_MAX + 1))],
        vec![file("other", "a", &"x".repeat(FILE_MAX + (128 << 10)))],
        too_many,
    ] {
        let answer = send(&server, &form(&parts)).await;
        assert_eq!((answer.status, answer.json()), (413, json!({"detail": "Request Entity Too Large"})));
    }
}

#[tokio::test]
async fn what_is_no_form_is_told() {
    let server = server(Limits::default()).await;
    let good = form(&[text("a", "b")]);
    for content_type in ["application/json", "multipart/form-data", "multipart/mixed; boundary=xyz", "x"] {
        assert_eq!(send_as(&server, content_type, &good).await.status, 415, "{content_type}");
    }
    let head = "h".repeat(FORM_HEAD_MAX + (64 << 10));
    for broken in [
        "",
        "--xyz",
        "--xyz\r\n",
        "hello",
        "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end",
        "--xyz\r\nno head\r\n\r\nx\r\n--xyz--\r\n",
        &head,
        &format!("--xyz\r\nX: {head}"),
    ] {
        let answer = send(&server, broken).await;
        assert_eq!(answer.status, 400, "{} bytes: {}", broken.len(), answer.body);
    }
}

#[tokio::test]
async fn all_uploads_share_a_memory_and_give_it_back() {
    let small = 64 << 10;
    let of_all = Limits { upload_bytes_at_once: small, ..Limits::default() };
    let of_one = Limits { upload_bytes_each: small, ..Limits::default() };
    for limits in [of_all, of_one] {
        let server = server(limits).await;
        for _ in 0..3 {
            let answer = send(&server, &form(&[file("file", "a", &"x".repeat(small))])).await;
            assert_eq!((answer.status, answer.header("retry-after")), (429, Some("5")));
            let answer = send(&server, &form(&[file("file", "a", &"x".repeat(small - 1_000))])).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }
}
