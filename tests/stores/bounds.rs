//! The bounds of groups and of what is counted, on stores that were filled up to just below them.

use matchmaking_core::{
    clock::Millis,
    ids::{AccountId, ConversationId},
    model::{Identity, IdentityKind, MessageDetails, MessageKind, Pair, Profile, Role},
    store::{
        CreateOutcome, GROUP_MEMBERS_MAX, GROUPS_PER_PERSON_MAX, GroupOutcome, GroupRefusal, NewAccount,
        NewGroup, NewMember, NewMessage, OnStored, Stores, UNREAD_COUNTED_MAX,
    },
};

/// How many of everybody else there are.
const CROWD: i64 = 1_100;

/// Fills a database in a few statements: a crowd, of which the first group gets all but one member that it may have,
/// all but one group that the third person may be in, and more messages of the second in the first group than are
/// counted. The texts are those of both databases.
pub(super) const SEED: &[&str] = &[
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1100)
     INSERT INTO accounts (status, status_at, created_at) SELECT 1, 0, 0 FROM n",
    "INSERT INTO members (conversation_id, account_id, role, joined_at, read_seq, delivered_seq)
     SELECT 1, a.id, 1, 9, 0, 0 FROM accounts a WHERE a.id BETWEEN 5 AND 1001",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
     INSERT INTO conversations (kind, name, description, created_at, last_seq) SELECT 2, '', '', 0, 0 FROM n",
    "INSERT INTO members (conversation_id, account_id, role, joined_at, read_seq, delivered_seq)
     SELECT c.id, 3, 3, 9, 0, 0 FROM conversations c WHERE c.id > 3",
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500)
     INSERT INTO messages (conversation_id, seq, sender_id, kind, content, sent_at) SELECT 1, i, 2, 1, '', 5 FROM n",
    "UPDATE conversations SET last_seq = 1500 WHERE id = 1",
];

async fn person(stores: &Stores, name: &str) -> AccountId {
    let new = NewAccount {
        identities: vec![Identity::new(IdentityKind::Username, name)],
        password_hash: None,
        profile: Profile::default(),
        at: Millis(1),
    };
    match stores.accounts.create_account(new).await.unwrap() {
        CreateOutcome::Created(account) => account.id,
        CreateOutcome::Taken { .. } => panic!("{name} is taken"),
    }
}

async fn make(stores: &Stores, owner: AccountId) -> Result<ConversationId, GroupRefusal> {
    let (name, description, avatar) = (String::new(), String::new(), String::new());
    let new = NewGroup { owner, name, description, avatar, at: Millis(2) };
    match stores.conversations.create_group(new).await.unwrap() {
        GroupOutcome::Done(made) => Ok(made.id),
        GroupOutcome::Refused(refusal) => Err(refusal),
    }
}

async fn add(
    stores: &Stores,
    group: ConversationId,
    by: AccountId,
    account: AccountId,
) -> Result<(), GroupRefusal> {
    let new = NewMember { group, by, account, role: Role::Member, at: Millis(3) };
    match stores.conversations.add_member(new).await.unwrap() {
        GroupOutcome::Done(()) => Ok(()),
        GroupOutcome::Refused(refusal) => Err(refusal),
    }
}

async fn leave(stores: &Stores, group: ConversationId, account: AccountId) {
    let left = stores.conversations.remove_member(group, account, account, Millis(4)).await.unwrap();
    assert!(matches!(left, GroupOutcome::Done(_)), "{left:?}");
}

/// Fills a store as [`SEED`] fills a database.
pub(super) async fn fill(stores: &Stores) {
    let account = |id| AccountId::new(id).unwrap();
    for n in 0..CROWD {
        person(stores, &format!("p{n}")).await;
    }
    let full = ConversationId::new(1).unwrap();
    for id in 5..=1_001 {
        add(stores, full, account(1), account(id)).await.unwrap();
    }
    for _ in 0..999 {
        make(stores, account(3)).await.unwrap();
    }
    for _ in 0..1_500 {
        let new = NewMessage {
            conversation: full,
            sender: account(2),
            kind: MessageKind::Text,
            content: String::new(),
            client_message_id: None,
            at: Millis(5),
            day: 0,
            details: MessageDetails::default(),
        };
        stores.messages.append_message(new, OnStored::nothing()).await.unwrap();
    }
}

/// On a new store, which `seed` fills when the first people are there.
pub(super) async fn are_kept(stores: &Stores, seed: impl AsyncFnOnce()) {
    let mut people = Vec::new();
    for name in ["ann", "ben", "cal", "dan"] {
        people.push(person(stores, name).await);
    }
    let [ann, ben, cal, dan] = people[..] else { panic!("four people") };
    let full = make(stores, ann).await.unwrap();
    add(stores, full, ann, ben).await.unwrap();
    // Direct conversations are no groups, however many.
    for other in [ann, ben] {
        stores.conversations.open_direct(Pair::new(cal, other).unwrap(), Millis(2)).await.unwrap();
    }
    seed().await;

    assert_eq!(stores.conversations.members(full).await.unwrap().len(), GROUP_MEMBERS_MAX - 1);
    add(stores, full, ben, dan).await.unwrap();
    let late = AccountId::new(1_050).unwrap();
    assert_eq!(add(stores, full, ann, late).await, Err(GroupRefusal::Full));
    assert_eq!(add(stores, full, ann, dan).await, Err(GroupRefusal::Already));
    leave(stores, full, dan).await;

    assert_eq!(stores.conversations.groups_of(cal).await.unwrap().len(), GROUPS_PER_PERSON_MAX - 1);
    add(stores, full, ann, cal).await.unwrap();
    assert_eq!(make(stores, cal).await, Err(GroupRefusal::TooManyGroups));
    let another = make(stores, ann).await.unwrap();
    assert_eq!(add(stores, another, ann, cal).await, Err(GroupRefusal::TooManyGroups));
    leave(stores, full, cal).await;
    let made = make(stores, cal).await.unwrap();
    leave(stores, made, cal).await;
    add(stores, another, ann, cal).await.unwrap();

    let unread = async |account| {
        let listed = stores.conversations.conversations_of(account, &[], usize::MAX).await.unwrap();
        listed.into_iter().find(|summary| summary.conversation.id == full).map(|summary| summary.unread)
    };
    assert_eq!((unread(ann).await, unread(ben).await), (Some(UNREAD_COUNTED_MAX), Some(0)));
    stores.messages.mark_read(full, ann, 600, Millis(6)).await.unwrap();
    assert_eq!(unread(ann).await, Some(900));
    assert_eq!(stores.conversations.conversations_of(cal, &[], 100).await.unwrap().len(), 100);
}
