//! Data that cannot be used, most of it: rejected, left out by metrics, without an event time of its
//! own, too old, or older than the windows. Each warning names the reason that is met most, one
//! record, and what to try.

use std::collections::BTreeMap;

use streamgauge_core::{Rejection, TimestampUnit, WindowSpec, beginning};
use streamgauge_outbox::{Overview, RecentLetter, RecentRecord};
use streamgauge_pipeline::{EventTimeFields, Pipeline, show_duration};

use super::advice;
use super::span::{MetricSums, Sums};
use crate::run::cause::{Cause, CauseCode};

/// Records that tell enough: no start of a stream looks like a fault of its format.
const RECORDS_MIN: u64 = 20;

/// The longest sample of a record, in characters.
const SAMPLE_MAX: usize = 120;

/// A record to look at.
struct Sample<'a> {
    partition: u32,
    offset: i64,
    record: &'a [u8],
}

/// The warnings about data that cannot be used.
pub(super) fn found(pipeline: &Pipeline, overview: &Overview, sums: &Sums) -> Vec<Cause> {
    let warnings = [
        rejected(pipeline, overview, sums),
        excluded(pipeline, overview, sums),
        fallback(pipeline, overview, sums),
        past(pipeline, overview, sums),
        expired(pipeline, sums),
    ];
    warnings.into_iter().flatten().collect()
}

/// Whether `count` of `all` is most of enough.
fn is_most(count: u64, all: u64) -> bool {
    all >= RECORDS_MIN && count * 2 > all
}

fn rejected(pipeline: &Pipeline, overview: &Overview, sums: &Sums) -> Option<Cause> {
    let (read, rejected) = (sums.books.read, sums.books.rejected());
    if !is_most(rejected, read) {
        return None;
    }
    let by_reason = Rejection::NAMES.into_iter().zip(sums.books.rejections);
    let (reason, _) = by_reason.rev().max_by_key(|(_, count)| *count)?;
    let letter = letters(overview).find(|l| l.letter.metric.is_none() && l.letter.reason == reason);
    let sample = letter.map(sample_of_letter);
    let detail = letter.and_then(|l| l.letter.detail.clone());
    let detail = detail.map_or(String::new(), |detail| format!(" ({detail})"));
    let bytes = sample.as_ref().map_or(&[][..], |sample| sample.record);
    let what = match reason {
        "not_json" | "not_utf8" | "not_an_object" if bytes.first() == Some(&0) => {
            "they begin with a zero byte, as Avro and Protobuf with a schema registry do; JSON and \
             CSV are read"
        }
        "not_json" | "not_utf8" | "not_an_object" => {
            "each record has to be one JSON object, or a CSV row with `format` = \"csv\""
        }
        "not_csv" | "field_count" => "the columns of [schema] have to be those of the rows",
        "required_missing" | "required_invalid" => {
            "is the field's name and type in [schema] that of the data, at the top level of the \
             record?"
        }
        _ => "dead letters tell more",
    };
    let message =
        format!("{rejected} of {read} records are rejected, most as `{reason}`{detail}: {what}");
    let args = [("rejected", rejected.to_string()), ("records", read.to_string())];
    Some(warning(CauseCode::MostlyRejected, message, sample.as_ref(), pipeline, &args, reason))
}

