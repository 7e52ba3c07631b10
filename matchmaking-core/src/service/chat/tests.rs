use std::sync::Arc;

use super::*;
use crate::{
    clock::{ManualClock, Millis},
    ids::MessageId,
    model::{Identity, Message, MessageKind, Profile, Role},
    realtime::{Channel, Connection, ConnectionId, Event, MemberChange, Next, Sender},
    service::{
        Foundation, Services,
        groups::{GroupDetails, GroupError},
    },
    store::{CreateOutcome, GroupRefusal, NewAccount, memory::MemoryStore},
};

fn services() -> (Services, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Millis(1_000)));
    let stores = Stores::from_one(Arc::new(MemoryStore::new()));
    (Services::new(Foundation { clock: Arc::clone(&clock) as _, ..Foundation::over(stores) }), clock)
}

async fn account(services: &Services, kind: IdentityKind, name: &str) -> AccountId {
    let new = NewAccount {
        identities: vec![Identity::new(kind, name)],
        password_hash: None,
        profile: Profile::default(),
        at: Millis(0),
    };
    let CreateOutcome::Created(account) = services.stores.accounts.create_account(new).await.unwrap() else {
        panic!("{name} is taken");
    };
    account.id
}

async fn named(services: &Services, names: &[&str]) -> Vec<AccountId> {
    let mut accounts = Vec::new();
    for name in names {
        accounts.push(account(services, IdentityKind::Username, name).await);
    }
    accounts
}

fn sender(account: AccountId) -> Arc<Sender> {
    Arc::new(Sender {
        account,
        miracle_id: account.get(),
        name: String::new(),
        username: format!("u{account}"),
    })
}

async fn say(services: &Services, thread: &Thread, text: &str) -> Sent {
    let new = Outgoing::text(thread, sender(thread.viewer()), text.to_owned());
    services.chat.send(new).await.unwrap()
}

async fn group(services: &Services, owner: AccountId, others: &[AccountId]) -> ConversationId {
    let id = services.groups.create(owner, GroupDetails::default()).await.unwrap().id;
    for other in others {
        services.groups.add(id, owner, *other, Role::Member).await.unwrap();
    }
    id
}

/// What a connection was told, in words, without waiting for more.
async fn heard(connection: &mut Connection) -> Vec<String> {
    let mut heard = Vec::new();
    loop {
        tokio::select! {
            biased;
            next = connection.next() => {
                let Next::Event(published) = next else { panic!("{next:?}") };
                heard.push(match published.event() {
                    Event::MessageStored { message, .. } => message.content.clone(),
                    Event::MessageRead { message, reader, .. } => format!("{reader} read {message}"),
                    Event::Typing { from, .. } => format!("{from} types"),
                    Event::MemberChanged { account, change: MemberChange::Added, .. } => format!("+{account}"),
                    Event::MemberChanged { account, change: MemberChange::Removed, .. } => format!("-{account}"),
                    Event::MemberChanged { account, change: MemberChange::Role, .. } => format!("!{account}"),
                    other => format!("{other:?}"),
                });
            }
            () = std::future::ready(()) => return heard,
        }
    }
}

#[tokio::test]
async fn everyone_in_a_group_is_told_once_and_the_origin_is_answered_otherwise() {
    let (services, _) = services();
    let people = named(&services, &["ann", "ben", "cal"]).await;
    let [ann, ben, cal] = people[..] else { panic!() };
    let id = group(&services, ann, &[ben]).await;
    let mut origin = services.hub.connect(ann, 1, Channel::Groups);
    let mut device = services.hub.connect(ann, 1, Channel::Groups);
    let mut room = services.hub.connect(ann, 1, Channel::Rooms);
    let mut miracle = services.hub.connect(ann, 1, Channel::MiracleBase);
    let mut other = services.hub.connect(ben, 2, Channel::Rooms);
    let mut stranger = services.hub.connect(cal, 3, Channel::Rooms);
    let thread = services.chat.thread(id, ann).await.unwrap();
    let from = origin.id();
    let new = |name: &str, origin: Option<ConnectionId>| Outgoing {
        client_message_id: Some(name.to_owned()),
        origin,
        ..Outgoing::text(&thread, sender(ann), name.to_owned())
    };
    assert!(services.chat.send(new("one", Some(from))).await.unwrap().delivered);
    let again = services.chat.send(new("one", None)).await.unwrap();
    assert!(again.repeated && !again.delivered);
    services.chat.send(new("two", None)).await.unwrap();
    assert_eq!(heard(&mut origin).await, ["two"]);
    for connection in [&mut device, &mut room, &mut other] {
        assert_eq!(heard(connection).await, ["one", "two"]);
    }
    assert!(heard(&mut miracle).await.is_empty());
    assert!(heard(&mut stranger).await.is_empty());
    services.chat.typing(&thread).await.unwrap();
    assert!(heard(&mut device).await.is_empty());
    assert_eq!(heard(&mut other).await, [format!("{ann} types")]);
}

