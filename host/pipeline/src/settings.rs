//! The file as a whole and its smaller tables: workers, lateness, batches, checkpoints,
//! state.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::LatenessClock;
use toml::de::DeValue;

use super::backup::BackupSettings;
use super::context::Context;
use super::open_panes::Around;
use super::pipeline::{BatchSettings, LatenessSettings, Pipeline, Workers};
use super::reader::{Problem, Read, Table, Value};
use super::source_settings::SourceSettings;
use super::texts::{Texts, first_and_all, short};
use super::values::{duration, number, one_of, whole};
use super::{
    backup, headline, labels, layout, metric, outlet, page, panel, schema, server, source, ticker,
};

/// The only version of the file there is.
const VERSION: u64 = 1;

/// The longest title of the dashboard, in characters.
const NAME_CHARS_MAX: usize = 200;

/// More worker threads than any machine is helped by.
const WORKERS_MAX: u64 = 1024;

/// The most rows in one batch.
const BATCH_ROWS_MAX: u64 = 65_536;

const DAY: Duration = Duration::from_hours(24);

/// Reads the whole file. The result is of no use if problems were reported, and may then be `None`.
pub(super) fn read_pipeline(mut root: Table<'_>, context: &Context<'_>) -> Option<Pipeline> {
    root.required("version", "1", version);
    let name = root.required("name", "\"…\"", name).flatten();
    let workers = root.or("workers", Workers::Auto, workers);
    let source = source::read_source(&mut root, context);
    let fields = schema::read_schema(&mut root);
    let event_time = schema::read_event_time(&mut root, fields.as_ref());
    let lateness = read_lateness(&mut root);
    let dead_letters = outlet::read_dead_letters(&mut root, source.as_ref(), context);
    let late_output =
        outlet::read_late_output(&mut root, source.as_ref(), context, dead_letters.as_ref());
    let batch = read_batch(&mut root);
    let history_keep = read_history(&mut root);
    let catch_up_share = read_catch_up(&mut root);
    let publish_every = read_publish(&mut root);
    let checkpoint_every = read_checkpoint(&mut root);
    let (state_dir, backups) = read_state(&mut root, context);
    let around = Around::of(event_time.as_ref(), source.as_ref());
    let mut metrics = metric::read_metrics(&mut root, (fields.as_ref(), around), context);
    let layouts = layout::read_layouts(&mut root);
    panel::read_panels(&mut root, &mut metrics, &layouts);
    let headlines = headline::read_headlines(&mut root, &metrics);
    let labels = Arc::new(labels::read_labels(&mut root, fields.as_ref()));
    for metric in &mut metrics {
        metric.labels = Arc::clone(&labels);
    }
    let page = page::read_page(&mut root, &context.folder);
    let server = server::read(&mut root, context);
    let ticker = ticker::read_ticker(&mut root, fields.as_ref(), server.show_records);
    root.finish();
    let (name, names) = name?;
    Some(Pipeline {
        path: context.path.clone(),
        folder: context.folder.clone(),
        workers,
        source: with_group(source?, &name),
        name,
        names,
        schema: fields?.schema?,
        event_time: event_time?,
        lateness,
        dead_letters,
        late_output,
        batch,
        history_keep,
        catch_up_share,
        publish_every,
        checkpoint_every,
        state_dir,
        backups,
        metrics,
        headlines,
        layouts,
        labels,
        page,
        ticker,
        server,
    })
}

/// The share of a core that counting in the background may take where the file does not set one.
const CATCH_UP_SHARE: f64 = 0.5;

fn read_catch_up(root: &mut Table<'_>) -> f64 {
    let Some(mut table) = root.section("catch_up") else { return CATCH_UP_SHARE };
    let share = table.or("share", CATCH_UP_SHARE, number(0.05..=1.0));
    table.finish();
    share
}

fn version(value: &Value<'_>) -> Read<()> {
    match value.integer()? {
        version if version == i128::from(VERSION) => Ok(()),
        other => Err(Problem::new(format!("is {other}, which this program does not know"))
            .label("expected 1")
            .hint("version 1 is the only one so far; a later file needs a later program")),
    }
}

/// The title in the language that is written first, and in each.
fn name(value: &Value<'_>) -> Read<Option<(String, Texts)>> {
    let example = "{ zh = \"实时数据分析\", en = \"Live analysis\" }";
    first_and_all(value, short(NAME_CHARS_MAX), example)
}

