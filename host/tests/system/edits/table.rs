//! The table: each edit of a pipeline with what becomes of it.

use super::components::Version;

/// What becomes of an edit that is saved under a running host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It says the same in other words.
    Nothing,
    Now,
    Background,
    Removed,
    Restart,
    /// The state does not fit, and the pipeline runs on as it was.
    Refused,
    /// It is seen only when the source is opened, and the pipeline before is opened again.
    GivenBack,
}

impl Outcome {
    /// As docs/edits.md names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Now => "now",
            Self::Background => "in the background",
            Self::Removed => "removed, state kept",
            Self::Restart => "restart",
            Self::Refused => "refused",
            Self::GivenBack => "given back",
        }
    }

    /// As docs/edits.zh-CN.md names it.
    pub(super) fn in_chinese(self) -> &'static str {
        match self {
            Self::Nothing => "无变化",
            Self::Now => "立即",
            Self::Background => "后台",
            Self::Removed => "移除，状态保留",
            Self::Restart => "重启",
            Self::Refused => "拒绝",
            Self::GivenBack => "退回",
        }
    }

    /// True if the pipeline of before the edit is in force after it.
    pub(super) fn leaves_as_it_was(self) -> bool {
        matches!(self, Self::Refused | Self::GivenBack)
    }
}

/// How the pipeline is edited.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    /// Texts of the file with their successors.
    Text(&'static [(&'static str, &'static str)]),
    /// Another component at the same path.
    Component(Version),
    /// The brokers' other name.
    SameCluster,
    OtherCluster,
    OtherTopic,
    /// The last metric taken out.
    WithoutAMetric,
    /// The last two metrics in the other order.
    MetricsTurned,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    /// As docs/edits.md names it.
    pub(super) name: &'static str,
    pub(super) change: Change,
    pub(super) outcome: Outcome,
    /// Each heading of the difference, with words that stand under it.
    pub(super) said: &'static [(&'static str, &'static str)],
    /// True for an edit that is made between a stop and a start too.
    pub(super) is_also_over_a_stop: bool,
}

const fn edit(
    name: &'static str,
    change: Change,
    outcome: Outcome,
    said: &'static [(&'static str, &'static str)],
) -> Edit {
    Edit { name, change, outcome, said, is_also_over_a_stop: false }
}

/// An edit that is made between a stop and a start too.
const fn also_stopped(edit: Edit) -> Edit {
    Edit { is_also_over_a_stop: true, ..edit }
}

use Change::{
    Component, MetricsTurned, OtherCluster, OtherTopic, SameCluster, Text, WithoutAMetric,
};
use Outcome::{Background, GivenBack, Nothing, Now, Refused, Removed, Restart};

/// What the source, the schema and event time say.
#[rustfmt::skip]
pub(super) const OF_RECORDS: &[Edit] = &[
    edit("an unread field added at the end",
        Text(&[("province = \"text\"\n", "province = \"text\"\nextra = \"text\"\n")]), Nothing, &[]),
    edit("an unread field added at the front",
        Text(&[("user_id = \"text\"\n", "extra = \"text\"\nuser_id = \"text\"\n")]), Nothing, &[]),
    also_stopped(edit("an unread field removed", Text(&[("brand_id = \"text\"\n", "")]), Nothing, &[])),
    edit("an unread field moved",
        Text(&[("item_id = \"text\"\ncat_id = \"text\"\n", "cat_id = \"text\"\nitem_id = \"text\"\n")]),
        Nothing, &[]),
    edit("an unread field of another type", Text(&[("item_id = \"text\"", "item_id = \"integer\"")]), Nothing, &[]),
    also_stopped(edit("an unread field made required",
        Text(&[("brand_id = \"text\"", "brand_id = { type = \"text\", required = true }")]),
        Refused, &[("impossible", "schema.brand_id")])),
    edit("`max` of a field that a metric reads, raised",
        Text(&[("type = \"unsigned\", max = 8", "type = \"unsigned\", max = 9")]),
        Background, &[("background", "metric `age`")]),
    edit("`max` of a field that a metric reads, lowered",
        Text(&[("type = \"unsigned\", max = 8", "type = \"unsigned\", max = 7")]),
        Background, &[("background", "metric `age`")]),
    edit("`bound` in other words", Text(&[("\"300s\"", "\"5m\"")]), Nothing, &[]),
    also_stopped(edit("another `bound`", Text(&[("\"300s\"", "\"10m\"")]),
        Refused, &[("impossible", "event_time.bound")])),
    edit("another `future_skew`",
        Text(&[("bound = \"300s\"", "bound = \"300s\"\nfuture_skew = \"2h\"")]),
        Refused, &[("impossible", "event_time.future_skew")]),
    edit("another `idle_after`",
        Text(&[("bound = \"300s\"", "bound = \"300s\"\nidle_after = \"30s\"")]),
        Now, &[("now", "event_time.idle_after")]),
    also_stopped(edit("a `zone` with the same offsets",
        Text(&[("zone = \"Asia/Shanghai\"", "zone = \"PRC\"")]),
        Now, &[("now", "event_time.zone: Asia/Shanghai → PRC")])),
    edit("another `zone`", Text(&[("zone = \"Asia/Shanghai\"", "zone = \"UTC\"")]),
        Refused, &[("impossible", "event_time.zone")]),
    edit("another clock of lateness", Text(&[("[batch]", "[lateness]\nclock = \"record\"\n[batch]")]),
        Refused, &[("impossible", "lateness.clock")]),
    edit("another `format`", Text(&[("format = \"json\"", "format = \"csv\"")]),
        Refused, &[("impossible", "source.kafka.format")]),
    edit("another `start`", Text(&[("start = \"earliest\"", "start = \"latest\"")]),
        Now, &[("now", "source.kafka.start")]),
    edit("another `group`", Text(&[("group = \"edits", "group = \"other-edits")]),
        Now, &[("now", "source.kafka.group")]),
    edit("another `fetch`", Text(&[("[source.kafka]", "[source.kafka]\nfetch = \"librdkafka\"")]),
        Now, &[("now", "source.kafka.fetch: auto → librdkafka")]),
    edit("another topic", OtherTopic, Refused, &[("impossible", "source.kafka.topic")]),
    edit("the brokers by another name", SameCluster, Now, &[("now", "source.kafka.brokers")]),
    edit("the brokers of another cluster", OtherCluster, GivenBack,
        &[("now", "source.kafka.brokers")]),
];

