//! Who is connected, and how events reach them.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use tokio::sync::{Notify, mpsc};

use super::{
    Channel, Channels, Event, Published,
    nodes::{Listening, Others, Told, Towards},
};
use crate::{
    ids::{AccountId, SessionId},
    ports::bus::{Bus, BusError},
};

/// How many events may wait for one connection. When the queue is full, ephemeral events are dropped, and a durable
/// one ends the connection: its client reads again what it missed.
pub const QUEUE_EVENTS: usize = 128;

/// Everyone who is connected to this node.
///
/// Publishing never awaits a receiver. Events of one conversation, published one after another, arrive in that order,
/// on every node, as far as they are published on one; what several nodes publish at once is ordered by its `seq`.
///
/// With a [`Bus`], what is told here is told to the other nodes' connections, too: here first, and on every node once.
/// A bus may lose events. A node that learns that it missed some ends its connections as [`Next::Lagged`], so that
/// their clients read again.
///
/// **Who is online is known of this node only.** Coming and going are told to everyone on all nodes, at the first and
/// the last connection *of the node*: somebody with connections to two nodes comes twice and goes twice.
#[derive(Debug, Default)]
pub struct Hub {
    connected: RwLock<Connected>,
    // None where there are none: then telling them costs nothing.
    others: Option<Others>,
}

#[derive(Debug, Default)]
struct Connected {
    next_id: u64,
    /// How often somebody came or went.
    changes: u64,
    by_account: HashMap<AccountId, Vec<Arc<Seat>>>,
    by_channel: [HashMap<u64, Arc<Seat>>; Channel::COUNT],
}

/// One connection of this node, for as long as it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionId(u64);

/// The hub's side of a connection.
#[derive(Debug)]
struct Seat {
    id: u64,
    account: AccountId,
    session: Option<SessionId>,
    wire_id: i64,
    channel: Channel,
    queue: mpsc::Sender<Arc<Published>>,
    state: Arc<State>,
}

/// Why a connection is over, told apart from its queue, which may be full.
#[derive(Debug, Default)]
struct State {
    over: AtomicU8,
    changed: Notify,
}

const OPEN: u8 = 0;
const LAGGED: u8 = 1;
const ENDED: u8 = 2;
const REPLACED: u8 = 3;

impl State {
    fn end(&self, how: u8) {
        // The first reason stays.
        if self.over.compare_exchange(OPEN, how, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            self.changed.notify_one();
        }
    }
}

impl Seat {
    /// Queues an event, unless the connection is over or the queue is full.
    fn offer(&self, published: &Arc<Published>) -> bool {
        if self.state.over.load(Ordering::Acquire) != OPEN {
            return false;
        }
        let queued = self.queue.try_send(Arc::clone(published)).is_ok();
        if !queued && published.event().is_durable() {
            self.state.end(LAGGED);
        }
        queued
    }
}

/// What comes next on a connection.
#[derive(Debug)]
pub enum Next {
    /// An event.
    Event(Arc<Published>),
    /// The client was too slow and has missed something; the connection must be closed.
    Lagged,
    /// The account may not be connected any more; the connection must be closed.
    Ended,
    /// The person has as many newer connections as they may; the connection must be closed.
    Replaced,
}

/// Why a connection must be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// The client was too slow and has missed something.
    Lagged,
    /// The account may not be connected any more.
    Ended,
    /// The person has as many newer connections as they may.
    Replaced,
}

/// A connection's side of its registration. Dropping it ends the registration.
#[derive(Debug)]
pub struct Connection {
    registration: Registration,
    events: Events,
}

/// That a connection is registered, until this is dropped.
#[derive(Debug)]
pub struct Registration {
    hub: Arc<Hub>,
    seat: Arc<Seat>,
}

/// What a connection is told.
#[derive(Debug)]
pub struct Events(mpsc::Receiver<Arc<Published>>);

impl Hub {
    /// A hub where nobody is connected.
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// A hub where nobody is connected, whose node is one of those on this bus. What the others tell is heard only
    /// while the services over it are started.
    #[must_use]
    pub fn on(bus: Arc<dyn Bus>) -> Arc<Self> {
        let others = (!bus.is_alone()).then(|| Others::on(bus));
        Arc::new(Self { connected: RwLock::default(), others })
    }