/// Names a group that is left out after the pipeline: two pipelines that tell offsets to one group
/// would make its lag a lie for both.
fn with_group(mut source: SourceSettings, name: &str) -> SourceSettings {
    if let SourceSettings::Kafka(kafka) = &mut source
        && kafka.group.is_empty()
    {
        kafka.group = format!("streamgauge-{name}");
    }
    source
}

fn workers(value: &Value<'_>) -> Read<Workers> {
    match value.data() {
        DeValue::String(text) if text == "auto" => Ok(Workers::Auto),
        DeValue::Integer(_) => {
            whole(1..=WORKERS_MAX)(value).map(|number| Workers::Fixed(positive(number)))
        }
        _ => Err(Problem::new("must be \"auto\" or a number of threads")),
    }
}

fn positive(number: u64) -> NonZeroUsize {
    NonZeroUsize::new(number as usize).expect("the range of the setting starts at 1")
}

fn read_lateness(root: &mut Table<'_>) -> LatenessSettings {
    let summary_default = Duration::from_mins(1);
    let Some(mut table) = root.section("lateness") else {
        return LatenessSettings {
            clock: LatenessClock::Watermark,
            summary_every: summary_default,
        };
    };
    let settings = LatenessSettings {
        clock: table.or("clock", LatenessClock::Watermark, clock),
        summary_every: table.or(
            "summary_every",
            summary_default,
            duration("s", Duration::from_secs(1)..=DAY),
        ),
    };
    table.finish();
    settings
}

fn clock(value: &Value<'_>) -> Read<LatenessClock> {
    one_of(&LatenessClock::ALL.map(|clock| (clock.name(), clock)))(value)
}

fn read_batch(root: &mut Table<'_>) -> BatchSettings {
    let default = BatchSettings {
        min: positive(10),
        max: positive(8192),
        max_delay: Duration::from_millis(100),
    };
    let Some(mut table) = root.section("batch") else { return default };
    let rows = |value: &Value<'_>| whole(1..=BATCH_ROWS_MAX)(value).map(positive);
    let (min, max) = (table.optional("min", rows), table.optional("max", rows));
    let delays = Duration::from_millis(1)..=Duration::from_mins(1);
    let settings = BatchSettings {
        min: min.unwrap_or(default.min),
        max: max.unwrap_or(default.max),
        max_delay: table.or("max_delay", default.max_delay, duration("ms", delays)),
    };
    // A faulty value was reported already and counts as its default. The defaults are in order, so
    // at least one of the two is written.
    let cause = table.value(if min.is_some() { "min" } else { "max" });
    if let (true, Some(value)) = (settings.min > settings.max, cause) {
        let (min, max) = (settings.min, settings.max);
        let message = format!("leaves no room: `min` is {min}, but `max` is {max}");
        value.report(Problem::new(message).hint("`min` must not be above `max`"));
    }
    table.finish();
    settings
}

fn read_history(root: &mut Table<'_>) -> Duration {
    let default = 400 * DAY;
    let Some(mut table) = root.section("history") else { return default };
    let keep = table.or("keep", default, duration("d", Duration::ZERO..=3660 * DAY));
    table.finish();
    keep
}

fn read_publish(root: &mut Table<'_>) -> Duration {
    let default = Duration::from_millis(100);
    let Some(mut table) = root.section("publish") else { return default };
    let range = Duration::from_millis(20)..=Duration::from_secs(1);
    let every = table.or("every", default, duration("ms", range));
    table.finish();
    every
}

fn read_checkpoint(root: &mut Table<'_>) -> Duration {
    let default = Duration::from_secs(5);
    let Some(mut table) = root.section("checkpoint") else { return default };
    let range = Duration::from_millis(100)..=Duration::from_hours(1);
    let every = table.or("every", default, duration("s", range));
    table.finish();
    every
}

/// The folder of the state, and its backups.
/// The state folder of a file that names none, from the folder of the file.
pub(super) const STATE_DIR: &str = "state";

fn read_state(root: &mut Table<'_>, context: &Context<'_>) -> (PathBuf, Option<BackupSettings>) {
    let default = context.folder.join(STATE_DIR);
    let Some(mut table) = root.section("state") else { return (default, None) };
    let embedded = table.section("embedded");
    table.finish();
    let Some(mut embedded) = embedded else { return (default, None) };
    let dir = embedded.or("dir", default, source::path_in(&context.folder));
    let backups = embedded.section("backups").and_then(|table| backup::read(table, &dir, context));
    embedded.finish();
    (dir, backups)
}
