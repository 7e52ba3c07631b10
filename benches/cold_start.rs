//! How long the server takes from being started to its first answers, on a database that exists.

use std::{
    error::Error,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use matchmaking_benches::{
    child::{Server, command},
    report::{Goal, Rounds, median, print_verdict, quick},
};

const PEOPLE: &str = "10000";

fn main() -> Result<(), Box<dyn Error>> {
    let starts = if quick() { 2 } else { 20 };
    let empty = tempfile::tempdir()?;
    measure("an empty database", empty.path(), starts)?;
    let seeded = tempfile::tempdir()?;
    let mut seed = command(seeded.path(), &database(seeded.path()))?;
    let status =
        seed.args(["seed", "--people", PEOPLE]).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.success() {
        measure(&format!("{PEOPLE} people"), seeded.path(), starts)?;
    } else {
        println!("{PEOPLE} people: not measured, because `seed` failed");
    }
    Ok(())
}

fn database(data: &Path) -> String {
    format!("sqlite://{}/matchmaking.db", data.display())
}

fn measure(what: &str, data: &Path, starts: usize) -> Result<(), Box<dyn Error>> {
    // The first start makes the database.
    drop(Server::start(data, &database(data))?);
    let mut pairs = Rounds::default();
    let mut surfaces = Vec::new();
    for _ in 0..starts {
        let nothing = spawn_true()?;
        let began = Instant::now();
        let server = Server::start(data, &database(data))?;
        server.ask("GET", "/healthz", "")?;
        let healthy = began.elapsed();
        server.ask("GET", "/", "")?;
        surfaces.push(began.elapsed().as_secs_f64() * 1e3);
        pairs.push(healthy.as_secs_f64() * 1e3, nothing);
    }
    let sides = ("from the start to the first 200 of /healthz", "starting `true` and waiting for it", "ms");
    pairs.print(format!("start with {what}"), sides, Goal::Told);
    let surface = median(surfaces);
    println!("  from the start to the first 200 of a route of miracle {surface:>5.2} ms");
    print_verdict(Goal::AtMost { must: 50.0, goal: 10.0, beyond: None }, surface);
    Ok(())
}

fn spawn_true() -> Result<f64, Box<dyn Error>> {
    let began = Instant::now();
    Command::new("true").status()?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}
