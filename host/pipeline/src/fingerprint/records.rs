//! The fingerprint of the records: the settings that H depends on, as texts that are kept with the
//! state and compared. A change of any of them over existing state is refused.
//!
//! Of the schema there are the fields that decide about a record itself: those of event time, and
//! required ones with their order, because the first bad one gives the reason of a rejection.
//! Deliberately absent: fields that nobody or only metrics read. What metrics depend on has
//! fingerprints of its own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use streamgauge_core::{Field, Year};

use super::older;
use super::texts::{ZONE, has_same_offsets, show_field, zone_text};
use crate::document::join;
use crate::event_time_settings::EventTimeFields;
use crate::format::Format;
use crate::pipeline::Pipeline;
use crate::source_settings::{FileSettings, GeneratorSettings, OnGap, Shape, Skew, SourceSettings};
use crate::units::show_duration;

/// What the metrics' keys begin with.
const METRIC: &str = "metric.";

/// A setting that the records depend on and that has another value than when the state was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// The path of the setting.
    pub key: String,
    /// The value when the state was written; `None` means that there was none.
    pub stored: Option<String>,
    /// The present value; `None` means that there is none.
    pub now: Option<String>,
}

/// What of the fingerprint of the records in `now` is otherwise in the `stored` settings of a state,
/// which may have the form of an earlier version. Settings of metrics are passed over.
pub fn changed_settings(
    stored: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> Vec<SettingChange> {
    let stored = older::records(stored, now);
    let keys: BTreeSet<&String> = stored.keys().chain(now.keys()).collect();
    let is_of_records = |key: &&&String| !key.starts_with(METRIC);
    keys.iter()
        .filter(is_of_records)
        .filter_map(|key| {
            let (was, is) = (stored.get(*key), now.get(*key));
            let is_same = if *key == ZONE { has_same_offsets(was, is) } else { was == is };
            (!is_same).then(|| SettingChange {
                key: (*key).clone(),
                stored: was.cloned(),
                now: is.map(|is| older::alike(was, is)),
            })
        })
        .collect()
}

impl Pipeline {
    /// The settings that event time and accounting of a partition, H, depend on: path of the setting
    /// in the file → the setting's value in one canonical form, so that `5m` and `300s` are the same.
    ///
    /// A refusal reads: `event_time.bound` was "300s" when the state was written and is "10s" now.
    pub fn state_settings(&self) -> BTreeMap<String, String> {
        let mut settings = BTreeMap::new();
        let mut set = |key: &str, value: String| {
            settings.insert(key.to_owned(), value);
        };
        self.source_settings(&mut set);
        for field in self.fields_of_records() {
            set(&join("schema", &field.name), show_field(field));
        }
        if let Some(schema) = self.schema_text() {
            set("schema", schema);
        }
        self.event_time_settings(&mut set);
        set("lateness.clock", self.lateness.clock.name().to_owned());
        settings
    }

    /// The path at which [`Document::place`](crate::Document::place) finds a setting of
    /// [`Pipeline::state_settings`].
    pub fn state_setting_location(&self, key: &str) -> String {
        match key {
            "source" => format!("source.{}", self.source.kind()),
            _ => key.to_owned(),
        }
    }

    fn source_settings(&self, set: &mut impl FnMut(&str, String)) {
        set("source", self.source.kind().to_owned());
        match &self.source {
            SourceSettings::Kafka(kafka) => {
                set("source.kafka.topic", kafka.topic.clone());
                set("source.kafka.format", kafka.format.name().to_owned());
            }
            SourceSettings::File(file) => self.file_settings(file, set),
            SourceSettings::Generator(generator) => {
                set("source.generator.rate", generator.rate.to_string());
                set("source.generator.seed", generator.seed.to_string());
                set("source.generator.partitions", generator.partitions.to_string());
                set("source.generator.late", generator.late.to_string());
                set("source.generator.dirt", generator.dirt.to_string());
                generator_shape(generator, set);
            }
        }
    }

    fn file_settings(&self, file: &FileSettings, set: &mut impl FnMut(&str, String)) {
        // A path relative to the pipeline file lets a folder move with its state.
        let path = file.path.strip_prefix(&self.folder).unwrap_or(&file.path);
        set("source.file.path", path.display().to_string());
        set("source.file.format", file.format.name().to_owned());
        if let Some(header) = file.header {
            set("source.file.header", header.to_string());
        }
        if let Some(stamp) = file.timestamp {
            set("source.file.timestamp", show_instant(stamp));
        }
    }

    fn event_time_settings(&self, set: &mut impl FnMut(&str, String)) {
        match &self.event_time.fields {
            EventTimeFields::MonthDay { month, day, year } => {
                set("event_time.month", month.clone());
                set("event_time.day", day.clone());
                let year = match year {
                    Year::Fixed(year) => year.to_string(),
                    Year::Current => "current".to_owned(),
                };
                set("event_time.year", year);
            }
            EventTimeFields::Field { field, unit } => {
                set("event_time.field", field.clone());
                set("event_time.unit", unit.name().to_owned());
            }
        }
        set(ZONE, zone_text(self.event_time.zone));
        set("event_time.bound", show_duration(self.event_time.bound));
        if let Some(earliest) = self.event_time.earliest {
            set("event_time.earliest", show_instant(earliest));
        }
        set("event_time.future_skew", self.event_time.future_skew_text());
    }

    /// The fields that decide about a record itself, in written order.
    fn fields_of_records(&self) -> impl Iterator<Item = &Field> {
        let fields = &self.event_time.fields;
        let is_event_time = move |name: &String| match fields {
            EventTimeFields::MonthDay { month, day, .. } => name == month || name == day,
            EventTimeFields::Field { field, .. } => name == field,
        };
        self.schema.fields().iter().filter(move |f| f.required || is_event_time(&f.name))
    }

    /// What the schema decides by more than one field at a time; `None` means nothing.
    fn schema_text(&self) -> Option<String> {
        let fields = self.schema.fields();
        let columns = self.columns();
        if columns == Columns::Counted {
            return Some(names(fields));
        }
        let mut parts = Vec::new();
        let required: Vec<&Field> = fields.iter().filter(|field| field.required).collect();
        if required.len() > 1 {
            parts.push(format!("required {}", names(required)));
        }
        // A column under a header is no field's where two fields differ by letter case alone.
        let is_twin = |field: &&Field| {
            let lower = field.name.to_lowercase();
            fields.iter().filter(|other| other.name.to_lowercase() == lower).count() > 1
        };
        let mut twins: Vec<&Field> = fields.iter().filter(is_twin).collect();
        if columns == Columns::Named && !twins.is_empty() {
            twins.sort_by(|one, other| one.name.cmp(&other.name));
            parts.push(format!("alike {}", names(twins)));
        }
        Some(parts.join("; ")).filter(|text| !text.is_empty())
    }

    /// How the columns of a record find their fields.
    fn columns(&self) -> Columns {
        let (format, header) = match &self.source {
            SourceSettings::Kafka(kafka) => (kafka.format, None),
            SourceSettings::File(file) => (file.format, file.header),
            SourceSettings::Generator(_) => (Format::Json, None),
        };
        match (format, header) {
            (Format::Json, _) => Columns::None,
            (Format::Csv, Some(true)) => Columns::Named,
            (Format::Csv, _) => Columns::Counted,
        }
    }
}

/// How the columns of a record find their fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Columns {
    /// There are none: JSON names each value.
    None,
    /// By the names in a header that is sure to be there.
    Named,
    /// By the order of the schema, which also tells whether there is a header.
    Counted,
}

