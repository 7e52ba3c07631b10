//! One room, 200 sockets, 16 messages in flight: what a delivery costs the server in CPU time, against npm's `ws`.
//!
//! The other side is a server of a few lines on the fastest WebSocket library of Node.js: it reads a frame, makes the
//! same answer of it, and sends that to everyone. It keeps nothing and knows nobody; ours checks who writes, stores
//! every message durably in SQLite, and then tells the 200. Every message that was acknowledged must have reached
//! all of them, on both sides.
//!
//! Then the same with the 200 speaking three dialects, against one; and what an idle socket costs in memory on rooms
//! and on groups, with 5,000 open.

#[path = "fanout/crowd.rs"]
mod crowd;
#[path = "fanout/other.rs"]
mod other;
#[path = "fanout/room.rs"]
mod room;

use std::{error::Error, time::Duration};

use matchmaking_benches::{
    cpu::resident,
    report::{Goal, Rounds, print_verdict, quick},
};

use crowd::Crowd;
use room::{Dialect, Room};

/// How many sockets hear each message.
const SOCKETS: usize = 200;
/// How many of them write, each when its last message has come back: so many are in flight.
const WRITERS: usize = 16;

/// The dialects that the sockets speak, in turn.
const ONE: [Dialect; 1] = [Dialect::Rooms];
const THREE: [Dialect; 3] = [Dialect::Rooms, Dialect::Groups, Dialect::Miracle];

fn main() -> Result<(), Box<dyn Error>> {
    let (rounds, each) = if quick() { (1, 20) } else { (7, 200) };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let rooms = runtime.block_on(Room::open(&ONE))?;
    let mut crowd = runtime.block_on(Crowd::join(rooms.process(), rooms.seats()))?;
    match other::start() {
        Ok(other) => {
            let mut others = runtime.block_on(Crowd::join(other.process(), other.seats()))?;
            let pairs = Rounds::of(
                rounds,
                || runtime.block_on(crowd.talk(each)),
                || runtime.block_on(others.talk(each)),
            )?;
            let sides = ("ours, stored durably in SQLite first", "npm ws, stored nowhere", "µs a delivery");
            let goal = Goal::AtMost { must: 0.3, goal: 0.12, beyond: Some(0.06) };
            pairs.print(format!("{SOCKETS} sockets in a room, {WRITERS} in flight: CPU time"), sides, goal);
        }
        Err(reason) => println!("npm ws: SKIPPED, {reason}\n"),
    }

    let mixed = runtime.block_on(Room::open(&THREE))?;
    let mut mixed_crowd = runtime.block_on(Crowd::join(mixed.process(), mixed.seats()))?;
    let pairs = Rounds::of(
        rounds,
        || runtime.block_on(mixed_crowd.talk(each)),
        || runtime.block_on(crowd.talk(each)),
    )?;
    let sides = ("three dialects, a third of the sockets each", "rooms alone", "µs a delivery");
    pairs.print(format!("{SOCKETS} sockets, {WRITERS} in flight: CPU time"), sides, Goal::Told);
    drop((crowd, mixed_crowd, rooms, mixed));

    let each = if quick() { 1 } else { 25 };
    for dialect in [Dialect::Rooms, Dialect::Groups] {
        let grown = runtime.block_on(idle(dialect, each))?;
        println!("memory of an idle socket, {dialect:?}, {} connected", each * SOCKETS);
        println!("  growth of the server's resident memory a socket {:>10.2} KB", grown / 1e3);
        print_verdict(Goal::AtMost { must: 16.0, goal: 10.0, beyond: Some(5.0) }, grown / 1e3);
    }
    Ok(())
}

/// By how many bytes a new server's memory grows with each idle socket, when everyone in the room has so many.
async fn idle(dialect: Dialect, each: usize) -> Result<f64, Box<dyn Error>> {
    let room = Room::open(&[dialect]).await?;
    // What is made once for the first sockets is not the others'.
    let first = Crowd::join(room.process(), &room.seats()[..4]).await?;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = resident(room.process())?;
    let seats: Vec<_> = std::iter::repeat_n(room.seats(), each).flatten().cloned().collect();
    let crowd = Crowd::join(room.process(), &seats).await?;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = resident(room.process())?;
    drop((first, crowd));
    Ok((after as f64 - before as f64) / seats.len() as f64)
}
