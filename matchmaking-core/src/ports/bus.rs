//! How several nodes over one store hear of each other.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

use super::Cause;

/// The most bytes of one payload: what common brokers take unless told otherwise.
pub const PAYLOAD_MAX: usize = 1 << 20;

/// How many payloads wait for a node that is busy. One more and it has lost some, and is told.
pub const INBOX_PAYLOADS: usize = 4_096;

/// Why the bus did not take a payload, or cannot be listened to.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// The payload is over [`PAYLOAD_MAX`].
    #[error("{bytes} bytes are too many for the bus")]
    TooLarge {
        /// How large it is.
        bytes: usize,
    },
    /// More is waiting to be sent than the bus holds; the payload is lost.
    #[error("the bus does not keep up")]
    Full,
    /// The bus cannot be reached.
    #[error("the bus cannot be reached")]
    Unavailable(#[source] Cause),
}

/// Carries bytes between the nodes of one system.
///
/// It may lose payloads and repeat them, and may give a node its own back; the stores are what counts. What one node
/// publishes, one payload after another, arrives in that order.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Bus: Send + Sync {
    /// Whether there are no other nodes and never will be. Who asks first can spare themselves the encoding.
    fn is_alone(&self) -> bool;

    /// Gives a payload to all other nodes. Never waits: what cannot be taken at once is lost.
    fn publish(&self, payload: Bytes) -> Result<(), BusError>;

    /// What is published from now on. A bus that loses touch with the others goes on trying by itself, and says
    /// afterwards that something was lost.
    async fn subscribe(&self) -> Result<Inbox, BusError>;
}

/// What comes in from the bus: the receiving end of [`inbox`].
#[derive(Debug)]
pub struct Inbox {
    queue: mpsc::Receiver<Bytes>,
    lost: Arc<Lost>,
}

/// Where a [`Bus`] puts what comes in: the sending end of [`inbox`].
#[derive(Debug)]
pub struct InboxSender {
    queue: mpsc::Sender<Bytes>,
    lost: Arc<Lost>,
}

/// Something that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A payload.
    Payload(Bytes),
    /// So many payloads were lost around here, as far as they could be counted.
    Lost(u64),
}

#[derive(Debug, Default)]
struct Lost {
    count: AtomicU64,
    changed: Notify,
}

/// A bounded queue between a bus and a node. The bus never waits; the node is told what it missed.
#[must_use]
pub fn inbox(capacity: usize) -> (InboxSender, Inbox) {
    let (sender, queue) = mpsc::channel(capacity);
    let lost = Arc::new(Lost::default());
    (InboxSender { queue: sender, lost: Arc::clone(&lost) }, Inbox { queue, lost })
}

impl InboxSender {
    /// Queues a payload, or notes that it was lost. Returns false when nobody listens any more.
    pub fn offer(&self, payload: Bytes) -> bool {
        match self.queue.try_send(payload) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.lost(1);
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }

    /// Notes that so many were lost before they came here.
    pub fn lost(&self, count: u64) {
        self.lost.count.fetch_add(count, Ordering::AcqRel);
        self.lost.changed.notify_one();
    }
}

impl Inbox {
    /// What comes next; `None` when the bus is gone for good. Cancel safe. A loss is told as soon as it is known,
    /// before what was queued earlier.
    pub async fn next(&mut self) -> Option<Incoming> {
        loop {
            match self.lost.count.swap(0, Ordering::AcqRel) {
                0 => {}
                lost => return Some(Incoming::Lost(lost)),
            }
            tokio::select! {
                biased;
                () = self.lost.changed.notified() => {}
                payload = self.queue.recv() => return payload.map(Incoming::Payload),
            }
        }
    }
}

/// The bus of a node that is the only one: there is nobody to tell.
#[derive(Debug, Clone, Copy, Default)]
pub struct LocalBus;

#[async_trait]
impl Bus for LocalBus {
    fn is_alone(&self) -> bool {
        true
    }

