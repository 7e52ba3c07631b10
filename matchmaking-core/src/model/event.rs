//! Events where people meet.

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::profile::{Gender, Position};
use crate::{clock::Millis, ids::EventId};

/// What the organiser decided about an event. Everything else about its status follows from the clock and the seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventState {
    /// Being prepared; nobody but the back office sees it.
    Draft,
    /// Open to people.
    Public,
    /// Called off.
    Cancelled,
}

impl EventState {
    /// The number that stores keep.
    #[must_use]
    pub const fn code(self) -> i64 {
        match self {
            Self::Draft => 1,
            Self::Public => 2,
            Self::Cancelled => 3,
        }
    }

    /// The state that a store keeps as `code`.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Draft, Self::Public, Self::Cancelled].into_iter().find(|state| state.code() == code)
    }
}

/// How an event stands at a moment. It is computed and never kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventStatus {
    /// Being prepared.
    Draft,
    /// There are seats, and one may register.
    Registering,
    /// One might register, but there is no seat.
    Full,
    /// The deadline is over, and it has not begun.
    Closed,
    /// It goes on.
    Ongoing,
    /// It is over.
    Ended,
    /// Called off.
    Cancelled,
}

impl EventStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Draft,
        Self::Registering,
        Self::Full,
        Self::Closed,
        Self::Ongoing,
        Self::Ended,
        Self::Cancelled,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Registering => "registering",
            Self::Full => "full",
            Self::Closed => "closed",
            Self::Ongoing => "ongoing",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
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
            Self::Draft => 1,
            Self::Registering => 2,
            Self::Full => 3,
            Self::Closed => 4,
            Self::Ongoing => 5,
            Self::Ended => 6,
            Self::Cancelled => 7,
        }
    }

    /// How an event stands at this moment, with so many seats taken. Statements of stores say the same.
    #[must_use]
    pub fn of(event: &Event, taken: usize, now: Millis) -> Self {
        match event.state {
            EventState::Draft => Self::Draft,
            EventState::Cancelled => Self::Cancelled,
            EventState::Public if now >= event.ends_at => Self::Ended,
            EventState::Public if now >= event.starts_at => Self::Ongoing,
            EventState::Public if now >= event.deadline_at => Self::Closed,
            EventState::Public if taken >= event.details.capacity => Self::Full,
            EventState::Public => Self::Registering,
        }
    }
}

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its identifier.
    pub id: EventId,
    /// What the organiser decided.
    pub state: EventState,
    /// When it begins.
    pub starts_at: Millis,
    /// When it is over; after its beginning.
    pub ends_at: Millis,
    /// Until when one may register; not after its beginning.
    pub deadline_at: Millis,
    /// When it was made.
    pub created_at: Millis,
    /// When the organiser closed it, so that picks became matches.
    pub closed_at: Option<Millis>,
    /// What the organiser says about it.
    pub details: EventDetails,
}

impl Event {
    /// Whether one may register at this moment, if there is a seat.
    #[must_use]
    pub fn is_open(&self, now: Millis) -> bool {
        self.state == EventState::Public && now < self.deadline_at
    }
}

/// What the organiser says about an event: kept as one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EventDetails {
    /// The name by which organisers know it; no two events have the same.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// What kind of event it is, in a word.
    pub kind: String,
    /// Where its picture is.
    pub cover_image: Option<String>,
    /// Where more pictures are.
    pub images: Vec<String>,
    /// The day, where the people live.
    pub date: NaiveDate,
    /// When it begins there.
    pub start_time: NaiveTime,
    /// When it ends there; on the next day where that is not later.
    pub end_time: NaiveTime,
    /// Where it is.
    pub venue: Venue,
    /// What it is about.
    pub description: String,
    /// What happens when.
    pub schedule: Vec<ScheduleItem>,
    /// The youngest and the oldest age, on the day, of those who may come.
    pub ages: Option<(u8, u8)>,
    /// What else is expected of them, to be read by people.
    pub expected: Expected,
    /// How many seats there are.
    pub capacity: usize,
    /// How few people it takes to be held; to be read by people.
    pub min_participants: Option<usize>,
    /// How many of the seats are for men at most.
    pub max_male: Option<usize>,
    /// How many of the seats are for women at most.
    pub max_female: Option<usize>,
    /// What a seat costs, in fen; 0 for nothing.
    pub deposit_fen: i64,
    /// Whether the deposit comes back: after a timely cancellation, and after the event to those who came.
    pub refundable: bool,
    /// What is said about that.
    pub refund_policy: String,
    /// Who holds it.
    pub organizer: Organizer,
    /// What is special about it.
    pub highlights: Vec<String>,
}

/// Where an event is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Venue {
    /// The province.
    pub province: Option<String>,
    /// The city.
    pub city: String,
    /// The district.
    pub district: Option<String>,
    /// The house.
    pub venue: String,
    /// Street and number.
    pub address: Option<String>,
    /// Where that is on the earth.
    pub position: Option<Position>,
}

