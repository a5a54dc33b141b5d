//! Records that are decoded where they stay, one behind the other in a batch, against records that
//! are decoded each for itself: late ones, rejected ones and those that were read before leave nothing
//! behind, neither in the columns nor for the record after them.

use proptest::prelude::*;
use streamgauge_core::{
    BoundedOutOfOrderness, ColumnValues, CsvColumns, Field, Lateness, LatenessClock, Partition,
    PartitionState, Plan, Projection, RecordBatch, RecordMeta, RecordTime, Row, Schema,
    TimestampAssigner, TimestampUnit, WallClock,
};

use super::{everything, schema};
use crate::Decoder;
use crate::json::agreement_tests::{mutated, record};

/// Event time is the integer `i` in milliseconds, and what is behind the largest one is late.
fn plan(projection: Projection) -> Plan {
    let slot = projection.slot_of("i").expect("it is wanted");
    Plan {
        timestamps: TimestampAssigner::Field { slot, unit: TimestampUnit::Millis },
        projection,
        watermark: BoundedOutOfOrderness { bound: 0 },
        future_skew: None,
        earliest: None,
        lateness: LatenessClock::Watermark,
    }
}

/// What a batch holds, as text.
fn shown(batch: &RecordBatch) -> String {
    let columns = batch.columns().iter().map(|column| {
        let values = match column.values() {
            ColumnValues::Dictionary(d) => {
                format!("{:?} {:?} {:?}", d.codes(), d.offsets(), d.utf8())
            }
            values => format!("{values:?}"),
        };
        format!("{values} {:?}\n", column.gaps())
    });
    let raw: Vec<&[u8]> = (0..batch.rows()).map(|row| batch.raw(row)).collect();
    columns.collect::<String>() + &format!("{raw:?} {:?}", batch.event_times())
}

/// Takes in `records` both ways. Every third one comes again, as if it had been read before.
fn check(plan: &Plan, new: impl Fn() -> Decoder, records: &[Vec<u8>]) {
    let begin = || Partition::new(plan, PartitionState::starting_at(0), 0, Vec::new());
    let (mut together, mut alone) = (begin(), begin());
    let (mut decoder, mut row) = (new(), Row::default());
    for (offset, record) in (0..).zip(records) {
        let meta = RecordMeta { offset, time: RecordTime(5), cursor: 0 };
        let times = if offset % 3 == 0 { 2 } else { 1 };
        for _ in 0..times {
            // Another decoder for each record expects no shape.
            let read = new().decode(record, &mut row).map(|()| &row);
            let expected = alone.accept(plan, meta, record, read, WallClock(0));
            let read = decoder.decode_into(record, together.incoming());
            let found = together.accept_open(plan, meta, read, WallClock(0));
            assert_eq!(found, expected, "{}", record.escape_ascii());
        }
    }
    assert_eq!(together.state(), alone.state());
    for lateness in Lateness::ALL {
        assert_eq!(shown(together.pending(lateness)), shown(alone.pending(lateness)));
    }
}

/// Members that make rows late, reject them, or bring words that only one row has.
fn telling() -> impl Strategy<Value = Vec<u8>> {
    (0..30_u32, "[ab浙]{0,6}", 0..16_u32).prop_map(|(time, text, number)| {
        format!("{{\"t\":\"{text}\",\"u\":{number},\"i\":{time}}}").into_bytes()
    })
}

/// As [`everything`], with `u` and `t` required.
fn with_required() -> Projection {
    let required =
        |field: &Field| Field { required: field.name == "u" || field.name == "t", ..field.clone() };
    let schema = Schema::new(schema().fields().iter().map(required).collect()).expect("a schema");
    Projection::new(&schema, &["i"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn json_decoded_in_place_is_json_decoded_alone(
        records in prop::collection::vec(prop_oneof![telling(), record(), mutated()], 0..12),
        is_required in any::<bool>(),
    ) {
        let plan = plan(if is_required { with_required() } else { everything() });
        check(&plan, || Decoder::json(&plan.projection), &records);
    }

    #[test]
    fn csv_decoded_in_place_is_csv_decoded_alone(
        records in prop::collection::vec("[ab\"]{0,2},[0-9]{0,3},[0-9]{0,2},,,(,|\n)?", 0..12),
    ) {
        let plan = plan(everything());
        let columns = CsvColumns::in_schema_order(&schema());
        let records: Vec<Vec<u8>> = records.into_iter().map(String::into_bytes).collect();
        check(&plan, || Decoder::csv(&plan.projection, &columns), &records);
    }
}

/// A schema may have more columns than a word has bits.
#[test]
fn many_columns_are_filled() {
    let field = |name: String| Field {
        name,
        field_type: streamgauge_core::FieldType::Unsigned,
        max: None,
        required: true,
    };
    let fields: Vec<Field> =
        (0..150).map(|n| format!("c{n}")).chain(["i".to_owned()]).map(field).collect();
    let schema = Schema::new(fields).expect("a schema");
    let plan = plan(Projection::new(&schema, &[]));
    let record = |without: usize, time: usize| {
        let members = (0..150).filter(|n| *n != without).map(|n| format!("\"c{n}\":{n},"));
        format!("{{{}\"i\":{time}}}", members.collect::<String>()).into_bytes()
    };
    let records = [record(999, 5), record(3, 5), record(64, 5), record(149, 5), record(999, 4)];
    check(&plan, || Decoder::json(&plan.projection), &records);
    let mut partition = Partition::new(&plan, PartitionState::starting_at(0), 0, Vec::new());
    let mut decoder = Decoder::json(&plan.projection);
    for (offset, record) in (0..).zip(&records) {
        let meta = RecordMeta { offset, time: RecordTime(5), cursor: 0 };
        let read = decoder.decode_into(record, partition.incoming());
        partition.accept_open(&plan, meta, read, WallClock(0));
    }
    let rows = Lateness::ALL.map(|lateness| partition.pending(lateness).rows());
    assert_eq!((rows, partition.state().accounting.rejected()), ([1, 1], 3));
}
