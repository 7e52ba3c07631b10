//! What is uploaded to be sent.

use matchmaking_core::model::profile::Gender;
use reqwest::Method as Verb;
use serde_json::json;

use super::{MINUTE, PNG, Person, data, each, pair, refused, refused_fields};
use crate::support::raw::Raw;
use crate::support::{Answer, Database, Server, on_every_store, until};

/// Half a second of silence at 8 kHz.
fn wav(seconds: usize) -> Vec<u8> {
    let data = vec![0x80; 8_000 * seconds];
    let mut bytes =
        b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data".to_vec();
    bytes.extend((data.len() as u32).to_le_bytes());
    [bytes, data].concat()
}

/// A film of nothing that says how long it is.
fn mp4(seconds: u32) -> Vec<u8> {
    let boxed = |kind: &[u8; 4], contents: &[u8]| {
        let size = (contents.len() as u32 + 8).to_be_bytes();
        [&size[..], kind, contents].concat()
    };
    let mut movie = vec![0; 100];
    movie[12..16].copy_from_slice(&1_000_u32.to_be_bytes());
    movie[16..20].copy_from_slice(&(seconds * 1_000).to_be_bytes());
    [boxed(b"ftyp", b"isom\0\0\0\0isommp42"), boxed(b"moov", &boxed(b"mvhd", &movie))].concat()
}

/// Nobody keeps the machine's hands full alone: who uploads four files waits with the fifth.
async fn a_person_uploads_a_few_files_at_a_moment(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, _) = pair(&server).await;
    let head = format!(
        "POST /v1/messages/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 10000\r\n\
         Expect: 100-continue\r\n\r\n",
        lin.token
    );
    let mut begun = Vec::new();
    for _ in 0..4 {
        let mut raw = Raw::connect(&server).await;
        raw.write(&head).await;
        assert_eq!(raw.answer().await.map(|answer| answer.status), Some(100), "it is being read");
        begun.push(raw);
    }
    refused(&lin.upload("image", PNG).await, 42901);
    data(&wu.upload("image", PNG).await);
    begun.pop();
    until("there is room again", async || lin.upload("image", PNG).await.status == 200).await;
}

/// Where a film was made is nothing to whoever sees it.
async fn what_files_say_of_themselves_is_not_served(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let place = b"+31.2304+121.4737/";
    let tagged = |bytes: Vec<u8>, kind: &[u8; 4], size: [u8; 4], size_first: bool| {
        let head = if size_first { [&size[..], kind] } else { [&kind[..], &size] }.concat();
        [&bytes[..], &head, place].concat()
    };
    let length = place.len() as u32;
    let film = tagged(mp4(45), b"meta", (length + 8).to_be_bytes(), true);
    let sound = tagged(wav(15), b"LIST", length.to_le_bytes(), false);
    for (kind, bytes) in [("video", film), ("voice", sound)] {
        let uploaded = data(&lin.upload(kind, &bytes).await);
        data(&lin.send(talk, &json!({"type": kind, "media_url": uploaded["url"]})).await);
        let shown = wu.get(&format!("/conversations/{talk}/messages")).await;
        let served = wu.open(&shown["items"].as_array().unwrap().last().unwrap()["media_url"]).await;
        assert_eq!(served.headers["content-length"], bytes.len().to_string().as_str());
        assert!(!served.text.contains("+31.2304"), "{kind}");
    }
}

async fn sounds_and_films_are_served_as_they_are(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    for (kind, bytes, served, duration) in
        [("voice", wav(15), "audio/wav", 15), ("video", mp4(45), "video/mp4", 45)]
    {
        let uploaded = data(&lin.upload(kind, &bytes).await);
        assert_eq!(uploaded["duration"], duration);
        assert_eq!((&uploaded["size"], &uploaded["thumbnail"]), (&json!(bytes.len()), &json!(null)));
        // With the link's query or without it.
        let bare = uploaded["url"].as_str().unwrap().split('?').next().unwrap();
        let sent = data(&lin.send(talk, &json!({"type": kind, "media_url": bare})).await);
        assert_eq!((&sent["type"], &sent["duration"]), (&json!(kind), &json!(duration)));
        let listed = wu.messages(talk, "?page_size=1").await;
        let shown = &listed["items"][0];
        let got = wu.open(&shown["media_url"]).await;
        assert_eq!((got.status, got.header("content-type")), (200, served));
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        // Groups know files.
        let file = &wu.in_groups(&lin).await[0];
        assert_eq!(file["type"], "file");
        assert_eq!(wu.open(&file["content"]).await.status, 200);
        refused_fields(
            &lin.send(talk, &json!({"type": "image", "media_url": bare})).await,
            40001,
            &["media_url"],
        );
    }
}

