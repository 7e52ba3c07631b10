//! Every statement and migration, for tests that prepare and compare them.

use super::{
    accounts, album, conversations, counts, daily, dialogues, events, groups, invitations, jobs, likes,
    logins, matches, memberships, messages, office, open, pages, people, registrations, reports, reviews,
    rounds, safety, seats, sessions, summaries, upkeep, writer,
};

/// One statement of the store.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    /// The file it stands in.
    pub file: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
    /// Whether only PostgreSQL runs it, to lock rows.
    pub postgres_only: bool,
}

/// Every statement of the store.
#[must_use]
pub fn statements() -> Vec<Statement> {
    [
        ("accounts", accounts::STATEMENTS),
        ("album", album::STATEMENTS),
        ("conversations", conversations::STATEMENTS),
        ("counts", counts::STATEMENTS),
        ("daily", daily::STATEMENTS),
        ("dialogues", dialogues::STATEMENTS),
        ("events", events::STATEMENTS),
        ("groups", groups::STATEMENTS),
        ("invitations", invitations::STATEMENTS),
        ("jobs", jobs::STATEMENTS),
        ("logins", logins::STATEMENTS),
        ("likes", likes::STATEMENTS),
        ("matches", matches::STATEMENTS),
        ("memberships", memberships::STATEMENTS),
        ("messages", messages::STATEMENTS),
        ("office", office::STATEMENTS),
        ("pages", pages::STATEMENTS),
        ("people", people::STATEMENTS),
        ("registrations", registrations::STATEMENTS),
        ("reviews", reviews::STATEMENTS),
        ("reports", reports::STATEMENTS),
        ("rounds", rounds::STATEMENTS),
        ("safety", safety::STATEMENTS),
        ("seats", seats::STATEMENTS),
        ("sessions", sessions::STATEMENTS),
        ("summaries", summaries::STATEMENTS),
        ("upkeep", upkeep::STATEMENTS),
        ("writer", writer::STATEMENTS),
    ]
    .into_iter()
    .flat_map(|(file, list)| {
        list.iter().map(move |&(name, text, postgres_only)| Statement { file, name, text, postgres_only })
    })
    .collect()
}

/// The versions and descriptions of the migrations: of SQLite, and of PostgreSQL.
#[must_use]
pub fn migrations() -> [Vec<(i64, String)>; 2] {
    [&open::SQLITE, &open::POSTGRES].map(|migrator| {
        migrator.iter().map(|migration| (migration.version, migration.description.to_string())).collect()
    })
}
