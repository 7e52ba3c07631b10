//! The days of the matchmaker: from eight o'clock to eight o'clock where the people live.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::clock::Millis;

/// The hour at which a day begins, local time.
pub const DAY_BEGINS_AT_HOUR: u32 = 8;

/// A day of the matchmaker. Lists, super-likes and what may be taken back are counted by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// When it began.
    pub began: Millis,
    /// When the next one begins.
    pub ends: Millis,
}

impl Day {
    /// The day of this moment in this time zone.
    #[must_use]
    pub fn of(now: Millis, zone: Tz) -> Self {
        let local = now.to_utc().with_timezone(&zone).naive_local();
        let begins = NaiveTime::from_hms_opt(DAY_BEGINS_AT_HOUR, 0, 0).unwrap_or_default();
        let (today, one) = (local.date(), Days::new(1));
        let date = if local.time() < begins { today.checked_sub_days(one).unwrap_or(today) } else { today };
        let next = date.checked_add_days(one).unwrap_or(date);
        Self { began: moment(date.and_time(begins), zone), ends: moment(next.and_time(begins), zone) }
    }

    /// Whole seconds from `now` to the end of the day, at least 1.
    #[must_use]
    pub fn seconds_left(self, now: Millis) -> u64 {
        super::seconds_until(self.ends, now)
    }
}

/// The day that the zone's calendars show at this moment, counted from 1 January 1970.
#[must_use]
pub fn number(now: Millis, zone: Tz) -> i64 {
    i64::from(date(now, zone).to_epoch_days())
}

/// When the zone's clocks show this: the first time, where they show it twice, and an hour on where never.
pub(super) fn moment(local: NaiveDateTime, zone: Tz) -> Millis {
    let shown = zone.from_local_datetime(&local).earliest();
    let shown = shown.or_else(|| {
        zone.from_local_datetime(&local.checked_add_signed(chrono::TimeDelta::hours(1))?).earliest()
    });
    shown.map_or_else(|| Millis(local.and_utc().timestamp_millis()), |at| at.to_utc().into())
}

/// The date that the zone's calendars show at this moment.
pub(super) fn date(now: Millis, zone: Tz) -> NaiveDate {
    now.to_utc().with_timezone(&zone).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
    }

    #[test]
    fn a_day_goes_from_eight_to_eight() {
        let shanghai = |text| Day::of(at(text), chrono_tz::Asia::Shanghai);
        let day = Day { began: at("2026-02-05T00:00:00Z"), ends: at("2026-02-06T00:00:00Z") };
        assert_eq!(shanghai("2026-02-05T00:00:00Z"), day);
        assert_eq!(shanghai("2026-02-05T16:30:00Z"), day);
        assert_eq!(shanghai("2026-02-05T23:59:59.999Z"), day);
        assert_eq!(shanghai("2026-02-04T23:59:59.999Z").ends, day.began);
        assert_eq!(day.seconds_left(at("2026-02-05T23:59:59.999Z")), 1);
        assert_eq!(day.seconds_left(at("2026-02-05T22:00:00Z")), 7_200);
    }

    #[test]
    fn days_are_longer_and_shorter_where_clocks_are_changed() {
        let berlin = |text| Day::of(at(text), chrono_tz::Europe::Berlin);
        let spring = berlin("2026-03-28T12:00:00Z");
        assert_eq!((spring.began, spring.ends), (at("2026-03-28T07:00:00Z"), at("2026-03-29T06:00:00Z")));
        let autumn = berlin("2026-10-24T12:00:00Z");
        assert_eq!((autumn.began, autumn.ends), (at("2026-10-24T06:00:00Z"), at("2026-10-25T07:00:00Z")));
    }

    #[test]
    fn days_are_numbered_by_the_zones_calendar() {
        let shanghai = |text| number(at(text), chrono_tz::Asia::Shanghai);
        assert_eq!(shanghai("1970-01-01T15:59:59.999Z"), 0);
        assert_eq!(shanghai("1970-01-01T16:00:00Z"), 1);
        assert_eq!(shanghai("1969-12-31T15:59:59Z"), -1);
    }

    #[test]
    fn extreme_moments_have_days() {
        for now in [i64::MIN / 1_000_000, i64::MAX / 1_000_000, 0] {
            let day = Day::of(Millis(now), chrono_tz::Asia::Shanghai);
            assert!(day.began < day.ends, "{now}");
        }
    }
}
