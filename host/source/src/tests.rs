//! The log of a pipeline as a whole, and the errors of brokers as those of a source.

use std::time::Duration;

use streamgauge_core::{BlockLimits, Fetched, Field, FieldType, RecordTime, Schema};
use streamgauge_kafka::{BrokerError, Missing as Of};
use streamgauge_pipeline::{FileSettings, GeneratorSettings, Shape, SourceSettings};

use super::*;
use crate::generator::GeneratorSource;

fn schema() -> Schema {
    texts(["a", "b"])
}

/// A schema of texts with these names.
pub(crate) fn texts<const COUNT: usize>(names: [&str; COUNT]) -> Schema {
    let field = |name: &str| Field {
        name: name.to_owned(),
        field_type: FieldType::Text,
        max: None,
        required: false,
    };
    Schema::new(names.map(field).to_vec()).expect("the names differ")
}

/// A record as a test looks at it: partition, offset, stamp, content.
type Seen = (u32, i64, RecordTime, String);

/// All records of a bounded source.
fn drain(mut source: Box<dyn Source>) -> Vec<Seen> {
    let mut seen = Vec::new();
    let limits = BlockLimits { records: 7, bytes: usize::MAX };
    loop {
        match source.next_block(limits, Duration::ZERO).expect("records") {
            Fetched::Records { block, .. } => {
                for run in block.runs() {
                    seen.extend(run.records().map(|record| {
                        let value =
                            String::from_utf8_lossy(record.value.unwrap_or(b"")).into_owned();
                        (run.partition, record.meta.offset, record.meta.time, value)
                    }));
                }
            }
            Fetched::Nothing => {}
            Fetched::Ended => return seen,
        }
    }
}

/// The stamps are of the settings' rate, and an access log tells them in its records.
#[test]
fn a_made_up_log_is_read_again_as_it_came() {
    let settings = GeneratorSettings {
        shape: Shape::AccessLog,
        rate: 200_000.0,
        partitions: 3,
        limit: Some(3000),
        ..GeneratorSettings::default()
    };
    let came = drain(Box::new(GeneratorSource::new(&settings, &[(0, 0), (1, 0), (2, 0)])));
    assert_eq!(came.len(), 3000);
    let (source, schema) = (SourceSettings::Generator(settings), schema());
    let log = Log::open(&source, &schema, None).expect("it is always there");
    let span = |partition, from| Span { partition, from, to: 1000 };
    assert_eq!(drain(log.source(&[0, 1, 2].map(|p| span(p, 0))).expect("a source")), came);
    let rest = drain(log.source(&[span(1, 990)]).expect("a source"));
    let expected: Vec<_> = came.into_iter().filter(|r| r.0 == 1 && r.1 >= 990).collect();
    assert_eq!(rest, expected);
}

#[test]
fn a_made_up_log_holds_its_partitions_and_is_read_again_without_a_wait() {
    // One record in ten thousand seconds, if the pace counted.
    let settings = GeneratorSettings {
        rate: 0.0001,
        partitions: 3,
        limit: Some(30),
        ..GeneratorSettings::default()
    };
    let (source, schema) = (SourceSettings::Generator(settings), schema());
    let log = Log::open(&source, &schema, None).expect("it is always there");
    let held = [0, 2, 3].map(|partition| log.held(partition));
    assert_eq!(held, [Some((0, i64::MAX)), Some((0, i64::MAX)), None]);
    assert_eq!(log.file_columns().expect("there is no file"), None);
    let spans = [0, 1, 2].map(|partition| Span { partition, from: 0, to: 10 });
    assert_eq!(drain(log.source(&spans).expect("a source")).len(), 30);
}

#[test]
fn a_file_is_one_partition_and_is_read_to_its_present_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.csv");
    std::fs::write(&path, b"b,a\n1,2\n3,4\n").expect("a file");
    let settings = FileSettings {
        follow: true,
        timestamp: Some(7),
        ..FileSettings::bounded(&path, None, None).expect("a known extension")
    };
    let (source, schema) = (SourceSettings::File(settings), schema());
    let log = Log::open(&source, &schema, None).expect("nothing is looked at yet");
    assert_eq!([0, 1].map(|partition| log.held(partition)), [Some((0, i64::MAX)), None]);
    let columns = log.file_columns().expect("a header").expect("CSV has columns");
    assert_eq!(columns.schema_indexes(), [Some(1), Some(0)]);
    // A followed file would have no end.
    let read = drain(log.source(&[Span { partition: 0, from: 1, to: 2 }]).expect("a file"));
    assert_eq!(
        read,
        [(0, 0, "1,2"), (0, 1, "3,4")].map(|(p, o, value)| (p, o, RecordTime(7), value.to_owned()))
    );
    std::fs::remove_file(&path).expect("it is there");
    let gone = log.source(&[]).err();
    assert!(matches!(gone, Some(SourceError::Unavailable { missing: Missing::File, .. })));
}

#[test]
fn errors_of_brokers_keep_their_words_and_say_whether_a_retry_helps() {
    for (of, expected) in [
        (Of::Brokers, Missing::Brokers),
        (Of::Topic, Missing::Topic),
        (Of::Partitions, Missing::Partitions),
    ] {
        let error =
            SourceError::from(BrokerError::Unavailable { missing: of, message: "m".into() });
        let SourceError::Unavailable { missing, message } = error else { panic!("{error:?}") };
        assert_eq!((missing, message.as_str()), (expected, "m"));
    }
    let moved = SourceError::from(BrokerError::Moved { message: "m".into() });
    assert!(matches!(&moved, SourceError::Moved { message } if message == "m"), "{moved:?}");
    let failed = SourceError::from(BrokerError::Refused("m".into()));
    let words = "librdkafka refused its settings: m";
    assert!(matches!(&failed, SourceError::Failed { message } if message == words), "{failed:?}");
}
