//! What both databases promise beyond the suite: everything is there after reopening, and a schema of another
//! version is minded.

use matchmaking_core::{
    clock::Millis,
    error::StoreError,
    ids::{AccountId, ConversationId},
    model::{
        Account, Action, Conversation, ConversationKind, Identity, IdentityKind, Member, Message,
        MessageDetails, MessageKind, Pair, Profile, Role,
    },
    store::{
        AppendOutcome, CreateOutcome, DatabaseUrl, Departure, GroupOutcome, MatchTerms, MatchView,
        Migrations, NewAccount, NewGroup, NewInteraction, NewMember, NewMessage, PersonRow, ReadMark, Slice,
        Stores, migrate, open, open_with,
    },
};
use sqlx::migrate::Migrator;

/// What was put into a store.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) ann: AccountId,
    pub(super) ben: AccountId,
    pub(super) group: ConversationId,
    seen: Seen,
}

/// All that two people find in a store.
#[derive(Debug, PartialEq)]
struct Seen {
    account: Option<Account>,
    identities: Vec<Identity>,
    people: Vec<PersonRow>,
    matches: Vec<MatchView>,
    rejected: Vec<AccountId>,
    blocked: Vec<AccountId>,
    group: Option<Conversation>,
    members: Vec<Member>,
    messages: Vec<Message>,
    marks: Vec<ReadMark>,
}

async fn look(stores: &Stores, ann: AccountId, group: ConversationId) -> Seen {
    Seen {
        account: stores.accounts.account(ann).await.unwrap(),
        identities: stores.accounts.identities(ann).await.unwrap(),
        people: stores.people.people(None, 100).await.unwrap(),
        matches: stores.matches.matches_of(ann).await.unwrap(),
        rejected: stores.matches.rejected(ann).await.unwrap(),
        blocked: stores.safety.blocked_by(ann, Slice::newest(10)).await.unwrap().items,
        group: stores.conversations.conversation(group).await.unwrap(),
        members: stores.conversations.members(group).await.unwrap(),
        messages: stores.messages.messages_after(group, 0, 100).await.unwrap(),
        marks: stores.messages.read_marks(group, 0, i64::MAX).await.unwrap(),
    }
}

async fn person(stores: &Stores, name: &str) -> AccountId {
    let new = NewAccount {
        identities: vec![Identity::new(IdentityKind::Username, name)],
        password_hash: Some("hash".to_owned()),
        profile: Profile { introduction: Some("缘分".to_owned()), ..Profile::default() },
        at: Millis(1),
    };
    match stores.accounts.create_account(new).await.unwrap() {
        CreateOutcome::Created(account) => account.id,
        CreateOutcome::Taken { .. } => panic!("{name} is taken"),
    }
}

/// Sends so many messages one after the other.
pub(super) async fn talk(stores: &Stores, conversation: ConversationId, sender: AccountId, count: usize) {
    for n in 0..count {
        let new = NewMessage {
            conversation,
            sender,
            kind: MessageKind::Text,
            content: n.to_string(),
            client_message_id: Some(format!("{sender}-{n}")),
            at: Millis(5),
            day: 0,
            details: MessageDetails::default(),
        };
        let outcome =
            stores.messages.append_message(new, matchmaking_core::store::OnStored::nothing()).await.unwrap();
        assert!(matches!(outcome, AppendOutcome::Stored(_) | AppendOutcome::Duplicate(_)), "{outcome:?}");
    }
}

/// Puts something of everything into a store.
pub(super) async fn fill(stores: &Stores) -> Kept {
    let (ann, ben) = (person(stores, "ann").await, person(stores, "ben").await);
    let (cal, dan) = (person(stores, "cal").await, person(stores, "dan").await);
    for (actor, target, action) in
        [(ann, ben, Action::Like), (ben, ann, Action::Like), (ann, cal, Action::Dislike)]
    {
        let terms = MatchTerms { score: 50, ..MatchTerms::default() };
        let new = NewInteraction { actor, target, action, terms, super_likes: None, at: Millis(2) };
        stores.matches.record_interaction(new).await.unwrap();
    }
    stores.safety.block(ann, dan, Millis(3)).await.unwrap();
    stores.conversations.open_direct(Pair::new(ann, ben).unwrap(), Millis(4)).await.unwrap();
    let new = NewGroup {
        owner: ann,
        name: "散步".to_owned(),
        description: String::new(),
        avatar: String::new(),
        at: Millis(4),
    };
    let group = match stores.conversations.create_group(new).await.unwrap() {
        GroupOutcome::Done(made) => made.id,
        GroupOutcome::Refused(refusal) => panic!("refused: {refusal:?}"),
    };
    let new = NewMember { group, by: ann, account: ben, role: Role::Admin, at: Millis(5) };
    assert_eq!(stores.conversations.add_member(new).await.unwrap(), GroupOutcome::Done(()));
    talk(stores, group, ben, 3).await;
    stores.messages.mark_read(group, ann, 2, Millis(6)).await.unwrap();
    Kept { ann, ben, group, seen: look(stores, ann, group).await }
}

