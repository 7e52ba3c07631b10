//! Seats at events, and what came of them.

use serde::{Deserialize, Serialize};

use super::{Event, profile::Gender};
use crate::{
    clock::Millis,
    ids::{AccountId, EventId, RegistrationId},
};

/// How long before an event a seat that was paid may be given back, in milliseconds: 24 hours.
pub const CANCEL_BEFORE: i64 = 24 * 60 * 60 * 1_000;

/// How far a registration is, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationState {
    /// The seat is held for a while, to be paid or taken up.
    Held,
    /// The seat is theirs.
    Paid,
    /// They came.
    CheckedIn,
    /// They, or the organiser, cancelled.
    Cancelled,
    /// It was not paid in time.
    Expired,
}

impl RegistrationState {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Held => 1,
            Self::Paid => 2,
            Self::CheckedIn => 3,
            Self::Cancelled => 4,
            Self::Expired => 5,
        }
    }

    /// The state that a store keeps as `code`.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        let all = [Self::Held, Self::Paid, Self::CheckedIn, Self::Cancelled, Self::Expired];
        all.into_iter().find(|state| state.code() == code)
    }
}

/// Whether the deposit goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefundState {
    /// Nobody said so.
    None,
    /// It will; the gateway has not taken it yet.
    Pending,
    /// The gateway gives it back.
    Refunded,
}

impl RefundState {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Pending => 1,
            Self::Refunded => 2,
        }
    }

    /// The state that a store keeps as `code`.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::None, Self::Pending, Self::Refunded].into_iter().find(|state| state.code() == code)
    }

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Pending => Some("pending"),
            Self::Refunded => Some("refunded"),
        }
    }
}

/// How a registration stands at a moment. It is computed and never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegistrationStatus {
    /// The seat is held, to be paid or taken up.
    PendingPayment,
    /// The seat is theirs.
    Paid,
    /// They came.
    CheckedIn,
    /// They came, and the event is over.
    Completed,
    /// It was cancelled, or paid too late, and the money is on its way back.
    Refunded,
    /// It was cancelled.
    Cancelled,
    /// It was not paid in time.
    Expired,
}

impl RegistrationStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::PendingPayment,
        Self::Paid,
        Self::CheckedIn,
        Self::Completed,
        Self::Refunded,
        Self::Cancelled,
        Self::Expired,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Paid => "paid",
            Self::CheckedIn => "checked_in",
            Self::Completed => "completed",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The status with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// The number by which a store's statements know it.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::PendingPayment => 1,
            Self::Paid => 2,
            Self::CheckedIn => 3,
            Self::Completed => 4,
            Self::Refunded => 5,
            Self::Cancelled => 6,
            Self::Expired => 7,
        }
    }

    /// How a registration stands at this moment, of an event that ends then. Statements of stores say the same.
    #[must_use]
    pub fn of(registration: &Registration, ends_at: Millis, now: Millis) -> Self {
        match registration.state {
            RegistrationState::Held if registration.is_held(now) => Self::PendingPayment,
            RegistrationState::Paid => Self::Paid,
            RegistrationState::CheckedIn if now >= ends_at => Self::Completed,
            RegistrationState::CheckedIn => Self::CheckedIn,
            RegistrationState::Held | RegistrationState::Cancelled | RegistrationState::Expired
                if registration.refund == RefundState::Refunded =>
            {
                Self::Refunded
            }
            RegistrationState::Cancelled => Self::Cancelled,
            RegistrationState::Held | RegistrationState::Expired => Self::Expired,
        }
    }
}

/// Somebody's seat at an event, or what came of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// Its identifier.
    pub id: RegistrationId,
    /// Of which event.
    pub event: EventId,
    /// Whose.
    pub account: AccountId,
    /// Their gender when they registered, by which quotas count.
    pub gender: Option<Gender>,
    /// The name by which people speak of it: `REG20260205001`.
    pub number: String,
    /// The name of its payment: `PAY20260205001`.
    pub order_no: String,
    /// How far it is.
    pub state: RegistrationState,
    /// Until when the seat is held, while it is held only.
    pub held_until: Option<Millis>,
    /// Whether the deposit goes back.
    pub refund: RefundState,
    /// When the seat was taken.
    pub registered_at: Millis,
    /// Where it is paid, once the gateway has said so.
    pub payment_url: Option<String>,
    /// What else is known of it.
    pub course: Course,
    /// What its owner said.
    pub words: Words,
}

/// Without what its owner said.
impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration")
            .field("id", &self.id)
            .field("event", &self.event)
            .field("account", &self.account)
            .field("state", &self.state)
            .field("held_until", &self.held_until)
            .field("refund", &self.refund)
            .finish_non_exhaustive()
    }
}

impl Registration {
    /// Whether the seat is held at this moment, to be paid or taken up.
    #[must_use]
    pub fn is_held(&self, now: Millis) -> bool {
        self.state == RegistrationState::Held && self.held_until.is_some_and(|until| until > now)
    }

    /// Whether it takes a seat at this moment.
    #[must_use]
    pub fn takes_a_seat(&self, now: Millis) -> bool {
        matches!(self.state, RegistrationState::Paid | RegistrationState::CheckedIn) || self.is_held(now)
    }

    /// Whether its owner may cancel it at this moment.
    #[must_use]
    pub fn may_be_cancelled(&self, event: &Event, now: Millis) -> bool {
        match self.state {
            RegistrationState::Held => self.is_held(now),
            RegistrationState::Paid => now.plus(CANCEL_BEFORE) <= event.starts_at,
            RegistrationState::CheckedIn | RegistrationState::Cancelled | RegistrationState::Expired => false,
        }
    }
}

