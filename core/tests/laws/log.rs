//! Random logs and settings for the laws, and rows in a form that can be compared.

use proptest::prelude::*;
use streamgauge_core::{
    BoundedOutOfOrderness, ColumnValues, Digest, EventTime, Field, FieldType, Flaw, LatenessClock,
    PartitionSnapshot, PartitionState, Plan, Position, Projection, RecordBatch, RecordMeta,
    RecordTime, Rejection, Row, Schema, TimestampAssigner, TimestampUnit, Value, WallClock,
};

/// The settings that a state depends on, and one setting that no state may depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    bound: i64,
    future_skew: Option<i64>,
    earliest: Option<i64>,
    lateness: LatenessClock,
    required: bool,
    /// True if metrics are loaded that read `number` and `text`, which no state may depend on.
    metrics: bool,
}

/// A record of a random log.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    offset: i64,
    stamp: i64,
    content: Result<Content, Rejection>,
}

/// The values that a decoder finds in a record.
#[derive(Clone, Debug)]
struct Content {
    at: Value,
    number: Value,
    text: Option<String>,
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let clock = prop_oneof![
        Just(LatenessClock::Watermark),
        Just(LatenessClock::Record),
        Just(LatenessClock::Processing),
    ];
    let guard = || prop::option::of(0..60_i64);
    (0..40_i64, guard(), guard(), clock, any::<bool>()).prop_map(
        |(bound, future_skew, earliest, lateness, required)| Settings {
            bound,
            future_skew,
            earliest,
            lateness,
            required,
            metrics: true,
        },
    )
}

/// Up to 120 records in the order of their offsets, which have holes. Event times lie close
/// together, so every verdict is frequent.
pub(crate) fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let unusable =
        prop_oneof![Just(Flaw::WrongType), Just(Flaw::Fraction)].prop_map(Value::Invalid);
    let at = prop_oneof![
        8 => (0..300_i64).prop_map(Value::Integer),
        1 => Just(Value::Missing),
        1 => unusable.clone(),
    ];
    let number = prop_oneof![
        6 => (0..6_u32).prop_map(Value::Unsigned),
        1 => Just(Value::Missing),
        1 => unusable,
    ];
    let content = (at, number, prop::option::of("[a-c购]{0,2}"))
        .prop_map(|(at, number, text)| Content { at, number, text });
    let rejection = prop_oneof![
        Just(Rejection::NotJson),
        Just(Rejection::Empty),
        Just(Rejection::FieldCount { expected: 3, found: 2 }),
    ];
    let content = prop_oneof![9 => content.prop_map(Ok), 1 => rejection.prop_map(Err)];
    // -1 is no stamp.
    prop::collection::vec((1..3_i64, -1..300_i64, content), 0..120).prop_map(|drawn| {
        let mut next = 0;
        let place = |(step, stamp, content)| {
            next += step;
            Entry { offset: next - 1, stamp, content }
        };
        drawn.into_iter().map(place).collect()
    })
}

impl Settings {
    /// The same settings, with no column decoded but those that event time needs.
    pub(crate) fn without_metrics(self) -> Self {
        Self { metrics: false, ..self }
    }

    pub(crate) fn plan(&self) -> Plan {
        let field = |name: &str, field_type, max, required| Field {
            name: name.to_owned(),
            field_type,
            max,
            required,
        };
        let schema = Schema::new(vec![
            field("at", FieldType::Integer, None, false),
            field("kind", FieldType::Unsigned, Some(4), self.required),
            field("number", FieldType::Unsigned, None, false),
            field("text", FieldType::Text, None, false),
        ]);
        let wanted: &[&str] = if self.metrics { &["at", "number", "text"] } else { &["at"] };
        Plan {
            projection: Projection::new(&schema.expect("a schema"), wanted),
            timestamps: TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Millis },
            watermark: BoundedOutOfOrderness { bound: self.bound },
            future_skew: self.future_skew,
            earliest: self.earliest.map(EventTime),
            lateness: self.lateness,
        }
    }
}

impl Entry {
    pub(crate) fn meta(&self) -> RecordMeta {
        let cursor = self.offset as u64 * 10;
        RecordMeta { offset: self.offset, time: RecordTime(self.stamp), cursor }
    }

    /// The wall clock when the record is taken, the same in every run.
    pub(crate) fn now(&self) -> WallClock {
        WallClock(self.stamp + 7)
    }

    /// Bytes that tell this record from the others.
    pub(crate) fn raw(&self) -> Vec<u8> {
        format!("record {}", self.offset).into_bytes()
    }

    /// The row or the rejection that a decoder gives for the fields of `projection`.
    pub(crate) fn decode(&self, projection: &Projection) -> Result<Row, Rejection> {
        let content = self.content.as_ref().map_err(Rejection::clone)?;
        let mut row = Row::default();
        row.reset(projection.fields().len());
        for (slot, field) in projection.fields().iter().enumerate() {
            match field.name.as_str() {
                "at" => row.set(slot, content.at),
                "number" | "kind" => row.set(slot, content.number),
                _ => row.set_text(slot, content.text.as_deref().unwrap_or_default()),
            }
        }
        Ok(row)
    }
}

/// The rows of a batch with their values as text.
pub(crate) fn seen(batch: &RecordBatch) -> Vec<(i64, i64, String, Vec<u8>)> {
    let row = |row: u32| {
        let i = row as usize;
        let values: Vec<String> = batch
            .columns()
            .iter()
            .map(|column| {
                let gap = column.gaps().iter().find(|(gap, _)| *gap == row).map(|(_, gap)| gap);
                match column.values() {
                    ColumnValues::U32s(v) => format!("{} {gap:?}", v[i]),
                    ColumnValues::S64s(v) => format!("{} {gap:?}", v[i]),
                    ColumnValues::Dictionary(d) => format!("{} {gap:?}", d.value(d.codes()[i])),
                    other => panic!("no field has the type of {other:?}"),
                }
            })
            .collect();
        let place = (batch.metas()[i].offset, batch.event_times()[i]);
        (place.0, place.1, values.join(", "), batch.raw(row).to_vec())
    };
    (0..batch.rows()).map(row).collect()
}

/// The digest of H, as a snapshot gives it.
pub(crate) fn digest(state: &PartitionState) -> Digest {
    let position = Position::default();
    PartitionSnapshot {
        partition: 0,
        position,
        late_samples: Vec::new(),
        state: state.clone(),
        metrics: Vec::new(),
    }
    .state_digest()
}
