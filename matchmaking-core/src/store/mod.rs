//! Where things are kept: small traits by aggregate, and the stores that implement them.
//!
//! **One write method is one whole business fact**, atomic by contract: it happens entirely or not at all, and
//! two calls at the same moment have the outcome of one after the other. The decision itself is a pure function
//! of the model where it can be; the store compares and sets.
//!
//! Look-ups return `Option` or an empty list where nothing is found; [`StoreError`](crate::error::StoreError)
//! is for failures. Moments come from the caller, never from the database. Texts reach a store checked (no NUL,
//! see [`check_text`](crate::text::check_text)).
//!
//! The documentation of a trait is its contract; the conformance suite holds every store to
//! it.

mod accounts;
mod album;
#[cfg(feature = "testing")]
pub mod conformance;
mod conversations;
mod daily;
mod decision;
mod dialogues;
mod events;
mod exchange;
mod invitations;
mod jobs;
mod logins;
mod matches;
mod memberships;
pub mod memory;
mod messages;
mod office;
mod opening;
mod people;
mod phone;
mod reports;
mod reviews;
mod rounds;
mod safety;
mod seating;
mod seats;
mod sessions;
mod slice;
#[cfg(feature = "sql")]
pub mod sql;
mod upkeep;
mod url;

use std::sync::Arc;

pub use accounts::{
    AccountRecord, AccountStore, CreateOutcome, NewAccount, NewIdentities, SetIdentitiesOutcome,
    SetIdentityOutcome,
};
pub use album::{ALBUM_MAX, AddPhotoOutcome, AlbumStore, NewPhoto, NewUpload, NewVideo, Upload};
pub use conversations::{
    ConversationStore, ConversationSummary, Departure, GROUP_MEMBERS_MAX, GROUPS_PER_PERSON_MAX, GroupChange,
    GroupOutcome, GroupRefusal, MatchedConversation, NewGroup, NewMember, Standing, UNREAD_CONVERSATIONS_MAX,
    UNREAD_COUNTED_MAX,
};
pub use daily::{DailyEntry, DailyList, DailyPlace, DailyStore, LISTS_AT_ONCE, NewDaily};
pub use dialogues::{DialogueStore, NewQuestion, NewReply, QuestionOutcome};
pub use events::{
    CreateEventOutcome, EventOrder, EventQuery, EventStore, EventTimes, EventView, NewEvent,
    RegistrationCounts,
};
pub use invitations::{InvitationStore, InviteCodeOutcome};
pub use jobs::{Job, JobKind, JobStore, NewJob};
pub use logins::{
    CODE_INTERVAL_MILLIS, CODE_LIFE_MILLIS, CODES_A_DAY, LOGIN_FAILURES_TO_LOCK,
    LOGIN_FAILURES_WINDOW_MILLIS, LOGIN_LOCK_MILLIS, LoginGate, LoginStore, NewCode, ReserveOutcome,
    ShownCode, SpendOutcome, WRONG_CODES_A_DAY,
};
pub use matches::{
    ContactRequest, CreateMatchOutcome, InteractionOutcome, MatchCounts, MatchFilter, MatchStore, MatchTerms,
    MatchView, NewInteraction, NewMatch, SuperLikes,
};
pub use memberships::MembershipStore;
pub use messages::{
    AppendOutcome, AppendRefusal, DeliveryMark, MessageStore, NewMessage, OnStored, RECALL_MILLIS, ReadMark,
    ReadOutcome, RecallOutcome,
};
pub use office::{NewAudit, OfficeStore};
pub use opening::{Migrations, migrate, open, open_with};
pub use people::{PeopleStore, PersonRow, ProfilePage, ProfileStats, VersionedProfile};
pub use reports::{
    NewReport, REPORTS_COUNTED_FOR, REPORTS_PER_DAY_MAX, ReportDecision, ReportOutcome, ReportStore,
};
pub use reviews::{Decided, NewReview, ReviewDecision, ReviewFilter, ReviewStore, SubmitOutcome};
pub use rounds::{PICKS_MAX, PickOutcome, RoundStore};
pub use safety::{BLOCKS_PER_PERSON_MAX, BlockOutcome, SafetyStore};
pub use seats::{
    CancelEventOutcome, CancelOutcome, CheckInOutcome, CloseEventOutcome, EditEventOutcome, EventEdit,
    HOLD_MILLIS, LocalMoment, NewRating, NewRefund, NewSeat, PaidOutcome, RateOutcome, RegisterOutcome,
    SETTLE_AFTER, SeatChange, SeatStore, WAITING_MAX, WaitOutcome,
};
pub use sessions::{
    Access, DEVICES_PER_ACCOUNT_MAX, FormerPassword, NewPassword, NewSession, OpenedSession,
    REFRESH_REPEAT_MILLIS, RefreshOutcome, SESSIONS_PER_ACCOUNT_MAX, SessionStore,
};
pub use slice::{Slice, Sliced};
pub use upkeep::{BackupError, StoreState, Upkeep};
pub use url::{DatabaseUrl, URL_FORMS};