/// The metrics, their windows, columns and configurations.
#[rustfmt::skip]
pub(super) const OF_METRICS: &[Edit] = &[
    also_stopped(edit("a metric added", Text(&[("[[metric]]\nid = \"actions\"",
            "[[metric]]\nid = \"ages\"\nplugin = \"{age}\"\n[[metric]]\nid = \"actions\"")]),
        Background, &[("background", "metric `ages` is new"), ("now", "place 2 → 3")])),
    edit("a metric removed", WithoutAMetric,
        Removed, &[("removed", "metric `actions`")]),
    edit("a metric renamed", Text(&[("id = \"actions\"", "id = \"acts\"")]),
        Background, &[("background", "metric `acts` is new"), ("removed", "metric `actions`")]),
    edit("a metric given another column", Text(&[("value = \"action\"", "value = \"gender\"")]),
        Background, &[("background", "columns")]),
    edit("metrics in another order", MetricsTurned, Now, &[("now", "place")]),
    edit("a window added", Text(&[("[\"cumulative\", \"1d\"]", "[\"cumulative\", \"1d\", \"7d\"]")]),
        Background, &[("background", "windows")]),
    edit("a window removed", Text(&[("[\"cumulative\", \"1d\"]", "[\"cumulative\"]")]),
        Now, &[("now", "windows")]),
    edit("windows in another order", Text(&[("[\"cumulative\", \"1d\"]", "[\"1d\", \"cumulative\"]")]),
        Now, &[("now", "metric `actions`: windows cumulative, 1d → 1d, cumulative")]),
    also_stopped(edit("another `retention`",
        Text(&[("\"1d\"]\n", "\"1d\"]\nretention = \"3d\"\n")]),
        Background, &[("background", "retention")])),
    edit("`max_open_windows` raised", Text(&[("\"1d\"]\n", "\"1d\"]\nmax_open_windows = 5000\n")]),
        Now, &[("now", "max_open_windows")]),
    edit("`max_open_windows` lowered", Text(&[("\"1d\"]\n", "\"1d\"]\nmax_open_windows = 3\n")]),
        Background, &[("background", "max_open_windows")]),
    also_stopped(edit("a title in `[metric.config]`", Text(&[("title = \"T\"", "title = \"U\"")]),
        Now, &[("now", "config")])),
    edit("labels there", Text(&[("title = \"T\"", "title = \"T\"\nlabels = { \"1\" = \"one\" }")]),
        Now, &[("now", "config")]),
    edit("a chart there", Text(&[("title = \"T\"", "title = \"T\"\nchart = \"pie\"")]),
        Now, &[("now", "config")]),
    edit("limits of a metric", Text(&[("windows = [\"cum", "time_max = \"2s\"\nwindows = [\"cum")]),
        Now, &[("now", "time_max")]),
    edit("a panel", Text(&[("[batch]", "[[panel]]\nid = \"age\"\ntitle = \"Alter\"\n[batch]")]),
        Now, &[("now", "panel")]),
    edit("a headline",
        Text(&[("[batch]", "[[headline]]\nmetric = \"age\"\ntitle = \"Alle\"\n[batch]")]),
        Now, &[("now", "headline.age.title.en: not set → Alle")]),
    edit("a threshold",
        Text(&[("[batch]",
            "[[panel]]\nid = \"age\"\n[[panel.threshold]]\nmeasure = \"events\"\nwarn_below = 5\n[batch]")]),
        Now, &[("now", "panel.age.threshold: not set → warn where `events` is below 5")]),
    edit("a panel once more",
        Text(&[("[batch]", "[[panel]]\nid = \"course\"\nof = \"actions\"\nover = \"windows\"\n[batch]")]),
        Now, &[("now", "panel.course.of: not set → actions")]),
    edit("a panel over windows",
        Text(&[("[batch]", "[[panel]]\nid = \"actions\"\nover = \"windows\"\n[batch]")]),
        Now, &[("now", "panel.actions.over: not set → windows")]),
    edit("a layout of tiles",
        Text(&[("[batch]",
            "[[layout]]\nname = \"ages\"\nunits = [{ key = \"1\", row = 0, column = 0 }]\n\
             [[panel]]\nid = \"age\"\nchart = \"tiles\"\nlayout = \"ages\"\n[batch]")]),
        Now, &[("now", "layout.ages.units"), ("now", "panel.age.layout: not set → ages")]),
    edit("labels of a field", Text(&[("[batch]", "[labels.action]\n\"1\" = \"one\"\n[batch]")]),
        Now, &[("now", "labels.action.1.en: not set → one")]),
    edit("the ticker", Text(&[("[batch]", "[ticker]\ntext = \"{province}\"\n[batch]")]),
        Now, &[("now", "ticker.text.en: not set → {province}")]),
];

