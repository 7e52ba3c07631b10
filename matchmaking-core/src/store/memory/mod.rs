//! The store in memory: correct in every promise except durability.
//!
//! One mutex over ordered maps makes every method atomic by construction. It is never held across an `await`.

mod accounts;
mod album;
mod conversations;
mod daily;
mod dialogues;
mod events;
mod invitations;
mod jobs;
mod likes;
mod logins;
mod matches;
mod memberships;
mod messages;
mod office;
mod people;
mod reports;
mod reviews;
mod rounds;
mod safety;
mod seats;
mod sessions;
mod upkeep;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::NaiveDate;

use super::{JobKind, NewRefund, decision, exchange::Exchange, phone::PhoneState, seating::Waiting};
use crate::{
    clock::Millis,
    error::StoreResult,
    ids::{
        AccountId, AuditId, ConversationId, EventId, MatchId, PhotoId, RegistrationId, ReportId, ReviewId,
        SessionId,
    },
    model::{
        Account, AccountStatus, AuditEntry, Conversation, Event, Identity, IdentityKind, Interaction, Match,
        Member, Membership, Message, Pair, Photo, Profile, Registration, Relation, Report, Review,
        SeenDevice, TableDate, Video, may_see,
    },
};

/// Keeps everything in the memory of this process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that is kept, for as long as the guard lives. A panic elsewhere leaves no half-done write
    /// worth giving up for: every method checks before it changes.
    fn lock(&self) -> StoreResult<MutexGuard<'_, State>> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.closed { Err(decision::closed()) } else { Ok(state) }
    }
}

#[derive(Debug, Default)]
struct State {
    closed: bool,
    accounts: BTreeMap<AccountId, AccountRow>,
    /// Who has an identity, by kind and folded form.
    identities: BTreeMap<(IdentityKind, String), AccountId>,
    profiles: BTreeMap<AccountId, ProfileRow>,
    /// By actor, then target.
    interactions: BTreeMap<AccountId, BTreeMap<AccountId, Interaction>>,
    /// Who decided about a target.
    deciders: BTreeMap<AccountId, BTreeSet<AccountId>>,
    matches: BTreeMap<MatchId, Match>,
    match_of_pair: BTreeMap<Pair, MatchId>,
    matches_of: BTreeMap<AccountId, BTreeSet<MatchId>>,
    /// Who likes somebody that has not seen it, by the latter.
    unseen_likes: BTreeMap<AccountId, BTreeSet<AccountId>>,
    /// The last day on which a person took super-likes, and for whom.
    super_likes: BTreeMap<AccountId, (Millis, BTreeSet<AccountId>)>,
    contact_requests: BTreeSet<(MatchId, AccountId)>,
    /// By account, then day and draw.
    daily: BTreeMap<AccountId, BTreeMap<(Millis, i64), daily::Draw>>,
    /// How far the lists of a day were drawn ahead.
    daily_places: BTreeMap<Millis, super::DailyPlace>,
    /// How often people stood in lists of a day.
    exposures: BTreeMap<AccountId, BTreeMap<Millis, u64>>,
    memberships: BTreeMap<AccountId, Membership>,
    reports: BTreeMap<ReportId, Report>,
    audit: BTreeMap<AuditId, AuditEntry>,
    /// By who blocks, then who is blocked.
    blocks: BTreeMap<AccountId, BTreeMap<AccountId, Millis>>,
    conversations: BTreeMap<ConversationId, Thread>,
    direct_of_pair: BTreeMap<Pair, ConversationId>,
    /// Who writes the reply in a dialogue, and until when.
    /// Of conversations whose other side has deleted the account: when the two were matched.
    kept: BTreeMap<ConversationId, Millis>,
    reply_leases: BTreeMap<ConversationId, (i64, Millis)>,
    /// Each with its review, which tells its status.
    photos: BTreeMap<PhotoId, (Photo, ReviewId)>,
    videos: BTreeMap<AccountId, (Video, ReviewId)>,
    reviews: BTreeMap<ReviewId, Review>,
    /// By key in the media store.
    files: BTreeMap<String, album::FileRow>,
    /// What is known of telephones, and since when nothing else is.
    phones: BTreeMap<String, (PhoneState, Millis)>,
    sessions: BTreeMap<SessionId, sessions::SessionRow>,
    /// Which session has this hash of a secret.
    families: BTreeMap<String, SessionId>,
    /// By account, then by the name of the device.
    devices: BTreeMap<AccountId, BTreeMap<String, SeenDevice>>,
    invitations: BTreeMap<AccountId, invitations::InvitationRow>,
    events: BTreeMap<EventId, Event>,
    registrations: BTreeMap<RegistrationId, Registration>,
    /// Who waits for a seat at an event, the first first.
    waiting: BTreeMap<EventId, Vec<Waiting>>,
    /// By name, with the moment at which the gateway took it.
    refunds: BTreeMap<String, (NewRefund, Option<Millis>)>,
    dates: BTreeMap<EventId, Vec<TableDate>>,
    /// By event and who picks.
    picks: BTreeMap<(EventId, AccountId), BTreeSet<AccountId>>,
    jobs: BTreeMap<(JobKind, i64), jobs::JobRow>,
    /// How many registrations a day has numbered.
    numbered: BTreeMap<NaiveDate, i64>,
    last_event: i64,
    last_registration: i64,
    last_session: i64,
    last_account: i64,
    last_interaction: i64,
    last_match: i64,
    last_conversation: i64,
    last_message: i64,
    last_photo: i64,
    last_review: i64,
    last_report: i64,
    last_audit: i64,
}

