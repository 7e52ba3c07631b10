//! Messages as the viewer of a conversation is shown them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Chat, Thread};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Message, MessageKind, contact_mask},
    store::ConversationSummary,
};

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It is stored.
    Sent,
    /// It reached a device of somebody else's.
    Delivered,
    /// Somebody else has read it, first at this moment.
    Read(Millis),
    /// Its sender took it back.
    Recalled,
}

impl Thread {
    /// These messages as the viewer of the thread is shown them.
    pub(in crate::service) fn show(&self, mut messages: Vec<Message>) -> Vec<Message> {
        if self.masked {
            messages.iter_mut().filter(|message| message.sender != self.viewer()).for_each(mask);
        }
        messages
    }
}

impl Chat {
    /// A conversation of a list, as the member whose list it is is shown it.
    pub(in crate::service) fn show_summary(&self, mut summary: ConversationSummary) -> ConversationSummary {
        let viewer = summary.me.account;
        if let Some(last) = summary.last.as_mut().filter(|last| last.sender != viewer)
            && summary.contact_locked
            && self.masks_contacts
        {
            mask(last);
        }
        summary
    }

    /// How far each of these messages of a conversation has come: in a direct one to whom it was written, in a group to
    /// whoever was first.
    pub async fn progress(&self, thread: &Thread, messages: &[Message]) -> StoreResult<Vec<Progress>> {
        let readers = self.read_by(thread, messages).await?;
        let mut delivered: BTreeMap<AccountId, i64> = BTreeMap::new();
        if let Some(peer) = thread.peer {
            let of_peer = self.stores.conversations.member(thread.id(), peer).await?;
            delivered.extend(of_peer.map(|member| (peer, member.delivered_seq)));
            delivered.insert(thread.viewer(), thread.me.delivered_seq);
        }
        let progress = |(message, readers): (&Message, &Vec<crate::store::ReadMark>)| {
            let reached =
                || delivered.iter().any(|(account, seq)| *account != message.sender && *seq >= message.seq);
            if message.recalled_at.is_some() {
                Progress::Recalled
            } else if let Some(first) = readers.iter().map(|mark| mark.at).min() {
                Progress::Read(first)
            } else if reached() {
                Progress::Delivered
            } else {
                Progress::Sent
            }
        };
        Ok(messages.iter().zip(&readers).map(progress).collect())
    }
}

/// Takes the ways to reach somebody out of a message. The link of a picture or a file is none.
pub(super) fn mask(message: &mut Message) {
    let is_text = match message.kind {
        MessageKind::Text | MessageKind::Location => true,
        MessageKind::Image | MessageKind::Voice | MessageKind::Video | MessageKind::File => {
            message.details.media.is_some()
        }
        MessageKind::System | MessageKind::Assistant => false,
    };
    if is_text {
        mask_text(&mut message.content);
    }
    if let Some(extra) = &mut message.details.extra {
        mask_fields(extra);
    }
}

fn mask_text(text: &mut String) {
    if let std::borrow::Cow::Owned(masked) = contact_mask::masked(text) {
        *text = masked;
    }
}

/// Takes them out of all texts of a document, whose depth the decoder has bounded.
fn mask_value(value: &mut Value) {
    match value {
        Value::String(text) => mask_text(text),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        Value::Object(fields) => mask_fields(fields),
        // A telephone number may be written as a number, too. One with a fraction is a measure, such as a longitude.
        Value::Number(number) if !number.is_f64() => {
            let mut text = number.to_string();
            mask_text(&mut text);
            if text != number.to_string() {
                *value = Value::String(text);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes them out of the names of fields as well.
fn mask_fields(fields: &mut Map<String, Value>) {
    *fields = std::mem::take(fields)
        .into_iter()
        .map(|(mut name, mut value)| {
            mask_text(&mut name);
            mask_value(&mut value);
            (name, value)
        })
        .collect();
}