/// The components behind the metrics.
#[rustfmt::skip]
pub(super) const OF_PLUGINS: &[Edit] = &[
    edit("a plugin file of other bytes", Component(Version::Touched),
        Now, &[("now", "metric `own`: plugin")]),
    edit("another version of a plugin", Component(Version::Raised),
        Now, &[("now", "metric `own`: version 0.1.0 → 0.2.0")]),
    edit("another state version", Component(Version::OtherStates),
        Background, &[("background", "state version 1 → 2"), ("now", "metric `own`: plugin")]),
];

/// What changes no count.
#[rustfmt::skip]
pub(super) const OF_THE_HOST: &[Edit] = &[
    edit("the pipeline's `name`", Text(&[("系统测试", "改名")]), Now, &[("now", "name")]),
    edit("the name in another language",
        Text(&[("name = \"系统测试\"", "name = { zh = \"系统测试\", en = \"System test\" }")]),
        Now, &[("now", "name.en: not set → System test")]),
    edit("`[page]`", Text(&[("[batch]", "[page]\naccent = \"#0072B2\"\n[batch]")]),
        Now, &[("now", "page.accent: not set → #0072b2")]),
    edit("`workers`", Text(&[("workers = \"auto\"", "workers = 1")]), Now, &[("now", "workers")]),
    edit("`[batch]`", Text(&[("max = 8192", "max = 100")]), Now, &[("now", "batch.max")]),
    edit("`[publish]`", Text(&[("[batch]", "[publish]\nevery = \"50ms\"\n[batch]")]),
        Now, &[("now", "publish.every")]),
    edit("`[checkpoint]`", Text(&[("every = \"200ms\"", "every = \"300ms\"")]),
        Now, &[("now", "checkpoint.every")]),
    edit("`history.keep`", Text(&[("[batch]", "[history]\nkeep = \"300d\"\n[batch]")]),
        Now, &[("now", "history.keep")]),
    edit("dead letters elsewhere", Text(&[("\"dead-letters.jsonl\"", "\"letters.jsonl\"")]),
        Now, &[("now", "dead_letters")]),
    also_stopped(edit("dead letters off",
        Text(&[("[dead_letters.file]\npath = \"dead-letters.jsonl\"\n", "")]),
        Now, &[("now", "dead_letters")])),
    edit("late records kept", Text(&[("[batch]", "[late_output.file]\npath = \"late.jsonl\"\n[batch]")]),
        Now, &[("now", "late_output")]),
    edit("`[server]`",
        Text(&[("[batch]", "[server]\nallow_origins = [\"https://gauge.example\"]\n[batch]")]),
        Restart, &[("restart", "server.allow_origins")]),
    edit("`[state.embedded]`", Text(&[("dir = \"state\"", "dir = \"state\"\nbackups = { dir = \"b\" }")]),
        Restart, &[("restart", "state.embedded.backups.dir")]),
];