#[derive(Debug)]
struct AccountRow {
    status: AccountStatus,
    password_hash: Option<String>,
    created_at: Millis,
    identities: BTreeMap<IdentityKind, Identity>,
}

impl AccountRow {
    fn account(&self, id: AccountId) -> Account {
        Account {
            id,
            status: self.status,
            has_password: self.password_hash.is_some(),
            created_at: self.created_at,
        }
    }
}

#[derive(Debug)]
struct ProfileRow {
    version: i64,
    profile: Profile,
    updated_at: Millis,
    last_active_at: Millis,
    views: i64,
}

/// A conversation with all that is in it.
#[derive(Debug)]
struct Thread {
    conversation: Conversation,
    members: BTreeMap<AccountId, Member>,
    /// The message with number `n` is at `n - 1`.
    messages: Vec<Message>,
    /// Where in `messages` is what a sender's client gave this name.
    named: BTreeMap<AccountId, BTreeMap<String, usize>>,
    marks: BTreeMap<(AccountId, i64), Millis>,
    /// Of a direct conversation.
    exchange: Exchange,
}

impl State {
    fn status(&self, id: AccountId) -> Option<AccountStatus> {
        self.accounts.get(&id).map(|row| row.status)
    }

    fn has_blocked(&self, by: AccountId, target: AccountId) -> bool {
        self.blocks.get(&by).is_some_and(|blocked| blocked.contains_key(&target))
    }

    fn match_of(&self, pair: Pair) -> Option<&Match> {
        self.match_of_pair.get(&pair).and_then(|id| self.matches.get(id))
    }

    fn relation(&self, viewer: AccountId, target: AccountId) -> Option<Relation> {
        let pair = Pair::new(viewer, target)?;
        Some(Relation {
            viewer: self.status(viewer)?,
            target: self.status(target)?,
            blocked: self.has_blocked(viewer, target) || self.has_blocked(target, viewer),
            unmatched: self.match_of(pair).is_some_and(|matched| matched.ended_at.is_some()),
        })
    }

    fn sees(&self, one: AccountId, other: AccountId) -> bool {
        self.relation(one, other).is_some_and(may_see)
    }
}

/// The number after the last one given out, as an identifier.
fn next<T>(last: &mut i64, id: fn(i64) -> Option<T>) -> StoreResult<T> {
    *last += 1;
    id(*last).ok_or_else(|| decision::defect("identifiers are used up"))
}
