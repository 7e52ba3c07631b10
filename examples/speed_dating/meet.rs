//! Asking a running server for matches, as the mini-app does.

use std::error::Error;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::TELEGRAM_BASE;
use matchmaking_server::survey::Survey;

/// Lets `count` of the people, evenly picked, ask for a match one after the other; prints a line each and says at the
/// end what came of it.
pub(crate) async fn meet(survey: &Survey, server: &str, count: usize) -> Result<String, Box<dyn Error>> {
    let step = (survey.people.len() / count.max(1)).max(1);
    let (mut chosen, mut older, mut nobody) = (0, 0, 0);
    for iid in survey.people.keys().step_by(step).take(count) {
        let told = ask(server, TELEGRAM_BASE + i64::from(*iid)).await?;
        if told["type"] != "match_info" {
            nobody += 1;
            println!("{iid:>4}  {}", told["message"].as_str().unwrap_or("no answer"));
            continue;
        }
        let is_older = told["message"].is_string();
        *(if is_older { &mut older } else { &mut chosen }) += 1;
        println!(
            "{iid:>4} with {:>4}  {:>3}  {}{}",
            told["matched_user_id"].as_i64().unwrap_or_default() - TELEGRAM_BASE,
            told["match_score"],
            told["reason_of_match_given_to_self_user"].as_str().unwrap_or_default(),
            if is_older { "  (had already)" } else { "" },
        );
    }
    let total = chosen + older + nobody;
    Ok(format!("{total} asked: {chosen} got somebody new, {older} a match they had, {nobody} nobody"))
}

/// What the server tells this person on connecting.
async fn ask(server: &str, telegram_id: i64) -> Result<Value, Box<dyn Error>> {
    let (mut socket, _) = connect_async(format!("ws://{server}/ws/match")).await?;
    socket.send(Message::text(json!({"user_id": telegram_id}).to_string())).await?;
    let authenticated = next(&mut socket).await?;
    if let Some(error) = authenticated["error"].as_str() {
        return Err(format!("Telegram {telegram_id}: {error}").into());
    }
    let told = next(&mut socket).await?;
    socket.close(None).await?;
    Ok(told)
}

async fn next(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Result<Value, Box<dyn Error>> {
    while let Some(frame) = socket.next().await {
        if let Message::Text(text) = frame? {
            return Ok(serde_json::from_str(&text)?);
        }
    }
    Err("the server closed the socket".into())
}
