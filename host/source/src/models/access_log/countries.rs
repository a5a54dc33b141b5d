//! Where requests come from: few countries have most of them, and each has more in its evening
//! than in its night.

use streamgauge_core::random::Lottery;

/// ISO 3166 codes, their weights over a day, and their hours ahead of UTC.
const COUNTRIES: [(&str, u32, i64); 20] = [
    ("CN", 300, 8),
    ("US", 180, -6),
    ("IN", 90, 5),
    ("JP", 60, 9),
    ("DE", 55, 1),
    ("BR", 48, -3),
    ("GB", 45, 0),
    ("FR", 38, 1),
    ("KR", 30, 9),
    ("ID", 26, 7),
    ("CA", 22, -5),
    ("MX", 20, -6),
    ("IT", 18, 1),
    ("ES", 16, 1),
    ("AU", 14, 10),
    ("VN", 12, 7),
    ("NL", 10, 1),
    ("SG", 8, 8),
    ("ZA", 5, 2),
    ("NZ", 3, 12),
];

/// How busy each hour of local time is, in percent of the mean.
const HOURS: [u32; 24] = [
    60, 40, 30, 25, 25, 30, 45, 70, 95, 115, 125, 130, 125, 120, 120, 120, 120, 125, 135, 150, 160,
    155, 130, 90,
];

/// Picks countries, by the hour.
#[derive(Clone, Debug)]
pub(super) struct Countries {
    /// By hour of UTC.
    hours: Vec<Lottery>,
}

impl Countries {
    pub(super) fn new() -> Self {
        let at =
            |hour: i64| {
                Lottery::new(&COUNTRIES.map(|(_, weight, ahead)| {
                    weight * HOURS[(hour + ahead).rem_euclid(24) as usize]
                }))
            };
        Self { hours: (0..24).map(at).collect() }
    }

    /// The country of a request at `time`, in seconds since the Unix epoch.
    pub(super) fn pick(&self, time: u64, bits: u64) -> &'static str {
        let hour = (time / 3600 % 24) as usize;
        COUNTRIES[usize::from(self.hours[hour].pick(bits))].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_sleeps_at_night() {
        let countries = Countries::new();
        let share = |hour: u64, code| {
            (0..4096).filter(|bits| countries.pick(hour * 3600, *bits) == code).count()
        };
        // 12:00 UTC is 20:00 in China and 06:00 in Chicago; 19:00 UTC is 03:00 and 13:00.
        assert!(share(12, "CN") > 2 * share(19, "CN"));
        assert!(share(19, "US") > 2 * share(12, "US"));
        for (code, _, _) in COUNTRIES {
            assert!((0..24).any(|hour| share(hour, code) > 0), "{code}");
        }
    }
}
