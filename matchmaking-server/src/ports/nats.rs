//! The bus between nodes over NATS.
//!
//! NATS gives each message to whoever is connected at that moment, at most once. So this bus tells of losses: its own node
//! when the connection was broken or messages came faster than they were taken, and the other nodes, by an empty message,
//! when something of this node's may not have been sent. A node that is told so makes its clients read again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_nats::{Client, ConnectOptions, Event, Subscriber};
use async_trait::async_trait;
use bytes::Bytes;
use futures_util::StreamExt as _;
use matchmaking_core::ports::bus::{Bus, BusError, INBOX_PAYLOADS, Inbox, InboxSender, PAYLOAD_MAX, inbox};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

/// How many payloads wait to be sent; what comes beyond is lost.
pub const OUTBOX_PAYLOADS: usize = 4_096;

/// How many bytes they have together; what comes beyond is lost.
pub const OUTBOX_BYTES: usize = 32 << 20;

/// How many commands the client holds between the outbox and the connection. While the connection is broken they wait
/// there, each with a payload of up to [`PAYLOAD_MAX`].
const CLIENT_COMMANDS: usize = 16;

/// How many payloads wait between the connection and the inbox; more than that were lost.
const SUBSCRIPTION_PAYLOADS: usize = 256;

/// How long connecting may take, at the start and later.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// How long it waits between attempts to connect again: twice as long after each, up to the second one.
const RECONNECT_AFTER: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(2));

/// How often the server is asked whether it is still there. After two questions without an answer the connection is taken
/// for broken.
const PING_EVERY: Duration = Duration::from_secs(15);

/// Nothing: something was lost. No payload of a node is empty.
const LOST: Bytes = Bytes::new();

/// A bus over a NATS server, or a cluster of them.
pub struct NatsBus {
    client: Client,
    subject: String,
    outbox: mpsc::Sender<Bytes>,
    waiting: Arc<Waiting>,
    losses: watch::Receiver<Losses>,
    stop: CancellationToken,
}

/// What is in the outbox.
#[derive(Debug, Default)]
struct Waiting {
    bytes: AtomicUsize,
    /// Whether something did not fit.
    has_lost: AtomicBool,
}

/// How often something may have been lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Losses {
    /// Because the connection was broken, and is there again: in both directions.
    broken: u64,
    /// Because payloads came faster than they were taken.
    slow: u64,
}

impl NatsBus {
    /// Connects to the server at this URL (`nats://[USER:PASSWORD@]HOST[:PORT]`). Nodes hear each other that have the same
    /// subject; whoever else may listen on the server hears them, too.
    pub async fn connect(url: &str, subject: String) -> Result<Self, BusError> {
        let (tell, losses) = watch::channel(Losses::default());
        let client =
            options(tell).connect(url).await.map_err(|error| BusError::Unavailable(Box::new(error)))?;
        let (outbox, queue) = mpsc::channel(OUTBOX_PAYLOADS);
        let (waiting, stop) = (Arc::<Waiting>::default(), CancellationToken::new());
        let sending = send(client.clone(), subject.clone(), queue, Arc::clone(&waiting), losses.clone());
        tokio::spawn(stop.clone().run_until_cancelled_owned(sending));
        Ok(Self { client, subject, outbox, waiting, losses, stop })
    }
}

/// Its tasks end with it.
impl Drop for NatsBus {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl std::fmt::Debug for NatsBus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NatsBus").finish_non_exhaustive()
    }
}

fn options(tell: watch::Sender<Losses>) -> ConnectOptions {
    let (tell, is_broken) = (Arc::new(tell), Arc::new(AtomicBool::new(false)));
    let (first, longest) = RECONNECT_AFTER;
    ConnectOptions::new()
        .name("matchmaking")
        // Nobody needs their own words back; the hub knows its own all the same.
        .no_echo()
        .client_capacity(CLIENT_COMMANDS)
        .subscription_capacity(SUBSCRIPTION_PAYLOADS)
        .connection_timeout(CONNECT_WITHIN)
        .ping_interval(PING_EVERY)
        .max_reconnects(None)
        .reconnect_delay_callback(move |attempts| {
            let doubled = 1_u32.checked_shl(u32::try_from(attempts).unwrap_or(u32::MAX)).unwrap_or(u32::MAX);
            first.saturating_mul(doubled).min(longest)
        })
        .event_callback(move |event| {
            let (tell, is_broken) = (Arc::clone(&tell), Arc::clone(&is_broken));
            async move { heed(&event, &tell, &is_broken) }
        })
}

