//! The final result of a bounded run: as JSON, or as tables for people.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};
use streamgauge_core::PartitionSnapshot;

use crate::board::{Board, Look};
use crate::plugin::{Cell, Output};
use crate::prepare::Prepared;
use crate::result;
use crate::view::MetricView;

/// What a bounded run came to.
pub(super) struct Report {
    partitions: Vec<Arc<PartitionSnapshot>>,
    metrics: Vec<MetricView>,
    consume_seconds: f64,
}

impl Report {
    /// Merges what the workers published last.
    pub(super) fn new(prepared: &Prepared, board: &Board) -> Self {
        let Look { partitions, quarantined, span, .. } = board.look();
        let mut metrics: Vec<MetricView> = prepared.plugins.iter().map(MetricView::new).collect();
        for metric in &mut metrics {
            let quarantine = quarantined.get(metric.id()).map(String::as_str);
            metric.update(&partitions, quarantine);
        }
        let consume_seconds = span.map_or(0.0, |(first, last)| (last - first).as_secs_f64());
        Self { partitions, metrics, consume_seconds }
    }

    /// Metrics that stopped, with the reason.
    pub(super) fn troubles(&self) -> Vec<String> {
        let trouble =
            |m: &MetricView| Some(format!("metric `{}` stopped: {}", m.id(), m.trouble()?));
        self.metrics.iter().filter_map(trouble).collect()
    }

    /// The shape of `/api/v1/snapshot`.
    pub(super) fn json(&self, prepared: &Prepared) -> Value {
        let run = json!({ "consume_seconds": self.consume_seconds });
        let zone = prepared.pipeline.event_time.zone;
        result::document(&prepared.plan, zone, &self.partitions, &self.metrics, &run)
    }

    /// Tables.
    pub(super) fn text(&self, prepared: &Prepared) -> String {
        let books = result::accounting(&self.partitions);
        let mut text = format!(
            "read {} = on time {} + late {} + rejected {}\n",
            books.read,
            books.on_time,
            books.late,
            books.rejected()
        );
        for partition in &self.partitions {
            let watermark = prepared.plan.watermark.watermark(partition.state.max_event_time);
            let zone = prepared.pipeline.event_time.zone;
            let watermark = watermark.map_or("none".into(), |w| result::rfc3339(zone, w));
            let (number, offset) = (partition.partition, partition.state.next_offset);
            let _ = writeln!(text, "partition {number}: offset {offset}, watermark {watermark}");
        }
        for metric in &self.metrics {
            write_metric(&mut text, metric);
        }
        let seconds = self.consume_seconds.max(1e-9);
        let rate = books.read as f64 / seconds;
        let _ = write!(text, "\nconsumed in {seconds:.3} s, {rate:.0} records/s");
        text
    }
}

fn write_metric(text: &mut String, metric: &MetricView) {
    let books = metric.accounting();
    let id = metric.id();
    let _ = writeln!(text, "\n{id}: folded {}, excluded {}", books.folded(), books.excluded);
    let outputs = &metric.plugin().descriptor().outputs;
    for row in &metric.result().total.rows {
        let cells: Vec<String> =
            outputs.iter().zip(row).map(|(output, cell)| show(output, cell)).collect();
        let _ = writeln!(text, "  {}", cells.join("  "));
    }
}

/// A cell with its label, where it has one.
fn show(output: &Output, cell: &Cell) -> String {
    let key = match cell {
        Cell::Null => "-".to_owned(),
        Cell::Boolean(b) => b.to_string(),
        Cell::Integer(n) => format!("{n:>12}"),
        Cell::Float(x) => x.to_string(),
        Cell::Text(text) => text.clone(),
    };
    let label = output.labels.iter().find(|label| label.key == key);
    let texts = label.map(|label| label.text.iter().map(|(_, text)| text.as_str()).collect());
    match texts {
        Some::<Vec<&str>>(texts) => format!("{key} ({})", texts.join(", ")),
        None => key,
    }
}
