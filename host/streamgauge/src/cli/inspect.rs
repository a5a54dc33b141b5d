//! `streamgauge state inspect`: what is stored, for people and for programs.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};
use streamgauge_core::{
    AccumulatorBytes, BoundedOutOfOrderness, FinalPane, MetricSnapshot, PartitionSnapshot,
    PluginCall, SEMANTICS, WindowSetSnapshot, WindowSpec,
};

use super::failure::Failure;
use super::output::print_out;
use streamgauge_checkpoint::store::{Checkpoint, Generation, StateReader};
use streamgauge_core::rfc3339;
use streamgauge_pipeline::Pipeline;

/// The final panes that are kept, counted.
#[derive(Default)]
struct KeptPanes {
    all: u64,
    of_kind: BTreeMap<(u32, String, WindowSpec), u64>,
}

impl KeptPanes {
    fn add(&mut self, pane: FinalPane) {
        self.all += 1;
        *self.of_kind.entry((pane.partition, pane.metric, pane.spec)).or_default() += 1;
    }

    fn of(&self, partition: u32, metric: &str, spec: WindowSpec) -> u64 {
        self.of_kind.get(&(partition, metric.to_owned(), spec)).copied().unwrap_or_default()
    }
}

pub(super) fn inspect(
    pipeline: &Pipeline,
    store: &StateReader,
    as_json: bool,
) -> Result<(), Failure> {
    let generations = store.generations()?;
    let mut panes = KeptPanes::default();
    // A damaged checkpoint is shown as such, with whatever else can be said.
    let checkpoint = match store.load_with_panes(|pane| panes.add(pane)) {
        Ok(checkpoint) => checkpoint,
        Err(error) if generations.is_empty() => return Err(error.into()),
        Err(_) => None,
    };
    if as_json {
        return print_out(document(pipeline, &generations, (checkpoint.as_ref(), panes.all)));
    }
    let mut lines = Vec::new();
    for generation in &generations {
        let (number, bytes) = (generation.number, generation.bytes);
        let damage =
            generation.damage.as_ref().map_or("intact".to_owned(), |d| format!("DAMAGED: {d}"));
        let stored = instant(pipeline, generation.created);
        lines.push(format!("checkpoint {number}, stored {stored}, {bytes} bytes, {damage}"));
    }
    if let Some(checkpoint) = &checkpoint {
        for (key, value) in &checkpoint.settings {
            lines.push(format!("  {key} = {value}"));
        }
        for partition in &checkpoint.partitions {
            lines.extend(partition_lines(pipeline, partition, &panes));
        }
        lines.push(format!("{} final windows kept", panes.all));
    }
    print_out(lines.join("\n"))
}

/// A time of day in the pipeline's zone.
pub(super) fn instant(pipeline: &Pipeline, millis: i64) -> String {
    DateTime::from_timestamp_millis(millis).map_or_else(
        || millis.to_string(),
        |time| {
            let zone = pipeline.event_time.zone;
            time.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
        },
    )
}

fn watermark(pipeline: &Pipeline, partition: &PartitionSnapshot) -> Option<String> {
    let bound = i64::try_from(pipeline.event_time.bound.as_millis()).unwrap_or(i64::MAX);
    let watermark = BoundedOutOfOrderness { bound }.watermark(partition.state.max_event_time);
    watermark.map(|watermark| rfc3339(pipeline.event_time.zone, watermark))
}

fn partition_lines(
    pipeline: &Pipeline,
    partition: &PartitionSnapshot,
    panes: &KeptPanes,
) -> Vec<String> {
    let (state, books) = (&partition.state, &partition.state.accounting);
    let mut lines = vec![
        format!(
            "partition {}: offsets {} to {}, watermark {}, digest {}",
            partition.partition,
            state.origin,
            state.next_offset,
            watermark(pipeline, partition).unwrap_or_else(|| "none".to_owned()),
            partition.state_digest()
        ),
        format!(
            "  read {} = on time {} + late {} + rejected {}; fallback {}, future {}, past {}",
            books.read,
            books.on_time,
            books.late,
            books.rejected(),
            books.fallback,
            books.future,
            books.past
        ),
    ];
    for gap in &state.gaps {
        lines.push(format!("  gap {}: offsets {} to {}", gap.kind.name(), gap.from, gap.to));
    }
    if let Some(leap) = &state.leap {
        let (from, to) = (instant(pipeline, leap.from.0), instant(pipeline, leap.to.0));
        lines.push(format!("  far move of event time at offset {}: {from} to {to}", leap.offset));
    }
    if state.semantics != SEMANTICS {
        lines.push(format!("  began under revision {} of the semantics", state.semantics));
    }
    for metric in &partition.metrics {
        let bytes: usize = metric.windows.iter().map(open_bytes).sum();
        let differences = || format!("none: stored with {} differences", differences(metric));
        let digest = metric.digest().map_or_else(differences, |digest| digest.to_string());
        lines.push(format!(
            "  metric {}: offset {}, state version {}, folded {}, excluded {}, {bytes} bytes open, digest {}",
            metric.id,
            metric.next_offset,
            metric.state_version,
            metric.accounting.folded(),
            metric.accounting.excluded,
            digest
        ));
        if let Some(stop) = metric.phase.stop() {
            let since = stop.since.map(|since| instant(pipeline, since.0));
            let since = since.map_or(String::new(), |since| format!(" since {since}"));
            lines.push(format!("    STOPPED{since}: {stop}"));
        }
        for set in metric.windows.iter().filter(|set| !set.panes.iter().all(|p| p.window.is_none()))
        {
            lines.push(format!(
                "    {}: {} open, {} final ({} kept), expired {}, unplaced {}, evicted {}",
                set.spec,
                set.panes.len(),
                set.final_panes,
                panes.of(partition.partition, &metric.id, set.spec),
                set.books.expired,
                set.books.unplaced,
                set.books.evicted
            ));
        }
    }
    lines
}

