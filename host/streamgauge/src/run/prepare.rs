//! Before anything runs: the pipeline is read, the plugins are loaded and held against the schema,
//! and all mistakes are reported at once, with their places in the file.

mod labels;
mod logo;
pub(super) mod metrics;
mod older;
mod panels;
mod records;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use streamgauge_core::{BoundedOutOfOrderness, EventTime, Plan, Projection, TimestampAssigner};

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_kafka::{not_honoured, refusal};
use streamgauge_pipeline::{
    Diagnostic, Diagnostics, Document, EventTimeFields, HeadlineSettings, Labels, MetricSettings,
    Pipeline, SourceSettings, join,
};
use streamgauge_plugin::{LoadError, Plugin};
use streamgauge_view::Figure;
use streamgauge_wire::Logo;

use crate::run::compiler;

/// What of a stored state has to be as the pipeline has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// What decides records. Metrics may differ: what has changed is built anew.
    Records,
    /// The same, and each metric as it was.
    All,
}

/// A pipeline that can run.
#[derive(Clone)]
pub struct Prepared {
    /// The settings that can run.
    pub pipeline: Arc<Pipeline>,
    /// The pipeline file, with the place of each setting.
    pub document: Document,
    /// The metrics, in written order.
    pub plugins: Vec<Plugin>,
    /// By field of the schema, the texts of its values: those of the file and of all plugins.
    pub labels: Arc<Labels>,
    /// The plan by which records become rows.
    pub plan: Arc<Plan>,
    /// The logo of the page; `None` means that there is none.
    pub logo: Option<Arc<Logo>>,
    /// The text of the pipeline file as it was read, secrets included.
    pub text: Arc<str>,
}

/// Where the components of plugins are read.
#[derive(Clone, Copy, Debug)]
enum Components<'a> {
    /// From the files that the settings name.
    Files,
    /// From memory, by the ids of metrics.
    Kept(&'a BTreeMap<String, Vec<u8>>),
}

impl Prepared {
    /// Reads the pipeline at `path`, lets `change` override settings, and loads the plugins.
    ///
    /// # Errors
    /// All mistakes, by their place in the file.
    pub fn load(path: &Path, change: impl FnOnce(&mut Pipeline)) -> Result<Self, Diagnostics> {
        let text = Pipeline::text(path)?;
        Self::new((&text, path), &|name| std::env::var(name).ok(), change, Components::Files)
    }

    /// As [`Prepared::load`], of a text that was kept, with the components of its metrics. `path` is
    /// the file that the text was read from: relative paths start there.
    ///
    /// # Errors
    /// All mistakes, by their place in the text.
    pub fn load_kept(
        (text, path): (&str, &Path),
        components: &BTreeMap<String, Vec<u8>>,
        change: impl FnOnce(&mut Pipeline),
    ) -> Result<Self, Diagnostics> {
        let components = Components::Kept(components);
        Self::new((text, path), &|name| std::env::var(name).ok(), change, components)
    }

    /// As [`Prepared::load`], where the source of the file is replaced: secrets that only the
    /// source needs may be missing.
    ///
    /// # Errors
    /// Everything that is wrong, by place.
    pub fn load_without_source(
        path: &Path,
        change: impl FnOnce(&mut Pipeline),
    ) -> Result<Self, Diagnostics> {
        let environment = |name: &str| Some(std::env::var(name).unwrap_or_default());
        let text = Pipeline::text(path)?;
        Self::new((&text, path), &environment, change, Components::Files)
    }

    fn new(
        (text, path): (&str, &Path),
        environment: &dyn Fn(&str) -> Option<String>,
        change: impl FnOnce(&mut Pipeline),
        components: Components<'_>,
    ) -> Result<Self, Diagnostics> {
        let (mut pipeline, document) = Pipeline::parse_with(text, path, environment)?;
        change(&mut pipeline);
        check_librdkafka(&pipeline, &document)?;
        let plugins = load_plugins(&pipeline, &document, components)?;
        let labels = Arc::new(labels::of_all(&pipeline.labels, &plugins));
        let plugins = labels::given(plugins, &labels);
        let logo = match (logo::read(&pipeline, &document), components) {
            (Ok(logo), _) => logo.map(Arc::new),
            // What ran once runs again, with or without its picture.
            (Err(_), Components::Kept(_)) => None,
            (Err(faults), Components::Files) => return Err(faults),
        };
        let plan = Arc::new(plan(&pipeline, &plugins));
        let pipeline = Arc::new(pipeline);
        Ok(Self { pipeline, document, plugins, labels, plan, logo, text: text.into() })
    }