/// The names of fields in this order, as TOML writes keys, so that a comma in a name is none between
/// two.
fn names<'a>(fields: impl IntoIterator<Item = &'a Field>) -> String {
    let names = fields.into_iter().map(|field| join("", &field.name));
    names.collect::<Vec<_>>().join(",")
}

/// Sets the shape, and the settings of that shape alone. The shop has no name here: states were
/// written before there were shapes.
fn generator_shape(generator: &GeneratorSettings, set: &mut impl FnMut(&str, String)) {
    match generator.shape {
        Shape::Shop => {
            set("source.generator.season", generator.season.to_string());
            set("source.generator.users", generator.users.to_string());
            set("source.generator.items", generator.items.to_string());
            // States were written before there was another one.
            if generator.skew == Skew::Even {
                set("source.generator.skew", "even".to_owned());
            }
        }
        Shape::AccessLog => set("source.generator.shape", "access_log".to_owned()),
    }
}

impl SourceSettings {
    /// How records are written.
    pub fn format(&self) -> Format {
        match self {
            Self::Kafka(kafka) => kafka.format,
            Self::File(file) => file.format,
            Self::Generator(_) => Format::Json,
        }
    }

    /// What happens at a gap in the log; nothing can be missing from made-up records.
    pub fn on_gap(&self) -> OnGap {
        match self {
            Self::Kafka(kafka) => kafka.on_gap,
            Self::File(file) => file.on_gap,
            Self::Generator(_) => OnGap::Stop,
        }
    }

    /// True if both lead to the same records by the same way, so that what keeps one from them keeps
    /// the other from them too.
    pub fn is_reached_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Kafka(one), Self::Kafka(other)) => {
                (&one.brokers, &one.topic, &one.librdkafka)
                    == (&other.brokers, &other.topic, &other.librdkafka)
            }
            _ => self == other,
        }
    }

    /// The name of the table: `[source.KIND]`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kafka(_) => "kafka",
            Self::File(_) => "file",
            Self::Generator(_) => "generator",
        }
    }

    /// The topic, the file, or the generator with its seed.
    pub fn name(&self) -> String {
        match self {
            Self::Kafka(kafka) => kafka.topic.clone(),
            Self::File(file) => file.path.display().to_string(),
            Self::Generator(generator) => format!("seed {}", generator.seed),
        }
    }
}

pub(crate) fn show_instant(millis: i64) -> String {
    let shown = DateTime::from_timestamp_millis(millis).map(|time| time.to_rfc3339());
    shown.unwrap_or_else(|| millis.to_string())
}
