use std::num::NonZeroU32;

use matchmaking_core::api::route::{Route, Surface};
use matchmaking_server::config::limits::Limits;
use matchmaking_server::http::{Call, CorsOrigins, Ctx, Mounted, OpenSurfaces, Policy, events, mount, raw};
use serde_json::json;

use super::support::{Server, endpoint, things};

endpoint!(OpenThing = Route::get(Surface::Miracle, "/open", "Known to no authentication"));
endpoint!(AdminThing = Route::get(Surface::Admin, "/admin/v1/thing", "Of the back office"));
endpoint!(Streamed = Route::post(Surface::Assistant, "/stream", "Two events"));

fn routes() -> Vec<Mounted> {
    let mut routes = things();
    routes.push(mount::<OpenThing>(|_: Call<()>| async { Ok(json!(1)) }));
    routes.push(mount::<AdminThing>(|_: Call<()>| async { Ok(json!(1)) }));
    routes.push(raw::<Streamed>(|ctx: Ctx| async move {
        let (sender, reply) = events();
        ctx.asked.spawn(async move {
            let _ = sender.send("a\nb").await;
            let _ = sender.comment("still here").await;
        });
        Ok(reply)
    }));
    routes
}

const PREFLIGHT: [&str; 3] = [
    "Origin: https://a.example",
    "Access-Control-Request-Method: POST",
    "Access-Control-Request-Headers: x-a",
];

#[tokio::test]
async fn preflights_are_answered_before_anything_else() {
    let guarded = Policy { open_surfaces: OpenSurfaces::Key("k".to_owned()), ..Policy::default() };
    let server = Server::start(routes(), guarded).await;
    for path in ["/t/thing", "/open", "/nope"] {
        let answer = server.ask("OPTIONS", path, &PREFLIGHT).await;
        assert_eq!(answer.status, 204, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("x-a"));
        assert!(answer.header("access-control-allow-methods").unwrap().contains("GET"));
    }
    let answer = server.ask("GET", "/nope", &PREFLIGHT[..1]).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "on errors, too");
    assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After, X-Request-ID"));
}

#[tokio::test]
async fn other_origins_and_the_back_office_are_closed_to_pages() {
    let only = CorsOrigins::Only(vec!["https://b.example".to_owned()]);
    let server = Server::start(routes(), Policy { cors: only, ..Policy::default() }).await;
    let answer = server.ask("OPTIONS", "/t/thing", &PREFLIGHT).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let server = Server::start(routes(), Policy::default()).await;
    let answer = server.ask("OPTIONS", "/admin/v1/thing", &PREFLIGHT).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, None));
    let answer = server.ask("GET", "/admin/v1/thing", &PREFLIGHT[..1]).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn open_surfaces_serve_this_machine_only() {
    let server = Server::start(routes(), Policy::default()).await;
    assert_eq!(server.ask("GET", "/open", &[]).await.status, 200);
    for bad in ["X-Forwarded-For: 1.2.3.4", "Forwarded: for=1.2.3.4", "Origin: https://evil.example"] {
        let answer = server.ask("GET", "/open", &[bad]).await;
        assert_eq!(answer.status, 403, "{bad}");
        assert!(answer.json()["detail"].is_string());
        assert_eq!(server.ask("GET", "/t/thing", &[bad]).await.status, 200, "others are not meant");
    }
    let elsewhere = "GET /open HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(server.exchange(elsewhere).await.status, 403);
}

#[tokio::test]
async fn a_key_guards_open_surfaces() {
    let guarded = Policy { open_surfaces: OpenSurfaces::Key("k".to_owned()), ..Policy::default() };
    let server = Server::start(routes(), guarded).await;
    let answer = server.ask("GET", "/open", &[]).await;
    assert_eq!(answer.status, 401);
    assert!(answer.json()["detail"].is_string());
    assert_eq!(server.ask("GET", "/open", &["X-Api-Key: wrong"]).await.status, 401);
    assert_eq!(server.ask("GET", "/open", &["X-Api-Key: k"]).await.status, 200);
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again() {
    // So slow that no request comes free while the test runs would need a rate below one a second; a burst
    // of one and a few requests at once do as well.
    let one = NonZeroU32::MIN;
    let limits = Limits { address_rate: Some((one, one)), ..Limits::default() };
    let server = Server::start(routes(), Policy { limits, ..Policy::default() }).await;
    let mut refused = None;
    for _ in 0..1_000 {
        let answer = server.ask("GET", "/nope", &[]).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.json(), json!({"detail": "Too Many Requests"}));
    assert!(server.telemetry.render().contains("http_rate_limited_total 1"));
}

#[tokio::test]
async fn events_are_written_as_they_are_made() {
    let server = Server::start(routes(), Policy::default()).await;
    let answer = server.ask("POST", "/stream", &[]).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(answer.header("x-accel-buffering"), Some("no"));
    assert!(answer.body.contains("data: a\ndata: b\n\n"), "{:?}", answer.body);
}
