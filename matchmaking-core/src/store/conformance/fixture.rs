//! What cases are made of.

use std::future::Future;

use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{AccountId, ConversationId, TelegramId},
    model::{
        Action, AuditAction, Claim, FileRole, Identity, IdentityKind, Match, Message, MessageDetails,
        MessageKind, Pair, PhotoFiles, PhotoKind, Profile, ReviewStatus, Role, Subject,
    },
    store::{
        AppendOutcome, CreateMatchOutcome, CreateOutcome, Departure, GroupOutcome, InteractionOutcome,
        MatchTerms, NewAccount, NewAudit, NewGroup, NewInteraction, NewMatch, NewMember, NewMessage,
        NewPhoto, NewReview, OnStored, ReadMark, Slice, Stores,
    },
};

/// A moment of the cases' own.
pub(super) const fn at(n: i64) -> Millis {
    Millis(1_770_000_000_000 + n)
}

/// 24 hours in milliseconds.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1_000;

/// A change in the back office, about this account.
pub(super) fn change(account: AccountId) -> NewAudit {
    NewAudit {
        action: AuditAction::UserLocked,
        account: Some(account),
        thing: None,
        detail: "words".to_owned(),
        at: at(9),
    }
}

/// Everything, oldest first.
pub(super) const ALL: Slice = Slice { newest_first: false, skip: 0, limit: usize::MAX };

/// An account that nobody has.
pub(super) fn nobody() -> AccountId {
    AccountId::new(9_000_000_000).expect("a valid identifier")
}

/// A conversation that nobody opened.
pub(super) fn nowhere() -> ConversationId {
    ConversationId::new(9_000_000_000).expect("a valid identifier")
}

pub(super) fn named(name: &str) -> NewAccount {
    NewAccount {
        identities: vec![Identity::new(IdentityKind::Username, name)],
        password_hash: None,
        profile: Profile { nickname: Some(name.to_owned()), ..Profile::default() },
        at: at(0),
    }
}

pub(super) async fn create(stores: &Stores, new: NewAccount) -> StoreResult<AccountId> {
    match stores.accounts.create_account(new).await? {
        CreateOutcome::Created(account) => Ok(account.id),
        taken @ CreateOutcome::Taken { .. } => panic!("not made: {taken:?}"),
    }
}

/// An active account with this user name.
pub(super) async fn person(stores: &Stores, name: &str) -> StoreResult<AccountId> {
    create(stores, named(name)).await
}

/// The identity of the Telegram account with this number.
pub(super) fn telegram(number: i64) -> Identity {
    Identity::telegram(TelegramId::new(number).expect("a valid identifier"))
}

/// Two active accounts.
pub(super) async fn two(stores: &Stores) -> StoreResult<(AccountId, AccountId)> {
    Ok((person(stores, "ann").await?, person(stores, "ben").await?))
}

pub(super) fn pair(one: AccountId, other: AccountId) -> Pair {
    Pair::new(one, other).expect("two different people")
}

pub(super) fn terms(said: &str) -> MatchTerms {
    MatchTerms {
        reason_for_first: format!("{said} to the first"),
        reason_for_second: format!("{said} to the second"),
        score: 77,
    }
}

pub(super) fn decision(actor: AccountId, target: AccountId, action: Action) -> NewInteraction {
    NewInteraction { actor, target, action, terms: terms("decided"), super_likes: None, at: at(1) }
}

/// Decides, and returns the match if the two have one and whether it is new.
pub(super) async fn decide(
    stores: &Stores,
    actor: AccountId,
    target: AccountId,
    action: Action,
) -> StoreResult<(Option<Match>, bool)> {
    match stores.matches.record_interaction(decision(actor, target, action)).await? {
        InteractionOutcome::Recorded { matched, newly_matched, .. } => Ok((matched, newly_matched)),
        refused => panic!("{actor} about {target}: {refused:?}"),
    }
}

pub(super) fn to_match(first: AccountId, second: AccountId) -> NewMatch {
    NewMatch { first, second, terms: terms("made"), at: at(2) }
}

/// Makes a match of two who have none.
pub(super) async fn matched(stores: &Stores, first: AccountId, second: AccountId) -> StoreResult<Match> {
    match stores.matches.create_match(to_match(first, second)).await? {
        CreateMatchOutcome::Made(made) => Ok(made),
        other => panic!("not made: {other:?}"),
    }
}

/// A group of its owner and these others.
pub(super) async fn group(
    stores: &Stores,
    owner: AccountId,
    others: &[AccountId],
) -> StoreResult<ConversationId> {
    let made = done(stores.conversations.create_group(to_make(owner)).await?);
    for other in others {
        done(stores.conversations.add_member(to_add(made.id, owner, *other)).await?);
    }
    Ok(made.id)
}

/// A group to be made.
pub(super) fn to_make(owner: AccountId) -> NewGroup {
    NewGroup {
        owner,
        name: "walks".to_owned(),
        description: "by the lake".to_owned(),
        avatar: String::new(),
        at: at(3),
    }
}

