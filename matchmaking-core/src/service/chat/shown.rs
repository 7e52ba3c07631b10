//! Messages as the viewer of a conversation is shown them.

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Map, Value};

use super::{Chat, Thread};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::AccountId,
    model::{Message, MessageKind, contact_mask},
    service::media::Media,
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

impl Chat {
    /// These messages as the viewer of a thread is shown them.
    pub(in crate::service) fn shown(&self, thread: &Thread, mut messages: Vec<Message>) -> Vec<Message> {
        if thread.masked {
            let of_others = messages.iter_mut().filter(|message| message.sender != thread.viewer());
            of_others.for_each(|message| mask(&self.media, message));
        }
        messages
    }

    /// A conversation of a list, as the member whose list it is is shown it.
    pub(in crate::service) fn show_summary(&self, mut summary: ConversationSummary) -> ConversationSummary {
        let viewer = summary.me.account;
        if let Some(last) = summary.last.as_mut().filter(|last| last.sender != viewer)
            && summary.contact_locked
            && self.masks_contacts
        {
            mask(&self.media, last);
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

/// Takes the ways to reach somebody out of a message. The link to what was sent to the conversation is none, but what
/// stands behind it may be.
pub(super) fn mask(media: &Media, message: &mut Message) {
    let link = match message.kind {
        MessageKind::Text | MessageKind::Location => None,
        MessageKind::Image | MessageKind::Voice | MessageKind::Video | MessageKind::File => {
            media.sent_to(&message.content, message.conversation).map(|key| media.unsigned(&key))
        }
        MessageKind::System | MessageKind::Assistant => Some(std::mem::take(&mut message.content)),
    };
    match link {
        Some(link) => message.content = link,
        None => mask_text(&mut message.content),
    }
    if let Some(extra) = &mut message.details.extra {
        mask_fields(extra);
    }
}

fn mask_text(text: &mut String) {
    if let Cow::Owned(masked) = contact_mask::masked(text) {
        *text = masked;
    }
}

/// Takes them out of all texts of a document, whose depth the decoder has bounded.
fn mask_value(value: &mut Value) {
    match value {
        Value::String(text) => mask_text(text),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        Value::Object(fields) => mask_fields(fields),
        // A telephone number may be written as a number, too, with a fraction or without.
        Value::Number(number) => {
            let text = number.as_f64().filter(|_| number.is_f64());
            let text = text.map_or_else(|| number.to_string(), |number| format!("{:.0}", number.trunc()));
            if let Cow::Owned(masked) = contact_mask::masked(&text) {
                *value = Value::String(masked);
            }
        }
        Value::Null | Value::Bool(_) => {}
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
