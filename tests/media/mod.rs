//! Media by signed links, over the wire.

use matchmaking_core::ids::ConversationId;
use matchmaking_core::model::{Identity, IdentityKind, Profile};
use matchmaking_core::ports::OFFLINE_BASE_URL;
use matchmaking_core::store::{CreateOutcome, NewAccount};
use serde_json::json;

use crate::support::{Answer, Backend, Database, Remote, Server, rng::Rng};

async fn server() -> Server {
    let database = Database::create(Backend::Memory).await.unwrap();
    Server::start(&database).await
}

impl Server {
    /// Keeps a file; returns the path and query of a link to it.
    async fn keep(&self, name: &'static str, bytes: Vec<u8>) -> String {
        let keeping = async move |services: std::sync::Arc<matchmaking_core::service::Services>| {
            let room = ConversationId::new(12).unwrap();
            let mut rng = Rng::new(Rng::any_seed());
            let new = NewAccount {
                identities: vec![Identity::new(IdentityKind::Username, format!("owner{}", rng.next()))],
                password_hash: None,
                profile: Profile::default(),
                at: services.clock.now(),
            };
            let made = services.stores.accounts.create_account(new).await.unwrap();
            let CreateOutcome::Created(owner) = made else { panic!("{made:?}") };
            let kept = services.uploads.keep_for_room(owner.id, room, name, bytes.into()).await.unwrap();
            services.media.link(&kept.key, services.clock.now())
        };
        let link = self.inside(keeping).await;
        link.strip_prefix(OFFLINE_BASE_URL).unwrap().to_owned()
    }
}

impl Remote {
    async fn get_range(&self, path: &str, range: &str) -> Answer {
        Answer::of(self.http.get(self.url(path)).header("range", range)).await
    }
}

/// Bytes that are all different from their neighbours, and valid UTF-8.
fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|at| b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ~"[at % 63]).collect()
}

fn gif() -> Vec<u8> {
    [b"GIF89a".to_vec(), bytes(94)].concat()
}

#[tokio::test]
async fn a_link_serves_what_was_kept_as_something_that_runs_nowhere() {
    let server = server().await;
    for (name, content, kind, disposition) in [
        ("a.gif", gif(), "image/gif", "inline"),
        ("a.png", b"<!DOCTYPE html><script>".to_vec(), "application/octet-stream", "attachment"),
        ("a.html", b"<html>".to_vec(), "application/octet-stream", "attachment"),
        ("a.svg", b"<svg/>".to_vec(), "application/octet-stream", "attachment"),
        ("a.pdf", b"%PDF-1.7".to_vec(), "application/pdf", "attachment"),
        ("a", Vec::new(), "application/octet-stream", "attachment"),
    ] {
        let path = server.keep(name, content.clone()).await;
        let answer = server.get(&path).await;
        assert_eq!((answer.status, answer.text.as_bytes()), (200, content.as_slice()), "{name}");
        for (header, value) in [
            ("content-type", kind),
            ("content-disposition", disposition),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
            ("accept-ranges", "bytes"),
            // Not for as long as the link is good: it may be taken back.
            ("cache-control", "private, max-age=3600, immutable"),
            ("content-length", &content.len().to_string()),
        ] {
            assert_eq!(answer.header(header), value, "{name}");
        }
    }
    // A page of elsewhere may read it, as it may call the surfaces that hand out the links.
    let path = server.keep("a.gif", gif()).await;
    let request = server.http.get(server.url(&path)).header("origin", "https://app.example.com");
    assert_eq!(Answer::of(request).await.header("access-control-allow-origin"), "*");
    let head = Answer::of(server.http.head(server.url(&path))).await;
    assert_eq!((head.status, head.header("content-length"), head.text.as_str()), (200, "100", ""));
}

