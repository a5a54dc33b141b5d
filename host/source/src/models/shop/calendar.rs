//! The season: 185 days from May 11 to November 11, with a weekly swing, a warm-up in its last
//! weeks, and a fifth of everything on November 11.

/// Days of a season.
pub(super) const DAYS: usize = 185;

/// The position of November 11.
pub(super) const LAST_DAY: usize = DAYS - 1;

/// Month and day of each day of the season.
pub(super) const DATES: [(u8, u8); DAYS] = dates();

/// Share of November 11 in all events, in thousandths.
const PEAK_PER_MILLE: u64 = 193;

/// Weight of each day of the week from Monday on; May 11, 2015 was one.
const WEEK: [u64; 7] = [1020, 1040, 1030, 1010, 960, 940, 1000];

/// How much a day weighs more than in spring, in hundredths, from the given day on.
const WARM_UP: [(usize, u64); 4] = [(0, 100), (113, 108), (154, 118), (174, 135)];

/// When each day begins, counted in events.
#[derive(Clone, Debug)]
pub(super) struct Calendar {
    season: u64,
    starts: Vec<u64>,
}

impl Calendar {
    /// A calendar whose whole season takes `season` events.
    pub(super) fn new(season: u64) -> Self {
        let ordinary: Vec<u64> = (0..LAST_DAY).map(weight).collect();
        let sum: u64 = ordinary.iter().sum();
        let total = sum + sum * PEAK_PER_MILLE / (1000 - PEAK_PER_MILLE);
        let mut starts = Vec::with_capacity(DAYS);
        let mut before = 0;
        for weight in ordinary.into_iter().chain([0]) {
            starts.push((u128::from(season) * u128::from(before) / u128::from(total)) as u64);
            before += weight;
        }
        Self { season, starts }
    }

    /// The day, from 0, of the event at `position` over all partitions; never decreases.
    pub(super) fn day(&self, position: u64) -> usize {
        if position >= self.season {
            return LAST_DAY;
        }
        self.starts.partition_point(|start| *start <= position) - 1
    }
}

fn weight(day: usize) -> u64 {
    let (_, warmth) =
        WARM_UP.iter().rev().find(|(from, _)| day >= *from).expect("the first step begins at 0");
    WEEK[day % WEEK.len()] * warmth
}

const fn dates() -> [(u8, u8); DAYS] {
    let mut dates = [(0, 0); DAYS];
    let (mut month, mut day) = (5, 11);
    let mut i = 0;
    while i < DAYS {
        dates[i] = (month, day);
        let last = if matches!(month, 6 | 9 | 11) { 30 } else { 31 };
        (month, day) = if day == last { (month + 1, 1) } else { (month, day + 1) };
        i += 1;
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dates_run_from_may_11_to_november_11() {
        assert_eq!(DATES[0], (5, 11));
        assert_eq!(DATES[20..22], [(5, 31), (6, 1)]);
        assert_eq!(DATES[50..52], [(6, 30), (7, 1)]);
        assert_eq!(DATES[LAST_DAY], (11, 11));
    }

    #[test]
    fn days_follow_each_other_and_november_11_takes_a_fifth() {
        let calendar = Calendar::new(100_000);
        let days: Vec<usize> = (0..101_000).map(|position| calendar.day(position)).collect();
        assert!(days.is_sorted());
        assert_eq!((days[0], days[99_999], days[100_999]), (0, LAST_DAY, LAST_DAY));
        let mut seen = days.clone();
        seen.dedup();
        assert_eq!(seen.len(), DAYS);
        let peak = days[..100_000].iter().filter(|d| **d == LAST_DAY).count();
        assert!((19_200..=19_400).contains(&peak), "{peak}");
    }

    #[test]
    fn tiny_and_huge_seasons_stay_inside_the_calendar() {
        assert_eq!(Calendar::new(0).day(0), LAST_DAY);
        assert_eq!(Calendar::new(1).day(1), LAST_DAY);
        let two = Calendar::new(2);
        assert!(two.day(0) <= two.day(1));
        let huge = Calendar::new(u64::MAX);
        assert_eq!(huge.day(0), 0);
        assert_eq!(huge.day(u64::MAX), LAST_DAY);
    }
}
