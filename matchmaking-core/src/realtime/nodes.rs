//! What the hubs of several nodes tell each other over a bus.

use std::{
    borrow::Cow,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::{Channels, Event, Hub, repeats::Repeats};
use crate::{
    ids::{AccountId, SessionId},
    ports::bus::{Bus, BusError, Inbox, Incoming},
};

/// Something told, as it travels.
#[derive(Debug, Serialize, Deserialize)]
struct Envelope<'a> {
    /// By which node.
    node: u64,
    /// The how-manieth thing that the node told.
    number: u64,
    told: Told<'a>,
}

/// What is told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told<'a> {
    /// An event.
    Event { to: Towards<'a>, event: Cow<'a, Event> },
    /// That a person may not be connected any more.
    End(AccountId),
    /// That a session of a person has ended.
    EndSession(AccountId, SessionId),
}

/// To whom an event is told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Towards<'a> {
    /// All connections of these people that hear of them.
    Accounts(Cow<'a, [AccountId]>),
    /// All connections of these kinds, but for those of one person.
    Channels { channels: Channels, except: Option<AccountId> },
}

impl<'a> Told<'a> {
    pub(super) const fn to_accounts(accounts: &'a [AccountId], event: &'a Event) -> Self {
        Self::Event { to: Towards::Accounts(Cow::Borrowed(accounts)), event: Cow::Borrowed(event) }
    }

    pub(super) const fn on_channels(channels: Channels, except: Option<AccountId>, event: &'a Event) -> Self {
        Self::Event { to: Towards::Channels { channels, except }, event: Cow::Borrowed(event) }
    }
}

/// The way to the other nodes.
pub(super) struct Others {
    bus: Arc<dyn Bus>,
    node: u64,
    told: AtomicU64,
    // So that a bus that fails for an hour is logged twice and not a million times.
    failing: AtomicBool,
}

impl fmt::Debug for Others {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Others").field("node", &self.node).finish_non_exhaustive()
    }
}

impl Others {
    pub(super) fn on(bus: Arc<dyn Bus>) -> Self {
        // Drawn anew at every start: the numbers begin anew, too.
        Self { bus, node: rand::random(), told: AtomicU64::new(0), failing: AtomicBool::new(false) }
    }

    pub(super) const fn node(&self) -> u64 {
        self.node
    }

    pub(super) async fn subscribe(&self) -> Result<Inbox, BusError> {
        self.bus.subscribe().await
    }

    /// Tells the other nodes, without waiting for anyone.
    pub(super) fn tell(&self, told: Told<'_>) {
        let number = self.told.fetch_add(1, Ordering::Relaxed);
        let envelope = Envelope { node: self.node, number, told };
        let payload = match serde_json::to_vec(&envelope) {
            Ok(payload) => Bytes::from(payload),
            Err(error) => return tracing::error!(%error, "an event cannot be written"),
        };
        match self.bus.publish(payload) {
            Ok(()) => {
                if self.failing.load(Ordering::Relaxed) && self.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("the bus takes events again");
                }
            }
            Err(error) => {
                if !self.failing.swap(true, Ordering::Relaxed) {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, "the bus does not take events; other nodes miss them");
                }
            }
        }
    }
}

/// A hub's subscription to what the other nodes tell.
#[derive(Debug)]
pub(crate) struct Listening {
    hub: Arc<Hub>,
    node: u64,
    inbox: Inbox,
    repeats: Repeats,
}

impl Listening {
    pub(super) fn new(hub: Arc<Hub>, node: u64, inbox: Inbox) -> Self {
        Self { hub, node, inbox, repeats: Repeats::default() }
    }

