//! What reading one's profile and one's daily list costs beside the smallest route, and what a flood of logins does to
//! others. The server is a process of its own, on SQLite.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt::Write as _,
    fs, io,
    net::TcpStream,
    path::Path,
    process::Stdio,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use matchmaking_benches::{
    child::{Server, command},
    load::{Load, Measured, ask},
    report::{Goal, Rounds, median, print_verdict, quick},
};

const PHONE: &str = "13900000000";
const PASSWORD: &str = "Abc123!@#";
const PEOPLE: u64 = 1_000;

/// How many clients log in at once, each as soon as it has been refused.
const FLOOD: usize = 64;

/// How often somebody else asks meanwhile.
const EVERY: Duration = Duration::from_millis(5);

fn main() -> Result<(), Box<dyn Error>> {
    let (rounds, requests) = if quick() { (1, 2_000) } else { (9, 20_000) };
    let data = tempfile::tempdir()?;
    let database = format!("sqlite://{}/matchmaking.db", data.path().display());
    import(data.path(), &database)?;
    let outbox = data.path().join("outbox.jsonl");
    let sms = format!("file://{}", outbox.display());
    let server = Server::start_with(data.path(), &database, &[("SMS_URL", &sms)])?;
    let head = format!("Authorization: Bearer {}\r\n", register(&server, &outbox)?);

    for (what, path) in [("a profile", "/v1/profile"), ("a daily list", "/v1/matching/daily")] {
        let mut by_clock = Rounds::default();
        let mut by_cpu = Rounds::default();
        for round in 0..=rounds {
            // Opened for each round: connections that nothing goes over are closed.
            let [read, trivial]: [Measured; 2] = [
                Load::open_child(&server, path, &head, 32)?.run(requests)?,
                Load::open_child(&server, "/version", "", 32)?.run(requests)?,
            ];
            if round > 0 {
                by_clock.push(read.per_second, trivial.per_second);
                by_cpu.push(read.micros, trivial.micros);
            }
        }
        let goal = Goal::AtLeast { must: 0.5, goal: 0.7, beyond: None };
        by_clock.print(format!("reading {what}"), (path, "/version", "requests a second"), goal);
        by_cpu.print("the same in CPU time", (path, "/version", "µs CPU a request"), Goal::Told);
    }
    flood(&server, &head)
}

/// People among whom a daily list is drawn.
fn import(data: &Path, database: &str) -> Result<(), Box<dyn Error>> {
    let mut lines = String::new();
    for number in 1..=PEOPLE {
        let _ = writeln!(
            lines,
            r#"{{"phone":"{}","nickname":"人{number}","gender":"male","birth_date":"{}-05-0{}","city":"上海","height_cm":{},"interests":["旅行","摄影"]}}"#,
            13_800_000_000 + number,
            1985 + number % 12,
            1 + number % 9,
            165 + number % 25,
        );
    }
    let file = data.join("people.jsonl");
    fs::write(&file, lines)?;
    let status = command(data, database)?
        .arg("import")
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() { Ok(()) } else { Err("the people could not be imported".into()) }
}

/// Registers somebody with a profile and a daily list, as a client would; returns the access token.
fn register(server: &Server, outbox: &Path) -> Result<String, Box<dyn Error>> {
    server.ask("POST", "/v1/auth/sms-code/send", &format!(r#"{{"phone":"{PHONE}","type":"register"}}"#))?;
    let sent = fs::read_to_string(outbox)?;
    let code = after(&sent, r#""code":""#).ok_or("no code was sent")?;
    let body = format!(r#"{{"phone":"{PHONE}","code":"{code}","password":"{PASSWORD}"}}"#);
    let answer = server.ask("POST", "/v1/auth/register", &body)?;
    let token = after(&answer, r#""access_token":""#).ok_or("no token was given")?.to_owned();
    let profile = r#"{"nickname":"秋秋","gender":"female","birth_date":"1995-01-01","height_cm":165,"interests":["旅行"],"current_location":{"city":"上海"}}"#;
    let length = profile.len();
    let request = format!(
        "PUT /v1/profile/basic HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{profile}"
    );
    let answer = ask(&TcpStream::connect(server.address)?, request.as_bytes())?;
    if answer.starts_with("HTTP/1.1 200 ") { Ok(token) } else { Err(answer.into()) }
}

fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.split_once(name)?.1.split('"').next()
}

/// How long somebody waits for their profile, alone and while others log in with wrong passwords.
fn flood(server: &Server, head: &str) -> Result<(), Box<dyn Error>> {
    let asked = if quick() { 50 } else { 1_000 };
    let alone = waits(server, head, asked)?;
    let (over, next) = (AtomicBool::new(false), AtomicU64::new(0));
    let (flooded, refused) = thread::scope(|scope| -> io::Result<_> {
        let clients: Vec<_> =
            (0..FLOOD).map(|_| scope.spawn(|| log_in_until(server, &over, &next))).collect();
        thread::sleep(Duration::from_millis(200));
        let flooded = waits(server, head, asked);
        over.store(true, Ordering::Relaxed);
        let mut refused: BTreeMap<String, u64> = BTreeMap::new();
        for client in clients {
            let statuses = client.join().map_err(|_| io::Error::other("a client panicked"))??;
            for (status, count) in statuses {
                *refused.entry(status).or_default() += count;
            }
        }
        Ok((flooded?, refused))
    })?;
    println!("reading a profile while {FLOOD} clients log in with wrong passwords ({refused:?})");
    for (name, part) in [("median", 0.5), ("99th of a hundred", 0.99)] {
        let (alone, flooded) = (quantile(&alone, part), quantile(&flooded, part));
        println!("  {name:<20} {flooded:>8.2} ms, alone {alone:>8.2} ms, ratio {:.2}", flooded / alone);
    }
    print_verdict(Goal::Told, median(flooded));
    Ok(())
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part) as usize]
}

/// So many waits for a profile in milliseconds, in order of length.
fn waits(server: &Server, head: &str, count: usize) -> io::Result<Vec<f64>> {
    let stream = TcpStream::connect(server.address)?;
    stream.set_nodelay(true)?;
    let request = format!("GET /v1/profile HTTP/1.1\r\nHost: localhost\r\n{head}\r\n");
    let mut waits = Vec::with_capacity(count);
    for _ in 0..count {
        let began = Instant::now();
        let answer = ask(&stream, request.as_bytes())?;
        waits.push(began.elapsed().as_secs_f64() * 1e3);
        if !answer.starts_with("HTTP/1.1 200 ") {
            return Err(io::Error::other(answer));
        }
        thread::sleep(EVERY);
    }
    waits.sort_by(f64::total_cmp);
    Ok(waits)
}

/// Logs in as somebody else each time, so that no lock saves the server its work; counts the answers by status.
fn log_in_until(server: &Server, over: &AtomicBool, next: &AtomicU64) -> io::Result<BTreeMap<String, u64>> {
    let stream = TcpStream::connect(server.address)?;
    let mut answers = BTreeMap::new();
    while !over.load(Ordering::Relaxed) {
        let phone = 15_000_000_000 + next.fetch_add(1, Ordering::Relaxed);
        let body = format!(r#"{{"phone":"{phone}","password":"{PASSWORD}"}}"#);
        let length = body.len();
        let request = format!(
            "POST /v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let answer = ask(&stream, request.as_bytes())?;
        *answers.entry(answer.chars().skip(9).take(3).collect()).or_default() += 1;
    }
    Ok(answers)
}