/// What happened to a registration: kept as one document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Course {
    /// What it costs, in fen, as the event said when the seat was taken.
    pub deposit_fen: i64,
    /// Whether the seat was offered to somebody who waited, and is not taken up yet.
    #[serde(default)]
    pub offered: bool,
    /// Through what it is paid, by the channel's name.
    #[serde(default)]
    pub channel: Option<String>,
    /// When it was paid.
    #[serde(default)]
    pub paid_at: Option<Millis>,
    /// When its owner came.
    #[serde(default)]
    pub checked_in_at: Option<Millis>,
    /// When it was cancelled.
    #[serde(default)]
    pub cancelled_at: Option<Millis>,
    /// How much goes back, in fen.
    #[serde(default)]
    pub refund_fen: i64,
}

/// What somebody said about their registration: erased with their account.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Words {
    /// Why they cancelled.
    #[serde(default)]
    pub reason: String,
    /// How many stars they gave, 1 to 5.
    #[serde(default)]
    pub rating: Option<u8>,
    /// What they thought of the event.
    #[serde(default)]
    pub comment: String,
    /// The same in single words.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// Nothing of it.
impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Words").finish_non_exhaustive()
    }
}

/// Declares the reasons, whether each is a conflict with what is there (or else forbidden), and their texts.
macro_rules! refusals {
    ($($(#[$doc:meta])* $variant:ident = $conflict:literal $chinese:literal $english:literal),+ $(,)?) => {
        /// Why somebody is not given what they want of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventRefusal { $($(#[$doc])* $variant,)+ }

        impl EventRefusal {
            /// Whether it stands against what is there already, rather than against a rule.
            #[must_use]
            pub const fn is_conflict(self) -> bool {
                match self { $(Self::$variant => $conflict),+ }
            }

            /// The reason in Chinese and in English.
            #[must_use]
            pub const fn texts(self) -> (&'static str, &'static str) {
                match self { $(Self::$variant => ($chinese, $english)),+ }
            }
        }
    };
}

refusals! {
    /// Guests do not register.
    LogInFirst = false "请先登录" "Please log in first",
    /// The deadline is over.
    Closed = false "报名已截止" "Registration is closed",
    /// The event is called off.
    Cancelled = false "活动已取消" "The event is cancelled",
    /// Nobody knows how old they are.
    AgeUnknown = false "请先在资料中填写出生日期" "Please fill in your date of birth first",
    /// They are too young or too old.
    AgeOutside = false "年龄不符合活动要求" "Your age is outside of the event's range",
    /// Nobody knows to which quota they belong.
    GenderUnknown = false "请先在资料中填写性别" "Please fill in your gender first",
    /// They have a seat.
    AlreadyRegistered = true "您已报名该活动" "You are registered already",
    /// There is no seat.
    Full = true "名额已满" "There is no seat left",
    /// There is no seat for their gender.
    QuotaFull = true "您的性别名额已满" "There is no seat left for your gender",
    /// There is a seat, and nothing to wait for.
    SeatsLeft = true "仍有名额，请直接报名" "There are seats left, please register",
    /// Too many wait.
    TooManyWait = true "候补人数已满" "The waiting list is full",
    /// The event is too near, or they came.
    TooLateToCancel = false "活动开始前24小时内不可取消" "It cannot be cancelled within 24 hours of the event",
    /// There is nothing left to cancel.
    RegistrationOver = true "报名已取消或已过期" "The registration was cancelled or has expired",
    /// The seat is not theirs.
    NotPaid = false "报名尚未支付" "The registration is not paid",
    /// It is too early or too late to come.
    NotCheckInTime = false "仅可在活动开始前2小时至活动结束期间签到" "Check-in is open from 2 hours before the event until its end",
    /// They are somewhere else.
    TooFar = false "您不在活动地点附近" "You are not near the venue",
    /// They did not come.
    NotCheckedIn = false "签到后才能评价" "Only those who checked in can rate",
    /// They have said what they think.
    AlreadyRated = true "您已评价过该活动" "You have rated this event already",
    /// They have no seat.
    NoSeat = false "您没有参加该活动" "You do not take part in this event",
    /// Nobody picks before the event, or after it was closed.
    NotPickTime = false "现在不能选择心动对象" "Picks are not open now",
    /// Another event has this code.
    CodeTaken = true "活动编号已存在" "The event code is taken",
    /// It is public.
    Published = true "活动已发布，不能改回草稿" "The event is public and cannot become a draft",
    /// More people have seats than there would be.
    TooFewSeats = true "名额不能少于已报名人数" "There would be fewer seats than registrations",
    /// It is over.
    Over = true "活动已结束" "The event is over",
    /// It has not begun.
    NotBegun = true "活动尚未开始" "The event has not begun",
}

/// Two people at one table for one round of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableDate {
    /// The round, from 1.
    pub round: i64,
    /// The table, from 1.
    pub table: i64,
    /// One of the two.
    pub first: AccountId,
    /// The other.
    pub second: AccountId,
    /// When the round begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
}

impl TableDate {
    /// The other of the two, for one of them.
    #[must_use]
    pub fn partner_of(&self, account: AccountId) -> Option<AccountId> {
        match account {
            one if one == self.first => Some(self.second),
            one if one == self.second => Some(self.first),
            _ => None,
        }
    }
}