    fn publish(&self, _payload: Bytes) -> Result<(), BusError> {
        Ok(())
    }

    async fn subscribe(&self) -> Result<Inbox, BusError> {
        Ok(inbox(1).1)
    }
}

/// The bus of several nodes within one process, for tests and for applications that embed more than one. Nodes get
/// their own payloads back, as they may from any bus.
#[derive(Debug)]
pub struct SharedBus {
    inbox_payloads: usize,
    inboxes: Mutex<Vec<InboxSender>>,
}

impl SharedBus {
    /// A bus where nobody listens yet.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Self::with_inboxes_of(INBOX_PAYLOADS)
    }

    /// As [`new`](Self::new), with this many payloads in place of [`INBOX_PAYLOADS`]; at least one.
    #[must_use]
    pub fn with_inboxes_of(payloads: usize) -> Arc<Self> {
        Arc::new(Self { inbox_payloads: payloads.max(1), inboxes: Mutex::default() })
    }
}

#[async_trait]
impl Bus for SharedBus {
    fn is_alone(&self) -> bool {
        false
    }

    fn publish(&self, payload: Bytes) -> Result<(), BusError> {
        if payload.len() > PAYLOAD_MAX {
            return Err(BusError::TooLarge { bytes: payload.len() });
        }
        let mut inboxes = self.inboxes.lock().unwrap_or_else(PoisonError::into_inner);
        inboxes.retain(|inbox| inbox.offer(payload.clone()));
        Ok(())
    }

    async fn subscribe(&self) -> Result<Inbox, BusError> {
        let (sender, inbox) = inbox(self.inbox_payloads);
        self.inboxes.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        Ok(inbox)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[tokio::test]
    async fn what_is_published_reaches_every_listener_in_order() {
        let bus = SharedBus::new();
        let (mut one, mut two) = (bus.subscribe().await.unwrap(), bus.subscribe().await.unwrap());
        for text in ["a", "b"] {
            bus.publish(payload(text)).unwrap();
        }
        for inbox in [&mut one, &mut two] {
            assert_eq!(inbox.next().await, Some(Incoming::Payload(payload("a"))));
            assert_eq!(inbox.next().await, Some(Incoming::Payload(payload("b"))));
        }
        drop(one);
        bus.publish(payload("c")).unwrap();
        assert_eq!(bus.inboxes.lock().unwrap().len(), 1);
        assert_eq!(two.next().await, Some(Incoming::Payload(payload("c"))));
        drop(bus);
        assert_eq!(two.next().await, None);
    }

    #[tokio::test]
    async fn a_listener_that_lags_is_told_how_much_it_missed() {
        let bus = SharedBus::with_inboxes_of(2);
        let mut inbox = bus.subscribe().await.unwrap();
        for text in ["a", "b", "c", "d"] {
            bus.publish(payload(text)).unwrap();
        }
        assert_eq!(inbox.next().await, Some(Incoming::Lost(2)));
        assert_eq!(inbox.next().await, Some(Incoming::Payload(payload("a"))));
        assert_eq!(inbox.next().await, Some(Incoming::Payload(payload("b"))));
        // Also while it waits for the next one.
        let (sender, mut waiting) = super::inbox(1);
        let told = tokio::spawn(async move { waiting.next().await });
        tokio::task::yield_now().await;
        sender.lost(7);
        assert_eq!(told.await.unwrap(), Some(Incoming::Lost(7)));
    }

    #[tokio::test]
    async fn what_is_too_large_is_refused() {
        let bus = SharedBus::new();
        let large = Bytes::from(vec![0; PAYLOAD_MAX + 1]);
        assert!(matches!(bus.publish(large), Err(BusError::TooLarge { bytes }) if bytes == PAYLOAD_MAX + 1));
    }

    #[tokio::test]
    async fn alone_there_is_nobody_to_tell() {
        assert!(LocalBus.is_alone());
        LocalBus.publish(payload("a")).unwrap();
        assert_eq!(LocalBus.subscribe().await.unwrap().next().await, None);
    }
}