    /// Whether there are no other nodes.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.others.is_none()
    }

    /// Registers a connection. `wire_id` is the number by which the channel's clients know the person. The first
    /// connection of a person on a channel is told to everyone else on `audience`, as is the end of the last one. Where
    /// a person has as many as they may ([`Channel::connections_max`]), the eldest is ended.
    #[must_use]
    pub fn connect(self: &Arc<Self>, account: AccountId, wire_id: i64, channel: Channel) -> Connection {
        self.connect_as(account, None, wire_id, channel)
    }

    /// The same for a connection that ends with its session.
    #[must_use]
    pub fn connect_with_session(
        self: &Arc<Self>,
        account: AccountId,
        session: SessionId,
        channel: Channel,
    ) -> Connection {
        self.connect_as(account, Some(session), account.get(), channel)
    }

    fn connect_as(
        self: &Arc<Self>,
        account: AccountId,
        session: Option<SessionId>,
        wire_id: i64,
        channel: Channel,
    ) -> Connection {
        let (sender, queue) = mpsc::channel(QUEUE_EVENTS);
        let mut connected = self.write();
        connected.next_id += 1;
        let seat = Arc::new(Seat {
            id: connected.next_id,
            account,
            session,
            wire_id,
            channel,
            queue: sender,
            state: Arc::default(),
        });
        let first = !connected.is_on(account, channel);
        let seats = connected.by_account.entry(account).or_default();
        if let Some(most) = channel.connections_max() {
            // In the order in which they came; those that are ended already are on their way out.
            let of_kind = || {
                seats
                    .iter()
                    .filter(|seat| seat.channel == channel && seat.state.over.load(Ordering::Acquire) == OPEN)
            };
            let too_many = (of_kind().count() + 1).saturating_sub(most);
            of_kind().take(too_many).for_each(|seat| seat.state.end(REPLACED));
        }
        seats.push(Arc::clone(&seat));
        connected.by_channel[channel.index()].insert(seat.id, Arc::clone(&seat));
        if first {
            self.tell_presence(&connected, &seat, true);
        }
        connected.changes += 1;
        drop(connected);
        Connection { registration: Registration { hub: Arc::clone(self), seat }, events: Events(queue) }
    }

    /// Tells all connections of these people that hear of them ([`Channel::hears_of_its_person`]), their own doings
    /// only those that want to ([`Channel::hears_its_own_person`]). Returns how many connections of others than the
    /// event's author took it on this node. Naming someone twice tells them twice.
    pub fn publish_to(&self, accounts: &[AccountId], event: Event) -> usize {
        self.publish_except(None, accounts, event)
    }

    /// The same, but for one connection, which is answered otherwise.
    pub fn publish_except(
        &self,
        origin: Option<ConnectionId>,
        accounts: &[AccountId],
        event: Event,
    ) -> usize {
        let published = Arc::new(Published::new(event));
        let taken = self.read().publish_to(origin, accounts, &published);
        if let Some(others) = &self.others
            && !accounts.is_empty()
        {
            others.tell(Told::to_accounts(accounts, published.event()));
        }
        taken
    }

    /// Tells all connections of these kinds, but for those of `except`.
    pub fn publish_on(&self, channels: Channels, except: Option<AccountId>, event: Event) {
        let published = Arc::new(Published::new(event));
        self.read().publish_on(channels, except, &published);
        if let Some(others) = &self.others {
            others.tell(Told::on_channels(channels, except, published.event()));
        }
    }

    /// Whether a person has a connection of one of these kinds to this node.
    #[must_use]
    pub fn is_online(&self, account: AccountId, channels: Channels) -> bool {
        self.read()
            .by_account
            .get(&account)
            .is_some_and(|seats| seats.iter().any(|seat| channels.contains(seat.channel)))
    }

    /// Whether a person has any connection to this node that is told what concerns them.
    #[must_use]
    pub fn is_present(&self, account: AccountId) -> bool {
        self.is_online(account, Channels::OF_PEOPLE)
    }

    /// How often a connection to this node began or ended. While this stays, so does who [is present](Self::is_present).
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.read().changes
    }

    /// The sessions that connections of this node belong to, each once.
    #[must_use]
    pub fn sessions(&self) -> Vec<(AccountId, SessionId)> {
        let connected = self.read();
        let seats = connected.by_account.values().flatten();
        let mut sessions: Vec<_> = seats.filter_map(|seat| Some((seat.account, seat.session?))).collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Ends the connections of a session, which has ended, on all nodes.
    pub fn end_session(&self, account: AccountId, session: SessionId) {
        self.read().end_session(account, session);
        if let Some(others) = &self.others {
            others.tell(Told::EndSession(account, session));
        }
    }

    /// Ends every connection of a person, who may not be connected any more, on all nodes.
    pub fn end_account(&self, account: AccountId) {
        self.read().end_account(account);
        if let Some(others) = &self.others {
            others.tell(Told::End(account));
        }
    }

    /// Hears what the other nodes tell, and does not tell them again. Returns what was subscribed to, to be driven by
    /// a task for as long as the node lives; `None` where there are no other nodes. Call it once.
    pub(crate) async fn listen(self: &Arc<Self>) -> Result<Option<Listening>, BusError> {
        let Some(others) = &self.others else { return Ok(None) };
        Ok(Some(Listening::new(Arc::clone(self), others.node(), others.subscribe().await?)))
    }

    /// Tells this node's connections what another node told its own.
    pub(super) fn tell_here(&self, told: Told<'_>) {
        match told {
            Told::Event { to, event } => {
                let published = Arc::new(Published::new(event.into_owned()));
                match to {
                    Towards::Accounts(accounts) => {
                        self.read().publish_to(None, &accounts, &published);
                    }
                    Towards::Channels { channels, except } => {
                        self.read().publish_on(channels, except, &published);
                    }
                }
            }
            Told::End(account) => self.read().end_account(account),
            Told::EndSession(account, session) => self.read().end_session(account, session),
        }
    }

    /// Ends the connections that may have missed something that another node told.
    pub(super) fn has_missed(&self) {
        let connected = self.read();
        let seats = connected.by_channel.iter().flat_map(HashMap::values);
        for seat in seats.filter(|seat| seat.channel.hears_of_its_person()) {
            seat.state.end(LAGGED);
        }
    }

    /// How many connections this node has.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.read().by_channel.iter().map(HashMap::len).sum()
    }

    fn disconnect(&self, seat: &Arc<Seat>) {
        let mut connected = self.write();
        connected.by_channel[seat.channel.index()].remove(&seat.id);
        if let Some(seats) = connected.by_account.get_mut(&seat.account) {
            seats.retain(|other| other.id != seat.id);
            if seats.is_empty() {
                connected.by_account.remove(&seat.account);
            }
        }
        connected.changes += 1;
        if !connected.is_on(seat.account, seat.channel) {
            self.tell_presence(&connected, seat, false);
        }
    }

    /// Told while the lock is held for writing, so that coming and going are told in the order in which they happened.
    fn tell_presence(&self, connected: &Connected, seat: &Seat, online: bool) {
        let audience = match seat.channel {
            Channel::MiracleMessage => Channels::MIRACLE_CHAT,
            Channel::MiracleBase
            | Channel::MiracleMatch
            | Channel::Rooms
            | Channel::Groups
            | Channel::Platform => return,
        };
        let event = Event::Presence { wire_id: seat.wire_id, channel: seat.channel, online };
        let published = Arc::new(Published::new(event));
        connected.publish_on(audience, Some(seat.account), &published);
        if let Some(others) = &self.others {
            others.tell(Told::on_channels(audience, Some(seat.account), published.event()));
        }
    }

    // A panic while the lock was held leaves nothing half done that the next user could trip over.
    fn read(&self) -> RwLockReadGuard<'_, Connected> {
        self.connected.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Connected> {
        self.connected.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected {
    fn is_on(&self, account: AccountId, channel: Channel) -> bool {
        self.by_account.get(&account).is_some_and(|seats| seats.iter().any(|seat| seat.channel == channel))
    }

    fn publish_to(
        &self,
        origin: Option<ConnectionId>,
        accounts: &[AccountId],
        published: &Arc<Published>,
    ) -> usize {
        let author = published.event().author();
        let mut taken = 0;
        for seat in accounts.iter().filter_map(|account| self.by_account.get(account)).flatten() {
            let own = author == Some(seat.account);
            let hears = seat.channel.hears_of_its_person() && (!own || seat.channel.hears_its_own_person());
            if hears && Some(ConnectionId(seat.id)) != origin && seat.offer(published) && !own {
                taken += 1;
            }
        }
        taken
    }

    fn end_account(&self, account: AccountId) {
        for seat in self.by_account.get(&account).into_iter().flatten() {
            seat.state.end(ENDED);
        }
    }

    fn end_session(&self, account: AccountId, session: SessionId) {
        let seats = self.by_account.get(&account).into_iter().flatten();
        seats.filter(|seat| seat.session == Some(session)).for_each(|seat| seat.state.end(ENDED));
    }

    fn publish_on(&self, channels: Channels, except: Option<AccountId>, published: &Arc<Published>) {
        for channel in Channel::ALL {
            if channels.contains(channel) {
                for seat in self.by_channel[channel.index()].values() {
                    if Some(seat.account) != except {
                        seat.offer(published);
                    }
                }
            }
        }
    }
}

impl Connection {
    /// Which connection it is.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        self.registration.id()
    }

    /// What comes next. Cancel safe.
    pub async fn next(&mut self) -> Next {
        tokio::select! {
            biased;
            over = self.registration.over() => match over {
                Over::Lagged => Next::Lagged,
                Over::Ended => Next::Ended,
                Over::Replaced => Next::Replaced,
            },
            published = self.events.0.recv() => published.map_or(Next::Ended, Next::Event),
        }
    }

    /// The registration, and what it is told: for a connection of which one task writes to its client, and another
    /// learns when it is over.
    #[must_use]
    pub fn split(self) -> (Registration, Events) {
        (self.registration, self.events)
    }
}

