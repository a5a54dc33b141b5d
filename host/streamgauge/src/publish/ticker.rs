//! Single records as sentences, for people who watch. They are made of the records that the workers
//! tell as a sample, of those that were on time, a few at a time: nothing counts on them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use streamgauge_core::{CsvColumns, EventTime, FieldType, Projection, Row, Value, rfc3339};
use streamgauge_decode::Decoder;
use streamgauge_outbox::{RecentRecord, WorkerReport};
use streamgauge_pipeline::{
    Format, Labels, Part, Pipeline, Sentence, SourceSettings, TickerSettings,
};
use streamgauge_source::file::FileSource;
use streamgauge_wire::{
    Localized, TICKER_LINES_MAX, TICKER_NEW_MAX, TickerFields, TickerLine, TickerLines,
};

/// The time from one look at the sample to the next.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The longest value without a label, in characters.
const VALUE_CHARS_MAX: usize = 40;

/// The newest sentences of the pipeline in force.
#[derive(Default)]
pub(super) struct Ticker {
    /// `None` means that there are none.
    sentences: Option<Sentences>,
    lines: Arc<TickerLines>,
    /// By partition, the last offset that was looked at.
    seen: BTreeMap<u32, i64>,
    /// When the sample was looked at last.
    looked: Option<Instant>,
}

/// What makes a sentence of a record.
struct Sentences {
    settings: TickerSettings,
    labels: Arc<Labels>,
    zone: Tz,
    fields: Arc<TickerFields>,
    projection: Projection,
    decoder: Decoder,
    row: Row,
}

impl Ticker {
    /// Goes on with the settings of `pipeline` and these labels of the values of fields. Sentences
    /// that were made by other ones are forgotten.
    pub(super) fn follow(&mut self, pipeline: &Pipeline, labels: &Arc<Labels>) {
        let settings = pipeline.ticker.as_ref().filter(|_| pipeline.server.show_records);
        let new = settings.map(|settings| Sentences::new(settings, pipeline, labels));
        let is_same = match (&self.sentences, &new) {
            (Some(old), Some(new)) => old.says_the_same(new),
            (None, None) => true,
            _ => false,
        };
        self.sentences = new;
        if !is_same {
            self.lines = Arc::new(TickerLines { before: self.lines.made(), lines: Vec::new() });
        }
    }

    /// What the sentences are made of; `None` means that there are none.
    pub(super) fn fields(&self) -> Option<Arc<TickerFields>> {
        self.sentences.as_ref().map(|sentences| Arc::clone(&sentences.fields))
    }

    /// The newest sentences; the same `Arc` until there is another one.
    pub(super) fn lines(&self) -> Arc<TickerLines> {
        Arc::clone(&self.lines)
    }

    /// Makes sentences of the newest records that `workers` tell.
    pub(super) fn look(&mut self, workers: &[Arc<WorkerReport>], now: Instant) {
        let Some(sentences) = &mut self.sentences else { return };
        if self.looked.is_some_and(|looked| now.duration_since(looked) < LOOK_EVERY) {
            return;
        }
        self.looked = Some(now);
        let records = || workers.iter().flat_map(|worker| worker.records.iter());
        let is_new = |record: &&RecentRecord| {
            self.seen.get(&record.partition).is_none_or(|seen| record.offset > *seen)
        };
        let mut new: Vec<&RecentRecord> =
            records().filter(|record| record.delay.is_none()).filter(is_new).collect();
        new.sort_by_key(|record| (record.time, record.offset));
        let mut newest: BTreeMap<u32, i64> = BTreeMap::new();
        for record in records() {
            let last = newest.entry(record.partition).or_insert(record.offset);
            *last = record.offset.max(*last);
        }
        let made = new.into_iter().rev().filter_map(|record| sentences.of(record));
        let mut made: Vec<TickerLine> = made.take(TICKER_NEW_MAX).collect();
        made.reverse();
        // A log that was created anew begins at lower offsets.
        self.seen = newest;
        if !made.is_empty() {
            self.add(made);
        }
    }

