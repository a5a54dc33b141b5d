//! The settings that decide what a record counts as, taken out of the pipeline. Everything that
//! the oracle knows of a pipeline is here.

use chrono_tz::Tz;
use streamgauge_core::{Field, LatenessClock, WindowSpec};

use streamgauge_pipeline::{EventTimeFields, Format, MetricSettings, Pipeline, SourceSettings};

/// The settings marked **S** in docs/configuration.md, durations in milliseconds.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) fields: Vec<Field>,
    pub(super) format: Format,
    /// The position in `fields` of each column of a CSV row; `None` means that no field reads the
    /// column.
    pub(super) csv_columns: Vec<Option<usize>>,
    pub(super) event_time: EventTimeFields,
    pub(super) zone: Tz,
    pub(super) bound: i64,
    /// The most that an event time may be ahead of its stamp, in milliseconds; `None` means that
    /// none is too far ahead.
    pub(super) future_skew: Option<i64>,
    pub(super) earliest: Option<i64>,
    pub(super) clock: LatenessClock,
    pub(super) history_keep: i64,
}

/// The windows of one metric.
#[derive(Clone, Debug)]
pub(super) struct MetricRules {
    /// Size and slide of each of the metric's windows in milliseconds, sorted: both 0 means
    /// cumulative, equal ones mean fixed.
    pub(super) windows: Vec<(i64, i64)>,
    pub(super) retention: i64,
    pub(super) open_max: usize,
}

impl Rules {
    pub(super) fn new(pipeline: &Pipeline) -> Self {
        let fields = pipeline.schema.fields().to_vec();
        let format = match &pipeline.source {
            SourceSettings::Kafka(kafka) => kafka.format,
            SourceSettings::File(file) => file.format,
            SourceSettings::Generator(_) => Format::Json,
        };
        let made_up = matches!(pipeline.source, SourceSettings::Generator(_));
        let event_time = &pipeline.event_time;
        Self {
            csv_columns: (0..fields.len()).map(Some).collect(),
            fields,
            format,
            event_time: event_time.fields.clone(),
            zone: event_time.zone,
            bound: millis(event_time.bound),
            future_skew: event_time.future_skew.filter(|_| !made_up).map(millis),
            earliest: event_time.earliest,
            clock: pipeline.lateness.clock,
            history_keep: millis(pipeline.history_keep),
        }
    }

    /// The rules for CSV rows whose columns have these names.
    pub(super) fn under_header(mut self, names: &[&str]) -> Self {
        let field = |name: &&str| self.fields.iter().position(|field| field.name == name.trim());
        self.csv_columns = names.iter().map(field).collect();
        self
    }
}

impl MetricRules {
    pub(super) fn new(settings: &MetricSettings) -> Self {
        let millis_of = |spec: &WindowSpec| match *spec {
            WindowSpec::Cumulative => (0, 0),
            WindowSpec::Tumbling { size } => (size, size),
            WindowSpec::Sliding { size, slide } => (size, slide),
        };
        let mut windows: Vec<_> = settings.windows.iter().map(millis_of).collect();
        windows.sort_unstable();
        Self { windows, retention: millis(settings.retention), open_max: settings.open_windows_max }
    }
}

fn millis(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