/// Notes what the client says about its connection.
fn heed(event: &Event, tell: &watch::Sender<Losses>, is_broken: &AtomicBool) {
    match event {
        Event::Disconnected => {
            tracing::warn!("the bus is out of reach; other nodes are not heard");
            is_broken.store(true, Ordering::Release);
        }
        Event::Connected => {
            // The first time nothing was there to be missed.
            if is_broken.swap(false, Ordering::AcqRel) {
                tracing::info!("the bus is back");
                tell.send_modify(|losses| losses.broken += 1);
            }
        }
        Event::SlowConsumer(_) => tell.send_modify(|losses| losses.slow += 1),
        // Their text may name the server.
        Event::ServerError(_) | Event::ClientError(_) => tracing::warn!("the bus has refused something"),
        Event::LameDuckMode | Event::Draining | Event::Closed => {}
    }
}

#[async_trait]
impl Bus for NatsBus {
    fn is_alone(&self) -> bool {
        false
    }

    fn publish(&self, payload: Bytes) -> Result<(), BusError> {
        let bytes = payload.len();
        if bytes > PAYLOAD_MAX {
            return Err(BusError::TooLarge { bytes });
        }
        let fits = self.waiting.bytes.fetch_add(bytes, Ordering::AcqRel) + bytes <= OUTBOX_BYTES;
        if fits && self.outbox.try_send(payload).is_ok() {
            return Ok(());
        }
        self.waiting.bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.waiting.has_lost.store(true, Ordering::Release);
        Err(BusError::Full)
    }

    async fn subscribe(&self) -> Result<Inbox, BusError> {
        let subscribed = self.client.subscribe(self.subject.clone()).await;
        let subscriber = subscribed.map_err(|error| BusError::Unavailable(Box::new(error)))?;
        is_heard(&self.client, &self.subject).await;
        let (sender, inbox) = inbox(INBOX_PAYLOADS);
        let (client, subject) = (self.client.clone(), self.subject.clone());
        let receiving = receive(client, subject, subscriber, sender, self.losses.clone());
        tokio::spawn(self.stop.clone().run_until_cancelled_owned(receiving));
        Ok(inbox)
    }
}

/// Sends what is in the outbox, and tells the others where something is missing. While the connection is broken it waits.
async fn send(
    client: Client,
    subject: String,
    mut queue: mpsc::Receiver<Bytes>,
    waiting: Arc<Waiting>,
    mut losses: watch::Receiver<Losses>,
) {
    let mut broken = 0;
    loop {
        let next = tokio::select! {
            biased;
            changed = losses.changed() => if changed.is_ok() { None } else { return },
            payload = queue.recv() => if payload.is_some() { payload } else { return },
        };
        let was_broken = std::mem::replace(&mut broken, losses.borrow_and_update().broken) != broken;
        let has_lost = waiting.has_lost.swap(false, Ordering::AcqRel);
        let bytes = next.as_ref().map_or(0, Bytes::len);
        for payload in (was_broken || has_lost).then_some(LOST).into_iter().chain(next) {
            if client.publish(subject.clone(), payload).await.is_err() {
                // Longer than this server takes: the others must know.
                waiting.has_lost.store(true, Ordering::Release);
            }
        }
        waiting.bytes.fetch_sub(bytes, Ordering::AcqRel);
    }
}

/// Returns when the server has dealt with everything that was sent to it before: it answers at once that nobody listens
/// here. If it does not answer in time, the connection is about to be made anew, and this is asked again.
async fn is_heard(client: &Client, subject: &str) {
    let _ = client.request(format!("{subject}.heard"), LOST).await;
}

