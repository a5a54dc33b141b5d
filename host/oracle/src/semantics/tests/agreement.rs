//! The state H of the oracle against the engine's, over logs of every kind of record.

use proptest::prelude::*;
use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, Partition, PartitionSnapshot, PartitionState, Plan, Position,
    Projection, RecordMeta, RecordTime, Row, TimestampAssigner, WallClock,
};

use super::pipeline;
use crate::semantics::{Oracle, Record};
use streamgauge_decode::Decoder;
use streamgauge_pipeline::{EventTimeFields, Pipeline, SourceSettings};

/// One record: steps of offset and clocks, and the record's content.
#[derive(Clone, Debug)]
struct Event {
    skip: i64,
    stamp: i64,
    taken: i64,
    value: String,
}

fn plan(pipeline: &Pipeline) -> Plan {
    let names: Vec<&str> = pipeline.schema.fields().iter().map(|f| f.name.as_str()).collect();
    let projection = Projection::new(&pipeline.schema, &names);
    let slot = |name: &str| projection.slot_of(name).expect("a field");
    let settings = &pipeline.event_time;
    let timestamps = match &settings.fields {
        EventTimeFields::MonthDay { month, day, year } => {
            TimestampAssigner::month_day(slot(month), slot(day), *year, settings.zone)
        }
        EventTimeFields::Field { field, unit } => {
            TimestampAssigner::Field { slot: slot(field), unit: *unit }
        }
    };
    let made_up = matches!(pipeline.source, SourceSettings::Generator(_));
    let skew = settings.future_skew.filter(|_| !made_up);
    Plan {
        timestamps,
        watermark: BoundedOutOfOrderness { bound: settings.bound.as_millis() as i64 },
        future_skew: skew.map(|skew| skew.as_millis() as i64),
        earliest: settings.earliest.map(EventTime),
        lateness: pipeline.lateness.clock,
        projection,
    }
}

fn check(pipeline: &Pipeline, log: &[Event]) {
    let plan = plan(pipeline);
    let mut decoder = Decoder::json(&plan.projection);
    let mut engine = Partition::new(&plan, PartitionState::starting_at(5), 0, Vec::new());
    let mut oracle = Oracle::new(pipeline, &[]).partition(0, 5).expect("no plugin");
    let (mut offset, mut row) = (5, Row::default());
    for event in log {
        offset += event.skip;
        let value = event.value.as_bytes();
        let read = decoder.decode(value, &mut row).map(|()| &row);
        let meta = RecordMeta { offset, time: RecordTime(event.stamp), cursor: 0 };
        engine.accept(&plan, meta, value, read, WallClock(event.taken));
        let taken = Some(event.taken);
        let stamp = Some(event.stamp).filter(|stamp| *stamp != RecordTime::NONE.0);
        let record = Record { offset, stamp, taken, value: Some(value) };
        oracle.accept(record).expect("no plugin");
        offset += 1;
    }
    engine.clear_pending();
    let found = oracle.state().expect("no plugin");
    let samples = engine.late_samples();
    let snapshot = PartitionSnapshot {
        partition: 0,
        position: Position::default(),
        late_samples: samples.clone(),
        state: engine.state().clone(),
        metrics: Vec::new(),
    };
    assert_eq!(found.event_time.digest(), snapshot.state_digest(), "{:?}", found.event_time);
    let remembered: Vec<i64> = found.late_samples.iter().map(|sample| sample.offset).collect();
    let expected: Vec<i64> = samples.iter().map(|sample| sample.offset).collect();
    assert_eq!(remembered, expected);
}

fn events(value: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<Event>> {
    let skip = prop_oneof![9 => Just(0_i64), 1 => -3..4_i64];
    let stamp = prop_oneof![
        9 => 1_400_000_000_000..1_400_000_900_000_i64,
        1 => any::<i64>(),
        1 => Just(RecordTime::NONE.0),
    ];
    let event =
        (skip, stamp, -100_000..100_000_i64, value).prop_map(|(skip, stamp, ahead, value)| Event {
            skip,
            stamp,
            taken: stamp.saturating_add(ahead),
            value,
        });
    prop::collection::vec(event, 0..60)
}

fn timed() -> impl Strategy<Value = String> {
    prop_oneof![
        12 => (1_399_999_600_000..1_400_001_500_000_i64, 0..6).prop_map(|(ts, n)| format!("{{\"ts\":{ts},\"n\":{n}}}")),
        1 => (any::<i64>(), 0..4).prop_map(|(ts, n)| format!("{{\"ts\":\"{ts}\",\"n\":{n}}}")),
        1 => Just("{\"n\":1}".to_owned()),
        1 => Just("{\"ts\":NaN}".to_owned()),
        1 => Just("[]".to_owned()),
        1 => Just(" ".to_owned()),
    ]
}

fn settings() -> impl Strategy<Value = Pipeline> {
    let source = prop::sample::select(vec![
        "[source.generator]",
        "[source.file]\npath = \"x.jsonl\"",
        "[source.kafka]\nbrokers = \"x:1\"\ntopic = \"x\"",
    ]);
    let clock = prop::sample::select(vec!["watermark", "record", "processing"]);
    let required = any::<bool>();
    let numbers = (0..200_u32, 0..700_u32, any::<bool>());
    (source, clock, required, numbers).prop_map(
        |(source, clock, required, (bound, skew, early))| {
            let earliest = if early { "earliest = \"2014-05-13T16:53:20Z\"" } else { "" };
            pipeline(&format!(
                "{source}\n[schema]\nts = \"timestamp\"\nn = {{ type = \"unsigned\", max = 3, \
             required = {required} }}\n[event_time]\nfield = \"ts\"\nunit = \"ms\"\n\
             bound = \"{bound}s\"\nfuture_skew = \"{skew}s\"\n{earliest}\n\
             [lateness]\nclock = \"{clock}\"\n"
            ))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn of_logs_with_one_field(pipeline in settings(), log in events(timed())) {
        check(&pipeline, &log);
    }

    #[test]
    fn of_logs_with_month_and_day(
        year in prop::sample::select(vec!["2014", "\"current\""]),
        zone in prop::sample::select(vec!["Asia/Shanghai", "America/Sao_Paulo", "Pacific/Apia"]),
        log in events((0..14_u32, 0..33_u32).prop_map(|(m, d)| format!("{{\"m\":{m},\"d\":{d}}}"))),
    ) {
        let pipeline = pipeline(&format!(
            "[source.kafka]\nbrokers = \"x:1\"\ntopic = \"x\"\n[schema]\nm = \"unsigned\"\n\
             d = \"unsigned\"\n[event_time]\nmonth = \"m\"\nday = \"d\"\nyear = {year}\n\
             zone = \"{zone}\"\n"
        ));
        check(&pipeline, &log);
    }
}
