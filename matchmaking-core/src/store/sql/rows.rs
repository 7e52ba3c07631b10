//! Rows as the model's values.

use crate::{
    clock::Millis,
    error::{StoreError, StoreResult},
    ids::{AccountId, ConversationId, InteractionId, MatchId, MessageId},
    model::{
        Account, AccountStatus, Action, Conversation, ConversationKind, Identity, IdentityKind, Interaction,
        Match, Member, Message, MessageDetails, MessageKind, Pair, Profile, Relation, ReviewStatus, Role,
        Subject,
    },
    store::{MatchView, Standing, VersionedProfile},
};

/// A value that this program wrote; anything else is bad data.
pub(super) fn known<T>(value: Option<T>, table: &'static str, column: &'static str) -> StoreResult<T> {
    value.ok_or(StoreError::Corrupt { table, column })
}

pub(super) fn account_id(raw: i64, table: &'static str, column: &'static str) -> StoreResult<AccountId> {
    known(AccountId::new(raw), table, column)
}

pub(super) fn account_ids(
    rows: Vec<(i64,)>,
    table: &'static str,
    column: &'static str,
) -> StoreResult<Vec<AccountId>> {
    rows.into_iter().map(|(raw,)| account_id(raw, table, column)).collect()
}

pub(super) fn status(code: i64) -> StoreResult<AccountStatus> {
    known(AccountStatus::from_code(code), "accounts", "status")
}

/// Identifier, status, whether there is a password, creation.
pub(super) type AccountRow = (i64, i64, bool, i64);

pub(super) fn account((id, state, has_password, created_at): AccountRow) -> StoreResult<Account> {
    Ok(Account {
        id: account_id(id, "accounts", "id")?,
        status: status(state)?,
        has_password,
        created_at: Millis(created_at),
    })
}

pub(super) fn identity_kind(code: i64) -> StoreResult<IdentityKind> {
    known(IdentityKind::from_code(code), "identities", "kind")
}

/// Kind, value, folded form.
pub(super) fn identity((kind, value, folded): (i64, String, String)) -> StoreResult<Identity> {
    Ok(Identity { kind: identity_kind(kind)?, value, folded })
}

pub(super) fn profile(document: &str) -> StoreResult<Profile> {
    known(serde_json::from_str(document).ok(), "profiles", "document")
}

/// Version, document, moment of the last change.
pub(super) fn versioned(
    (version, document, updated_at): (i64, String, i64),
) -> StoreResult<VersionedProfile> {
    Ok(VersionedProfile { version, profile: profile(&document)?, updated_at: Millis(updated_at) })
}

pub(super) fn document(profile: &Profile) -> StoreResult<String> {
    serde_json::to_string(profile).map_err(|error| StoreError::Driver(Box::new(error)))
}

pub(super) fn review_status(code: i64) -> StoreResult<ReviewStatus> {
    known(ReviewStatus::from_code(code), "reviews", "status")
}

pub(super) fn subject(document: &str) -> StoreResult<Subject> {
    known(serde_json::from_str(document).ok(), "reviews", "document")
}

pub(super) fn subject_document(subject: &Subject) -> StoreResult<String> {
    serde_json::to_string(subject).map_err(|error| StoreError::Driver(Box::new(error)))
}

/// Viewer's status, target's status, whether one blocked the other, whether a match was ended.
pub(super) type RelationRow = (i64, i64, bool, bool);

pub(super) fn relation((viewer, target, blocked, unmatched): RelationRow) -> StoreResult<Relation> {
    Ok(Relation { viewer: status(viewer)?, target: status(target)?, blocked, unmatched })
}

/// Identifier, actor, target, action, moment.
pub(super) type InteractionRow = (i64, i64, i64, i64, i64);

pub(super) fn interaction((id, actor, target, action, at): InteractionRow) -> StoreResult<Interaction> {
    Ok(Interaction {
        id: known(InteractionId::new(id), "interactions", "id")?,
        actor: account_id(actor, "interactions", "actor_id")?,
        target: account_id(target, "interactions", "target_id")?,
        action: known(Action::from_code(action), "interactions", "action")?,
        at: Millis(at),
    })
}

/// The columns of a [`MatchRow`], of `matches m`.
macro_rules! match_columns {
    () => {
        "m.id, m.first_id, m.second_id, m.reason_for_first, m.reason_for_second, m.score, m.liked, m.created_at, \
         m.ended_at"
    };
}
pub(super) use match_columns;

/// The columns of `match_columns!`.
pub(super) type MatchRow = (i64, i64, i64, String, String, i64, i64, i64, Option<i64>);