fn excluded(pipeline: &Pipeline, overview: &Overview, sums: &Sums) -> Option<Cause> {
    let offered = |metric: &MetricSums| metric.books.on_time + metric.books.late;
    let most =
        |(_, metric): &(&String, &MetricSums)| is_most(metric.books.excluded, offered(metric));
    let metrics: Vec<_> = sums.metrics.iter().filter(most).collect();
    let (first, worst) = metrics.first().copied()?;
    let letter = letters(overview).find(|l| l.letter.metric.as_deref() == Some(first.as_str()));
    let sample = letter.map(sample_of_letter);
    let reason = letter.map_or("missing", |letter| &*letter.letter.reason);
    let field = letter.and_then(|letter| letter.letter.detail.clone()).unwrap_or_default();
    let names: Vec<String> = metrics.iter().map(|(id, _)| format!("`{id}`")).collect();
    let (names, count, rows) = (names.join(", "), worst.books.excluded, offered(worst));
    let envelope = sample.as_ref().and_then(|sample| advice::envelope_of(sample.record, &field));
    let what = match (reason, envelope) {
        ("missing", Some(envelope)) => format!(
            "fields are read at the top level of a record, and `{field}` lies inside `{envelope}`"
        ),
        ("missing", None) => format!("has the data a field `{field}`, spelled so?"),
        ("refused_by_plugin", _) => format!("the plugin says: {field}"),
        _ => format!("is the type of `{field}` in [schema] that of the data?"),
    };
    let message = format!(
        "metric {names} leaves out most of its rows ({count} of {rows} in `{first}`), as \
         `{reason}`: {what}"
    );
    let ids: Vec<&str> = metrics.iter().map(|(id, _)| id.as_str()).collect();
    let args = [
        ("excluded", count.to_string()),
        ("records", rows.to_string()),
        ("metrics", ids.join(", ")),
        ("field", field.into_owned()),
    ];
    Some(warning(CauseCode::MostlyExcluded, message, sample.as_ref(), pipeline, &args, reason))
}

fn fallback(pipeline: &Pipeline, overview: &Overview, sums: &Sums) -> Option<Cause> {
    let (placed, count) = (sums.books.on_time + sums.books.late, sums.books.fallback);
    if !is_most(count, placed) {
        return None;
    }
    let record = records(overview).find(|record| record.event_time == record.time.stamp());
    let sample = record.map(sample_of_record);
    let bytes = sample.as_ref().map_or(&[][..], |sample| sample.record);
    let (reason, what) = match &pipeline.event_time.fields {
        EventTimeFields::MonthDay { month, day, .. } => {
            let what =
                format!("`{month}` and `{day}` have to be the month and the day, as numbers");
            ("month_day", what)
        }
        EventTimeFields::Field { field, unit } => of_field(bytes, field, *unit),
    };
    let message = format!(
        "{count} of {placed} records have no usable event time, so the time of arrival stands in \
         for it: {what}"
    );
    let args = [("fallback", count.to_string()), ("records", placed.to_string())];
    Some(warning(CauseCode::MostlyFallback, message, sample.as_ref(), pipeline, &args, reason))
}

/// Why a record has no event time, and what to try.
fn of_field(record: &[u8], field: &str, unit: TimestampUnit) -> (&'static str, String) {
    let name = unit.name();
    if let Some(value) = advice::value_of(record, field) {
        let advice = advice::of_value(unit, &value);
        let advice = advice.map_or(String::new(), |advice| format!("; {advice}"));
        return ("impossible", format!("`{field}` is not in the form `unit` = \"{name}\"{advice}"));
    }
    if let Some(envelope) = advice::envelope_of(record, field) {
        let what = format!(
            "fields are read at the top level of a record, and `{field}` lies inside `{envelope}`"
        );
        return ("missing", what);
    }
    ("unusable", format!("`{field}` has to be there, in the form `unit` = \"{name}\""))
}

fn past(pipeline: &Pipeline, overview: &Overview, sums: &Sums) -> Option<Cause> {
    let (placed, count) = (sums.books.on_time + sums.books.late, sums.books.past);
    if !is_most(count, placed) {
        return None;
    }
    let earliest = pipeline.event_time.earliest?;
    let mut times = records(overview).filter_map(|record| Some((record, record.event_time?.0)));
    let record = times.find(|(_, time)| *time < earliest);
    let sample = record.map(|(record, _)| sample_of_record(record));
    let advice = match (&pipeline.event_time.fields, record) {
        (EventTimeFields::Field { field, unit }, Some((record, time))) => {
            let value = advice::value_of(&record.record, field);
            let of_time = match unit {
                TimestampUnit::Seconds => time / 1000,
                TimestampUnit::Millis | TimestampUnit::Rfc3339 => time,
            };
            advice::of_value(*unit, &value.unwrap_or_else(|| of_time.to_string()))
        }
        _ => None,
    };
    let advice = advice.unwrap_or_else(|| {
        "is `unit` that of the data? Data that is so old needs an earlier `event_time.earliest`"
            .to_owned()
    });
    let message = format!(
        "{count} of {placed} records are older than `event_time.earliest`, so they do not move the \
         watermark: {advice}"
    );
    let args = [("past", count.to_string()), ("records", placed.to_string())];
    Some(warning(CauseCode::MostlyPast, message, sample.as_ref(), pipeline, &args, "past"))
}

