//! How often the publisher works: as often as asked for, within its share of a core.

use std::time::Duration;

/// The publisher rests so many times as long as it has worked: it takes a tenth of a core.
const REST_TIMES: u32 = 9;

/// The longest rest: what pages show is never older than that.
const REST_MAX: Duration = Duration::from_secs(1);

/// How long to rest after `worked`, where `every` is asked for, which is no longer than
/// [`REST_MAX`].
pub(super) fn rest(worked: Duration, every: Duration) -> Duration {
    (worked * REST_TIMES).clamp(every, REST_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_publisher_rests_nine_times_as_long_as_it_works() {
        let millis = Duration::from_millis;
        for (worked, every, expected) in [
            (0, 100, 100),
            (11, 100, 100),
            (12, 100, 108),
            (1, 20, 20),
            (4, 20, 36),
            (500, 20, 1000),
        ] {
            assert_eq!(rest(millis(worked), millis(every)), millis(expected), "{worked} ms");
        }
    }
}