#[tokio::test]
async fn changes_of_membership_are_told_and_hold_at_once() {
    let (services, _) = services();
    let people = named(&services, &["ann", "ben", "cal"]).await;
    let [ann, ben, cal] = people[..] else { panic!() };
    let id = group(&services, ann, &[ben]).await;
    let mut ears =
        people.iter().map(|who| services.hub.connect(*who, 1, Channel::Groups)).collect::<Vec<_>>();
    let thread = services.chat.thread(id, ann).await.unwrap();
    say(&services, &thread, "two").await;
    services.groups.add(id, ben, cal, Role::Member).await.unwrap();
    say(&services, &thread, "three").await;
    services.groups.remove(id, ann, ben).await.unwrap();
    say(&services, &thread, "without ben").await;
    services.groups.remove(id, ann, ann).await.unwrap();
    let (c, b, a) = (format!("+{cal}"), format!("-{ben}"), format!("-{ann}"));
    let heir = format!("!{cal}");
    assert_eq!(heard(&mut ears[0]).await, ["two", &c, "three", &b, "without ben", &a]);
    assert_eq!(heard(&mut ears[1]).await, ["two", &c, "three", &b]);
    assert_eq!(heard(&mut ears[2]).await, [&c, "three", &b, "without ben", &a, &heir]);

    assert!(matches!(services.chat.thread(id, ben).await, Err(ThreadError::NotMember)));
    let refused = services.chat.send(Outgoing::text(&thread, sender(ann), "late".to_owned())).await;
    assert!(matches!(refused, Err(SendError::Refused(_))), "{refused:?}");
    services.groups.end(id, cal).await.unwrap();
    assert_eq!(heard(&mut ears[2]).await, [format!("-{cal}")]);
    assert!(matches!(services.chat.thread(id, cal).await, Err(ThreadError::Unknown)));
    let gone = services.groups.view(id, cal).await;
    assert!(matches!(gone, Err(GroupError::Refused(GroupRefusal::UnknownGroup))), "{gone:?}");
}

#[tokio::test]
async fn the_blocked_do_not_see_each_other_in_a_group() {
    let (services, _) = services();
    let people = named(&services, &["ann", "ben", "cal"]).await;
    let [ann, ben, cal] = people[..] else { panic!() };
    let id = group(&services, ann, &[ben, cal]).await;
    for (n, who) in [ann, ben, cal, ben, ann].into_iter().enumerate() {
        let thread = services.chat.thread(id, who).await.unwrap();
        say(&services, &thread, &n.to_string()).await;
    }
    services.stores.safety.block(ben, ann, Millis(2)).await.unwrap();

    let mut ears = services.hub.connect(ben, 1, Channel::Rooms);
    let anns = services.chat.thread(id, ann).await.unwrap();
    say(&services, &anns, "5").await;
    services.chat.typing(&anns).await.unwrap();
    assert!(heard(&mut ears).await.is_empty());
    let members = services.groups.members(id, ben).await.unwrap();
    assert_eq!(members.iter().map(|member| member.account).collect::<Vec<_>>(), [ben, cal]);

    let texts = |messages: Vec<Message>| messages.into_iter().map(|it| it.content).collect::<Vec<_>>();
    let bens = services.chat.thread(id, ben).await.unwrap();
    assert_eq!(texts(services.chat.page(&bens, None, 0, 10).await.unwrap()), ["3", "2", "1"]);
    assert_eq!(texts(services.chat.page(&bens, None, 1, 1).await.unwrap()), ["2"]);
    assert_eq!(services.chat.total(&bens).await.unwrap(), 3);
    let listed = services.chat.conversations(ben).await.unwrap();
    assert_eq!(listed[0].last.as_ref().map(|last| last.content.as_str()), Some("3"));
    assert_eq!(listed[0].unread, 1);
    let hidden = services.chat.page(&anns, None, 0, 1).await.unwrap().remove(0).id;
    assert!(matches!(services.chat.read_message(ben, hidden).await, Err(ThreadError::Unknown)));
}

