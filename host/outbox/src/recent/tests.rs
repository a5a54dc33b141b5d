//! What people look at is bounded: in number, and in the bytes that are kept of each record.

use super::*;
use crate::testing::{Record, batch, record};

#[test]
fn the_newest_stay_and_the_oldest_are_forgotten_first() {
    for (steps, kept) in [
        (&[&[][..]][..], &[][..]),
        (&[&[1, 2, 3]], &[1, 2, 3]),
        (&[&[1, 2, 3], &[]], &[1, 2, 3]),
        (&[&[1, 2], &[3, 4, 5]], &[3, 4, 5]),
        (&[&[1, 2, 3], &[4]], &[2, 3, 4]),
        (&[&[9], &[1, 2, 3, 4, 5, 6, 7]], &[5, 6, 7]),
    ] {
        let mut recent = Recent::<u32, 3>::default();
        for step in steps {
            recent.extend(step.iter().copied());
        }
        assert_eq!(recent.iter().copied().collect::<Vec<_>>(), kept, "{steps:?}");
    }
}

fn letter(value: Option<Vec<u8>>) -> DeadLetter<'static> {
    DeadLetter {
        partition: 2,
        offset: 7,
        time: RecordTime(-1),
        metric: Some("age".into()),
        reason: "missing".into(),
        detail: Some("user_id".into()),
        value: value.map(Cow::Owned),
    }
}

#[test]
fn of_a_letter_all_stays_but_for_the_end_of_its_record() {
    for (length, kept) in [(0, 0), (255, 255), (256, 256), (257, 256), (1 << 20, 256)] {
        let value: Vec<u8> = (0..length).map(|i| i as u8).collect();
        let recent = RecentLetter::of(&letter(Some(value.clone())));
        assert_eq!(recent.letter, letter(Some(value[..kept].to_vec())), "{length}");
        assert_eq!(recent.record_bytes, length);
    }
    let words = DeadLetter { detail: Some("号".repeat(100).into()), ..letter(None) };
    let detail = RecentLetter::of(&words).letter.detail.expect("words");
    assert_eq!(detail, "号".repeat(85), "no character is cut in two");
    let without = RecentLetter::of(&letter(None));
    assert_eq!((without.letter, without.record_bytes), (letter(None), 0));
}

#[test]
fn of_a_batch_the_last_row_is_shown_with_its_delay_only_where_it_was_late() {
    let rows = [
        Record { delay: 9, ..record(4, b"first") },
        Record { stamp: 70, event_time: -30, delay: 25, ..record(11, &[b'x'; 5000]) },
    ];
    let last = |lateness| RecentRecord::last_of(5, lateness, &batch(&rows)).expect("a row");
    let expected = RecentRecord {
        partition: 5,
        offset: 11,
        time: RecordTime(70),
        event_time: Some(EventTime(-30)),
        delay: Some(25),
        record_bytes: 5000,
        record: vec![b'x'; RECENT_BYTES_MAX],
    };
    assert_eq!(expected.whole(), None, "its end was not kept");
    let short = RecentRecord::last_of(5, Lateness::Late, &batch(&rows[..1])).expect("a row");
    assert_eq!(short.whole(), Some(b"first".as_slice()));
    assert_eq!(last(Lateness::Late), expected);
    assert_eq!(last(Lateness::OnTime), RecentRecord { delay: None, ..expected });
    assert_eq!(RecentRecord::last_of(5, Lateness::Late, &batch(&[])), None);
}
