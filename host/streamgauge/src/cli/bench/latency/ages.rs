//! How old events are when an update brings them, each span of time with its weight.

/// Into how many ages the events of one update are parted.
const PARTS: u32 = 16;

/// The ages of all events so far.
#[derive(Default)]
pub(super) struct Ages {
    /// The event time of the update before.
    former: Option<i64>,
    /// An age in milliseconds, and how long the span of event time is whose events have it.
    spans: Vec<(f64, f64)>,
    updates: u32,
}

impl Ages {
    /// Takes in an update that was received at `received`, in milliseconds since the Unix epoch. One
    /// that brings no later event time tells nothing.
    pub(super) fn update(&mut self, received: i64, update: &str) {
        let Some(event_time) = event_time(update) else { return };
        let Some(former) = self.former.replace(event_time) else { return };
        if former >= event_time {
            return;
        }
        self.updates += 1;
        let (oldest, span) = ((received - former) as f64, (event_time - former) as f64);
        let share = span / f64::from(PARTS);
        self.spans.extend((0..PARTS).map(|part| (oldest - share * (f64::from(part) + 0.5), share)));
    }

    /// How many updates brought events.
    pub(super) fn updates(&self) -> u32 {
        self.updates
    }

    /// The age, in milliseconds, below which this share of the events is; NaN where there is none.
    pub(super) fn quantile(&mut self, share: f64) -> f64 {
        self.spans.sort_by(|one, other| one.0.total_cmp(&other.0));
        let all: f64 = self.spans.iter().map(|(_, weight)| weight).sum();
        let mut below = 0.0;
        let found = self.spans.iter().find(|(_, weight)| {
            below += weight;
            below >= all * share
        });
        found.map_or(f64::NAN, |(age, _)| *age)
    }
}

/// The clock of an update: the largest event time in it.
fn event_time(update: &str) -> Option<i64> {
    let (_, after) = update.split_once("\"event_time\":")?;
    after[..after.find(|c: char| !c.is_ascii_digit())?].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_count_by_their_weight() {
        let mut ages =
            Ages { spans: vec![(30.0, 1.0), (10.0, 98.0), (20.0, 1.0)], ..Ages::default() };
        for (share, age) in [(0.5, 10.0), (0.985, 20.0), (1.0, 30.0)] {
            assert!((ages.quantile(share) - age).abs() < 0.1, "{share}");
        }
        assert!(Ages::default().quantile(0.5).is_nan());
    }

    #[test]
    fn an_update_brings_what_lies_between_two_event_times() {
        let update =
            |time: i64| format!(r#"{{"t":"update","clock":{{"event_time":{time},"n":0}}}}"#);
        let mut ages = Ages::default();
        // The first has nothing before it, and the third brings nothing.
        for (received, time) in [(1000, 990), (1030, 1022), (1040, 1022)] {
            ages.update(received, &update(time));
        }
        assert_eq!(ages.updates(), 1);
        // From 990 to 1022, received at 1030: the oldest is 40 ms old, the youngest 8 ms.
        assert!((ages.quantile(1.0) - 39.0).abs() < 0.1);
        assert!((ages.quantile(0.0) - 9.0).abs() < 0.1);
    }

    #[test]
    fn the_clock_of_an_update_is_read() {
        let text =
            r#"{"t":"update","clock":{"now":3,"event_time":1447171200000,"watermark":null}}"#;
        assert_eq!(event_time(text), Some(1_447_171_200_000));
        assert_eq!(event_time(r#"{"t":"hb"}"#), None);
    }
}
