//! The fingerprint of a metric: what its state depends on besides the records, in parts that are
//! compared one by one.
//!
//! A fingerprint is kept with the state as JSON under the key `metric.ID`. Deliberately absent: the
//! plugin's file and version, limits, panels, and what the plugin's schema marks as display keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use streamgauge_core::{Schema, WindowSpec};
use thiserror::Error;

use super::canonical::{canonical, object, quoted};
use super::described::{DescribedMetric, Parts};
use super::display::DisplayKeys;
use super::older;
use super::texts::{show_column, show_type};
use crate::document::join;
use crate::units::{parse_duration, show_duration};

/// A part of a metric's fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricPart {
    /// The fields that the inputs read, with type and `max`.
    Columns,
    /// `[metric.config]` without display keys.
    Config,
    /// The windows, in their order.
    Windows,
    /// `retention`; a metric with nothing but the cumulative window has none.
    Retention,
    /// `max_open_windows`; a metric with nothing but the cumulative window has none.
    MaxOpenWindows,
    /// The state version of the plugin.
    StateVersion,
}

impl MetricPart {
    /// Every part, in the order in which fingerprints are written.
    pub const ALL: [Self; 6] = [
        Self::Columns,
        Self::Config,
        Self::Windows,
        Self::Retention,
        Self::MaxOpenWindows,
        Self::StateVersion,
    ];

    /// The name in a stored fingerprint; for all but the last one, that of the setting too.
    pub fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Config => "config",
            Self::Windows => "windows",
            Self::Retention => "retention",
            Self::MaxOpenWindows => "max_open_windows",
            Self::StateVersion => "state_version",
        }
    }

    /// True for a part that is compared key by key.
    fn is_table(self) -> bool {
        matches!(self, Self::Columns | Self::Config)
    }
}

/// What the state of a metric depends on besides the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricFingerprint {
    /// Each part as canonical JSON.
    parts: BTreeMap<MetricPart, String>,
}

/// A fingerprint that this version of the program does not read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the settings that the state was written with are not of a form that this version reads")]
pub struct UnreadableFingerprint;

impl DescribedMetric<'_> {
    /// The fingerprint under the present settings and the fields of `schema`.
    pub fn fingerprint(&self, schema: &Schema) -> MetricFingerprint {
        let columns = self.inputs.iter().map(|(input, field)| {
            let found = schema.fields().iter().find(|known| known.name == *field);
            ((*input).to_owned(), show_column(field, found.map(show_type).as_deref()))
        });
        let settings = self.settings;
        let limits = (settings.windows != [WindowSpec::Cumulative])
            .then(|| (show_duration(settings.retention), settings.open_windows_max.to_string()));
        let windows: Vec<String> = settings.windows.iter().map(ToString::to_string).collect();
        let config = canonical(&settings.config.to_string(), &self.display);
        MetricFingerprint::of(Parts {
            columns: columns.collect(),
            config: config.expect("a configuration is JSON"),
            windows,
            limits,
            state_version: self.state_version,
        })
    }

    /// The fingerprint in the `settings` of a state, without the keys that are for display now;
    /// `None` means that the state knows no such metric. Forms of earlier versions are read too.
    ///
    /// # Errors
    /// The fingerprint is of a later version.
    pub fn stored(
        &self,
        settings: &BTreeMap<String, String>,
    ) -> Option<Result<MetricFingerprint, UnreadableFingerprint>> {
        let text = settings.get(&MetricFingerprint::key(&self.settings.id))?;
        let read = if text.starts_with('{') {
            MetricFingerprint::read(text, &self.display)
        } else {
            older::metric(text, settings, self).map(MetricFingerprint::of)
        };
        Some(read.ok_or(UnreadableFingerprint))
    }
}

/// What the key of a metric's fingerprint begins with.
const KEY_PREFIX: &str = "metric.";

impl MetricFingerprint {
    /// The key of the fingerprint of metric `id` among the settings that a state depends on.
    pub fn key(id: &str) -> String {
        format!("{KEY_PREFIX}{id}")
    }

    /// The id of the metric whose fingerprint is at `key`; `None` where another setting is there.
    pub fn id_of(key: &str) -> Option<&str> {
        key.strip_prefix(KEY_PREFIX)
    }

    /// What a state's setting at [`MetricFingerprint::key`] says, display keys included; `None` for
    /// a form of earlier versions, and of later ones.
    pub fn of_text(text: &str) -> Option<Self> {
        Self::read(text, &DisplayKeys::default())
    }

    fn of(parts: Parts) -> Self {
        let columns = parts.columns.iter().map(|(input, column)| (quoted(input), quoted(column)));
        let columns: Vec<_> = columns.map(|(input, column)| format!("{input}:{column}")).collect();
        let windows: Vec<_> = parts.windows.iter().map(|window| quoted(window)).collect();
        let mut texts: BTreeMap<_, _> = [
            (MetricPart::Columns, format!("{{{}}}", columns.join(","))),
            (MetricPart::Config, parts.config),
            (MetricPart::Windows, format!("[{}]", windows.join(","))),
            (MetricPart::StateVersion, parts.state_version.to_string()),
        ]
        .into();
        if let Some((retention, open_windows_max)) = parts.limits {
            texts.insert(MetricPart::Retention, quoted(&retention));
            texts.insert(MetricPart::MaxOpenWindows, open_windows_max);
        }
        Self { parts: texts }
    }