/// What was put in is there, whatever else was said in the group since.
pub(super) async fn check(stores: &Stores, kept: &Kept) {
    let mut seen = look(stores, kept.ann, kept.group).await;
    seen.messages.truncate(kept.seen.messages.len());
    seen.group.clone_from(&kept.seen.group);
    assert_eq!(seen, kept.seen);
}

pub(super) async fn reopening_shows_everything(url: &DatabaseUrl) {
    let stores = open(url).await.unwrap();
    let kept = fill(&stores).await;
    stores.upkeep.close().await;

    let stores = open_with(url, Migrations::Refuse).await.unwrap();
    assert_eq!(look(&stores, kept.ann, kept.group).await, kept.seen);
    // Sent again, the same messages are recognised; a new one is numbered on.
    talk(&stores, kept.group, kept.ben, 4).await;
    let last = stores.messages.messages_before(kept.group, None, 1).await.unwrap();
    assert_eq!(last[0].seq, 4);
    assert!(last[0].id > kept.seen.messages[2].id);
    stores.upkeep.close().await;
}

pub(super) async fn versions_are_minded(url: &DatabaseUrl, run: impl AsyncFn(&'static str)) {
    let refused = open_with(url, Migrations::Refuse).await;
    assert!(matches!(refused, Err(StoreError::TooOld { found: 0, needed: 1.. })), "{refused:?}");
    let applied = migrate(url).await.unwrap();
    assert!(!applied.is_empty() && applied.is_sorted(), "{applied:?}");
    assert_eq!(migrate(url).await.unwrap(), [0_i64; 0]);
    open_with(url, Migrations::Refuse).await.unwrap().upkeep.close().await;

    run("UPDATE _sqlx_migrations SET version = 900 WHERE version = 1").await;
    let known = *applied.last().unwrap();
    for refused in [open(url).await.err(), migrate(url).await.err()] {
        assert!(
            matches!(refused, Some(StoreError::TooNew { found: 900, known: k }) if k == known),
            "{refused:?}"
        );
    }
}

/// The migrations of a database up to a version, as an earlier release had them.
pub(super) async fn migrations_until(database: &str, version: i64) -> Migrator {
    let earlier = tempfile::tempdir().unwrap();
    let all = format!("{}/../matchmaking-core/migrations/{database}", env!("CARGO_MANIFEST_DIR"));
    for file in std::fs::read_dir(all).unwrap() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        let number: i64 = name.split_once('_').unwrap().0.parse().unwrap();
        if number <= version {
            std::fs::copy(file.path(), earlier.path().join(name)).unwrap();
        }
    }
    Migrator::new(earlier.path()).await.unwrap()
}

/// A group with its owner, as the first version kept it.
pub(super) const EARLIER_GROUP: &[&str] = &[
    "INSERT INTO accounts (status, status_at, created_at) VALUES (1, 5, 5)",
    "INSERT INTO conversations (kind, name, description, created_at, last_seq) VALUES (2, '散步', 'x', 77, 0)",
    "INSERT INTO members (conversation_id, account_id, role, joined_at, read_seq, delivered_seq)
     VALUES (1, 1, 3, 77, 0, 0)",
];

/// [`EARLIER_GROUP`] comes through the migrations since, and goes on being used.
pub(super) async fn an_earlier_group_is_kept(url: &DatabaseUrl) {
    let refused = open_with(url, Migrations::Refuse).await;
    assert!(matches!(refused, Err(StoreError::TooOld { found: 1, needed: 2.. })), "{refused:?}");
    assert_eq!(migrate(url).await.unwrap().first(), Some(&2));
    let stores = open_with(url, Migrations::Refuse).await.unwrap();
    let (group, owner) = (ConversationId::new(1).unwrap(), AccountId::new(1).unwrap());
    let expected = Conversation {
        id: group,
        kind: ConversationKind::Group,
        name: "散步".to_owned(),
        description: "x".to_owned(),
        avatar: String::new(),
        creator: None,
        created_at: Millis(77),
        updated_at: Millis(77),
        last_seq: 0,
        closed_at: None,
    };
    let groups = stores.conversations.groups_of(owner).await.unwrap();
    assert_eq!(groups.iter().map(|(group, _)| group).collect::<Vec<_>>(), [&expected]);
    talk(&stores, group, owner, 1).await;
    let left = stores.conversations.remove_member(group, owner, owner, Millis(90)).await.unwrap();
    assert_eq!(left, GroupOutcome::Done(Departure { heir: None, ended: true }));
    stores.upkeep.close().await;
}
