//! Moments as this surface writes them: in the time zone of the configuration.

use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;

use crate::clock::Millis;

/// The years that RFC 3339 can write, in every zone: from the second day of the year 1 to the last but one of 9999.
const WRITABLE: RangeInclusive<i64> = -62_135_510_400_000..=253_402_214_400_000;

/// RFC 3339 with the zone's offset and milliseconds: `2024-05-07T15:23:30.807+08:00`.
#[must_use]
pub fn room_time(at: Millis, zone: Tz) -> String {
    local(at, zone).to_rfc3339_opts(SecondsFormat::Millis, false)
}

/// Date and time of day in the zone: `2024-05-07 15:23:30`.
#[must_use]
pub fn send_time(at: Millis, zone: Tz) -> String {
    local(at, zone).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn local(at: Millis, zone: Tz) -> DateTime<Tz> {
    Millis(at.0.clamp(*WRITABLE.start(), *WRITABLE.end())).to_utc().with_timezone(&zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_the_zone() {
        let at = Millis(1_715_066_610_807);
        let zone = chrono_tz::Asia::Shanghai;
        assert_eq!(room_time(at, zone), "2024-05-07T15:23:30.807+08:00");
        assert_eq!(send_time(at, zone), "2024-05-07 15:23:30");
        // A zone that counts half hours, one that is behind, one with summer time.
        assert_eq!(room_time(at, chrono_tz::Asia::Kolkata), "2024-05-07T12:53:30.807+05:30");
        assert_eq!(send_time(at, chrono_tz::America::Los_Angeles), "2024-05-07 00:23:30");
        assert_eq!(room_time(Millis(0), chrono_tz::UTC), "1970-01-01T00:00:00.000+00:00");
    }

    #[test]
    fn extreme_moments_are_cut_to_what_can_be_written() {
        for zone in [chrono_tz::Asia::Shanghai, chrono_tz::America::Los_Angeles] {
            assert!(room_time(Millis(i64::MIN), zone).starts_with("0001-01-0"));
            assert!(send_time(Millis(i64::MAX), zone).starts_with("9999-12-3"));
        }
    }
}
