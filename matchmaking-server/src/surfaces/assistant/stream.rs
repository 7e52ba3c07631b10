//! A reply as an event stream, in either format.

use std::{sync::Arc, time::Duration};

use matchmaking_core::{
    api::assistant::{Chunk, STREAM_ERROR, StreamFormat},
    ports::assistant as port,
};

use crate::http::{Asked, EventSender, ReaderGone, Reply, events};

/// What ends a stream of OpenAI's chunks.
const DONE: &str = "[DONE]";

/// What is written so that an idle stream stays open.
const STILL_THERE: &str = "still there";

/// How the pieces of a reply become events.
enum Writer {
    Text,
    /// By the first chunk, from which the others are made.
    OpenAi(Box<Chunk>),
}

/// The answer that carries a reply as it is being written. Once its client has gone away the reply is dropped, which
/// ends whatever was done for it.
pub(super) fn open(asked: &Arc<Asked>, reply: port::Reply, format: StreamFormat, model: String) -> Reply {
    let (sender, answer) = events();
    let writer = match format {
        StreamFormat::Text => Writer::Text,
        StreamFormat::OpenAi => {
            let id = format!("chatcmpl-{}", asked.id().as_str());
            Writer::OpenAi(Box::new(Chunk::first(id, asked.now().0.div_euclid(1_000), model)))
        }
    };
    let comment_every = asked.limits().event_comment_every;
    asked.spawn(async move {
        // Whoever is gone needs no more events.
        let _ = write(reply, &writer, &sender, comment_every).await;
    });
    answer
}

async fn write(
    mut reply: port::Reply,
    writer: &Writer,
    sender: &EventSender,
    comment_every: Duration,
) -> Result<(), ReaderGone> {
    if let Writer::OpenAi(first) = writer {
        sender.send(&json(first)).await?;
    }
    loop {
        let piece = tokio::select! {
            piece = reply.next() => piece,
            () = sender.closed() => return Err(ReaderGone),
            () = tokio::time::sleep(comment_every) => {
                sender.comment(STILL_THERE).await?;
                continue;
            }
        };
        match (piece, writer) {
            (Some(Ok(text)), Writer::Text) => sender.send(&text).await?,
            (Some(Ok(text)), Writer::OpenAi(first)) => sender.send(&json(&first.text(text))).await?,
            (Some(Err(error)), Writer::Text) => {
                return sender.send(&format!("{STREAM_ERROR}{error}")).await;
            }
            (Some(Err(error)), Writer::OpenAi(first)) => {
                sender.send(&json(&first.failed(format!("{STREAM_ERROR}{error}")))).await?;
                return sender.send(DONE).await;
            }
            (None, Writer::Text) => return Ok(()),
            (None, Writer::OpenAi(first)) => {
                sender.send(&json(&first.last())).await?;
                return sender.send(DONE).await;
            }
        }
    }
}

fn json(chunk: &Chunk) -> String {
    // Texts and numbers can always be written.
    serde_json::to_string(chunk).unwrap_or_default()
}