pub(super) fn matched(row: MatchRow) -> StoreResult<Match> {
    let (id, first, second, reason_for_first, reason_for_second, score, liked, created_at, ended_at) = row;
    Ok(Match {
        id: known(MatchId::new(id), "matches", "id")?,
        first: account_id(first, "matches", "first_id")?,
        second: account_id(second, "matches", "second_id")?,
        reason_for_first,
        reason_for_second,
        score: known(u8::try_from(score).ok(), "matches", "score")?,
        liked: known(if liked == 0 || liked == 1 { Some(liked == 1) } else { None }, "matches", "liked")?,
        created_at: Millis(created_at),
        ended_at: ended_at.map(Millis),
    })
}

/// A match as it is read for somebody: `match_columns!`, then its conversation, the number of the last message
/// there, and what decides whether its two people may see each other.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ViewRow {
    id: i64,
    first_id: i64,
    second_id: i64,
    reason_for_first: String,
    reason_for_second: String,
    score: i64,
    liked: i64,
    created_at: i64,
    ended_at: Option<i64>,
    conversation_id: Option<i64>,
    last_seq: Option<i64>,
    exchange_days: Option<i64>,
    first_status: i64,
    second_status: i64,
    blocked: bool,
}

/// The match, and how its two people stand to each other.
pub(super) fn view(row: ViewRow) -> StoreResult<(MatchView, Relation)> {
    let relation = relation((row.first_status, row.second_status, row.blocked, row.ended_at.is_some()))?;
    let conversation = row.conversation_id;
    let view = MatchView {
        matched: matched((
            row.id,
            row.first_id,
            row.second_id,
            row.reason_for_first,
            row.reason_for_second,
            row.score,
            row.liked,
            row.created_at,
            row.ended_at,
        ))?,
        conversation: conversation
            .map(|id| known(ConversationId::new(id), "conversations", "id"))
            .transpose()?,
        last_seq: row.last_seq.unwrap_or(0),
        days: row.exchange_days.unwrap_or(0),
    };
    Ok((view, relation))
}

/// The columns of a [`ConversationRow`], of `conversations c`.
macro_rules! conversation_columns {
    () => {
        "c.id, c.kind, c.low_id, c.high_id, c.name, c.description, c.avatar, c.creator_id, c.created_at, \
         c.updated_at, c.last_seq, c.closed_at"
    };
}
pub(super) use conversation_columns;

/// The columns of `conversation_columns!`.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ConversationRow {
    id: i64,
    kind: i64,
    low_id: Option<i64>,
    high_id: Option<i64>,
    name: String,
    description: String,
    avatar: String,
    creator_id: Option<i64>,
    created_at: i64,
    updated_at: i64,
    last_seq: i64,
    closed_at: Option<i64>,
}

pub(super) fn conversation(row: ConversationRow) -> StoreResult<Conversation> {
    Ok(Conversation {
        id: known(ConversationId::new(row.id), "conversations", "id")?,
        kind: known(conversation_kind(row.kind, row.low_id, row.high_id), "conversations", "kind")?,
        name: row.name,
        description: row.description,
        avatar: row.avatar,
        creator: row.creator_id.map(|id| account_id(id, "conversations", "creator_id")).transpose()?,
        created_at: Millis(row.created_at),
        updated_at: Millis(row.updated_at),
        last_seq: row.last_seq,
        closed_at: row.closed_at.map(Millis),
    })
}

fn conversation_kind(code: i64, low: Option<i64>, high: Option<i64>) -> Option<ConversationKind> {
    let account = |raw: Option<i64>| raw.and_then(AccountId::new);
    match code {
        1 => Pair::new(account(low)?, account(high)?).map(ConversationKind::Direct),
        2 => Some(ConversationKind::Group),
        3 => Some(ConversationKind::Assistant),
        _ => None,
    }
}

/// The columns of a [`MemberRow`], of `members m`.
macro_rules! member_columns {
    () => {
        "m.conversation_id, m.account_id, m.role, m.joined_at, m.read_seq, m.delivered_seq, m.is_pinned, m.is_muted"
    };
}
pub(super) use member_columns;

/// The columns of `member_columns!`.
pub(super) type MemberRow = (i64, i64, i64, i64, i64, i64, i64, i64);

pub(super) fn member(row: MemberRow) -> StoreResult<Member> {
    let (conversation, account, role, joined_at, read_seq, delivered_seq, is_pinned, is_muted) = row;
    Ok(Member {
        conversation: known(ConversationId::new(conversation), "members", "conversation_id")?,
        account: account_id(account, "members", "account_id")?,
        role: self::role(role)?,
        joined_at: Millis(joined_at),
        read_seq,
        delivered_seq,
        is_pinned: is_pinned != 0,
        is_muted: is_muted != 0,
    })
}