fn open_bytes(set: &WindowSetSnapshot) -> usize {
    let states = set.panes.iter().flat_map(|pane| [&pane.on_time, &pane.late]);
    states.flatten().map(AccumulatorBytes::size_bytes).sum()
}

/// How many differences are stored besides whole accumulators.
fn differences(metric: &MetricSnapshot) -> usize {
    metric.accumulators().map(|bytes| bytes.differences().len()).sum()
}

fn document(
    pipeline: &Pipeline,
    generations: &[Generation],
    (checkpoint, panes): (Option<&Checkpoint>, u64),
) -> Value {
    let generation = |g: &Generation| {
        json!({
            "number": g.number,
            "stored": instant(pipeline, g.created),
            "bytes": g.bytes,
            "damage": g.damage,
        })
    };
    let partitions = checkpoint.map_or(&[][..], |checkpoint| &checkpoint.partitions);
    json!({
        "checkpoints": generations.iter().map(generation).collect::<Value>(),
        "settings": checkpoint.map(|checkpoint| &checkpoint.settings),
        "partitions": partitions.iter().map(|p| partition_json(pipeline, p)).collect::<Value>(),
        "final_windows": checkpoint.map(|_| panes),
    })
}

fn partition_json(pipeline: &Pipeline, partition: &PartitionSnapshot) -> Value {
    let (state, books) = (&partition.state, &partition.state.accounting);
    let gap = |gap: &streamgauge_core::OffsetGap| json!({ "kind": gap.kind.name(), "from": gap.from, "to": gap.to });
    let metrics = partition.metrics.iter().map(|m| (m.id.clone(), metric_json(m)));
    json!({
        "partition": partition.partition,
        "origin": state.origin,
        "offset": state.next_offset,
        "watermark": watermark(pipeline, partition),
        "read": books.read,
        "on_time": books.on_time,
        "late": books.late,
        "rejected": books.rejected(),
        "bound_for_999_ms": state.histogram.bound_for(999),
        "gaps": state.gaps.iter().map(gap).collect::<Value>(),
        "leap": state.leap.map(|leap| {
            json!({
                "offset": leap.offset,
                "from": instant(pipeline, leap.from.0),
                "to": instant(pipeline, leap.to.0),
            })
        }),
        "semantics": state.semantics,
        "digest": partition.state_digest().to_string(),
        "metrics": metrics.collect::<Map<_, _>>(),
    })
}

fn metric_json(metric: &MetricSnapshot) -> Value {
    let set = |set: &WindowSetSnapshot| {
        let value = json!({
            "open": set.panes.len(),
            "final": set.final_panes,
            "expired": set.books.expired,
            "unplaced": set.books.unplaced,
            "evicted": set.books.evicted,
            "bytes": open_bytes(set),
        });
        (set.spec.to_string(), value)
    };
    json!({
        "offset": metric.next_offset,
        "state_version": metric.state_version,
        "folded": metric.accounting.folded(),
        "excluded": metric.accounting.excluded,
        "windows": metric.windows.iter().map(set).collect::<Map<_, _>>(),
        "digest": metric.digest().map(|digest| digest.to_string()),
        "differences": differences(metric),
        "stopped": metric.phase.stop().map(|stop| {
            json!({
                "reason": stop.to_string(),
                "call": stop.call.map(PluginCall::name),
                "since": stop.since.map(|since| since.0),
                "max_event_time": stop.place.and_then(|place| place.max_event_time).map(|m| m.0),
            })
        }),
    })
}
