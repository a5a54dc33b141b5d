//! Metrics that break the laws in the ways in which real metrics do. The setting `fault` names the
//! place; without a `fault` the metric is an honest one: rows, the largest number and rows by word.

use std::cell::Cell;
use std::collections::HashMap;

use streamgauge_sdk::prelude::*;
use streamgauge_sdk::{BadRow, read_state};

/// A metric with one fault, or none.
#[derive(Clone, Debug, Default)]
pub struct Broken {
    fault: Fault,
    /// A text that is only shown, or should be.
    note: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Fault {
    #[default]
    None,
    /// The "largest" number is the latest one.
    OrderDependent,
    /// A batch of one row counts twice.
    BatchSizeDependent,
    /// Merging forgets the words of the other.
    MergeForgets,
    /// The snapshot has no largest number.
    SnapshotLoses,
    /// The words of the snapshot are in the order of a hash map.
    HashOrder,
    /// Of the rows with a negative number only the first is named.
    RefuseOne,
    /// What an accumulator took is never given back.
    Leaks,
    /// Each description has another version.
    Varies,
    /// A word like the note, which is for display, counts twice.
    CountsNote,
    /// With a note another column is read.
    NoteIsInput,
    /// Rows that are left out of the result are not in its sum.
    LosesRest,
    DifferenceLoses,
    /// They are in the result all the same.
    RestInRows,
    /// Of several accumulators only the first has a result.
    OneTable,
    /// More rows are left out than a memory holds.
    CountsTooFar,
}

thread_local! {
    static DESCRIPTIONS: Cell<u32> = const { Cell::new(0) };
}

const FAULTS: [(&str, Fault); 15] = [
    ("order-dependent", Fault::OrderDependent),
    ("batch-size-dependent", Fault::BatchSizeDependent),
    ("merge-forgets", Fault::MergeForgets),
    ("snapshot-loses", Fault::SnapshotLoses),
    ("hash-order", Fault::HashOrder),
    ("refuse-one", Fault::RefuseOne),
    ("leaks", Fault::Leaks),
    ("varies", Fault::Varies),
    ("counts-note", Fault::CountsNote),
    ("note-is-input", Fault::NoteIsInput),
    ("loses-rest", Fault::LosesRest),
    ("difference-loses", Fault::DifferenceLoses),
    ("rest-in-rows", Fault::RestInRows),
    ("one-table", Fault::OneTable),
    ("counts-too-far", Fault::CountsTooFar),
];

/// The accumulator's knowledge of the rows.
#[derive(Debug, Default)]
pub struct Known {
    fault: Fault,
    rows: u64,
    largest: Option<i64>,
    words: HashMap<String, u64>,
}

impl Accumulator for Known {
    fn merge(&mut self, other: &Self) -> Result<()> {
        self.rows += other.rows;
        self.see(other.largest);
        if self.fault != Fault::MergeForgets {
            for (word, rows) in &other.words {
                *self.words.entry(word.clone()).or_default() += rows;
            }
        }
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(self.rows);
        let largest = self.largest.filter(|_| self.fault != Fault::SnapshotLoses);
        writer.u64(largest.is_some().into());
        writer.i64(largest.unwrap_or_default());
        let mut words: Vec<_> = self.words.iter().collect();
        if self.fault != Fault::HashOrder {
            words.sort();
        }
        writer.u64(words.len() as u64);
        for (word, rows) in words {
            writer.text(word);
            writer.u64(*rows);
        }
    }

    fn write_difference(&self, writer: &mut Writer) {
        let rows = if self.fault == Fault::DifferenceLoses { 0 } else { self.rows };
        let words = self.words.clone();
        Self { fault: self.fault, rows, largest: self.largest, words }.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let rows = reader.u64()?;
        let has_largest = reader.u64()? != 0;
        let largest = Some(reader.i64()?).filter(|_| has_largest);
        let count = reader.u64()?;
        let mut words = HashMap::new();
        for _ in 0..count {
            words.insert(reader.text()?.to_owned(), reader.u64()?);
        }
        Ok(Self { fault: Fault::None, rows, largest, words })
    }
}

impl Known {
    fn see(&mut self, number: Option<i64>) {
        self.largest = match (self.fault, number) {
            (Fault::OrderDependent, Some(_)) => number,
            _ => self.largest.max(number),
        };
    }
}

impl Metric for Broken {
    type Accumulator = Known;

