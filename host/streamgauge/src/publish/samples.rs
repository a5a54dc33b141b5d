//! Records as people look at them: late ones, dead letters and some of the latest.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use streamgauge_core::{LateSample, RecordTime, beginning};

use streamgauge_outbox::{RecentLetter, RecentRecord};
use streamgauge_wire::{RecordSample, Samples};

/// The most records in one answer.
const SAMPLES_MAX: usize = 50;

/// A record without anything that is not known of all.
fn sample(partition: u32, offset: i64, time: RecordTime) -> RecordSample {
    RecordSample {
        partition,
        offset,
        time: time.millis(),
        event_time: None,
        delay_ms: None,
        reason: None,
        metric: None,
        detail: None,
        record_bytes: 0,
        record: None,
        record_base64: None,
    }
}

/// A late record for the page, its contents only where records are shown.
pub(super) fn late(partition: u32, late: &LateSample, shown: bool) -> RecordSample {
    let mut sample = RecordSample {
        event_time: Some(late.event_time.0),
        delay_ms: Some(late.delay),
        ..sample(partition, late.offset, late.time)
    };
    show(&mut sample, &late.record, late.record_bytes as usize, shown);
    sample
}

/// The latest records for the page, at most [`SAMPLES_MAX`].
pub(super) fn records(records: &[RecentRecord], shown: bool) -> Samples {
    let of = |seen: &RecentRecord| {
        let mut sample = RecordSample {
            event_time: seen.event_time.map(|time| time.0),
            delay_ms: seen.delay,
            ..sample(seen.partition, seen.offset, seen.time)
        };
        show(&mut sample, beginning(&seen.record), seen.record_bytes as usize, shown);
        sample
    };
    Samples { shown, samples: records.iter().take(SAMPLES_MAX).map(of).collect() }
}

/// The last dead letters.
pub(super) fn letters(letters: &[RecentLetter], shown: bool) -> Samples {
    let of = |RecentLetter { letter, record_bytes }: &RecentLetter| {
        let mut sample = RecordSample {
            reason: Some(letter.reason.to_string()),
            metric: letter.metric.as_deref().map(str::to_owned),
            // A plugin's words may repeat the record.
            detail: letter.detail.as_deref().filter(|_| shown).map(str::to_owned),
            ..sample(letter.partition, letter.offset, letter.time)
        };
        let value = letter.value.as_deref().unwrap_or_default();
        show(&mut sample, value, *record_bytes, shown);
        sample
    };
    Samples { shown, samples: letters.iter().take(SAMPLES_MAX).map(of).collect() }
}

/// Puts the beginning of a record of so many bytes into `sample`, if records are shown.
fn show(sample: &mut RecordSample, beginning: &[u8], bytes: usize, shown: bool) {
    sample.record_bytes = bytes as u64;
    if shown {
        match text(beginning, bytes) {
            Some(text) => sample.record = Some(text.to_owned()),
            None => sample.record_base64 = Some(STANDARD.encode(beginning)),
        }
    }
}

/// The beginning of a record as text; where it was cut within a character, without that.
fn text(beginning: &[u8], bytes: usize) -> Option<&str> {
    match std::str::from_utf8(beginning) {
        Ok(text) => Some(text),
        Err(error) => {
            let is_cut = beginning.len() < bytes;
            let is_text = error.error_len().is_none() && is_cut;
            let valid = beginning.get(..error.valid_up_to()).filter(|_| is_text);
            valid.and_then(|valid| std::str::from_utf8(valid).ok())
        }
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_core::EventTime;

    use super::*;
    use streamgauge_outbox::DeadLetter;

    fn late_sample(record: &[u8], record_bytes: u32) -> LateSample {
        let (time, event_time) = (RecordTime(9), EventTime(-400));
        LateSample { offset: 1, time, event_time, delay: 100, record_bytes, record: record.into() }
    }

    #[test]
    fn a_record_is_text_where_it_can_be() {
        let found = late(4, &late_sample(b"{}", 2), true);
        assert_eq!((found.partition, found.event_time, found.delay_ms), (4, Some(-400), Some(100)));
        assert_eq!((found.record.as_deref(), found.record_bytes), (Some("{}"), 2));
        let found = late(4, &late_sample(b"\xff", 1), true);
        assert_eq!((found.record, found.record_base64.as_deref()), (None, Some("/w==")));
        let cut = late(4, &late_sample(&"号".as_bytes()[..2], 3), true);
        assert_eq!(cut.record.as_deref(), Some(""), "only a part of a character is left");
        let hidden = late(4, &late_sample(b"{}", 2), false);
        assert_eq!((hidden.record, hidden.record_base64, hidden.record_bytes), (None, None, 2));
    }

    #[test]
    fn a_letter_keeps_its_reason_and_the_beginning_of_its_record() {
        let letter = DeadLetter {
            partition: 1,
            offset: 7,
            time: RecordTime(3),
            metric: Some("age".into()),
            reason: "refused_by_plugin".into(),
            detail: Some("no such age: secret".into()),
            value: Some(vec![b'x'; 256].into()),
        };
        let letter = RecentLetter { letter, record_bytes: 1000 };
        let found = &letters(std::slice::from_ref(&letter), true).samples[0];
        assert_eq!(found.reason.as_deref(), Some("refused_by_plugin"));
        assert_eq!(found.record.as_ref().map(String::len), Some(256));
        assert_eq!(found.record_bytes, 1000);
        let hidden = letters(&[letter], false);
        assert!(!hidden.shown && hidden.samples[0].detail.is_none());
    }
}