/// A conversation as somebody stands in it: `conversation_columns!`, their part, and what stands between its two.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct StandingRow {
    place: i64,
    asker: i64,
    #[sqlx(flatten)]
    conversation: ConversationRow,
    role: Option<i64>,
    joined_at: Option<i64>,
    read_seq: Option<i64>,
    delivered_seq: Option<i64>,
    is_pinned: Option<i64>,
    is_muted: Option<i64>,
    low_status: Option<i64>,
    high_status: Option<i64>,
    match_id: Option<i64>,
    ended_at: Option<i64>,
    blocked: bool,
    contact_locked: bool,
    is_kept: bool,
    hidden: Option<String>,
}

/// With the place of who asked.
pub(super) fn standing(row: StandingRow) -> (i64, StoreResult<Standing>) {
    (row.place, stands(row))
}

fn stands(row: StandingRow) -> StoreResult<Standing> {
    let conversation = conversation(row.conversation)?;
    let part = row.role.zip(row.joined_at).zip(row.read_seq.zip(row.delivered_seq));
    let (pinned, muted) = (row.is_pinned.unwrap_or(0), row.is_muted.unwrap_or(0));
    let me = part.map(|((role, joined), (read, delivered))| {
        member((conversation.id.get(), row.asker, role, joined, read, delivered, pinned, muted))
    });
    let relation = row
        .low_status
        .zip(row.high_status)
        .map(|(low, high)| relation((low, high, row.blocked, row.ended_at.is_some())));
    let match_id = row.match_id.map(|id| known(MatchId::new(id), "matches", "id"));
    // The database gathers them in no particular order.
    let hidden = row.hidden.as_deref().unwrap_or_default().split_terminator(',');
    let mut hidden = hidden
        .map(|id| known(id.parse().ok().and_then(AccountId::new), "blocks", "target_id"))
        .collect::<StoreResult<Vec<_>>>()?;
    hidden.sort_unstable();
    Ok(Standing {
        conversation,
        me: me.transpose()?,
        relation: relation.transpose()?,
        match_id: match_id.transpose()?,
        contact_locked: row.contact_locked,
        is_kept: row.is_kept,
        hidden,
    })
}

pub(super) fn role(code: i64) -> StoreResult<Role> {
    known(Role::from_code(code), "members", "role")
}

/// A conversation with a member's part in it: `conversation_columns!`, then the member's.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct PartRow {
    #[sqlx(flatten)]
    conversation: ConversationRow,
    account_id: i64,
    role: i64,
    joined_at: i64,
    read_seq: i64,
    delivered_seq: i64,
    is_pinned: i64,
    is_muted: i64,
}

pub(super) fn part(row: PartRow) -> StoreResult<(Conversation, Member)> {
    let conversation = conversation(row.conversation)?;
    let id = conversation.id.get();
    let PartRow { account_id, role, joined_at, read_seq, delivered_seq, is_pinned, is_muted, .. } = row;
    let me = (id, account_id, role, joined_at, read_seq, delivered_seq, is_pinned, is_muted);
    Ok((conversation, member(me)?))
}

/// The columns of a [`MessageRow`], of `messages m`.
macro_rules! message_columns {
    () => {
        "m.id, m.conversation_id, m.seq, m.sender_id, m.kind, m.content, m.client_message_id, m.sent_at, \
         m.details, m.recalled_at"
    };
}
pub(super) use message_columns;

/// The columns of `message_columns!`.
pub(super) type MessageRow =
    (i64, i64, i64, i64, i64, String, Option<String>, i64, Option<String>, Option<i64>);

pub(super) fn message(row: MessageRow) -> StoreResult<Message> {
    let (id, conversation, seq, sender, kind, content, client_message_id, sent_at, details, recalled_at) =
        row;
    Ok(Message {
        id: known(MessageId::new(id), "messages", "id")?,
        conversation: known(ConversationId::new(conversation), "messages", "conversation_id")?,
        seq,
        sender: account_id(sender, "messages", "sender_id")?,
        kind: known(MessageKind::from_code(kind), "messages", "kind")?,
        content,
        client_message_id,
        sent_at: Millis(sent_at),
        details: match details {
            Some(document) => known(serde_json::from_str(&document).ok(), "messages", "details")?,
            None => MessageDetails::default(),
        },
        recalled_at: recalled_at.map(Millis),
    })
}

/// The details of a message as they are kept: nothing where there are none.
pub(super) fn details_document(details: &MessageDetails) -> StoreResult<Option<String>> {
    if details.is_empty() {
        return Ok(None);
    }
    serde_json::to_string(details).map(Some).map_err(|error| StoreError::Driver(Box::new(error)))
}

/// A number of rows.
pub(super) fn count(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(0)
}
