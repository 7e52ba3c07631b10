//! What an idle socket costs in memory: a server with many connected, and nothing said.

use std::{error::Error, thread, time::Duration};

use matchmaking_benches::{
    child::Server,
    cpu::resident,
    report::{Goal, print_verdict, quick},
    socket::Socket,
};

const PATH: &str = "/ws/message";
/// Whose sockets they are, each one's on many devices: the first of each is told to whoever is there, which with as
/// many people as sockets would be millions of frames and no idle socket.
const USERS: usize = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let (sockets, rounds) = if quick() { (200, 1) } else { (5_000, 3) };
    let mut growths = Vec::new();
    for _ in 0..rounds {
        growths.push(growth(sockets)?);
    }
    let growth = matchmaking_benches::report::median(growths);
    println!("memory of an idle socket on {PATH}, {sockets} connected, of {USERS} users");
    println!("  growth of the server's resident memory a socket {:>10.2} KB", growth / 1e3);
    println!("  median of {rounds} servers");
    print_verdict(Goal::AtMost { must: 16.0, goal: 10.0, beyond: Some(5.0) }, growth / 1e3);
    Ok(())
}

/// By how many bytes a new server's memory grows with each of so many sockets.
fn growth(sockets: usize) -> Result<f64, Box<dyn Error>> {
    let data = tempfile::tempdir()?;
    let server = Server::start(data.path(), "memory:")?;
    for user in 1..=USERS {
        let body = format!(r#"{{"telegram_user_id":{user},"telegram_user_name":"u{user}","gender":1}}"#);
        server.ask("POST", "/UserManagement/create_new_user", &body)?;
    }
    // What is made once for the first socket is not the sockets'.
    let first = connect(&server, 1)?;
    thread::sleep(Duration::from_millis(200));
    let before = resident(server.process())?;
    let mut open = Vec::with_capacity(sockets);
    for number in 0..sockets {
        open.push(connect(&server, 1 + number % USERS)?);
    }
    thread::sleep(Duration::from_millis(500));
    let after = resident(server.process())?;
    drop((first, open));
    Ok((after as f64 - before as f64) / sockets as f64)
}

/// A socket whose user is known to the server.
fn connect(server: &Server, user: usize) -> Result<Socket, Box<dyn Error>> {
    let mut socket = Socket::open(server.address, PATH)?;
    socket.send(&format!(r#"{{"user_id":{user}}}"#))?;
    let welcome = socket.receive()?;
    assert!(welcome.contains("authenticated"), "the server answers {welcome}");
    Ok(socket)
}