    fn config_schema() -> Schema {
        let names = FAULTS.map(|(name, _)| name);
        Schema::default()
            .choice("fault", "How it breaks the laws.", &names)
            .key("note", "A text that is only shown.", r#""type":"string""#)
            .display()
    }

    fn open(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        let named = config.text("fault")?;
        let fault = FAULTS.into_iter().find(|(name, _)| named == Some(name));
        let fault = fault.map_or(Fault::None, |(_, fault)| fault);
        Ok(Self { fault, note: config.text("note")?.unwrap_or_default().to_owned() })
    }

    fn describe(&self) -> Descriptor {
        let largest = Output::measure("largest", ("最大值", "Largest")).not_additive();
        let again = DESCRIPTIONS.replace(DESCRIPTIONS.get() + 1);
        let version =
            if self.fault == Fault::Varies { format!("0.1.{again}") } else { "0.1.0".to_owned() };
        let described =
            Descriptor::new("broken", &version, ("按需违反定律", "Breaks the laws on demand"))
                .input("word", FieldType::Text);
        let number = if self.fault == Fault::NoteIsInput && !self.note.is_empty() {
            "another"
        } else {
            "number"
        };
        described
            .nullable_input(number, FieldType::Integer)
            .output(Output::measure("rows", ("行数", "Rows")))
            .output(largest)
            .output(Output::measure("words", ("词数", "Words")))
    }

    fn create(&self, _: Option<Window>) -> Known {
        if self.fault == Fault::Leaks {
            Vec::leak(vec![1_u8; 2000]);
        }
        Known { fault: self.fault, ..Known::default() }
    }

    fn add(&self, known: &mut Known, batch: &Batch) -> Result<()> {
        if known.fault == Fault::RefuseOne {
            let mut numbers = (0..).zip(batch.integers(1)?.iter());
            if let Some((row, _)) = numbers.find(|(_, n)| n.is_some_and(|n| n < 0)) {
                return Err(Error::BadRows(vec![BadRow { row, reason: "negative".to_owned() }]));
            }
        }
        let rows = batch.rows() as u64;
        let twice = known.fault == Fault::BatchSizeDependent && rows == 1;
        known.rows += if twice { 2 } else { rows };
        for number in batch.integers(1)?.iter() {
            known.see(number);
        }
        for word in batch.text(0)?.iter().flatten() {
            let counts_twice = self.fault == Fault::CountsNote && word == self.note;
            *known.words.entry(word.to_owned()).or_default() += 1 + u64::from(counts_twice);
        }
        Ok(())
    }

    fn result(&self, known: &Known) -> Result<Table> {
        let words: u64 = known.words.values().sum();
        let count =
            |rows: u64| i64::try_from(rows).map_err(|_| Error::Other("too many rows".to_owned()));
        Ok(Table::default()
            .integers([count(known.rows)?])
            .optional_integers([known.largest])
            .integers([count(words)?]))
    }

    /// No row at all, as a page asks that shows a sum.
    fn largest(&self, all: &[&Known], rows: usize) -> Result<Option<Largest>> {
        if rows > 0 {
            return Ok(None);
        }
        let row = |known: &Known, factor: u64| {
            let words: u64 = known.words.values().sum();
            Table::default()
                .integers([(known.rows * factor) as i64])
                .optional_integers([None])
                .integers([(words * factor) as i64])
        };
        let none = || Table::default().integers([]).integers([]).integers([]);
        let mut largest =
            Largest::new(if self.fault == Fault::CountsTooFar { u64::MAX } else { 1 });
        let tables = if self.fault == Fault::OneTable { 1 } else { all.len() };
        for known in &all[..tables] {
            let rows = if self.fault == Fault::RestInRows { row(known, 1) } else { none() };
            let factor = u64::from(self.fault != Fault::LosesRest);
            largest = largest.table(rows, row(known, factor));
        }
        Ok(Some(largest))
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<Known> {
        Ok(Known { fault: self.fault, ..read_state(version, bytes)? })
    }
}

export_metric!(Broken);