    /// Tells this node's connections whatever comes in, until it is stopped.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        loop {
            let incoming = tokio::select! {
                biased;
                () = stop.cancelled() => return,
                incoming = self.inbox.next() => incoming,
            };
            match incoming {
                Some(Incoming::Payload(payload)) => self.take(&payload),
                Some(Incoming::Lost(events)) => {
                    tracing::warn!(events, "events of other nodes were lost; clients are made to read again");
                    self.hub.has_missed();
                }
                None => {
                    tracing::error!("the bus is gone; nothing comes from other nodes any more");
                    return self.hub.has_missed();
                }
            }
        }
    }

    fn take(&mut self, payload: &[u8]) {
        match serde_json::from_slice::<Envelope<'_>>(payload) {
            Ok(own) if own.node == self.node => {}
            Ok(theirs) => {
                if self.repeats.is_new(theirs.node, theirs.number) {
                    self.hub.tell_here(theirs.told);
                }
            }
            // Its text may quote the payload.
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                tracing::warn!(line, column, "something on the bus is no event that this version knows");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Channel, Connection, MemberChange, MessagePlace, Next, Partner, Sender};
    use super::*;
    use crate::{
        clock::Millis,
        ids::{ConversationId, MatchId, MessageId},
        model::{Message, MessageDetails, MessageKind, Profile},
        ports::bus::{LocalBus, SharedBus},
    };

    fn account(raw: i64) -> AccountId {
        AccountId::new(raw).unwrap()
    }

    fn updated(raw: i64) -> Event {
        Event::MatchUpdated { match_id: MatchId::new(raw).unwrap(), made: false }
    }

    /// A node on a bus, which listens until it is dropped.
    struct Node {
        hub: Arc<Hub>,
        _stop: tokio_util::sync::DropGuard,
    }

    impl Node {
        async fn on(bus: &Arc<SharedBus>) -> Self {
            let hub = Hub::on(Arc::clone(bus) as _);
            let stop = CancellationToken::new();
            tokio::spawn(hub.listen().await.unwrap().unwrap().run(stop.clone()));
            Self { hub, _stop: stop.drop_guard() }
        }
    }

    async fn event(connection: &mut Connection) -> Event {
        match connection.next().await {
            Next::Event(published) => published.event().clone(),
            over => panic!("{over:?}"),
        }
    }

    #[tokio::test]
    async fn every_node_tells_its_connections_once_and_in_order() {
        let bus = SharedBus::new();
        let (a, b) = (Node::on(&bus).await, Node::on(&bus).await);
        let mut here = a.hub.connect(account(1), 1, Channel::MiracleBase);
        let mut there = b.hub.connect(account(1), 1, Channel::MiracleBase);
        let mut other = b.hub.connect(account(2), 2, Channel::MiracleBase);
        for number in 1..=50 {
            assert_eq!(a.hub.publish_to(&[account(1)], updated(number)), 1);
        }
        b.hub.publish_on(Channels::MIRACLE_CHAT, Some(account(2)), updated(51));
        for number in 1..=50 {
            assert_eq!(event(&mut here).await, updated(number));
        }
        assert_eq!(event(&mut here).await, updated(51));
        // On its own node the broadcast overtakes what still was on its way; nothing comes twice.
        let mut came = Vec::new();
        for _ in 0..51 {
            came.push(event(&mut there).await);
        }
        came.retain(|event| *event != updated(51));
        assert_eq!(came, (1..=50).map(updated).collect::<Vec<_>>());
        a.hub.publish_to(&[account(1), account(2)], updated(52));
        for connection in [&mut here, &mut there, &mut other] {
            assert_eq!(event(connection).await, updated(52));
        }
    }

    #[tokio::test]
    async fn repeats_own_echoes_and_foreign_bytes_are_not_told() {
        let bus = SharedBus::new();
        let mut tap = bus.subscribe().await.unwrap();
        let (a, b) = (Node::on(&bus).await, Node::on(&bus).await);
        let mut here = a.hub.connect(account(1), 1, Channel::MiracleBase);
        let mut there = b.hub.connect(account(1), 1, Channel::MiracleBase);
        a.hub.publish_to(&[account(1)], updated(1));
        let Some(Incoming::Payload(payload)) = tap.next().await else { panic!() };
        bus.publish(payload.clone()).unwrap();
        for foreign in ["", "{}", "\u{0}", r#"{"node":1,"number":1,"told":{"new_kind":{}}}"#] {
            bus.publish(Bytes::from_static(foreign.as_bytes())).unwrap();
        }
        bus.publish(payload).unwrap();
        a.hub.publish_to(&[account(1)], updated(2));
        for connection in [&mut here, &mut there] {
            assert_eq!(event(connection).await, updated(1));
            assert_eq!(event(connection).await, updated(2));
        }
    }

    #[tokio::test]
    async fn presence_and_the_end_of_an_account_reach_the_other_node() {
        let bus = SharedBus::new();
        let (a, b) = (Node::on(&bus).await, Node::on(&bus).await);
        let mut watcher = b.hub.connect(account(9), 9, Channel::MiracleBase);
        let coming = a.hub.connect(account(1), 71, Channel::MiracleMessage);
        let presence = |online| Event::Presence { wire_id: 71, channel: Channel::MiracleMessage, online };
        assert_eq!(event(&mut watcher).await, presence(true));
        assert!(!b.hub.is_online(account(1), Channels::MIRACLE_CHAT));
        drop(coming);
        assert_eq!(event(&mut watcher).await, presence(false));
        a.hub.end_account(account(9));
        assert!(matches!(watcher.next().await, Next::Ended));
    }

    #[tokio::test]
    async fn a_node_that_missed_something_makes_its_clients_read_again() {
        let bus = SharedBus::with_inboxes_of(2);
        let (a, b) = (Node::on(&bus).await, Node::on(&bus).await);
        let mut watcher = b.hub.connect(account(1), 1, Channel::MiracleBase);
        // None of these lets the node's task run.
        for number in 1..=3 {
            a.hub.publish_to(&[account(1)], updated(number));
        }
        assert!(matches!(watcher.next().await, Next::Lagged));
    }

    #[tokio::test]
    async fn alone_there_is_nothing_to_listen_to() {
        let hub = Hub::on(Arc::new(LocalBus));
        assert!(hub.listen().await.unwrap().is_none());
    }

    #[test]
    fn every_event_survives_the_way() {
        let sender = Arc::new(Sender {
            account: account(1),
            miracle_id: -7,
            name: "林\"\u{1f600}".to_owned(),
            username: "lin".to_owned(),
        });
        let message = Message {
            id: MessageId::new(1).unwrap(),
            conversation: ConversationId::new(2).unwrap(),
            seq: 3,
            sender: account(1),
            kind: MessageKind::Voice,
            content: "你好\n".to_owned(),
            client_message_id: Some("c".to_owned()),
            sent_at: Millis(i64::MAX),
            details: MessageDetails::default(),
            recalled_at: None,
        };
        let events = [
            Event::MessageStored {
                message: Box::new(message),
                sender: Arc::clone(&sender),
                receiver: Some(account(2)),
                match_id: MatchId::new(4),
                client_timestamp: Some("1.50".to_owned()),
            },
            updated(5),
            Event::MessageRead {
                message: MessageId::new(1).unwrap(),
                reader: account(2),
                at: Millis(i64::MIN),
                place: Some(MessagePlace { conversation: ConversationId::new(2).unwrap(), seq: 3 }),
            },
            Event::MessageDelivered {
                message: MessageId::new(1).unwrap(),
                conversation: ConversationId::new(2).unwrap(),
                seq: 3,
                recipient: account(2),
            },
            Event::MessageRecalled {
                message: MessageId::new(1).unwrap(),
                conversation: ConversationId::new(2).unwrap(),
                seq: 3,
                at: Millis(5),
            },
            Event::Matched {
                match_id: MatchId::new(4).unwrap(),
                partner: Box::new(Partner {
                    account: account(2),
                    profile: Profile { nickname: Some("缘".to_owned()), ..Profile::default() },
                    avatar: None,
                }),
                at: Millis(6),
            },
            Event::Notice { title: "a".to_owned(), content: "b".to_owned() },
            Event::Typing { from: account(1), conversation: ConversationId::new(2), receiver: None },
            Event::MemberChanged {
                group: ConversationId::new(2).unwrap(),
                account: account(1),
                change: MemberChange::Role,
            },
            Event::Presence { wire_id: i64::MIN, channel: Channel::MiracleMatch, online: true },
            Event::Broadcast {
                from: sender,
                channel: Channel::MiracleBase,
                content: "{\"a\":[1.0]}".to_owned(),
                client_timestamp: None,
            },
        ];
        for event in events {
            let told = Told::on_channels(Channels::MIRACLE_CHAT, Some(account(1)), &event);
            let text = serde_json::to_string(&Envelope { node: u64::MAX, number: 9, told }).unwrap();
            let back: Envelope<'_> = serde_json::from_str(&text).unwrap();
            assert_eq!((back.node, back.number), (u64::MAX, 9));
            let Told::Event { to, event: came } = back.told else { panic!() };
            assert_eq!(*came, event);
            let Towards::Channels { channels, except } = to else { panic!() };
            assert_eq!((channels, except), (Channels::MIRACLE_CHAT, Some(account(1))));
        }
    }
}
