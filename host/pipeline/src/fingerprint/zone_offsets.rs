//! A time zone as what its clocks show: the offsets from UTC and the moments of their changes, from
//! 1900 to 2200, as a digest. The version of the time zone database is no part of it, so a new
//! database matters only where it changes this zone.
//!
//! Deliberately absent: changes that are undone within a day. No zone has any, and looking for them
//! would take a hundred times as long.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use streamgauge_core::digest_of;

/// 1900-01-01 and 2200-01-01 in UTC, in seconds since the Unix epoch.
const FROM: i64 = -2_208_988_800;
const UNTIL: i64 = 7_258_118_400;

const DAY: i64 = 86_400;

/// The hexadecimal digits of the digest that are kept: enough to tell zones apart.
const DIGITS: usize = 32;

/// The digest of the zone's offsets, in hexadecimal.
pub(super) fn digest(zone: Tz) -> String {
    let mut bytes = Vec::new();
    for (since, offset) in offsets(zone) {
        bytes.extend(since.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
    }
    let mut digits = digest_of(&bytes).to_string();
    digits.truncate(DIGITS);
    digits
}

/// The offsets in seconds east of UTC, each with the second since which it holds.
fn offsets(zone: Tz) -> Vec<(i64, i32)> {
    let mut before = offset(zone, FROM);
    let mut found = vec![(FROM, before)];
    for day in (FROM..UNTIL).step_by(DAY as usize) {
        let after = offset(zone, day + DAY);
        if before != after {
            found.push((change(zone, day, day + DAY), after));
        }
        before = after;
    }
    found
}

/// The first second with another offset than at `from`; at `until` it is another one.
fn change(zone: Tz, mut from: i64, mut until: i64) -> i64 {
    let before = offset(zone, from);
    while until - from > 1 {
        let middle = i64::midpoint(from, until);
        if offset(zone, middle) == before { from = middle } else { until = middle }
    }
    until
}

fn offset(zone: Tz, second: i64) -> i32 {
    let instant = DateTime::from_timestamp(second, 0).expect("a second between 1900 and 2200");
    zone.offset_from_utc_datetime(&instant.naive_utc()).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_found_to_the_second() {
        assert_eq!(offsets(Tz::UTC), [(FROM, 0)]);
        // The first and the last change of China's clocks: local mean time ends, summer time ends.
        let shanghai = offsets(Tz::Asia__Shanghai);
        assert_eq!(shanghai[0], (FROM, 29_143));
        assert_eq!(shanghai[1], (-2_177_481_943, 28_800));
        assert_eq!(shanghai.last(), Some(&(684_867_600, 28_800)));
        let berlin = offsets(Tz::Europe__Berlin);
        assert!(berlin.contains(&(1_743_296_400, 7200)), "30 March 2025, 01:00 UTC");
    }

    /// The digests are kept with states, so they stay what they are.
    #[test]
    fn a_digest_names_the_clocks_and_not_the_zone() {
        let other_names = [
            (Tz::UTC, Tz::Etc__UTC),
            (Tz::Asia__Shanghai, Tz::PRC),
            (Tz::Europe__Berlin, Tz::Arctic__Longyearbyen),
        ];
        for (zone, name) in other_names {
            assert_eq!(digest(zone), digest(name), "{zone} and {name}");
        }
        assert_ne!(digest(Tz::Asia__Shanghai), digest(Tz::Asia__Singapore));
        assert_eq!(digest(Tz::UTC), "6abb978633903cf311da3991820297c5");
        assert_eq!(digest(Tz::Asia__Shanghai), "bbe51601fc96c76e9e1d2bd8982ac05e");
    }
}