    /// The settings that stored state depends on, with the fingerprint of each metric.
    pub fn state_settings(&self) -> BTreeMap<String, String> {
        state_settings(&self.pipeline, &self.plugins)
    }

    /// Holds the settings of a stored state against the present ones. A metric that was taken out
    /// leaves nothing behind that could be wrong.
    ///
    /// # Errors
    /// Each setting that differs, with both values and the ways out.
    pub fn check_state(&self, checkpoint: &Checkpoint, what: Held) -> Result<(), Diagnostics> {
        let mut diagnostics = self.document.diagnostics();
        let (pipeline, document) = (&self.pipeline, &self.document);
        diagnostics.extend(records::changed(pipeline, document, checkpoint));
        for plugin in self.plugins.iter().filter(|_| what == Held::All) {
            diagnostics.extend(metrics::changed((pipeline, document), plugin, checkpoint));
        }
        if diagnostics.is_empty() { Ok(()) } else { Err(diagnostics) }
    }

    /// Checks that the server may be started with the settings of the file.
    ///
    /// # Errors
    /// The reason for a refusal, at the setting that is to blame.
    pub fn check_exposure(&self) -> Result<(), Diagnostics> {
        self.pipeline.server.check_exposure().map_err(|exposure| {
            let place = self.document.place(exposure.setting());
            let mut diagnostics = self.document.diagnostics();
            let diagnostic = Diagnostic::error(exposure.to_string()).at(place);
            diagnostics.push(diagnostic.help(exposure.hint()));
            diagnostics
        })
    }
}

/// Asks librdkafka about every setting that the pipeline passes through to librdkafka.
fn check_librdkafka(pipeline: &Pipeline, document: &Document) -> Result<(), Diagnostics> {
    let mut diagnostics = document.diagnostics();
    if let SourceSettings::Kafka(kafka) = &pipeline.source {
        for (key, secret) in &kafka.librdkafka {
            if let Some(reason) = refusal(key, secret) {
                let place = document.place(&format!("source.kafka.librdkafka.\"{key}\""));
                diagnostics.push(
                    Diagnostic::error(format!("librdkafka does not take `{key}`: {reason}"))
                        .at(place)
                        .help("see librdkafka's CONFIGURATION.md for its settings and values"),
                );
            }
        }
        for refused in not_honoured(kafka) {
            let place = document.place(&format!("source.kafka.librdkafka.\"{}\"", refused.key()));
            let help = "remove this line, or let librdkafka fetch: `fetch = \"auto\"` in \
                        [source.kafka]";
            diagnostics.push(Diagnostic::error(refused.to_string()).at(place).help(help));
        }
    }
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(()) }
}

