//! Services as a whole: two nodes over one store.

use super::*;
use crate::{
    clock::{ManualClock, Millis},
    ids::{AccountId, TelegramId},
    model::profile::Gender,
    ports::bus::SharedBus,
    realtime::{Channel, Connection, Event, Next, Sender},
    service::chat::Outgoing,
    store::{MatchTerms, memory::MemoryStore},
};

fn node(stores: &Stores, bus: &Arc<SharedBus>) -> Services {
    Services::new(Foundation {
        ports: Ports { bus: Arc::clone(bus) as _, ..Ports::offline() },
        clock: Arc::new(ManualClock::new(Millis(1_780_000_000_000))),
        ..Foundation::over(stores.clone())
    })
}

async fn telegram_user(services: &Services, id: i64) -> AccountId {
    services.telegram.create(TelegramId::new(id).unwrap(), "林", Gender::Female).await.unwrap()
}

/// The text of the next message.
async fn text(connection: &mut Connection) -> String {
    loop {
        match connection.next().await {
            Next::Event(published) => {
                if let Event::MessageStored { message, .. } = published.event() {
                    return message.content.clone();
                }
            }
            over => panic!("{over:?}"),
        }
    }
}

#[tokio::test]
async fn a_message_sent_on_one_node_reaches_connections_on_both_once_and_in_order() {
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let bus = SharedBus::new();
    let (a, b) = (node(&stores, &bus), node(&stores, &bus));
    for services in [&a, &b] {
        services.start().await.unwrap();
        services.start().await.unwrap();
    }
    let (lin, wu) = (telegram_user(&a, 1).await, telegram_user(&a, 2).await);
    let matched = a.matchmaking.create(lin, wu, MatchTerms::default()).await.unwrap();
    let conversation = a.chat.open_match(matched.id, lin, wu).await.unwrap();
    let view = a.chat.direct(conversation.id, lin).await.unwrap();

    let mut wu_on_a = a.hub.connect(wu, 2, Channel::MiracleBase);
    let mut wu_on_b = b.hub.connect(wu, 2, Channel::MiracleMessage);
    let mut lin_on_b = b.hub.connect(lin, 1, Channel::MiracleMessage);
    let sender =
        Arc::new(Sender { account: lin, miracle_id: 1, name: "林".to_owned(), username: String::new() });
    let texts: Vec<String> = (1..=30).map(|number| format!("message {number}")).collect();
    for content in &texts {
        let message = Outgoing::text(&view, Arc::clone(&sender), content.clone());
        assert!(a.chat.send(message).await.unwrap().delivered);
    }
    for connection in [&mut wu_on_a, &mut wu_on_b] {
        for expected in &texts {
            assert_eq!(text(connection).await, *expected);
        }
    }
    // A last one from the other node, to everybody: had anything been told twice or echoed, it would be before this.
    let back = b.chat.direct(conversation.id, wu).await.unwrap();
    let sender =
        Arc::new(Sender { account: wu, miracle_id: 2, name: "吴".to_owned(), username: String::new() });
    b.chat.send(Outgoing::text(&back, sender, "answer".to_owned())).await.unwrap();
    assert_eq!(text(&mut lin_on_b).await, "answer");
    a.matchmaking.toggle_like(matched.id).await.unwrap();
    for connection in [&mut wu_on_a, &mut wu_on_b] {
        loop {
            let Next::Event(published) = connection.next().await else { panic!() };
            match published.event() {
                Event::Presence { .. } => {}
                Event::MatchUpdated { .. } => break,
                twice => panic!("{twice:?}"),
            }
        }
    }

    b.stop().await;
    a.hub.publish_to(&[lin], Event::MatchUpdated { match_id: matched.id, made: false });
    b.hub.publish_to(&[lin], Event::Presence { wire_id: 77, channel: Channel::MiracleBase, online: true });
    // The stopped node hears its own only.
    loop {
        let Next::Event(published) = lin_on_b.next().await else { panic!() };
        match published.event() {
            Event::Presence { wire_id: 77, .. } => break,
            // The like, told to both of the match before the stop.
            Event::MatchUpdated { .. } | Event::Presence { .. } => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn dropping_the_services_ends_their_tasks() {
    let bus = SharedBus::new();
    let services = node(&Stores::from_one(Arc::new(MemoryStore::new())), &bus);
    services.start().await.unwrap();
    let hub = Arc::downgrade(&services.hub);
    drop(services.clone());
    tokio::task::yield_now().await;
    assert!(hub.upgrade().is_some());
    drop(services);
    while hub.upgrade().is_some() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_node_that_is_alone_has_nothing_to_start() {
    let services = Services::new(Foundation::over(Stores::from_one(Arc::new(MemoryStore::new()))));
    services.start().await.unwrap();
    services.stop().await;
}

#[cfg(feature = "mocks")]
#[tokio::test]
async fn a_start_that_failed_can_be_tried_again() {
    use crate::ports::bus::{MockBus, inbox};

    let mut bus = MockBus::new();
    bus.expect_is_alone().return_const(false);
    let mut failed = false;
    bus.expect_subscribe().times(2).returning(move || {
        if std::mem::replace(&mut failed, true) {
            Ok(inbox(1).1)
        } else {
            Err(BusError::Unavailable("refused".into()))
        }
    });
    let services = Services::new(Foundation {
        ports: Ports { bus: Arc::new(bus), ..Ports::offline() },
        ..Foundation::over(Stores::from_one(Arc::new(MemoryStore::new())))
    });
    assert!(matches!(services.start().await, Err(BusError::Unavailable(_))));
    services.start().await.unwrap();
    services.start().await.unwrap();
    services.stop().await;
}

#[tokio::test]
async fn what_is_told_of_while_the_pool_is_filled_is_not_replaced_by_what_was_read_before() {
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let matcher = Arc::new(crate::scoring::ReferencePool::default());
    let services = Services::new(Foundation { matcher: matcher.clone(), ..Foundation::over(stores) });
    let before = telegram_user(&services, 1).await;
    matcher.remove(before);

    let filling = services.people.begin_filling();
    assert!(services.people.is_filling());
    let meanwhile = telegram_user(&services, 2).await;
    // As if they had gone since: the filling still reads them, and must leave alone what a change has told.
    matcher.remove(meanwhile);
    assert_eq!(filling.run().await.unwrap(), 2);
    assert!(matcher.contains(before) && !matcher.contains(meanwhile));

    drop(filling);
    services.people.filled().await;
    assert_eq!(services.fill_pool().await.unwrap(), 2);
    assert!(matcher.contains(meanwhile));
}

#[tokio::test]
async fn whoever_asks_for_a_match_waits_for_a_pool_that_is_being_filled() {
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    let first = Services::new(Foundation::over(stores.clone()));
    let (lin, wu) = (telegram_user(&first, 1).await, telegram_user(&first, 2).await);

    let services = Services::new(Foundation::over(stores));
    services.fill_pool_beside();
    let found = services
        .matchmaking
        .next_for(lin, crate::scoring::Audience::TELEGRAM, crate::model::Language::Zh)
        .await
        .unwrap();
    let matched = match found {
        Some(matchmaking::Found::New(matched)) => matched,
        other => panic!("{other:?}"),
    };
    assert_eq!(matched.partner_of(lin), Some(wu));
}
