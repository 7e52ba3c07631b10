use std::sync::Arc;

use matchmaking_core::{api::route::Surface, service::Foundation, store};
use matchmaking_server::{app, http as kit};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::*;

/// A server in memory; returns where it listens.
async fn server() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let stores = store::open(&"memory:".parse().unwrap()).await.unwrap();
    let services = app::over(Foundation::over(stores)).await.unwrap();
    let surfaces = [Surface::Miracle, Surface::Rooms, Surface::Groups];
    let site = app::site(&Arc::clone(&services), &surfaces, kit::Policy::default());
    tokio::spawn(kit::run(listener, site, CancellationToken::new()));
    address
}

/// A client with somebody at its keyboard.
struct Seat {
    keyboard: DuplexStream,
    screen: BufReader<DuplexStream>,
    running: JoinHandle<Result<(), Error>>,
}

impl Seat {
    async fn take(server: &str, arguments: &str) -> Self {
        let words = ["chat_client"].into_iter().chain(arguments.split_whitespace());
        let place = dialect::enter(server, Arguments::parse_from(words).talk).await.unwrap();
        let (keyboard, input) = duplex(4 << 10);
        let (output, screen) = duplex(4 << 10);
        let session = session::open(place).await.unwrap();
        let running = tokio::spawn(session.run(BufReader::new(input), output));
        Self { keyboard, screen: BufReader::new(screen), running }
    }

    async fn types(&mut self, line: &str) {
        self.keyboard.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn reads(&mut self) -> String {
        let mut line = String::new();
        self.screen.read_line(&mut line).await.unwrap();
        line.trim_end().to_owned()
    }

    /// Ends the input; the client leaves when everything is stored.
    async fn leaves(self) {
        drop(self.keyboard);
        self.running.await.unwrap().unwrap();
    }
}

async fn post(server: &str, path: &str, token: &str, body: Value) -> Value {
    let request = reqwest::Client::new().post(format!("http://{server}{path}")).bearer_auth(token);
    request.json(&body).send().await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn two_talk_in_a_room_each_in_a_dialect_of_their_own() {
    let server = server().await;
    let login = |user: &str| Login { user: user.into(), password: "secret123".into(), register: true };
    let lin = http::Caller::rooms(&server, &login("lin")).await.unwrap();
    let room = lin.create_room("tea").await.unwrap();
    http::Caller::groups(&server, &login("wu")).await.unwrap();
    let added = json!({"room_id": room, "user_name": "wu", "role": "member"});
    assert_eq!(post(&server, "/api/room/add_user", &lin.token, added).await["code"], 0);

    let mut lin = Seat::take(&server, &format!("rooms --user lin --password secret123 --room {room}")).await;
    let mut wu = Seat::take(&server, &format!("groups --user wu --password secret123 --group {room}")).await;
    lin.types("anyone?").await;
    assert_eq!(wu.reads().await, "1: anyone?");
    wu.types("me").await;
    assert_eq!(lin.reads().await, "wu: me");
    // Nothing is sent, and nothing waited for.
    wu.types(" ").await;
    wu.leaves().await;
    lin.leaves().await;
}

#[tokio::test]
async fn two_write_to_each_other() {
    let server = server().await;
    for user in ["lin", "wu"] {
        let login = Login { user: user.into(), password: "secret123".into(), register: true };
        http::Caller::groups(&server, &login).await.unwrap();
    }
    let mut lin = Seat::take(&server, "groups --user lin --password secret123 --person 2").await;
    let mut wu = Seat::take(&server, "groups --user wu --password secret123 --person 1").await;
    lin.types("hello").await;
    assert_eq!(wu.reads().await, "1: hello");
    wu.types(&"long ".repeat(2_000)).await;
    assert!(wu.reads().await.starts_with("! "));
    wu.types("hello yourself").await;
    assert_eq!(lin.reads().await, "2: hello yourself");
    lin.leaves().await;
    wu.leaves().await;
}

#[tokio::test]
async fn a_match_talks() {
    let server = server().await;
    for (id, name) in [(101, "Lin"), (102, "Wu")] {
        let user = json!({"telegram_user_id": id, "telegram_user_name": name, "gender": 3});
        post(&server, "/UserManagement/create_new_user", "", user).await;
    }
    let pair = json!({"user_id_1": 101, "user_id_2": 102, "reason_1": "", "reason_2": "", "match_score": 70});
    let matched = post(&server, "/MatchManager/create_match", "", pair).await["match_id"].clone();
    let mut lin = Seat::take(&server, &format!("miracle --user 101 --peer 102 --match-id {matched}")).await;
    let mut wu = Seat::take(&server, &format!("miracle --user 102 --peer 101 --match-id {matched}")).await;
    lin.types("hello").await;
    assert_eq!(wu.reads().await, "Lin: hello");
    wu.types("hello yourself").await;
    assert_eq!(lin.reads().await, "Wu: hello yourself");
    lin.leaves().await;
    wu.leaves().await;
    let stranger = Arguments::parse_from(["", "miracle", "--user", "1", "--peer", "2", "--match-id", "9"]);
    assert!(dialect::enter(&server, stranger.talk).await.is_err());
}