#[tokio::test]
async fn parts_are_served_to_whoever_asks_for_them() {
    let server = server().await;
    let large = [b"GIF89a".to_vec(), bytes(300_000)].concat();
    let size = large.len();
    let path = server.keep("a.gif", large.clone()).await;
    let whole = server.get(&path).await;
    assert!(whole.status == 200 && whole.text.as_bytes() == large);
    assert_eq!(whole.header("content-length"), size.to_string());
    let head = Answer::of(server.http.head(server.url(&path))).await;
    assert_eq!((head.status, head.header("content-length")), (200, size.to_string().as_str()));
    for (range, first, end) in [
        ("bytes=0-0", 0, 1),
        ("bytes=6-99", 6, 100),
        ("bytes=1-65536", 1, 65_537),
        ("bytes=1-65537", 1, 65_538),
        ("bytes=65536-", 65_536, size),
        ("bytes=-131072", size - 131_072, size),
        ("bytes=300000-999999", 300_000, size),
    ] {
        let answer = server.get_range(&path, range).await;
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes {first}-{}/{size}", end - 1));
        assert_eq!(answer.header("content-length"), (end - first).to_string());
        assert!(answer.text.as_bytes() == &large[first..end], "{range}");
    }
    for range in [format!("bytes={size}-"), "bytes=-0".to_owned()] {
        let answer = server.get_range(&path, &range).await;
        assert_eq!((answer.status, answer.text.as_str()), (416, ""), "{range}");
        assert_eq!(answer.header("content-range"), format!("bytes */{size}"));
    }
    for range in ["bytes=5-4", "bytes=a-b", "bytes=0-1,3-4", "lines=0-1"] {
        assert_eq!(server.get_range(&path, range).await.status, 200, "{range}");
    }
    // A part is of use only to whoever has the rest of the same.
    let etag = whole.header("etag").to_owned();
    for (known, status) in [(etag.as_str(), 206), ("\"other\"", 200)] {
        let request =
            server.http.get(server.url(&path)).header("range", "bytes=0-0").header("if-range", known);
        assert_eq!(Answer::of(request).await.status, status);
    }
}

#[tokio::test]
async fn forged_and_expired_links_are_refused() {
    let server = server().await;
    let path = server.keep("a.gif", gif()).await;
    let other = server.keep("b.gif", gif()).await;
    let (file, query) = path.split_once('?').unwrap();
    let (other_file, other_query) = other.split_once('?').unwrap();
    let (expires, signature) = query.split_once('&').unwrap();
    let refusal = json!({"detail": "The link is wrong or has expired"});
    for forged in [
        file.to_owned(),
        format!("{file}?{other_query}"),
        format!("{other_file}?{query}"),
        format!("{file}?{expires}"),
        format!("{file}?{signature}"),
        format!("{file}?{expires}0&{signature}"),
        format!("{file}?{expires}&{signature}A"),
        format!("{file}?{query}&signature=x"),
        format!("{file}?{query}&expires=99999999999"),
        format!("{file}?expires=x&signature=%00"),
    ] {
        server.get(&forged).await.is(403, &refusal);
        assert_eq!(server.get_range(&forged, "bytes=0-0").await.status, 403, "{forged}");
    }
    assert_eq!(server.get(&format!("{file}?{signature}&{expires}")).await.status, 200);
    server.clock.advance(24 * 3_600_000);
    assert_eq!(server.get(&path).await.status, 200);
    server.clock.advance(3_600_000);
    server.get(&path).await.is(403, &refusal);
}

#[tokio::test]
async fn there_is_nothing_but_what_was_kept() {
    let server = server().await;
    let path = server.keep("a.gif", gif()).await;
    let (_, query) = path.split_once('?').unwrap();
    let not_found = json!({"detail": "Not Found"});
    for key in [
        "..%2f..%2fjwt_secret",
        "%2e%2e/%2e%2e/jwt_secret",
        "rooms/..%2f..%2fjwt_secret",
        "rooms//a.gif",
        "%2fetc%2fpasswd",
        "rooms%5c..%5cjwt_secret",
        ".drafts/a",
        "a%00.gif",
        "ROOMS/12/a.gif",
        "%ff",
        &"a".repeat(1_000),
    ] {
        server.get(&format!("/media/{key}?{query}")).await.is(404, &not_found);
    }
    server.get("/media").await.is(404, &not_found);
    server.post("/media/a.gif", &json!({})).await.is(405, &json!({"detail": "Method Not Allowed"}));
    // A good link to what is gone.
    let gone = server
        .inside(async |services| {
            let key = "rooms/12/gone.gif".parse().unwrap();
            services.media.link(&key, services.clock.now())
        })
        .await;
    server.get(gone.strip_prefix(OFFLINE_BASE_URL).unwrap()).await.is(404, &not_found);
}
