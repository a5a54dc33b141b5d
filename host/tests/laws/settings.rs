//! Random pipelines: every way to tell event time, every clock, windows of all kinds, small limits.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::sample::select;
use streamgauge::run::prepare;
use streamgauge_core::Plan;
use streamgauge_pipeline::Pipeline;
use streamgauge_plugin::{Plugin, Runtime};

/// One engine, in which each component is compiled once.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(Runtime::new);

/// How records tell their event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Time {
    Millis,
    Rfc3339,
    FixedYear,
    CurrentYear,
}

/// What a pipeline depends on.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) time: Time,
    pub(crate) csv: bool,
    zone: &'static str,
    pub(crate) base: i64,
    bound: &'static str,
    clock: &'static str,
    required: bool,
    metrics: Vec<Windows>,
    pub(crate) batch_max: usize,
    keep: &'static str,
}

/// The windows of one metric.
#[derive(Clone, Copy, Debug)]
struct Windows {
    plugin: &'static str,
    kinds: &'static str,
    retention: &'static str,
    open_max: u32,
}

/// What becomes another in one metric.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Kinds(&'static str),
    Retention(&'static str),
    OpenMax(u32),
}

/// A zone, and an instant at which something happens to its clocks or calendar.
const PLACES: [(&str, i64); 6] = [
    // New Year 2026 in Shanghai.
    ("Asia/Shanghai", 1_767_196_800_000),
    // Singles' day 2015.
    ("Asia/Shanghai", 1_447_171_200_000),
    // Clocks go forward on 2026-03-29 and back on 2026-10-25.
    ("Europe/Berlin", 1_774_746_000_000),
    ("Europe/Berlin", 1_792_890_000_000),
    // Midnight is skipped on 2018-11-04, and 00:01 becomes 23:01 on 2010-11-07.
    ("America/Sao_Paulo", 1_541_300_400_000),
    ("America/St_Johns", 1_289_097_060_000),
];

fn kinds() -> impl Strategy<Value = &'static str> {
    select(vec![
        r#""cumulative""#,
        r#""cumulative", "1d""#,
        r#""1h", "cumulative""#,
        r#""10m", "6h/2h""#,
        r#""1d", "7d", "3d/1d""#,
        r#""30m/20m", "cumulative", "8h""#,
    ])
}

fn retention() -> impl Strategy<Value = &'static str> {
    select(vec!["0s", "10m", "3h", "2d", "400d"])
}

fn open_max() -> impl Strategy<Value = u32> {
    select(vec![1_u32, 2, 5, 4096])
}

/// A change of one metric, whose number is taken modulo theirs.
pub(crate) fn changes() -> impl Strategy<Value = (usize, Change)> {
    let change = prop_oneof![
        2 => kinds().prop_map(Change::Kinds),
        1 => retention().prop_map(Change::Retention),
        1 => open_max().prop_map(Change::OpenMax),
    ];
    (0..4_usize, change)
}

fn windows() -> impl Strategy<Value = Windows> {
    let plugin = select(vec!["behavior", "province", "faulty"]);
    let (kinds, retention, open_max) = (kinds(), retention(), open_max());
    (plugin, kinds, retention, open_max).prop_map(|(plugin, kinds, retention, open_max)| Windows {
        plugin,
        kinds,
        retention,
        open_max,
    })
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let time = select(vec![Time::Millis, Time::Rfc3339, Time::FixedYear, Time::CurrentYear]);
    let clock = select(vec!["watermark", "watermark", "watermark", "record", "processing"]);
    let bound = select(vec!["0s", "5m", "2h", "1d"]);
    let keep = select(vec!["0s", "1d", "90d"]);
    let metrics = (prop::collection::vec(windows(), 1..4), prop::bool::weighted(0.4));
    // Metrics with the same windows share where rows are placed.
    let metrics = metrics.prop_map(|(mut metrics, are_alike)| {
        let Windows { kinds, retention, open_max, .. } = metrics[0];
        for metric in metrics.iter_mut().filter(|_| are_alike) {
            *metric = Windows { kinds, retention, open_max, ..*metric };
        }
        metrics
    });
    let format = prop::bool::weighted(0.25);
    (time, format, select(PLACES.to_vec()), bound, clock, any::<bool>(), metrics, 1..20_usize, keep)
        .prop_map(|(time, csv, (zone, base), bound, clock, required, metrics, batch_max, keep)| {
            Settings { time, csv, zone, base, bound, clock, required, metrics, batch_max, keep }
        })
}