fn expired(pipeline: &Pipeline, sums: &Sums) -> Option<Cause> {
    let mut worst: BTreeMap<&str, (WindowSpec, u64, u64)> = BTreeMap::new();
    for (id, metric) in &sums.metrics {
        let folded = metric.books.folded();
        for (spec, expired) in metric.expired.iter().filter(|(_, n)| is_most(**n, folded)) {
            worst.entry(id).or_insert((*spec, *expired, folded));
        }
    }
    let (first, (spec, count, folded)) = worst.iter().next().map(|(id, found)| (*id, *found))?;
    let settings = pipeline.metrics.iter().find(|metric| metric.id == first)?;
    let retention = show_duration(settings.retention);
    let names: Vec<String> = worst.keys().map(|id| format!("`{id}`")).collect();
    let message = format!(
        "{count} of {folded} rows of metric {} are in no window of {spec}, as their windows were \
         final: they came more than `retention` = \"{retention}\" behind; a larger `retention` keeps \
         windows open, and the cumulative window has all of them",
        names.join(", ")
    );
    let ids: Vec<&str> = worst.keys().copied().collect();
    let args = [
        ("expired", count.to_string()),
        ("records", folded.to_string()),
        ("metrics", ids.join(", ")),
        ("window", spec.to_string()),
        ("retention", retention),
    ];
    Some(warning(CauseCode::MostlyExpired, message, None, pipeline, &args, "expired"))
}

/// A warning with a record to look at. Its contents are only told where contents may be shown, and
/// never in the message, which goes to the log.
fn warning(
    code: CauseCode,
    message: String,
    sample: Option<&Sample<'_>>,
    pipeline: &Pipeline,
    args: &[(&str, String)],
    reason: &str,
) -> Cause {
    let mut cause = Cause::warning(code, message, args);
    cause.args.insert("reason".to_owned(), reason.to_owned());
    if let Some(Sample { partition, offset, record }) = sample {
        let place = format!("{partition}@{offset}");
        cause.message = format!("{}; for example {place}", cause.message);
        cause.remedy = Some(format!("streamgauge explain {place}"));
        cause.args.insert("place".to_owned(), place);
        if pipeline.server.show_records {
            let text = String::from_utf8_lossy(record);
            let text: String = text.escape_debug().take(SAMPLE_MAX).collect();
            cause.args.insert("sample".to_owned(), text.replace("\\\"", "\""));
        }
    }
    cause
}

/// The last letters of all workers, the newest of each worker first.
fn letters(overview: &Overview) -> impl Iterator<Item = &RecentLetter> {
    overview.workers.iter().flat_map(|worker| worker.letters.iter().rev())
}

fn records(overview: &Overview) -> impl Iterator<Item = &RecentRecord> {
    overview.workers.iter().flat_map(|worker| worker.records.iter().rev())
}

fn sample_of_letter(letter: &RecentLetter) -> Sample<'_> {
    let (partition, offset) = (letter.letter.partition, letter.letter.offset);
    Sample { partition, offset, record: letter.letter.value.as_deref().unwrap_or_default() }
}

fn sample_of_record(record: &RecentRecord) -> Sample<'_> {
    Sample { partition: record.partition, offset: record.offset, record: beginning(&record.record) }
}