#[tokio::test]
async fn paging_by_counting_and_by_message_agree() {
    let (services, _) = services();
    let people = named(&services, &["ann", "ben"]).await;
    let [ann, ben] = people[..] else { panic!() };
    let thread = services.chat.open_with(ann, ben).await.unwrap();
    let mut ids = Vec::new();
    for n in 0..7 {
        ids.push(say(&services, &thread, &n.to_string()).await.message.id);
    }
    let thread = services.chat.thread(thread.id(), ben).await.unwrap();
    let page = async |before, skip, limit| {
        let page = services.chat.page(&thread, before, skip, limit).await.unwrap();
        page.into_iter().map(|message| message.id).collect::<Vec<_>>()
    };
    let newest: Vec<MessageId> = ids.iter().rev().copied().collect();
    for skip in 0..9 {
        for limit in [1, 3, 10] {
            let expected: Vec<_> = newest.iter().skip(skip).take(limit).copied().collect();
            assert_eq!(page(None, skip, limit).await, expected, "{skip} {limit}");
        }
    }
    assert_eq!(page(Some(ids[4]), 0, 2).await, [ids[3], ids[2]]);
    assert_eq!(page(Some(ids[4]), 1, 2).await, [ids[2], ids[1]]);
    assert!(page(Some(ids[0]), 0, 2).await.is_empty());
    assert_eq!(services.chat.total(&thread).await.unwrap(), 7);
}

#[tokio::test]
async fn reading_is_told_once_to_each_sender() {
    let (services, clock) = services();
    let people = named(&services, &["ann", "ben", "cal"]).await;
    let [ann, ben, cal] = people[..] else { panic!() };
    let id = group(&services, ann, &[ben, cal]).await;
    let mut sent = Vec::new();
    for who in [ann, cal, ann, ben] {
        let thread = services.chat.thread(id, who).await.unwrap();
        sent.push(say(&services, &thread, "x").await.message);
    }
    let mut anns = services.hub.connect(ann, 1, Channel::Groups);
    let mut cals = services.hub.connect(cal, 1, Channel::Groups);
    clock.advance(4_000);
    let thread = services.chat.thread(id, ben).await.unwrap();
    services.chat.read_all(&thread, &sent).await.unwrap();
    services.chat.read_all(&thread, &sent).await.unwrap();
    services.chat.read_message(ben, sent[0].id).await.unwrap();
    assert_eq!(heard(&mut anns).await, [format!("{ben} read {}", sent[2].id)]);
    assert_eq!(heard(&mut cals).await, [format!("{ben} read {}", sent[1].id)]);

    clock.advance(1_000);
    services.chat.read_message(cal, sent[2].id).await.unwrap();
    let read_by = services.chat.read_by(&thread, &sent).await.unwrap();
    let read_by: Vec<Vec<_>> = read_by
        .into_iter()
        .map(|marks| marks.into_iter().map(|mark| (mark.account, mark.at.0)).collect())
        .collect();
    let (bens, cals) = ((ben, 5_000), (cal, 6_000));
    assert_eq!(read_by, [vec![bens, cals], vec![bens], vec![bens, cals], vec![]]);
}

#[tokio::test]
async fn only_the_named_and_the_matched_can_be_written_to() {
    let (services, _) = services();
    let ann = named(&services, &["ann"]).await[0];
    let phone = account(&services, IdentityKind::Phone, "13800138000").await;
    let mail = account(&services, IdentityKind::Email, "m@example.com").await;
    let reach = async |other| services.chat.with_person(ann, other).await;
    assert!(matches!(reach(ann).await, Err(ReachError::Oneself)));
    assert!(matches!(reach(AccountId::new(999).unwrap()).await, Err(ReachError::Unknown)));
    assert!(matches!(reach(phone).await, Err(ReachError::Unknown)));
    assert!(matches!(services.chat.open_with(ann, phone).await, Err(ReachError::Unknown)));
    assert!(matches!(reach(mail).await, Ok(None)));
    // A match has opened it.
    let pair = Pair::new(ann, phone).unwrap();
    services.stores.conversations.open_direct(pair, Millis(1)).await.unwrap();
    assert!(matches!(reach(phone).await, Ok(Some(_))));
    services.stores.safety.block(mail, ann, Millis(2)).await.unwrap();
    assert!(matches!(reach(mail).await, Err(ReachError::Unknown)));

    let thread = services.chat.thread(services.chat.open_with(ann, phone).await.unwrap().id(), phone).await;
    let thread = thread.unwrap();
    assert_eq!((thread.peer, thread.viewer()), (Some(ann), phone));
    let new = Outgoing { kind: MessageKind::Voice, ..Outgoing::text(&thread, sender(phone), String::new()) };
    assert_eq!(services.chat.send(new).await.unwrap().message.seq, 1);
}