#[cfg(feature = "mocks")]
pub use self::{
    accounts::MockAccountStore, album::MockAlbumStore, conversations::MockConversationStore,
    daily::MockDailyStore, dialogues::MockDialogueStore, events::MockEventStore,
    invitations::MockInvitationStore, jobs::MockJobStore, logins::MockLoginStore, matches::MockMatchStore,
    memberships::MockMembershipStore, messages::MockMessageStore, office::MockOfficeStore,
    people::MockPeopleStore, reports::MockReportStore, reviews::MockReviewStore, rounds::MockRoundStore,
    safety::MockSafetyStore, seats::MockSeatStore, sessions::MockSessionStore, upkeep::MockUpkeep,
};

/// The stores of all aggregates, as the services take them: one pointer to the [`StoreSet`].
#[derive(Clone)]
pub struct Stores(Arc<StoreSet>);

/// A store for each aggregate.
#[derive(Clone)]
pub struct StoreSet {
    /// Accounts and identities.
    pub accounts: Arc<dyn AccountStore>,
    /// Profiles.
    pub people: Arc<dyn PeopleStore>,
    /// Photos and films.
    pub album: Arc<dyn AlbumStore>,
    /// What is reviewed.
    pub reviews: Arc<dyn ReviewStore>,
    /// Interactions and matches.
    pub matches: Arc<dyn MatchStore>,
    /// Conversations and members.
    pub conversations: Arc<dyn ConversationStore>,
    /// Conversations with the assistant, and who writes a reply in them.
    pub dialogues: Arc<dyn DialogueStore>,
    /// Messages and receipts.
    pub messages: Arc<dyn MessageStore>,
    /// Blocks, and what decides who sees whom.
    pub safety: Arc<dyn SafetyStore>,
    /// Codes of text messages, and failed logins.
    pub logins: Arc<dyn LoginStore>,
    /// Sessions and devices.
    pub sessions: Arc<dyn SessionStore>,
    /// Invite codes and inviters.
    pub invitations: Arc<dyn InvitationStore>,
    /// Daily lists.
    pub daily: Arc<dyn DailyStore>,
    /// Memberships.
    pub memberships: Arc<dyn MembershipStore>,
    /// Reports.
    pub reports: Arc<dyn ReportStore>,
    /// Events, and who is registered for them.
    pub events: Arc<dyn EventStore>,
    /// The seats of events.
    pub seats: Arc<dyn SeatStore>,
    /// Rounds and picks of events.
    pub rounds: Arc<dyn RoundStore>,
    /// Work that is to be done at a moment.
    pub jobs: Arc<dyn JobStore>,
    /// What the back office asks, and the record of what it changes.
    pub office: Arc<dyn OfficeStore>,
    /// Health, backup, closing.
    pub upkeep: Arc<dyn Upkeep>,
}

impl Stores {
    /// All aggregates from one store.
    #[must_use]
    pub fn from_one<S>(store: Arc<S>) -> Self
    where
        S: AccountStore
            + PeopleStore
            + AlbumStore
            + ReviewStore
            + MatchStore
            + ConversationStore
            + DialogueStore
            + MessageStore
            + SafetyStore
            + LoginStore
            + SessionStore
            + InvitationStore
            + DailyStore
            + MembershipStore
            + ReportStore
            + EventStore
            + SeatStore
            + RoundStore
            + JobStore
            + OfficeStore
            + Upkeep
            + 'static,
    {
        Self(Arc::new(StoreSet {
            accounts: Arc::clone(&store) as _,
            people: Arc::clone(&store) as _,
            album: Arc::clone(&store) as _,
            reviews: Arc::clone(&store) as _,
            matches: Arc::clone(&store) as _,
            conversations: Arc::clone(&store) as _,
            dialogues: Arc::clone(&store) as _,
            messages: Arc::clone(&store) as _,
            safety: Arc::clone(&store) as _,
            logins: Arc::clone(&store) as _,
            sessions: Arc::clone(&store) as _,
            invitations: Arc::clone(&store) as _,
            daily: Arc::clone(&store) as _,
            memberships: Arc::clone(&store) as _,
            reports: Arc::clone(&store) as _,
            events: Arc::clone(&store) as _,
            seats: Arc::clone(&store) as _,
            rounds: Arc::clone(&store) as _,
            jobs: Arc::clone(&store) as _,
            office: Arc::clone(&store) as _,
            upkeep: store,
        }))
    }
}

impl Stores {
    /// The same with some of them replaced, by a wrapper or by a mock.
    #[must_use]
    pub fn replacing(self, replace: impl FnOnce(&mut StoreSet)) -> Self {
        let mut set = Arc::unwrap_or_clone(self.0);
        replace(&mut set);
        Self(Arc::new(set))
    }
}

impl std::ops::Deref for Stores {
    type Target = StoreSet;

    fn deref(&self) -> &StoreSet {
        &self.0
    }
}

impl std::fmt::Debug for StoreSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoreSet").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