    /// Reads what [`MetricFingerprint`]'s `Display` wrote.
    fn read(text: &str, display: &DisplayKeys) -> Option<Self> {
        let part = |(name, value): (String, Box<serde_json::value::RawValue>)| {
            let part = MetricPart::ALL.into_iter().find(|part| part.name() == name)?;
            let none = DisplayKeys::default();
            let display = if part == MetricPart::Config { display } else { &none };
            Some((part, canonical(value.get(), display)?))
        };
        let parts: BTreeMap<_, _> = object(text)?.into_iter().map(part).collect::<Option<_>>()?;
        let limits = [MetricPart::Retention, MetricPart::MaxOpenWindows];
        let is_whole = |part: MetricPart| limits.contains(&part) || parts.contains_key(&part);
        MetricPart::ALL.into_iter().all(is_whole).then_some(Self { parts })
    }

    /// What is otherwise in `now`, part by part.
    pub fn difference(&self, now: &Self) -> Vec<PartChange> {
        MetricPart::ALL.into_iter().flat_map(|part| self.changes(part, now)).collect()
    }

    fn changes(&self, part: MetricPart, now: &Self) -> Vec<PartChange> {
        let (was, is) = (self.parts.get(&part), now.parts.get(&part));
        if was == is {
            return Vec::new();
        }
        let change = |key: &str, stored, now| PartChange { part, key: key.to_owned(), stored, now };
        match (was, is) {
            (Some(was), Some(is)) if part.is_table() => {
                let [was, is] = [was, is].map(|json| object(json).unwrap_or_default());
                let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
                keys.into_iter()
                    .map(|key| (key, [&was, &is].map(|of| Some(of.get(key)?.get().to_owned()))))
                    .filter(|(_, [was, is])| was != is)
                    .map(|(key, [was, is])| change(key, was, is))
                    .collect()
            }
            (Some(_), Some(_)) => vec![change("", was.cloned(), is.cloned())],
            // Limits come and go with the windows that they are for.
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for MetricFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.parts.iter().map(|(part, json)| format!("\"{}\":{json}", part.name()));
        write!(f, "{{{}}}", parts.collect::<Vec<_>>().join(","))
    }
}

/// A part of a fingerprint, or a key in it, that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartChange {
    /// The part that the difference is in.
    pub part: MetricPart,
    /// The key in `[metric.columns]` or `[metric.config]`; empty for other parts.
    pub key: String,
    /// The value when the state was written, as JSON; `None` means that there was none.
    pub stored: Option<String>,
    /// The present value, as JSON; `None` means that there is none.
    pub now: Option<String>,
}

/// What became of a metric's windows so far, as far as limits decide about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct WindowsSoFar {
    /// Whether a pane became final, or a row met a final one, as far as is known: false means that
    /// neither has happened.
    pub finals: bool,
    /// Whether a pane became final because too many were open.
    pub evictions: bool,
}

impl WindowsSoFar {
    /// What became of the windows here and there.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { finals: self.finals || other.finals, evictions: self.evictions || other.evictions }
    }
}

impl PartChange {
    /// True if the state of the metric is, but for windows that are no more, what it would be had
    /// the setting always been as it is now: windows were taken out, or a limit is larger that has
    /// decided about nothing so far.
    pub fn is_at_once(&self, so_far: WindowsSoFar) -> bool {
        let (Some(stored), Some(now)) = (&self.stored, &self.now) else { return false };
        match self.part {
            MetricPart::Windows => {
                let windows = |json: &str| serde_json::from_str::<BTreeSet<String>>(json);
                let (Ok(stored), Ok(now)) = (windows(stored), windows(now)) else { return false };
                now.is_subset(&stored)
            }
            MetricPart::Retention => {
                let time = |json: &str| parse_duration(json.trim_matches('"')).ok();
                !so_far.finals && time(now) > time(stored)
            }
            MetricPart::MaxOpenWindows => {
                let count = |json: &str| json.parse::<u64>().ok();
                !so_far.evictions && count(now) > count(stored)
            }
            MetricPart::Columns | MetricPart::Config | MetricPart::StateVersion => false,
        }
    }

    /// The path of the setting, below `[[metric]]`.
    pub fn setting(&self) -> String {
        let name = self.part.name();
        if self.key.is_empty() { name.to_owned() } else { join(name, &self.key) }
    }
}

/// `config.top` was 3 when the state was written and is 5 now.
impl fmt::Display for PartChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: &Option<String>| value.clone().unwrap_or("not set".to_owned());
        let (stored, now) = (value(&self.stored), value(&self.now));
        let setting = self.setting();
        write!(f, "`{setting}` was {stored} when the state was written and is {now} now")
    }
}
