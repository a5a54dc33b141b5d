//! The settings of what runs: `pipeline.toml`, read, checked and in types that cannot be wrong.
//!
//! [`Pipeline::load`] gives the settings and the [`Document`] they came from, or all
//! [`Diagnostics`] at once. The file is walked by a reader of its own instead of being
//! deserialized, because deserializing stops at the first fault and loses the places of the others.
//!
//! May know: `core`.
//! Must not know: plugins, brokers, or what becomes of the settings.

mod backup;
mod command;
mod context;
mod diagnostic;
mod document;
mod event_time_settings;
mod fingerprint;
mod format;
mod headline;
mod headline_settings;
mod kafka;
mod labels;
mod layout;
mod load;
mod metric;
mod metric_settings;
mod open_panes;
mod outlet;
mod outlet_settings;
mod outline;
mod page;
mod panel;
mod pipeline;
mod reader;
mod schema;
mod secret;
mod server;
mod server_settings;
mod settings;
mod shown_settings;
mod source;
mod source_settings;
mod suggest;
mod syntax;
mod texts;
mod threshold;
mod ticker;
mod units;
mod values;
mod windows;
mod zone;

pub use backup::BackupSettings;
pub use command::{config_option, with_option};
pub use context::Environment;
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::{Document, join};
pub use event_time_settings::{EventTimeFields, EventTimeSettings};
pub use fingerprint::{
    DescribedMetric, DisplayKeys, MetricFingerprint, MetricPart, PartChange, SettingChange,
    UnreadableFingerprint, WindowsSoFar, changed_settings,
};
pub use format::Format;
pub use headline_settings::{Comparison, HeadlineOf, HeadlineSettings};
pub use metric_settings::{Backfill, EVENT_TIME, MetricSettings, PanelSettings, Wasi};
pub use outlet_settings::{FileLimit, OutletFile, OutletSettings, WhenFull};
pub use pipeline::{BatchSettings, LatenessSettings, Pipeline, Workers};
pub use secret::Secret;
pub use server::{Exposure, TOKEN_CHARS_MIN};
pub use server_settings::ServerSettings;
pub use shown_settings::{
    FieldLabels, Labels, LayoutSettings, LayoutUnit, Limit, PageSettings, Part, Sentence,
    ThresholdSettings, TickerSettings,
};
pub use source_settings::{
    Fetch, FileSettings, GeneratorSettings, KafkaSettings, OnGap, Shape, Skew, SourceSettings,
    Start,
};
pub use suggest::nearest;
pub use texts::Texts;
pub use units::{duration_of, show_duration, size_of};