async fn what_is_not_what_it_says_is_refused(database: Database) {
    let server = Server::start(&database).await;
    let (lin, _, _) = pair(&server).await;
    let html = b"<!DOCTYPE html><script>alert(1)</script>".as_slice();
    for (kind, bytes) in [
        ("image", html),
        ("image", &PNG[..40]),
        ("image", &wav(1)),
        ("voice", html),
        ("voice", PNG),
        ("voice", &mp4(1)),
        ("video", &wav(1)),
        ("video", PNG),
        ("video", b""),
    ] {
        refused_fields(&lin.upload(kind, bytes).await, 40001, &["file"]);
    }
    refused_fields(&lin.upload("text", PNG).await, 40001, &["type"]);
    refused_fields(&lin.upload("", PNG).await, 40001, &["type"]);
    let too_large = [PNG, &vec![0; 10 << 20]].concat();
    refused(&lin.upload("image", &too_large).await, 41301);
    let too_long = [wav(1), vec![0; 10 << 20]].concat();
    refused(&lin.upload("voice", &too_long).await, 41301);
    let empty = server.http.post(server.url("/v1/messages/upload")).bearer_auth(&lin.token);
    let form = reqwest::multipart::Form::new().text("type", "image");
    refused_fields(&Answer::of(empty.multipart(form)).await, 40002, &["file"]);
    let neither = server.http.post(server.url("/v1/messages/upload")).bearer_auth(&lin.token);
    let form = reqwest::multipart::Form::new().text("other", "x");
    refused_fields(&Answer::of(neither.multipart(form)).await, 40002, &["type", "file"]);
    refused(&lin.post("/messages/upload", &json!({})).await, 41501);
}

async fn only_those_in_its_conversation_may_see_a_file(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let he = Person::join(&server, "he", 3, Gender::Male).await;
    let url = data(&lin.upload("image", PNG).await)["url"].clone();
    let with_token = async |person: &Person| {
        let bare = url.as_str().unwrap().split('?').next().unwrap();
        let path = &bare[bare.find("/media/").unwrap()..];
        let request = server.http.get(server.url(path)).bearer_auth(&person.token);
        Answer::of(request).await.status
    };
    assert_eq!((with_token(&lin).await, with_token(&wu).await), (200, 404));
    // Nobody sends what is somebody else's.
    let theirs = he.meets(&server, &wu).await;
    let body = json!({"type": "image", "media_url": url});
    refused_fields(&he.send(theirs, &body).await, 40001, &["media_url"]);
    data(&lin.send(talk, &body).await);
    assert_eq!((with_token(&wu).await, with_token(&he).await), (200, 404));
    let link = wu.messages(talk, "").await["items"][0]["media_url"].clone();
    assert_eq!(wu.open(&link).await.status, 200);
    let forged = link.as_str().unwrap().replace(&format!("viewer={}", wu.id), &format!("viewer={}", he.id));
    assert_eq!(he.open(&json!(forged)).await.status, 403);
    // A block ends the link that was given out.
    data(&lin.post(&format!("/users/{}/block", wu.id), &json!({})).await);
    assert_eq!(wu.open(&link).await.status, 404);
    data(&lin.ask(Verb::DELETE, &format!("/users/{}/block", wu.id), None).await);
    assert_eq!(wu.open(&link).await.status, 200);
    // A link ends after a day.
    server.clock.advance(26 * 60 * MINUTE);
    assert_eq!(wu.open(&link).await.status, 403);
}

async fn what_is_never_sent_is_removed(database: Database) {
    let server = Server::start(&database).await;
    let (lin, wu, talk) = pair(&server).await;
    let sent = data(&lin.upload("image", PNG).await)["url"].clone();
    let unsent = data(&lin.upload("image", PNG).await)["url"].clone();
    data(&lin.send(talk, &json!({"type": "image", "media_url": sent})).await);
    server.clock.advance(24 * 60 * MINUTE);
    server.inside(|services| async move { services.profiles.sweep().await.unwrap() }).await;
    let lin = lin.again(&server).await;
    refused_fields(
        &lin.send(talk, &json!({"type": "image", "media_url": unsent})).await,
        40001,
        &["media_url"],
    );
    let wu = wu.again(&server).await;
    let link = wu.messages(talk, "").await["items"][0]["media_url"].clone();
    assert_eq!(wu.open(&link).await.status, 200);
    let count = server.inside(|services| async move {
        let at = services.clock.now();
        services.stores.album.discarded_files(at, 10).await.unwrap().len()
    });
    assert_eq!(count.await, 0);
    assert_eq!(each(&lin.messages(talk, "").await, "type"), ["image"]);
}

async fn an_upload_shows_who_somebody_is(database: Database) {
    let server = Server::start(&database).await;
    let (lin, _, _) = pair(&server).await;
    let mut images = Vec::new();
    for _ in 0..3 {
        images.push(data(&lin.upload("image", PNG).await)["url"].clone());
    }
    let body = json!({
        "real_name": "佘秋婧", "id_card_number": "11010519491231002X",
        "id_card_front": images[0], "id_card_back": images[1], "face_photo": images[2],
    });
    let answer = lin.post("/auth/identity-verify", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

on_every_store!(
    sounds_and_films_are_served_as_they_are,
    what_files_say_of_themselves_is_not_served,
    a_person_uploads_a_few_files_at_a_moment,
    what_is_not_what_it_says_is_refused,
    only_those_in_its_conversation_may_see_a_file,
    what_is_never_sent_is_removed,
    an_upload_shows_who_somebody_is,
);
