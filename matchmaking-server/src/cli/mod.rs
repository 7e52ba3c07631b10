//! The subcommands. Start-up failures print one clear line each and exit with 2.

mod backup;
mod daily;
mod evaluate;
mod healthcheck;
mod import;
mod migrate;
mod offline;
mod openapi;
mod progress;
mod recommend;
mod seed;
mod serve;
mod train;

use std::{io::Write as _, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::{Config, Flags, Purpose};

pub use serve::Failure;

/// Matchmaking and chat behind five documented APIs.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve (what happens without a subcommand, too)
    Serve,
    /// Bring the database to the newest schema
    Migrate,
    /// Import profiles from CSV or JSONL
    Import(import::Arguments),
    /// Make up people
    Seed(seed::Arguments),
    /// Fit the weights of the score to what people decided
    Train(train::Arguments),
    /// Print somebody's ranking with the reasons
    Recommend(recommend::Arguments),
    /// Draw today's lists for everyone who has none yet
    Daily(daily::Arguments),
    /// Say how fairly daily lists show people, and what comes of them
    Evaluate(evaluate::Arguments),
    /// Save database and media
    Backup(backup::Arguments),
    /// Print the OpenAPI document
    Openapi,
    /// Ask the server at BIND_ADDR whether it is well; exit status 0 or 1
    Healthcheck,
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> ExitCode {
    let Cli { flags, command } = Cli::parse();
    let command = command.unwrap_or(Command::Serve);
    // The document is the same whatever the configuration.
    if matches!(command, Command::Openapi) {
        return openapi::run();
    }
    let purpose = if matches!(command, Command::Serve) { Purpose::Serve } else { Purpose::Other };
    let set = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let config = match Config::new(&flags, set, purpose) {
        Ok(config) => config,
        Err(problems) => return failed(&Failure::Config(problems)),
    };
    let result = match command {
        Command::Serve => serve::run(config),
        Command::Migrate => migrate::run(&config),
        Command::Import(arguments) => import::run(&config, &arguments),
        Command::Seed(arguments) => seed::run(&config, &arguments),
        Command::Train(arguments) => train::run(&config, &arguments),
        Command::Recommend(arguments) => recommend::run(&config, &arguments),
        Command::Daily(arguments) => daily::run(&config, &arguments),
        Command::Evaluate(arguments) => evaluate::run(&config, &arguments),
        Command::Backup(arguments) => backup::run(&config, &arguments),
        Command::Openapi => return openapi::run(),
        Command::Healthcheck => return healthcheck::run(&config),
    };
    result.map_or_else(|failure| failed(&failure), |()| ExitCode::SUCCESS)
}

fn failed(failure: &Failure) -> ExitCode {
    let mut out = std::io::stderr().lock();
    for line in failure.to_string().lines() {
        // Where nobody listens, the exit status tells.
        let _ = writeln!(out, "matchmaking-server: {line}");
    }
    ExitCode::from(2)
}
