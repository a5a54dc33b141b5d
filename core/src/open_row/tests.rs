//! An open row against a [`Row`] that gets the same: whatever comes, in whatever order, the columns
//! end up with what counted last, and with nothing of what was taken back.

use proptest::prelude::*;

use super::*;
use crate::batch::{RecordBatch, Verdict};
use crate::placing::Placing;
use crate::record::{Flaw, RecordMeta};
use crate::schema::{Field, FieldType, Projection, Schema};
use crate::testing::field;
use crate::time::{EventTime, RecordTime};

/// More slots than a word has bits, of every type in turn.
const SLOTS: usize = 70;

fn field_type(slot: usize) -> FieldType {
    FieldType::ALL[slot % FieldType::ALL.len()]
}

fn batch() -> RecordBatch {
    let fields: Vec<Field> =
        (0..SLOTS).map(|slot| field(&format!("f{slot}"), field_type(slot))).collect();
    let names: Vec<String> = fields.iter().map(|field| field.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    RecordBatch::new(&Projection::new(&Schema::new(fields).expect("a schema"), &names))
}

/// What becomes of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Kept,
    TakenBack,
    /// Neither accepted nor rejected: the next record simply comes.
    Forgotten,
    Moved,
}

/// What a slot gets: a flaw, nothing, or a value that is made of the number.
type Setting = (usize, u8, u32);

fn set(values: &mut impl Values, (slot, kind, number): Setting) {
    let text = ["", "浙江", "short", "a text of more bytes", "7"][number as usize % 5];
    match (kind, field_type(slot)) {
        (0, _) => values.set(slot, Value::Invalid(Flaw::Fraction)),
        (1, _) => values.set(slot, Value::Missing),
        (_, FieldType::Boolean) => values.set(slot, Value::Boolean(number.is_multiple_of(2))),
        (2, FieldType::Unsigned) => values.set(slot, Value::Unsigned(number)),
        (_, FieldType::Unsigned) => values.set_unsigned(slot, number),
        (_, FieldType::Integer | FieldType::Timestamp) => {
            values.set(slot, Value::Integer(-i64::from(number)));
        }
        (_, FieldType::Float) => values.set(slot, Value::Float(number.into())),
        (_, FieldType::Text) => {
            let short = ShortText::of(text.as_bytes());
            if !short.is_some_and(|short| values.set_short(slot, short)) {
                values.set_text(slot, text);
            }
        }
    }
}

fn record() -> impl Strategy<Value = (Vec<Setting>, Fate)> {
    let setting = (0..SLOTS, 0..6_u8, 0..10_u32);
    let fate = prop_oneof![
        3 => Just(Fate::Kept),
        1 => Just(Fate::TakenBack),
        1 => Just(Fate::Forgotten),
        1 => Just(Fate::Moved),
    ];
    // Mostly all slots, some of them twice.
    let all: Vec<usize> = (0..SLOTS).collect();
    let some = prop::collection::vec(setting.clone(), 0..20);
    let full = (prop::collection::vec(setting, 0..5), Just(all)).prop_map(|(some, all)| {
        let all = all.into_iter().map(|slot| (slot, 5, slot as u32));
        all.chain(some).collect()
    });
    (prop_oneof![some, full], fate)
}

/// What a batch holds, as text.
fn shown(batch: &RecordBatch) -> String {
    let shown = |column: &Column| {
        let values = match column.values() {
            crate::column::ColumnValues::Dictionary(d) => {
                format!("{:?} {:?} {:?}", d.codes(), d.offsets(), d.utf8())
            }
            values => format!("{values:?}"),
        };
        format!("{values} {:?}\n", column.gaps())
    };
    let raw: Vec<&[u8]> = (0..batch.rows()).map(|row| batch.raw(row)).collect();
    batch.columns().iter().map(shown).collect::<String>() + &format!("{raw:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_batch_holds_what_rows_one_by_one_make_of_it(
        records in prop::collection::vec(record(), 0..12),
    ) {
        let (mut on_time, mut late) = (batch(), batch());
        let (mut plain_on_time, mut plain_late) = (batch(), batch());
        for (offset, (settings, fate)) in records.iter().enumerate() {
            let meta = RecordMeta { offset: offset as i64, time: RecordTime(0), cursor: 0 };
            let (event_time, placing) = (EventTime(0), Placing::Opens);
            let verdict = Verdict { event_time, placing, watermark: None, delay: 0 };
            let raw = format!("record {}", "x".repeat(offset * 7 % 50));
            let mut row = Row::default();
            row.reset(SLOTS);
            for setting in settings {
                set(&mut row, *setting);
            }
            let (padded, mut open) = on_time.open(raw.as_bytes());
            prop_assert_eq!(padded.record(), raw.as_bytes());
            prop_assert!(padded.with_margin()[raw.len()..].iter().all(|byte| *byte == 0));
            for setting in settings {
                set(&mut open, *setting);
            }
            match fate {
                Fate::Forgotten => {}
                Fate::TakenBack => on_time.take_back(),
                Fate::Kept => {
                    on_time.complete();
                    on_time.close(meta, verdict);
                    plain_on_time.push(meta, verdict, &row, raw.as_bytes());
                }
                Fate::Moved => {
                    on_time.complete();
                    on_time.move_open(&mut late);
                    late.close(meta, verdict);
                    plain_late.push(meta, verdict, &row, raw.as_bytes());
                }
            }
        }
        on_time.take_back();
        prop_assert_eq!(shown(&on_time), shown(&plain_on_time));
        prop_assert_eq!(shown(&late), shown(&plain_late));
    }
}

#[test]
fn a_row_has_gaps_where_a_slot_has_no_value_in_the_end() {
    let mut batch = batch();
    for (settings, has_gaps) in [
        (&[][..], false),
        (&[(1, 0, 0)], true),
        (&[(1, 0, 0), (1, 5, 3)], false),
        (&[(1, 5, 3), (1, 1, 3)], true),
        (&[(4, 5, 0)], true),
        (&[(4, 5, 0), (4, 5, 1)], false),
        (&[(69, 5, 0), (69, 0, 0), (69, 2, 0)], false),
    ] {
        let (_, mut open) = batch.open(b"");
        // A text that is not empty in every slot of texts.
        (0..SLOTS).for_each(|slot| set(&mut open, (slot, 5, 1)));
        for setting in settings {
            set(&mut open, *setting);
        }
        batch.complete();
        assert_eq!(batch.has_gaps(), has_gaps, "{settings:?}");
    }
}
