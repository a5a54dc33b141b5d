//! Spans of windows: which of them are whole, and what they are merged from.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::{Asia, Tz};
use streamgauge_core::parse_rfc3339;

use super::*;
use crate::published::Published;
use crate::testing::{METRIC, MINUTE, metric, minutes, pane, partition, plan, set, settings};

const MINUTES: WindowSpec = WindowSpec::Tumbling { size: MINUTE };
/// In minutes.
const CENTURY: u64 = 100 * 365 * 24 * 60;
const DAYS: WindowSpec = WindowSpec::Tumbling { size: 86_400_000 };

/// A span of a partition at minute 10 with a pane in each of the minutes 2, 3 and 9, which are kept
/// for so many minutes.
fn ask(zone: Tz, spec: WindowSpec, span: TimeWindow, keep: u64) -> Result<String, String> {
    let (plan, settings) = (plan(), settings(&[MINUTES, DAYS], 0));
    let panes = [2, 3, 9].map(|minute| pane(Some(minutes(minute, minute + 1)), "x"));
    let metrics = vec![metric(METRIC, vec![set(MINUTES, panes.to_vec())])];
    let partitions = vec![Arc::new(partition(0, Some(10 * MINUTE), metrics))];
    let history_keep = Duration::from_mins(keep);
    let published = Published { partitions, history_keep, ..Published::default() };
    let survey =
        Survey { plan: &plan, zone, settings: &settings, published: &published, stored: &[] };
    let window = survey.span(spec, span).map_err(|error| error.to_string())?;
    assert_eq!(window.id.window, Some(span));
    let panes = window.pieces.iter().filter_map(|piece| piece.pane);
    let panes: Vec<_> = panes.map(|pane| (pane.start.0 / MINUTE).to_string()).collect();
    Ok(format!("{}: {}", window.state.expect("a phase").name(), panes.join(" ")))
}

#[test]
fn a_span_is_merged_from_the_windows_in_it() {
    let of = |start, end| ask(Tz::UTC, MINUTES, minutes(start, end), 60);
    assert_eq!(of(2, 10), Ok("final: 2 3 9".to_owned()));
    assert_eq!(of(3, 9), Ok("final: 3".to_owned()));
    assert_eq!(of(4, 9), Ok("final: ".to_owned()), "nothing was counted then");
    assert_eq!(of(9, 12), Ok("open: 9".to_owned()), "it has not ended yet");
}

#[test]
fn a_span_ends_where_windows_do() {
    let half = EventTime(MINUTE / 2);
    let inside = TimeWindow { start: half, end: EventTime(5 * MINUTE) };
    assert_eq!(
        ask(Tz::UTC, MINUTES, inside, 60),
        Err("the start 1970-01-01T00:00:30+00:00 is inside of a window `1m`; hint: \
             1970-01-01T00:00:00+00:00 or 1970-01-01T00:01:00+00:00"
            .to_owned())
    );
    let at = |text| parse_rfc3339(text).expect("an instant");
    let day = |end| TimeWindow { start: at("2015-11-11T00:00:00+08:00"), end: at(end) };
    let other = ask(Asia::Shanghai, DAYS, day("2015-11-12T00:00:00Z"), CENTURY);
    assert!(other.is_err_and(|error| error.starts_with("the end 2015-11-12T08:00:00+08:00")));
    let own = ask(Asia::Shanghai, DAYS, day("2015-11-12T00:00:00+08:00"), CENTURY);
    assert_eq!(own, Ok("open: ".to_owned()));
}

#[test]
fn a_span_that_is_not_kept_as_a_whole_says_from_when_on_it_is() {
    // The watermark is minute 10: what ends at minute 5 or before is given up.
    assert_eq!(ask(Tz::UTC, MINUTES, minutes(5, 9), 5), Ok("final: ".to_owned()));
    assert_eq!(
        ask(Tz::UTC, MINUTES, minutes(4, 9), 5),
        Err("windows `1m` are kept from 1970-01-01T00:05:00+00:00 on; hint: begin there, or keep \
             more with `[history] keep`"
            .to_owned())
    );
}

#[test]
fn a_span_has_a_thousand_windows_at_the_most() {
    let of = |count| ask(Tz::UTC, MINUTES, minutes(0, count), 60 * 24);
    assert!(of(1000).is_ok());
    assert_eq!(
        of(1001),
        Err(
            "more than 1000 windows `1m` lie in that time; hint: a shorter time, or larger windows"
                .to_owned()
        )
    );
    let sliding = WindowSpec::Sliding { size: 2 * MINUTE, slide: MINUTE };
    let found = ask(Tz::UTC, sliding, minutes(0, 2), 60);
    assert!(found.is_err_and(|error| error.contains("do not follow each other")));
}