impl Registration {
    /// Which connection it is.
    #[must_use]
    pub fn id(&self) -> ConnectionId {
        ConnectionId(self.seat.id)
    }

    /// Whether at least half of the connection's queue is free. Whoever lets a client do more only then does not end a
    /// connection that keeps up by what the client itself is told of.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.seat.queue.capacity() >= QUEUE_EVENTS / 2
    }

    /// Waits until the connection must be closed, and says why. Cancel safe.
    pub async fn over(&self) -> Over {
        let state = &self.seat.state;
        loop {
            match state.over.load(Ordering::Acquire) {
                LAGGED => return Over::Lagged,
                ENDED => return Over::Ended,
                REPLACED => return Over::Replaced,
                _ => state.changed.notified().await,
            }
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.hub.disconnect(&self.seat);
    }
}

impl Events {
    /// The next event; `None` when there are no more.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Arc<Published>>> {
        self.0.poll_recv(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::MatchId;

    fn account(raw: i64) -> AccountId {
        AccountId::new(raw).unwrap()
    }

    fn durable(raw: i64) -> Event {
        Event::MatchUpdated { match_id: MatchId::new(raw).unwrap(), made: false }
    }

    /// The numbers of the matches told, and how it ended, without waiting for more.
    async fn told(connection: &mut Connection) -> (Vec<i64>, Option<Next>) {
        let mut numbers = Vec::new();
        loop {
            tokio::select! {
                biased;
                next = connection.next() => match next {
                    Next::Event(published) => match published.event() {
                        Event::MatchUpdated { match_id, .. } => numbers.push(match_id.get()),
                        Event::Presence { wire_id, online, .. } => {
                            numbers.push(if *online { *wire_id } else { -wire_id });
                        }
                        _ => {}
                    },
                    over => return (numbers, Some(over)),
                },
                () = std::future::ready(()) => return (numbers, None),
            }
        }
    }

    #[tokio::test]
    async fn every_connection_of_a_person_is_told_in_order_and_nobody_else() {
        let hub = Hub::new();
        let mut one = hub.connect(account(1), 1, Channel::MiracleBase);
        let mut two = hub.connect(account(1), 1, Channel::MiracleMessage);
        let mut deaf = hub.connect(account(1), 1, Channel::MiracleMatch);
        let mut other = hub.connect(account(2), 2, Channel::MiracleBase);
        // What the connections of others tell by coming.
        told(&mut one).await;
        for number in 1..=3 {
            assert_eq!(hub.publish_to(&[account(1)], durable(number)), 2);
        }
        assert_eq!(told(&mut one).await.0, [1, 2, 3]);
        assert_eq!(told(&mut two).await.0, [1, 2, 3]);
        assert!(told(&mut deaf).await.0.is_empty());
        assert!(told(&mut other).await.0.is_empty());
    }

    #[tokio::test]
    async fn presence_is_told_at_the_first_and_the_last_connection_of_a_channel() {
        let hub = Hub::new();
        let mut watcher = hub.connect(account(9), 9, Channel::MiracleBase);
        let first = hub.connect(account(1), 71, Channel::MiracleMessage);
        let second = hub.connect(account(1), 71, Channel::MiracleMessage);
        let base = hub.connect(account(1), 71, Channel::MiracleBase);
        assert_eq!(told(&mut watcher).await.0, [71]);
        drop(first);
        assert!(told(&mut watcher).await.0.is_empty());
        drop(second);
        assert_eq!(told(&mut watcher).await.0, [-71]);
        drop(base);
        assert!(told(&mut watcher).await.0.is_empty());
    }

    #[tokio::test]
    async fn a_full_queue_drops_the_ephemeral_and_ends_at_the_durable() {
        let hub = Hub::new();
        let mut slow = hub.connect(account(1), 1, Channel::MiracleBase);
        for _ in 0..QUEUE_EVENTS + 5 {
            hub.publish_to(
                &[account(1)],
                Event::Presence { wire_id: 5, channel: Channel::MiracleMessage, online: true },
            );
        }
        let (events, over) = told(&mut slow).await;
        assert_eq!((events.len(), over.is_none()), (QUEUE_EVENTS, true));

        for number in 0..=QUEUE_EVENTS as i64 {
            hub.publish_to(&[account(1)], durable(number + 1));
        }
        assert!(matches!(told(&mut slow).await.1, Some(Next::Lagged)));
    }

    #[tokio::test]
    async fn the_last_connection_leaves_nothing_behind() {
        let hub = Hub::new();
        let connection = hub.connect(account(1), 1, Channel::MiracleBase);
        assert!(hub.is_online(account(1), Channels::MIRACLE_CHAT));
        assert_eq!(hub.connections(), 1);
        drop(connection);
        assert!(!hub.is_online(account(1), Channels::MIRACLE_CHAT));
        assert_eq!((hub.connections(), hub.read().by_account.len()), (0, 0));
    }

    #[tokio::test]
    async fn the_eldest_of_too_many_connections_is_ended() {
        let hub = Hub::new();
        let mut eldest = hub.connect(account(1), 1, Channel::Platform);
        let mut second = hub.connect(account(1), 1, Channel::Platform);
        let _other = hub.connect(account(2), 2, Channel::Platform);
        let groups = hub.connect(account(1), 1, Channel::Groups);
        let more: Vec<_> = (0..super::super::PLATFORM_CONNECTIONS_MAX - 2)
            .map(|_| hub.connect(account(1), 1, Channel::Platform))
            .collect();
        assert!(told(&mut eldest).await.1.is_none());
        let last = hub.connect(account(1), 1, Channel::Platform);
        assert!(matches!(eldest.next().await, Next::Replaced));
        assert!(told(&mut second).await.1.is_none());
        drop((more, last, groups));
    }

    #[tokio::test]
    async fn sessions_of_connections_are_told_once_each() {
        let hub = Hub::new();
        let session = |raw| SessionId::new(raw).unwrap();
        let _kept: Vec<_> = [(1, 1), (1, 2), (1, 1), (2, 3)]
            .map(|(person, raw)| hub.connect_with_session(account(person), session(raw), Channel::Platform))
            .into();
        let _without = hub.connect(account(3), 3, Channel::Rooms);
        let expected = [(1, 1), (1, 2), (2, 3)].map(|(person, raw)| (account(person), session(raw)));
        assert_eq!(hub.sessions(), expected);
    }

    #[tokio::test]
    async fn a_session_ends_with_its_connections_alone() {
        let hub = Hub::new();
        let session = |raw| SessionId::new(raw).unwrap();
        let mut one = hub.connect_with_session(account(1), session(1), Channel::Platform);
        let mut other = hub.connect_with_session(account(1), session(2), Channel::Platform);
        hub.end_session(account(1), session(1));
        assert!(matches!(one.next().await, Next::Ended));
        assert!(told(&mut other).await.1.is_none());
    }

    #[tokio::test]
    async fn a_person_who_may_not_be_connected_any_more_is_told_so_at_once() {
        let hub = Hub::new();
        let mut connection = hub.connect(account(1), 1, Channel::MiracleMessage);
        hub.publish_to(&[account(1)], durable(1));
        hub.end_account(account(1));
        assert!(matches!(connection.next().await, Next::Ended));
    }
}
