//! What connections took is noted beside the requests: all that came together in one write, so that a conversation costs
//! no more than a few of them a second.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};

use super::Chat;
use crate::{
    error::StoreResult,
    ids::{AccountId, ConversationId, MessageId},
    realtime::Event,
    store::DeliveryMark,
};

/// How long what was taken waits for more, before it is noted.
const GATHERED_FOR: Duration = Duration::from_millis(100);

/// How many members' deliveries wait at most. What comes beyond is not noted: the next message tells of it, too.
const WAITING_MAX: usize = 10_000;

/// A message that reached somebody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delivered {
    pub(super) message: MessageId,
    pub(super) seq: i64,
    /// Who is told.
    pub(super) sender: AccountId,
}

/// What was taken and is not noted yet: of each recipient in a conversation the last message.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    waiting: Mutex<BTreeMap<(ConversationId, AccountId), Delivered>>,
    came: Notify,
}

impl Deliveries {
    /// Notes, soon, that a message reached somebody.
    pub(super) fn add(&self, conversation: ConversationId, recipient: AccountId, delivered: Delivered) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (conversation, recipient);
        if waiting.len() >= WAITING_MAX && !waiting.contains_key(&place) {
            return;
        }
        let last = waiting.entry(place).or_insert(delivered);
        if delivered.seq > last.seq {
            *last = delivered;
        }
        drop(waiting);
        self.came.notify_one();
    }

    fn take(&self) -> BTreeMap<(ConversationId, AccountId), Delivered> {
        mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Chat {
    /// Notes what connections take, and tells the senders, for as long as it is driven.
    pub(in crate::service) async fn note_deliveries(self) {
        loop {
            self.deliveries.came.notified().await;
            sleep(GATHERED_FOR).await;
            let taken = self.deliveries.take();
            if let Err(error) = self.note(taken).await {
                // They are noted with the next message, or when the list is read.
                tracing::warn!(error = &error as &dyn std::error::Error, "deliveries are not noted");
            }
        }
    }

    async fn note(&self, taken: BTreeMap<(ConversationId, AccountId), Delivered>) -> StoreResult<()> {
        if taken.is_empty() {
            return Ok(());
        }
        let mark = |(&(conversation, account), delivered): (&(ConversationId, AccountId), &Delivered)| {
            DeliveryMark { conversation, account, seq: delivered.seq }
        };
        let marks: Vec<DeliveryMark> = taken.iter().map(mark).collect();
        for moved in self.stores.messages.mark_all_delivered(&marks).await? {
            if let Some(delivered) = taken.get(&(moved.conversation, moved.account)) {
                self.tell_delivered(moved.conversation, moved.account, *delivered);
            }
        }
        Ok(())
    }

    pub(super) fn tell_delivered(
        &self,
        conversation: ConversationId,
        recipient: AccountId,
        delivered: Delivered,
    ) {
        let Delivered { message, seq, sender } = delivered;
        let event = Event::MessageDelivered { message, conversation, seq, recipient };
        self.hub.publish_to(&[sender], event);
    }
}
