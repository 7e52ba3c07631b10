//! Ten thousand people who want one of fifty seats at the same moment, over HTTP on SQLite: how long until everyone has
//! been answered, against as many requests for the smallest route of the same server.

use std::{
    error::Error,
    net::{TcpListener, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

use matchmaking_benches::{
    load::{self, Load, ServerThread},
    members::Members,
    report::{Goal, Rounds, median, quick},
};
use matchmaking_core::{
    api::route::Surface,
    service::{Foundation, tokens::TokenKey},
    store,
};
use matchmaking_server::{
    app,
    config::{Secret, limits::Limits},
    http,
    http::Policy,
};
use tokio_util::sync::CancellationToken;

const KEY: &[u8] = b"a key of thirty-two bytes for benches";
const ADMIN_TOKEN: &str = "the operator's token for benches";
/// How many seats the event has.
const SEATS: usize = 50;
/// How many connections ask at once.
const CONNECTIONS: usize = 32;

fn main() -> Result<(), Box<dyn Error>> {
    let (rounds, people) = if quick() { (1, 500) } else { (5, 10_000) };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let tokens = prepare(folder.path(), people)?;
    let url = url(folder.path());
    let server = ServerThread::start(move |listener| serve(listener, &url))?;
    let mut trivial = Load::open(&server, "/version", CONNECTIONS, 1)?;
    let mut crowd = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(server.address)?;
        stream.set_nodelay(true)?;
        crowd.push(stream);
    }
    let mut ratio = Rounds::default();
    let (mut took, mut seated, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    // A first round is thrown away.
    for round in 0..=rounds {
        let event = make_event(&crowd[0], round)?;
        let rush = rush(&crowd, event, &tokens)?;
        let other = trivial.run(people)?;
        if round > 0 {
            ratio.push(people as f64 / rush.took.as_secs_f64(), other.per_second);
            took.push(rush.took.as_secs_f64());
            seated.push(rush.slowest_seat.as_secs_f64() * 1e3);
            refused.push(rush.slowest_refusal.as_secs_f64() * 1e3);
        }
    }
    let what =
        format!("{people} people and {SEATS} seats: {SEATS} holds, everyone else refused, in every round");
    ratio.print(what, ("this", "the smallest route", "requests a second"), Goal::Told);
    println!("  all are answered after {:.2} s", median(took));
    println!("  the slowest seat {:.1} ms, the slowest refusal {:.1} ms", median(seated), median(refused));
    Ok(())
}

/// How a rush went.
struct Rush {
    took: Duration,
    slowest_seat: Duration,
    slowest_refusal: Duration,
}

/// Everyone wants a seat, [`CONNECTIONS`] at a time, each as soon as the one before has been answered.
fn rush(crowd: &[TcpStream], event: i64, tokens: &[String]) -> Result<Rush, Box<dyn Error>> {
    let body = r#"{"payment_channel":"wechat"}"#;
    let wish = |token: &String| {
        format!(
            "POST /v1/events/{event}/register HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    let wishes: Vec<String> = tokens.iter().map(wish).collect();
    let (mut holds, mut refusals) = (0, 0);
    let mut rush =
        Rush { took: Duration::ZERO, slowest_seat: Duration::ZERO, slowest_refusal: Duration::ZERO };
    let began = Instant::now();
    let mut asked_at = vec![began; crowd.len()];
    for (stream, wish) in crowd.iter().zip(&wishes) {
        load::send(stream, wish.as_bytes())?;
    }
    for turn in 0..wishes.len() {
        let place = turn % crowd.len();
        let answer = load::answer(&crowd[place])?;
        let waited = asked_at[place].elapsed();
        if answer.starts_with("HTTP/1.1 200 ") {
            holds += 1;
            rush.slowest_seat = rush.slowest_seat.max(waited);
        } else if answer.starts_with("HTTP/1.1 409 ") && answer.contains(r#""code":40901"#) {
            refusals += 1;
            rush.slowest_refusal = rush.slowest_refusal.max(waited);
        } else {
            return Err(answer.into());
        }
        if let Some(wish) = wishes.get(turn + crowd.len()) {
            asked_at[place] = Instant::now();
            load::send(&crowd[place], wish.as_bytes())?;
        }
    }
    rush.took = began.elapsed();
    if (holds, refusals) != (SEATS, tokens.len() - SEATS) {
        return Err(format!("{holds} holds and {refusals} refusals").into());
    }
    Ok(rush)
}

/// Makes an event with [`SEATS`] seats, each of which costs something.
fn make_event(stream: &TcpStream, round: usize) -> Result<i64, Box<dyn Error>> {
    let body = format!(
        r#"{{"event_code":"B{round}","name":"x","event_date":"2099-06-01","start_time":"14:00","end_time":"17:00",
        "location":{{"city":"x","venue":"x"}},"participants":{{"max":{SEATS}}},"deposit":{{"amount":200}}}}"#
    );
    let request = format!(
        "POST /admin/v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = load::ask(stream, request.as_bytes())?;
    let (_, rest) = answer.split_once(r#""event_id":"#).ok_or_else(|| answer.clone())?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Ok(digits.parse()?)
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}/matchmaking.db", folder.display())
}

fn serve(listener: TcpListener, url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let serving = async {
        let stores = store::open(&url.parse()?).await?;
        let foundation = Foundation { token_key: TokenKey::new(KEY), ..Foundation::over(stores) };
        let services = app::over(foundation).await?;
        let limits = Limits { address_rate: None, account_rate: None, ..Limits::default() };
        let policy = Policy { limits, admin_token: Some(Secret::new(ADMIN_TOKEN)), ..Policy::default() };
        let site = app::site(&services, &Surface::ALL, policy);
        let listener = tokio::net::TcpListener::from_std(listener)?;
        Ok::<_, Box<dyn Error>>(http::run(listener, site, CancellationToken::new()).await?)
    };
    runtime.block_on(serving).expect("a server");
}

/// The tokens of so many people.
fn prepare(folder: &Path, people: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let stores = store::open(&url(folder).parse()?).await?;
        let mut members = Members::new(stores.clone(), KEY);
        let mut tokens = Vec::with_capacity(people);
        for _ in 0..people {
            let account = members.join().await?;
            tokens.push(members.token(account).await?);
        }
        stores.upkeep.close().await;
        Ok(tokens)
    })
}