/// What happens at a time of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleItem {
    /// When, as it is to be read.
    pub time: String,
    /// What.
    pub activity: String,
}

/// What is expected of those who come, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Expected {
    /// Their education.
    pub education: Option<String>,
    /// Their income.
    pub income: Option<String>,
    /// Anything else.
    pub other: Option<String>,
}

/// Who holds an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Organizer {
    /// Their name.
    pub name: String,
    /// How they are called.
    pub phone: Option<String>,
    /// Where their picture is.
    pub avatar: Option<String>,
}

/// How many seats of an event are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seats {
    /// By everyone.
    pub taken: usize,
    /// By men.
    pub male: usize,
    /// By women.
    pub female: usize,
}

impl Seats {
    /// Counts one more.
    #[must_use]
    pub fn and(self, gender: Option<Gender>) -> Self {
        Self {
            taken: self.taken + 1,
            male: self.male + usize::from(gender == Some(Gender::Male)),
            female: self.female + usize::from(gender == Some(Gender::Female)),
        }
    }

    /// Whether the event has a seat for one more of this gender.
    #[must_use]
    pub fn have_room(self, details: &EventDetails, gender: Option<Gender>) -> bool {
        self.taken < details.capacity && self.quota_has_room(details, gender)
    }

    /// Whether those of this gender are fewer than the event takes of them.
    #[must_use]
    pub fn quota_has_room(self, details: &EventDetails, gender: Option<Gender>) -> bool {
        match gender {
            Some(Gender::Male) => details.max_male.is_none_or(|most| self.male < most),
            Some(Gender::Female) => details.max_female.is_none_or(|most| self.female < most),
            Some(Gender::Other) | None => true,
        }
    }

    /// Whether an event with these bounds holds all of them.
    #[must_use]
    pub fn fit(self, details: &EventDetails) -> bool {
        self.taken <= details.capacity
            && details.max_male.is_none_or(|most| self.male <= most)
            && details.max_female.is_none_or(|most| self.female <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> Event {
        let details = EventDetails {
            code: "SH20260214".to_owned(),
            name: "x".to_owned(),
            kind: "x".to_owned(),
            cover_image: None,
            images: Vec::new(),
            date: NaiveDate::from_ymd_opt(2026, 2, 14).unwrap(),
            start_time: NaiveTime::from_hms_opt(14, 0, 0).unwrap(),
            end_time: NaiveTime::from_hms_opt(17, 0, 0).unwrap(),
            venue: Venue::default(),
            description: String::new(),
            schedule: Vec::new(),
            ages: None,
            expected: Expected::default(),
            capacity: 2,
            min_participants: None,
            max_male: Some(1),
            max_female: None,
            deposit_fen: 0,
            refundable: true,
            refund_policy: String::new(),
            organizer: Organizer::default(),
            highlights: Vec::new(),
        };
        Event {
            id: EventId::new(1).unwrap(),
            state: EventState::Public,
            starts_at: Millis(200),
            ends_at: Millis(300),
            deadline_at: Millis(100),
            created_at: Millis(0),
            closed_at: None,
            details,
        }
    }

    #[test]
    fn the_status_follows_the_clock_and_the_seats() {
        let event = event();
        let status = |taken, now| EventStatus::of(&event, taken, Millis(now)).name();
        assert_eq!((status(1, 0), status(2, 0), status(3, 0)), ("registering", "full", "full"));
        assert_eq!((status(1, 99), status(1, 100), status(2, 100)), ("registering", "closed", "closed"));
        assert_eq!((status(1, 199), status(1, 200), status(1, 299)), ("closed", "ongoing", "ongoing"));
        assert_eq!((status(0, 300), status(0, i64::MAX)), ("ended", "ended"));
        let cancelled = Event { state: EventState::Cancelled, ..event.clone() };
        let draft = Event { state: EventState::Draft, ..event.clone() };
        for now in [0, 150, 250, 350] {
            assert_eq!(EventStatus::of(&cancelled, 0, Millis(now)), EventStatus::Cancelled);
            assert_eq!(EventStatus::of(&draft, 0, Millis(now)), EventStatus::Draft);
        }
        for status in EventStatus::ALL {
            assert_eq!(EventStatus::from_name(status.name()), Some(status));
        }
    }

    #[test]
    fn a_quota_bounds_its_gender_alone() {
        let details = event().details;
        let seats = Seats::default().and(Some(Gender::Male));
        assert!(!seats.have_room(&details, Some(Gender::Male)));
        for other in [Some(Gender::Female), Some(Gender::Other), None] {
            assert!(seats.have_room(&details, other));
            assert!(!seats.and(other).have_room(&details, other));
        }
        assert!(seats.fit(&details) && !seats.and(Some(Gender::Male)).fit(&details));
    }
}
