//! The settings that the state of a partition depends on, as texts that are kept with the state and
//! compared: a change of any of them over existing state is refused.
//!
//! Deliberately absent: settings that do not change what a record counts as (`workers`, `batch`,
//! `checkpoint`, `idle_after`, `server`), and the metrics, which have digests of their own.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono_tz::IANA_TZDB_VERSION;
use streamgauge_core::{Field, FieldType, WindowSpec, Year};

use super::document::join;
use super::event_time_settings::EventTimeFields;
use super::format::Format;
use super::metric_settings::MetricSettings;
use super::pipeline::Pipeline;
use super::source_settings::{FileSettings, GeneratorSettings, Shape, SourceSettings};
use super::units::show_duration;

impl Pipeline {
    /// The settings that event time and accounting of a partition depend on: path of the setting in
    /// the file → the setting's value in one canonical form, so that `5m` and `300s` are the same.
    ///
    /// A refusal reads: `event_time.bound` was "300s" when the state was written and is "10s" now.
    pub fn state_settings(&self) -> BTreeMap<String, String> {
        let mut settings = BTreeMap::new();
        let mut set = |key: &str, value: String| {
            settings.insert(key.to_owned(), value);
        };
        self.source_settings(&mut set);
        for field in self.schema.fields() {
            set(&join("schema", &field.name), show_field(field));
        }
        if self.order_matters() {
            let names: Vec<_> = self.schema.fields().iter().map(|f| f.name.as_str()).collect();
            set("schema", names.join(","));
        }
        self.event_time_settings(&mut set);
        set("lateness.clock", self.lateness.clock.name().to_owned());
        settings
    }

    /// The path at which [`Document::place`](super::Document::place) finds a setting of
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
        let zone = self.event_time.zone.name();
        set("event_time.zone", format!("{zone} (time zone database {IANA_TZDB_VERSION})"));
        set("event_time.bound", show_duration(self.event_time.bound));
        if let Some(earliest) = self.event_time.earliest {
            set("event_time.earliest", show_instant(earliest));
        }
        set("event_time.future_skew", self.event_time.future_skew_text());
    }

    /// True if the order of the schema assigns columns to fields: in CSV that may have no header.
    fn order_matters(&self) -> bool {
        match &self.source {
            SourceSettings::Kafka(kafka) => kafka.format == Format::Csv,
            SourceSettings::File(file) => file.format == Format::Csv && file.header != Some(true),
            SourceSettings::Generator(_) => false,
        }
    }
}

/// Sets the shape, and the settings of that shape alone. The shop has no name here: states were
/// written before there were shapes.
fn generator_shape(generator: &GeneratorSettings, set: &mut impl FnMut(&str, String)) {
    match generator.shape {
        Shape::Shop => {
            set("source.generator.season", generator.season.to_string());
            set("source.generator.users", generator.users.to_string());
            set("source.generator.items", generator.items.to_string());
        }
        Shape::AccessLog => set("source.generator.shape", "access_log".to_owned()),
    }
}

impl MetricSettings {
    /// The settings that the state of this metric depends on, besides its plugin.
    pub fn state_text(&self) -> String {
        let windows: Vec<_> = self.windows.iter().map(ToString::to_string).collect();
        let mut text = format!("config {}, windows {}", self.config, windows.join(", "));
        if !self.columns.is_empty() {
            let columns = self.columns.iter().map(|(input, field)| format!("{input} = {field}"));
            text = format!("columns {}, {text}", columns.collect::<Vec<_>>().join(", "));
        }
        if self.windows != [WindowSpec::Cumulative] {
            let (retention, open) = (show_duration(self.retention), self.open_windows_max);
            return format!("{text}, retention {retention}, max_open_windows {open}");
        }
        text
    }
}

impl SourceSettings {
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

pub(super) fn show_instant(millis: i64) -> String {
    let shown = DateTime::from_timestamp_millis(millis).map(|time| time.to_rfc3339());
    shown.unwrap_or_else(|| millis.to_string())
}

/// A field as the file has it: `unsigned`, or `unsigned, max = 3, required`.
fn show_field(field: &Field) -> String {
    let max = match (field.field_type, field.max) {
        (FieldType::Unsigned, Some(max)) => format!(", max = {max}"),
        _ => String::new(),
    };
    let required = if field.required { ", required" } else { "" };
    format!("{}{max}{required}", field.field_type.name())
}
