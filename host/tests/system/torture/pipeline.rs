//! The pipeline of a torture: every kind of windows, short intervals between checkpoints, and
//! limits that differ from start to start, because no limit may change a count.

use std::fmt::{self, Write as _};

use super::chance::Chance;
use crate::workplace::plugin;

/// How far out of order records may be.
pub(super) const BOUND_MS: i64 = 300_000;

/// The time that an event time may be ahead of its stamp and still move the watermark: the default.
pub(super) const FUTURE_SKEW_MS: i64 = 24 * 3_600_000;

/// The earliest valid event time: the default, 2000-01-01T00:00:00Z.
pub(super) const EARLIEST_MS: i64 = 946_684_800_000;

/// How far the watermark may be past the end of a day of `behavior`.
pub(super) const RETENTION_MS: i64 = 3 * 24 * 3_600_000;

const SCHEMA_AND_TIME: &str = r#"
[schema]
ts = "integer"
user_id = "text"
action = { type = "unsigned", max = 3 }
age_range = { type = "unsigned", max = 8 }
gender = { type = "unsigned", max = 2 }
province = "text"

[event_time]
field = "ts"
unit = "ms"
zone = "Asia/Shanghai"
bound = "300s"

[dead_letters.file]
path = "dead-letters.jsonl"

[checkpoint]
every = "300ms"

[history]
keep = "3660d"
"#;

/// The metrics: id, plugin, and the other lines of the table. The states of `users` are large: they
/// are exported by differences.
const METRICS: [(&str, &str, &str); 5] = [
    ("behavior", "behavior", "windows = [\"cumulative\", \"1d\"]\nretention = \"3d\"\n"),
    (
        "age",
        "age",
        "windows = [\"cumulative\", \"1d\"]\nretention = \"3d\"\nmax_open_windows = 3\n",
    ),
    ("gender", "gender", "windows = [\"cumulative\", \"6h/2h\"]\nretention = \"12h\"\n"),
    ("province", "province", "windows = [\"cumulative\"]\n"),
    ("users", "count_by", "columns = { value = \"user_id\" }\nmemory_max = \"256MiB\"\n"),
];

/// The settings that may differ from start to start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    workers: u64,
    batch_min: u64,
    batch_max: u64,
    batch_delay_ms: u64,
}

impl Limits {
    pub(super) fn random(chance: &mut Chance) -> Self {
        let batch_max = chance.pick(&[1, 7, 100, 2048, 8192]);
        Self {
            workers: chance.pick(&[1, 2, 3, 5]),
            batch_min: batch_max.min(chance.pick(&[1, 10, 500])),
            batch_max,
            batch_delay_ms: chance.pick(&[1, 20, 100, 400]),
        }
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workers, batch_min, batch_max, batch_delay_ms } = self;
        write!(f, "{workers} workers, batches of {batch_min} to {batch_max} in {batch_delay_ms} ms")
    }
}

pub(super) fn text(brokers: &str, topic: &str, on_gap: &str, limits: Limits) -> String {
    let Limits { workers, batch_min, batch_max, batch_delay_ms } = limits;
    let mut text = format!(
        "version = 1\nname = \"torture\"\nworkers = {workers}\n\
         [source.kafka]\nbrokers = \"{brokers}\"\ntopic = \"{topic}\"\ngroup = \"{topic}\"\n\
         start = \"earliest\"\nformat = \"json\"\n{on_gap}\
         [source.kafka.librdkafka]\n\"fetch.queue.backoff.ms\" = \"2\"\n\
         \"reconnect.backoff.max.ms\" = \"500\"\n\
         [batch]\nmin = {batch_min}\nmax = {batch_max}\nmax_delay = \"{batch_delay_ms}ms\"\n\
         {SCHEMA_AND_TIME}\n[state.embedded]\ndir = \"state\"\n"
    );
    for (id, component, more) in METRICS {
        let plugin = plugin(component);
        writeln!(text, "[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\n{more}", plugin.display())
            .expect("writing to a string never fails");
    }
    text
}
