//! A terminal client for the three dialects that have chat sockets.
//!
//! ```text
//! cargo run --example chat_client -- rooms   --user lin --password secret123 --register --create tea
//! cargo run --example chat_client -- rooms   --user wu  --password secret123 --register --room 1
//! cargo run --example chat_client -- groups  --user wu  --password secret123 --group 1
//! cargo run --example chat_client -- groups  --user wu  --password secret123 --person 1
//! cargo run --example chat_client -- miracle --user 101 --peer 102 --match-id 1
//! ```
//!
//! Every line typed is a message; what others say is printed. At the end of the input it waits until everything that
//! was typed is stored, and leaves.

#[path = "chat_client/dialect.rs"]
mod dialect;
#[path = "chat_client/http.rs"]
mod http;
#[path = "chat_client/session.rs"]
mod session;
#[cfg(test)]
#[path = "chat_client/tests.rs"]
mod tests;

use clap::{Args, Parser, Subcommand};
use tokio::io::{BufReader, stdin, stdout};

/// What goes wrong ends the client, with a line that says it.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// A terminal client for rooms, groups and Miracle.
#[derive(Debug, Parser)]
struct Arguments {
    /// Where the server listens
    #[arg(long, global = true, default_value = "127.0.0.1:8000")]
    server: String,
    #[command(subcommand)]
    talk: Talk,
}

#[derive(Debug, Subcommand)]
enum Talk {
    /// Talk in a room
    Rooms {
        #[command(flatten)]
        login: Login,
        /// The room's number
        #[arg(long, required_unless_present = "create")]
        room: Option<i64>,
        /// Make a room of this name, and talk there
        #[arg(long, conflicts_with = "room")]
        create: Option<String>,
    },
    /// Talk in a group, or with a person
    Groups {
        #[command(flatten)]
        login: Login,
        /// The group's number
        #[arg(long, required_unless_present = "person")]
        group: Option<i64>,
        /// The person's number
        #[arg(long, conflicts_with = "group")]
        person: Option<i64>,
    },
    /// Talk with a match
    Miracle {
        /// One's own Telegram number
        #[arg(long)]
        user: i64,
        /// The other's Telegram number
        #[arg(long)]
        peer: i64,
        /// The number of the match of the two
        #[arg(long)]
        match_id: i64,
    },
}

/// Who one is, where there are passwords.
#[derive(Debug, Args)]
struct Login {
    /// The user name
    #[arg(long)]
    user: String,
    /// The password
    #[arg(long, env = "CHAT_PASSWORD", hide_env_values = true)]
    password: String,
    /// Make the account first, if there is none
    #[arg(long)]
    register: bool,
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Arguments { server, talk } = Arguments::parse();
    let place = dialect::enter(&server, talk).await?;
    session::open(place).await?.run(BufReader::new(stdin()), stdout()).await
}