fn load_plugins(
    pipeline: &Pipeline,
    document: &Document,
    components: Components<'_>,
) -> Result<Vec<Plugin>, Diagnostics> {
    let runtime = compiler::runtime();
    let load = |settings: &MetricSettings| match components {
        Components::Files => runtime.load(settings),
        Components::Kept(kept) => match kept.get(&settings.id) {
            Some(component) => runtime.load_bytes(settings, component),
            None => runtime.load(settings),
        },
    };
    // Compiling takes most of the start; plugins are independent of each other.
    let loaded: Vec<Result<Plugin, LoadError>> = thread::scope(|scope| {
        let threads: Vec<_> =
            pipeline.metrics.iter().map(|settings| scope.spawn(move || load(settings))).collect();
        threads.into_iter().map(|t| t.join().expect("loading does not panic")).collect()
    });
    let mut diagnostics = document.diagnostics();
    let mut plugins = Vec::new();
    for (index, result) in loaded.into_iter().enumerate() {
        let place = document.place(&format!("metric[{index}].plugin"));
        match result {
            Err(LoadError::Config { path, faults }) => {
                for fault in faults {
                    let message = format!("plugin {}: {fault}", path.display());
                    let place = format!("metric[{index}].{}", fault.setting());
                    diagnostics.push(
                        Diagnostic::error(message).at(document.place(&place)).help(fault.hint),
                    );
                }
            }
            Err(error) => {
                let setting = error.setting(&pipeline.metrics[index].config);
                let place = document.place(&format!("metric[{index}].{setting}"));
                let diagnostic = Diagnostic::error(error.to_string()).at(place);
                diagnostics.push(diagnostic.help(error.hint()));
            }
            Ok(plugin) => {
                for error in plugin.descriptor().check_schema(&pipeline.schema) {
                    let message = format!("metric `{}`: {error}", plugin.settings().id);
                    let mut columns = plugin.settings().columns.iter();
                    let mapped = columns.find(|(_, field)| *field == error.column());
                    let place = mapped.map_or(place.clone(), |(input, _)| {
                        document.place(&join(&format!("metric[{index}].columns"), input))
                    });
                    let diagnostic = Diagnostic::error(message).at(place);
                    diagnostics.push(diagnostic.help(
                        "add the field to [schema] or correct its type there; let the plugin read another field with [metric.columns]; or take the metric out",
                    ));
                }
                diagnostics.extend(panels::faults(document, &plugin));
                plugins.push(plugin);
            }
        }
    }
    diagnostics.extend(headline_faults(pipeline, document, &plugins));
    if diagnostics.has_errors() { Err(diagnostics) } else { Ok(plugins) }
}

/// The headlines that are no figures of their metrics.
fn headline_faults(
    pipeline: &Pipeline,
    document: &Document,
    plugins: &[Plugin],
) -> Vec<Diagnostic> {
    let fault = |headline: &HeadlineSettings| {
        let is_own = |plugin: &&Plugin| plugin.settings().id == headline.metric;
        // Of a plugin that could not be loaded more is not known.
        let fault = Figure::new(headline, plugins.iter().find(is_own)?).err()?;
        let place = document.place(&format!("headline[{}].{}", headline.index, fault.setting));
        Some(Diagnostic::error(fault.message).at(place).help(fault.hint))
    };
    pipeline.headlines.iter().filter_map(fault).collect()
}

/// The settings that the state of `pipeline` depends on, with the fingerprint of each metric.
pub fn state_settings(pipeline: &Pipeline, plugins: &[Plugin]) -> BTreeMap<String, String> {
    let mut settings = pipeline.state_settings();
    settings.extend(plugins.iter().map(|plugin| metrics::entry(pipeline, plugin)));
    settings
}

/// How records become rows: the columns of event time and of the metrics, and the settings of H.
pub fn plan(pipeline: &Pipeline, plugins: &[Plugin]) -> Plan {
    let mut wanted: Vec<&str> = plugins.iter().flat_map(|p| p.descriptor().columns()).collect();
    let event_time = &pipeline.event_time;
    match &event_time.fields {
        EventTimeFields::MonthDay { month, day, .. } => wanted.extend([month.as_str(), day]),
        EventTimeFields::Field { field, .. } => wanted.push(field),
    }
    let projection = Projection::new(&pipeline.schema, &wanted);
    let slot = |name: &str| projection.slot_of(name).expect("event time's fields were checked");
    let timestamps = match &event_time.fields {
        EventTimeFields::MonthDay { month, day, year } => {
            TimestampAssigner::month_day(slot(month), slot(day), *year, event_time.zone)
        }
        EventTimeFields::Field { field, unit } => {
            TimestampAssigner::Field { slot: slot(field), unit: *unit }
        }
    };
    // The generator makes its stamps up; a file is no older than its records.
    let stamps_are_real = !matches!(pipeline.source, SourceSettings::Generator(_));
    let future_skew = event_time.future_skew.filter(|_| stamps_are_real);
    Plan {
        timestamps,
        watermark: BoundedOutOfOrderness { bound: event_time.bound.as_millis() as i64 },
        future_skew: future_skew.map(|skew| skew.as_millis() as i64),
        earliest: event_time.earliest.map(EventTime),
        lateness: pipeline.lateness.clock,
        projection,
    }
}