/// Puts what comes into a node's inbox, until nobody looks there any more.
async fn receive(
    client: Client,
    subject: String,
    mut subscriber: Subscriber,
    inbox: InboxSender,
    mut losses: watch::Receiver<Losses>,
) {
    losses.mark_unchanged();
    loop {
        tokio::select! {
            biased;
            changed = losses.changed() => {
                if changed.is_err() {
                    return;
                }
                // Not before the server knows of this subscription again: else what is said in between would be missed
                // by whoever has read again by then.
                is_heard(&client, &subject).await;
                inbox.lost(1);
            }
            message = subscriber.next() => match message {
                Some(message) if message.payload.is_empty() => inbox.lost(1),
                Some(message) => if !inbox.offer(message.payload) { return },
                None => return,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use matchmaking_core::ports::bus::Incoming;
    use tokio::{
        io::copy_bidirectional,
        net::{TcpListener, TcpStream},
        task::JoinSet,
    };

    use super::*;

    const SERVER: &str = "127.0.0.1:4222";
    const PATIENCE: Duration = Duration::from_mins(1);

    /// Whether a NATS server is at its usual place; says so if not.
    async fn is_here() -> bool {
        let is_here = TcpStream::connect(SERVER).await.is_ok();
        if !is_here {
            eprintln!("NOT RUN: there is no NATS server at {SERVER}");
        }
        is_here
    }

    async fn bus(server: &str, subject: &str) -> NatsBus {
        NatsBus::connect(&format!("nats://{server}"), subject.to_owned()).await.unwrap()
    }

    fn subject() -> String {
        format!("matchmaking.test.{}", rand::random::<u64>())
    }

    async fn next(inbox: &mut Inbox) -> Incoming {
        tokio::time::timeout(PATIENCE, inbox.next()).await.expect("nothing came").expect("the bus is gone")
    }

    fn payload(text: &'static str) -> Bytes {
        Bytes::from_static(text.as_bytes())
    }

    #[tokio::test]
    async fn nodes_hear_each_other_in_order_and_no_others() {
        if !is_here().await {
            return;
        }
        let (subject, elsewhere) = (subject(), subject());
        let (one, other) = (bus(SERVER, &subject).await, bus(SERVER, &subject).await);
        let stranger = bus(SERVER, &elsewhere).await;
        let (mut here, mut there) = (one.subscribe().await.unwrap(), other.subscribe().await.unwrap());
        stranger.publish(payload("not for them")).unwrap();
        for text in ["a", "b", "c"] {
            one.publish(payload(text)).unwrap();
        }
        for text in ["a", "b", "c"] {
            assert_eq!(next(&mut there).await, Incoming::Payload(payload(text)));
        }
        // Its own do not come back.
        other.publish(payload("d")).unwrap();
        assert_eq!(next(&mut here).await, Incoming::Payload(payload("d")));
        let large = Bytes::from(vec![0; PAYLOAD_MAX + 1]);
        assert!(matches!(one.publish(large), Err(BusError::TooLarge { .. })));
    }

    /// Lets connections through to the server until it is told to cut them; then it lets new ones through.
    async fn cable(mut cut: watch::Receiver<u64>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            let mut open = JoinSet::new();
            loop {
                tokio::select! {
                    changed = cut.changed() => {
                        if changed.is_err() {
                            return;
                        }
                        open.abort_all();
                    }
                    accepted = listener.accept() => {
                        let (mut near, _) = accepted.unwrap();
                        let mut far = TcpStream::connect(SERVER).await.unwrap();
                        open.spawn(async move { copy_bidirectional(&mut near, &mut far).await.map(drop) });
                    }
                }
            }
        });
        address
    }

    #[tokio::test]
    async fn a_broken_connection_is_a_loss_at_both_ends_and_then_it_goes_on() {
        if !is_here().await {
            return;
        }
        let (cut, is_cut) = watch::channel(0);
        let (subject, cable) = (subject(), cable(is_cut).await);
        let (near, far) = (bus(&cable, &subject).await, bus(SERVER, &subject).await);
        let (mut here, mut there) = (near.subscribe().await.unwrap(), far.subscribe().await.unwrap());
        far.publish(payload("a")).unwrap();
        assert_eq!(next(&mut here).await, Incoming::Payload(payload("a")));
        cut.send_modify(|times| *times += 1);
        assert_eq!(next(&mut here).await, Incoming::Lost(1));
        assert_eq!(next(&mut there).await, Incoming::Lost(1));
        near.publish(payload("b")).unwrap();
        assert_eq!(next(&mut there).await, Incoming::Payload(payload("b")));
        far.publish(payload("c")).unwrap();
        assert_eq!(next(&mut here).await, Incoming::Payload(payload("c")));
    }

    #[tokio::test]
    async fn what_does_not_fit_is_refused_and_told_to_the_others() {
        if !is_here().await {
            return;
        }
        let subject = subject();
        let (one, other) = (bus(SERVER, &subject).await, bus(SERVER, &subject).await);
        let mut there = other.subscribe().await.unwrap();
        // Nothing is sent before this task waits for something.
        let large = Bytes::from(vec![b'x'; PAYLOAD_MAX / 2]);
        let fitting = OUTBOX_BYTES / large.len();
        for _ in 0..fitting {
            one.publish(large.clone()).unwrap();
        }
        assert!(matches!(one.publish(large.clone()), Err(BusError::Full)));
        let mut heard = Vec::new();
        while heard.len() <= fitting {
            heard.push(next(&mut there).await);
        }
        assert_eq!(heard.iter().filter(|come| matches!(come, Incoming::Lost(_))).count(), 1);
        one.publish(payload("and on")).unwrap();
        assert_eq!(next(&mut there).await, Incoming::Payload(payload("and on")));
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_told_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let refused = NatsBus::connect(&format!("nats://me:hunter2@{address}"), "x".to_owned()).await;
        let error = refused.unwrap_err();
        assert!(!format!("{error:?} {error}").contains("hunter2"));
    }
}