impl Settings {
    pub(crate) fn is_windowed(&self) -> bool {
        self.metrics.iter().any(|metric| metric.kinds != r#""cumulative""#)
    }

    /// The same pipeline with a metric that is another one. Where lateness goes by the clock, a
    /// record cannot be counted a second time, so a changed metric would begin with what comes: then
    /// nothing changes.
    #[must_use]
    pub(crate) fn with(&self, (metric, change): (usize, Change)) -> Self {
        let mut changed = self.clone();
        if self.clock != "processing" {
            let count = self.metrics.len();
            let metric = &mut changed.metrics[metric % count];
            match change {
                Change::Kinds(kinds) => metric.kinds = kinds,
                Change::Retention(retention) => metric.retention = retention,
                Change::OpenMax(open_max) => metric.open_max = open_max,
            }
        }
        changed
    }

    /// The text of the pipeline file.
    fn text(&self) -> String {
        let format = if self.csv { "csv" } else { "json" };
        let required = if self.required { ", required = true" } else { "" };
        let event_time = match self.time {
            Time::Millis => "field = \"ts\"\nunit = \"ms\"",
            Time::Rfc3339 => "field = \"at\"\nunit = \"rfc3339\"",
            Time::FixedYear => "month = \"month\"\nday = \"day\"\nyear = 2026",
            Time::CurrentYear => "month = \"month\"\nday = \"day\"\nyear = \"current\"",
        };
        let Self { zone, bound, clock, batch_max, keep, .. } = self;
        let mut text = format!(
            "version = 1\nname = \"laws\"\n[source.kafka]\nbrokers = \"localhost:9092\"\n\
             topic = \"laws\"\nformat = \"{format}\"\n[schema]\nts = \"integer\"\nat = \"text\"\n\
             month = \"unsigned\"\nday = \"unsigned\"\n\
             action = {{ type = \"unsigned\", max = 3{required} }}\nprovince = \"text\"\n\
             [event_time]\n{event_time}\nzone = \"{zone}\"\nbound = \"{bound}\"\n\
             [lateness]\nclock = \"{clock}\"\n[history]\nkeep = \"{keep}\"\n\
             [batch]\nmin = 1\nmax = {batch_max}\n"
        );
        let root = streamgauge_tests::root();
        for (number, metric) in self.metrics.iter().enumerate() {
            let Windows { plugin, kinds, retention, open_max } = metric;
            let path = root.join("target/plugins").join(format!("{plugin}.wasm"));
            let path = path.display();
            write!(
                text,
                "[[metric]]\nid = \"m{number}\"\nplugin = \"{path}\"\nwindows = [{kinds}]\n\
                 retention = \"{retention}\"\nmax_open_windows = {open_max}\n"
            )
            .expect("writing to a string never fails");
            if *plugin == "faulty" {
                text += "config = { fault = \"refuse-rows\", value = 2 }\n";
            }
        }
        text
    }

    /// The pipeline of this case, with its plugins and its plan.
    pub(crate) fn load(&self) -> Loaded {
        let text = self.text();
        let (pipeline, _) = Pipeline::parse(&text, Path::new("pipeline.toml"))
            .unwrap_or_else(|mistakes| panic!("{}\n{text}", mistakes.render(false)));
        let load = |settings| RUNTIME.load(settings).unwrap_or_else(|error| panic!("{error}"));
        let plugins: Vec<Plugin> = pipeline.metrics.iter().map(load).collect();
        let plan = Arc::new(prepare::plan(&pipeline, &plugins));
        Loaded { pipeline, plugins, plan }
    }
}

/// A pipeline that can run.
pub(crate) struct Loaded {
    pub(crate) pipeline: Pipeline,
    pub(crate) plugins: Vec<Plugin>,
    pub(crate) plan: Arc<Plan>,
}
