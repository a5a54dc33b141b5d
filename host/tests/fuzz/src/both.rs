//! The decoder of the engine and that of the oracle, side by side.

use std::path::Path;

use streamgauge_core::CsvColumns;
use streamgauge_core::{Projection, Row, Value};
use streamgauge_decode::Decoder;
use streamgauge_oracle as oracle;
use streamgauge_oracle::{Oracle, Outcome, Record};
use streamgauge_pipeline::Pipeline;

/// Every type, with a maximum, and one that must be there.
const PIPELINE: &str = r#"
version = 1
name = "fuzz"
[source.kafka]
brokers = "localhost:9092"
topic = "t"
format = "FORMAT"
[schema]
u = { type = "unsigned", max = 8 }
i = "integer"
f = "float"
b = "boolean"
t = "text"
ts = { type = "timestamp", required = true }
[event_time]
field = "ts"
unit = "ms"
[[metric]]
id = "none"
plugin = "none.wasm"
"#;

/// The engine's decoder beside the oracle's partition, fed with the same bytes.
pub(crate) struct Both {
    decoder: Decoder,
    projection: Projection,
    row: Row,
    oracle: oracle::Partition,
    next_offset: i64,
}

impl Both {
    /// Decoders of JSON objects, one a record.
    pub(crate) fn json() -> Self {
        Self::new("json")
    }

    /// Decoders of CSV rows without a header.
    pub(crate) fn csv() -> Self {
        Self::new("csv")
    }

    fn new(format: &str) -> Self {
        let text = PIPELINE.replace("FORMAT", format);
        let parsed = Pipeline::parse_with(&text, Path::new("pipeline.toml"), &|_| None);
        let (pipeline, _) = parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false)));
        let names: Vec<&str> = pipeline.schema.fields().iter().map(|f| f.name.as_str()).collect();
        let projection = Projection::new(&pipeline.schema, &names);
        let columns = CsvColumns::in_schema_order(&pipeline.schema);
        let decoder = match format {
            "csv" => Decoder::csv(&projection, &columns),
            _ => Decoder::json(&projection),
        };
        let oracle = Oracle::new(&pipeline, &[]).partition(0, 0).expect("it has no plugin");
        Self { decoder, projection, row: Row::default(), oracle, next_offset: 0 }
    }

    /// Decodes `bytes` both ways.
    ///
    /// # Panics
    /// The two decoders differ.
    pub(crate) fn check(&mut self, bytes: &[u8]) {
        let offset = self.next_offset;
        self.next_offset += 1;
        let record = Record { offset, stamp: Some(0), taken: None, value: Some(bytes) };
        let verdict = self.oracle.accept(record).expect("it has no plugin");
        match (self.decoder.decode(bytes, &mut self.row), &verdict.outcome) {
            (Err(found), Outcome::Rejected(expected)) => {
                assert_eq!(found.name(), expected.name(), "{bytes:?}");
            }
            (Err(found), other) => panic!("{} but {other:?}: {bytes:?}", found.name()),
            (Ok(()), Outcome::Rejected(why)) if verdict.columns.is_empty() => {
                panic!("read, but {}: {bytes:?}", why.name())
            }
            (Ok(()), _) => self.compare(&verdict.columns, bytes),
        }
    }

    fn compare(&self, columns: &[(String, oracle::Value)], bytes: &[u8]) {
        for (slot, field) in self.projection.fields().iter().enumerate() {
            let expected =
                &columns.iter().find(|(name, _)| *name == field.name).expect("a field").1;
            let found = self.show(self.row.values()[slot]);
            assert_eq!(found, show(expected), "{} of {bytes:?}", field.name);
        }
    }

    fn show(&self, value: Value) -> String {
        match value {
            Value::Missing => "missing".to_owned(),
            Value::Invalid(flaw) => flaw.name().to_owned(),
            Value::Boolean(b) => b.to_string(),
            Value::Unsigned(n) => n.to_string(),
            Value::Integer(n) => n.to_string(),
            Value::Float(x) => format!("{:x}", x.to_bits()),
            Value::Text(range) => format!("{:?}", self.row.text(range)),
        }
    }
}

/// A value of the oracle in the same words.
fn show(value: &oracle::Value) -> String {
    match value {
        oracle::Value::Missing => "missing".to_owned(),
        oracle::Value::Invalid(flaw) => (*flaw).to_owned(),
        oracle::Value::Boolean(b) => b.to_string(),
        oracle::Value::Unsigned(n) => n.to_string(),
        oracle::Value::Integer(n) => n.to_string(),
        oracle::Value::Float(x) => format!("{:x}", x.to_bits()),
        oracle::Value::Text(text) => format!("{text:?}"),
    }
}
