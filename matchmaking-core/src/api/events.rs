//! Events as the platform and the back office show them.

use serde::{Serialize, Serializer};

use crate::model::{
    Event, EventStatus, Seats,
    event::{Organizer, Venue},
};

/// An amount of money in fen, written in yuan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yuan(pub i64);

impl Serialize for Yuan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 100 == 0 {
            serializer.serialize_i64(self.0 / 100)
        } else {
            serializer.serialize_f64(self.0 as f64 / 100.0)
        }
    }
}

/// What an event is, with who is registered for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventCore))]
pub struct EventCore {
    /// Its identifier.
    pub event_id: i64,
    /// The name by which organisers know it.
    pub event_code: String,
    /// What it is called.
    pub name: String,
    /// What kind of event it is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where its picture is.
    pub cover_image: Option<String>,
    /// Where more pictures are.
    pub images: Vec<String>,
    /// The day, where the people live.
    pub event_date: String,
    /// When it begins there.
    pub start_time: String,
    /// When it ends there.
    pub end_time: String,
    /// Where it is.
    pub location: VenueView,
    /// What it is about.
    pub description: String,
    /// What happens when.
    pub schedule: Vec<ScheduleView>,
    /// What is expected of those who come.
    pub requirements: RequirementsView,
    /// Who comes, in numbers.
    pub participants: ParticipantsView,
    /// What it costs.
    pub deposit: DepositView,
    /// Who holds it.
    pub organizer: OrganizerView,
    /// What is special about it.
    pub highlights: Vec<String>,
    /// Until when one may register.
    pub registration_deadline: String,
    /// `registering`, `full`, `closed`, `ongoing`, `ended`, `cancelled`; in the back office also `draft`.
    pub status: &'static str,
}

/// Where an event is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::VenueView))]
pub struct VenueView {
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
    /// Degrees east.
    pub longitude: Option<f64>,
    /// Degrees north.
    pub latitude: Option<f64>,
}

/// What happens at a time of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ScheduleView))]
pub struct ScheduleView {
    /// When.
    pub time: String,
    /// What.
    pub activity: String,
}

/// What is expected of those who come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::EventRequirements))]
pub struct RequirementsView {
    /// The youngest and the oldest age on the day: `25-40`. It is checked; the rest is for reading.
    pub age_range: Option<String>,
    /// Their education.
    pub education: Option<String>,
    /// Their income.
    pub income: Option<String>,
    /// Anything else.
    pub other: Option<String>,
}

/// Who comes, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::ParticipantsView))]
pub struct ParticipantsView {
    /// How many seats there are.
    pub max: usize,
    /// How few people it takes.
    pub min: Option<usize>,
    /// How many seats are taken.
    pub registered: usize,
    /// How many are free.
    pub remaining: usize,
    /// How many are taken by men.
    pub male_count: usize,
    /// How many are taken by women.
    pub female_count: usize,
    /// How many of them are for men at most.
    pub max_male: Option<usize>,
    /// How many of them are for women at most.
    pub max_female: Option<usize>,
}

/// What a seat costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::DepositView))]
pub struct DepositView {
    /// In yuan.
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub amount: Yuan,
    /// Whether it comes back.
    pub is_refundable: bool,
    /// What is said about that.
    pub refund_policy: String,
}

/// Who holds an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = platform::OrganizerView))]
pub struct OrganizerView {
    /// Their name.
    pub name: String,
    /// How they are called.
    pub phone: Option<String>,
    /// Where their picture is.
    pub avatar: Option<String>,
}

impl EventCore {
    /// An event with its seats, which stands so.
    #[must_use]
    pub fn of(event: Event, seats: Seats, status: EventStatus) -> Self {
        let details = event.details;
        Self {
            event_id: event.id.get(),
            event_code: details.code,
            name: details.name,
            kind: details.kind,
            cover_image: details.cover_image,
            images: details.images,
            event_date: details.date.to_string(),
            start_time: time(details.start_time),
            end_time: time(details.end_time),
            location: details.venue.into(),
            description: details.description,
            schedule: details
                .schedule
                .into_iter()
                .map(|item| ScheduleView { time: item.time, activity: item.activity })
                .collect(),
            requirements: RequirementsView {
                age_range: details.ages.map(|(youngest, oldest)| format!("{youngest}-{oldest}")),
                education: details.expected.education,
                income: details.expected.income,
                other: details.expected.other,
            },
            participants: ParticipantsView {
                max: details.capacity,
                min: details.min_participants,
                registered: seats.taken,
                remaining: details.capacity.saturating_sub(seats.taken),
                male_count: seats.male,
                female_count: seats.female,
                max_male: details.max_male,
                max_female: details.max_female,
            },
            deposit: DepositView {
                amount: Yuan(details.deposit_fen),
                is_refundable: details.refundable,
                refund_policy: details.refund_policy,
            },
            organizer: details.organizer.into(),
            highlights: details.highlights,
            registration_deadline: event.deadline_at.to_rfc3339(),
            status: status.name(),
        }
    }
}

impl From<Venue> for VenueView {
    fn from(venue: Venue) -> Self {
        Self {
            province: venue.province,
            city: venue.city,
            district: venue.district,
            venue: venue.venue,
            address: venue.address,
            longitude: venue.position.map(|position| position.longitude),
            latitude: venue.position.map(|position| position.latitude),
        }
    }
}

impl From<Organizer> for OrganizerView {
    fn from(organizer: Organizer) -> Self {
        Self { name: organizer.name, phone: organizer.phone, avatar: organizer.avatar }
    }
}

/// A time of the day as it is written: `14:00`.
#[must_use]
pub fn time(time: chrono::NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_in_yuan() {
        for (fen, written) in [(20_000, "200"), (0, "0"), (1_050, "10.5"), (1, "0.01"), (19_999, "199.99")] {
            assert_eq!(serde_json::to_string(&Yuan(fen)).unwrap(), written);
        }
    }
}