    fn add(&mut self, new: Vec<TickerLine>) {
        let TickerLines { mut before, mut lines } = TickerLines::clone(&self.lines);
        lines.extend(new);
        let beyond = lines.len().saturating_sub(TICKER_LINES_MAX);
        lines.drain(..beyond);
        before += beyond as u64;
        self.lines = Arc::new(TickerLines { before, lines });
    }
}

impl Sentences {
    fn new(settings: &TickerSettings, pipeline: &Pipeline, labels: &Arc<Labels>) -> Self {
        let wanted: Vec<&str> = settings.fields.iter().map(String::as_str).collect();
        let projection = Projection::new(&pipeline.schema, &wanted);
        Self {
            settings: settings.clone(),
            labels: Arc::clone(labels),
            zone: pipeline.event_time.zone,
            fields: Arc::new(TickerFields { fields: settings.fields.clone() }),
            decoder: decoder(pipeline, &projection),
            projection,
            row: Row::default(),
        }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        (&self.settings, &self.labels, self.zone) == (&other.settings, &other.labels, other.zone)
    }

    /// The sentence of a record; `None` where it has no value for one of the fields, no time, or was
    /// not kept as a whole.
    fn of(&mut self, record: &RecentRecord) -> Option<TickerLine> {
        self.decoder.decode(record.whole()?, &mut self.row).ok()?;
        let values: Option<BTreeMap<&str, String>> = self
            .settings
            .fields
            .iter()
            .map(|field| Some((field.as_str(), self.value(field)?)))
            .collect();
        let values = values?;
        let sentences = self.settings.text.iter();
        let text: Localized = sentences
            .map(|(language, text)| (language.clone(), self.said(language, text, &values)))
            .collect();
        Some(TickerLine { at: record.event_time?.0, text })
    }

    /// The value of a field as it is.
    fn value(&self, field: &str) -> Option<String> {
        let slot = self.projection.slot_of(field)?;
        let is_time = self.projection.fields()[slot].field_type == FieldType::Timestamp;
        Some(match *self.row.values().get(slot)? {
            Value::Missing | Value::Invalid(_) => return None,
            Value::Boolean(value) => value.to_string(),
            Value::Unsigned(value) => value.to_string(),
            Value::Integer(value) if is_time => rfc3339(self.zone, EventTime(value)),
            Value::Integer(value) => value.to_string(),
            Value::Float(value) => value.to_string(),
            Value::Text(range) => self.row.text(range).to_owned(),
        })
    }

    fn said(&self, language: &str, sentence: &Sentence, values: &BTreeMap<&str, String>) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(field) => {
                let value = &values[field.as_str()];
                let labels = self.labels.get(field).into_iter().flatten();
                let label = labels.into_iter().find(|(key, _)| key == value);
                let label = label.and_then(|(_, texts)| texts.get(language));
                label.cloned().unwrap_or_else(|| shortened(value))
            }
        };
        sentence.0.iter().map(part).collect()
    }
}

/// A value that stands in a line with others.
fn shortened(value: &str) -> String {
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    if value.chars().count() <= VALUE_CHARS_MAX {
        return value.chars().map(plain).collect();
    }
    value.chars().take(VALUE_CHARS_MAX - 1).map(plain).chain(['…']).collect()
}

/// A decoder of the pipeline's records; the columns of a CSV file are those of its header.
fn decoder(pipeline: &Pipeline, projection: &Projection) -> Decoder {
    let (format, columns) = match &pipeline.source {
        SourceSettings::Generator(_) => (Format::Json, None),
        SourceSettings::Kafka(kafka) => (kafka.format, None),
        // A pipe is read once, and not by us.
        SourceSettings::File(file) if file.format == Format::Csv && file.path.is_file() => {
            let opened = FileSource::open(std::slice::from_ref(file), &pipeline.schema);
            // A file that cannot be opened has no records either.
            (Format::Csv, opened.ok().and_then(|opened| opened.columns))
        }
        SourceSettings::File(file) => (file.format, None),
    };
    match format {
        Format::Json => Decoder::json(projection),
        Format::Csv => {
            let in_order = || CsvColumns::in_schema_order(&pipeline.schema);
            Decoder::csv(projection, &columns.unwrap_or_else(in_order))
        }
    }
}

#[cfg(test)]
mod tests;