/// One to be added, with no special role.
pub(super) fn to_add(group: ConversationId, by: AccountId, account: AccountId) -> NewMember {
    NewMember { group, by, account, role: Role::Member, at: at(4) }
}

/// What came of something that was not refused.
pub(super) fn done<T>(outcome: GroupOutcome<T>) -> T {
    match outcome {
        GroupOutcome::Done(done) => done,
        GroupOutcome::Refused(refusal) => panic!("refused: {refusal:?}"),
    }
}

/// Leaves a group.
pub(super) async fn leave(
    stores: &Stores,
    group: ConversationId,
    account: AccountId,
) -> StoreResult<Departure> {
    stores.conversations.remove_member(group, account, account, at(6)).await.map(done)
}

/// Every mark of a conversation's members.
pub(super) async fn marks(stores: &Stores, conversation: ConversationId) -> StoreResult<Vec<ReadMark>> {
    stores.messages.read_marks(conversation, 0, i64::MAX).await
}

pub(super) fn text(conversation: ConversationId, sender: AccountId, content: &str) -> NewMessage {
    NewMessage {
        conversation,
        sender,
        kind: MessageKind::Text,
        content: content.to_owned(),
        client_message_id: None,
        at: at(5),
        day: 0,
        details: MessageDetails::default(),
    }
}

/// As [`text`], with the name that the sender's client gives it.
pub(super) fn called(name: &str, mut message: NewMessage) -> NewMessage {
    message.client_message_id = Some(name.to_owned());
    message
}

pub(super) fn stored(outcome: AppendOutcome) -> Message {
    match outcome {
        AppendOutcome::Stored(message) => message,
        other => panic!("not stored: {other:?}"),
    }
}

/// Stores a message.
pub(super) async fn say(
    stores: &Stores,
    conversation: ConversationId,
    sender: AccountId,
    content: &str,
) -> StoreResult<Message> {
    stores.messages.append_message(text(conversation, sender, content), OnStored::nothing()).await.map(stored)
}

/// Everything in a conversation, oldest first.
pub(super) async fn all(stores: &Stores, conversation: ConversationId) -> StoreResult<Vec<Message>> {
    stores.messages.messages_after(conversation, 0, usize::MAX).await
}

/// Texts that trip what is careless with texts.
pub(super) fn odd_texts() -> Vec<String> {
    vec![
        String::new(),
        " ".to_owned(),
        "缘分 👩‍❤️‍👨 e\u{301} \u{202e}rtl\u{202c} \u{feff}".to_owned(),
        "'; DROP TABLE accounts; -- $1 ? % _ \\ \" \r\n\t\u{1}\u{7f}\u{2028}".to_owned(),
        "null".to_owned(),
        "{\"0\": [1]}".to_owned(),
        "\u{10ffff}\u{fffd}\u{ffff}".to_owned(),
        "长".repeat(5_000),
    ]
}

/// How often a race between two is run.
pub(super) const ROUNDS: usize = 12;

/// Starts all of these and waits for their outcomes, in order.
pub(super) async fn at_once<T, F>(jobs: impl IntoIterator<Item = F>) -> StoreResult<Vec<T>>
where
    T: Send + 'static,
    F: Future<Output = StoreResult<T>> + Send + 'static,
{
    let tasks: Vec<_> = jobs.into_iter().map(tokio::spawn).collect();
    let mut outcomes = Vec::with_capacity(tasks.len());
    for task in tasks {
        outcomes.push(task.await.expect("no panic")?);
    }
    Ok(outcomes)
}

/// Two active accounts of a round of a race.
pub(super) async fn couple(stores: &Stores, round: usize) -> StoreResult<(AccountId, AccountId)> {
    Ok((person(stores, &format!("a{round}")).await?, person(stores, &format!("b{round}")).await?))
}

/// When what cases reserve is discarded.
pub(super) const fn reserved() -> Millis {
    at(1_000_000)
}

/// A photo to be added, whose files are reserved.
pub(super) async fn photo(stores: &Stores, account: AccountId, name: &str) -> StoreResult<NewPhoto> {
    let key = |form: &str| format!("photos/{account}-{name}.{form}.jpg");
    let files = PhotoFiles { full: key("full"), thumbnail: key("thumb"), blurred: key("blurred") };
    let keys = [
        (files.full.clone(), FileRole::Photo),
        (files.thumbnail.clone(), FileRole::Photo),
        (files.blurred.clone(), FileRole::Blurred),
    ];
    stores.album.reserve_files(account, &keys, reserved()).await?;
    let (kind, status) = (PhotoKind::Life, ReviewStatus::Pending);
    Ok(NewPhoto { account, kind, is_primary: false, files, status, at: at(2) })
}

/// Papers to be handed in, without any file.
pub(super) fn papers(account: AccountId, claim: Claim) -> NewReview {
    NewReview { account, subject: Subject::Verification { claim, images: Vec::new() }, at: at(3) }
}
