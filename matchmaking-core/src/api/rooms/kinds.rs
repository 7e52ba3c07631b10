//! The four kinds of messages that this surface has words for.

use crate::{
    api::wire::{Node, Problem, Refused},
    model::MessageKind,
};

/// The kind that a word names.
#[must_use]
pub fn kind_of(word: &str) -> Option<MessageKind> {
    match word {
        "text" => Some(MessageKind::Text),
        "image" => Some(MessageKind::Image),
        "file" => Some(MessageKind::File),
        "video" => Some(MessageKind::Video),
        _ => None,
    }
}

/// The word for a kind; what this surface has no word for is shown as text.
#[must_use]
pub const fn name_of(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Image => "image",
        MessageKind::File => "file",
        MessageKind::Video => "video",
        MessageKind::Text
        | MessageKind::Voice
        | MessageKind::Location
        | MessageKind::System
        | MessageKind::Assistant => "text",
    }
}

pub(super) fn decode(node: Node<'_>) -> Result<MessageKind, Refused> {
    let word = node.raw().as_str().ok_or_else(|| node.refuse(Problem::NotText))?;
    kind_of(word).ok_or_else(|| node.refuse(Problem::value("消息类型错误")))
}
