//! The loop between the terminal and the socket.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpStream,
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

use super::{
    Error,
    dialect::{Heard, Place},
};

/// How long the server may take, after the end of the input, to store what was typed.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open socket in its place.
pub(crate) struct Session {
    place: Place,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Opens the socket. Whatever is said from now on is heard.
pub(crate) async fn open(place: Place) -> Result<Session, Error> {
    let (mut socket, _) = connect_async(place.handshake.clone()).await?;
    if let Some(greeting) = &place.greeting {
        socket.send(Message::text(greeting.to_string())).await?;
    }
    let mut session = Session { place, socket };
    // Every dialect greets whoever it has let in.
    match session.heard().await? {
        Heard::Refused(reason) => Err(reason.into()),
        _ => Ok(session),
    }
}

impl Session {
    /// What the next frame comes to.
    async fn heard(&mut self) -> Result<Heard, Error> {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Ok(self.place.hear(&serde_json::from_str::<Value>(&text)?)),
            Some(Ok(Message::Close(reason))) => {
                let reason = reason.map(|frame| frame.to_string()).unwrap_or_default();
                Err(format!("the server closed the socket: {reason}").into())
            }
            Some(Ok(_)) => Ok(Heard::Nothing),
            Some(Err(error)) => Err(error.into()),
            None => Err("the server is gone".into()),
        }
    }

    /// Says every line of `input`, and prints to `output` what others say, until the input ends or the server closes.
    pub(crate) async fn run(
        mut self,
        input: impl AsyncBufRead + Unpin,
        mut output: impl AsyncWrite + Unpin,
    ) -> Result<(), Error> {
        let mut lines = input.lines();
        let mut typing = true;
        let mut unstored = 0_usize;
        let mut deadline = Instant::now();
        while typing || unstored > 0 {
            tokio::select! {
                line = lines.next_line(), if typing => match line? {
                    Some(line) if line.trim().is_empty() => {}
                    Some(line) => {
                        self.socket.send(Message::text(self.place.say(&line).to_string())).await?;
                        unstored += 1;
                    }
                    None => {
                        typing = false;
                        deadline = Instant::now() + PATIENCE;
                    }
                },
                heard = self.heard() => {
                    match heard? {
                        Heard::Line(line) => output.write_all(format!("{line}\n").as_bytes()).await?,
                        Heard::Stored => unstored = unstored.saturating_sub(1),
                        Heard::Refused(reason) => {
                            unstored = unstored.saturating_sub(1);
                            output.write_all(format!("! {reason}\n").as_bytes()).await?;
                        }
                        Heard::Nothing => {}
                    }
                    output.flush().await?;
                }
                () = sleep_until(deadline), if !typing => {
                    return Err(format!("{unstored} messages were not acknowledged").into());
                }
            }
        }
        self.socket.close(None).await?;
        Ok(())
    }
}
