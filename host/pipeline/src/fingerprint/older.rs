//! Settings of states that an earlier version wrote: one text for each field of the schema, the
//! version of the time zone database, and what a metric depends on as one sentence. They are read
//! as what they mean today, so that such a state is not refused for its form.
//!
//! Deliberately absent from these states: the order of required fields in JSON, and the fields that
//! an input without an entry in `[metric.columns]` reads. Both are taken as they are now.

use std::collections::BTreeMap;

use chrono_tz::{IANA_TZDB_VERSION, Tz};

use super::canonical::{canonical, object};
use super::described::{DescribedMetric, Parts};
use super::texts::{REQUIRED, ZONE, show_column, zone_text};
use crate::document::join;
use crate::metric_settings::EVENT_TIME;

/// Between the name of a zone and the version of the time zone database.
const DATABASE: &str = " (time zone database ";

/// The fingerprint of the records in the settings of a state, in the present form.
pub(super) fn records(
    stored: &BTreeMap<String, String>,
    now: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let mut settings = stored.clone();
    let Some(zone) = stored.get(ZONE).filter(|zone| zone.contains(DATABASE)) else {
        return settings;
    };
    if let Some(zone) = of_this_database(zone) {
        settings.insert(ZONE.to_owned(), zone_text(zone));
    }
    let event_time = ["month", "day", "field"].map(|key| {
        let field = stored.get(&join("event_time", key));
        field.map(|field| join("schema", field))
    });
    let decides = |key: &String, text: &String| {
        text.ends_with(REQUIRED) || event_time.iter().flatten().any(|own| own == key)
    };
    settings.retain(|key, text| !key.starts_with("schema.") || decides(key, text));
    let schema = match (stored.get("schema"), now.get("schema")) {
        (Some(columns), _) => Some(quoted_where_needed(columns)),
        (None, Some(now)) if !is_list_of_columns(now) => Some(now.clone()),
        (None, _) => None,
    };
    settings.extend(schema.map(|schema| ("schema".to_owned(), schema)));
    settings
}

/// A list of columns, whose names had no quotes.
fn quoted_where_needed(columns: &str) -> String {
    columns.split(',').map(|name| join("", name)).collect::<Vec<_>>().join(",")
}

/// True for the order of columns, and false for what else `schema` says of several fields: earlier
/// states do not know that.
fn is_list_of_columns(schema: &str) -> bool {
    !["required ", "alike "].iter().any(|words| schema.starts_with(words))
}

/// The text `now` in the form of the text before, where that one cannot be read as a present one.
pub(super) fn alike(stored: Option<&String>, now: &str) -> String {
    match (stored.filter(|text| text.contains(DATABASE)), now.split_once(" (")) {
        (Some(_), Some((zone, _))) => format!("{zone}{DATABASE}{IANA_TZDB_VERSION})"),
        _ => now.to_owned(),
    }
}

/// The zone of a text with the version of the time zone database that this program has.
fn of_this_database(text: &str) -> Option<Tz> {
    let (zone, version) = text.strip_suffix(')')?.split_once(DATABASE)?;
    if version == IANA_TZDB_VERSION { zone.parse().ok() } else { None }
}

/// The parts of the sentence about a metric in the `settings` of a state: `columns a = b, config
/// {…}, windows 1h, 1d, retention 1d, max_open_windows 4096, state version 1`; `None` means that it
/// is no such sentence.
pub(super) fn metric(
    text: &str,
    settings: &BTreeMap<String, String>,
    now: &DescribedMetric<'_>,
) -> Option<Parts> {
    let (text, state_version) = text.rsplit_once(", state version ")?;
    let (text, windows) = text.rsplit_once(", windows ")?;
    let (windows, limits) = match windows.split_once(", retention ") {
        None => (windows, None),
        Some((windows, limits)) => (windows, Some(limits.split_once(", max_open_windows ")?)),
    };
    let (columns, config) = columns_and_config(text)?;
    Some(Parts {
        columns: stored_columns(columns, settings, now),
        config: canonical(config, &now.display)?,
        windows: windows.split(", ").map(str::to_owned).collect(),
        limits: limits.map(|(retention, open)| (retention.to_owned(), open.to_owned())),
        state_version: state_version.parse().ok()?,
    })
}

/// Splits `columns a = b, config {…}`; the first half may be absent.
fn columns_and_config(text: &str) -> Option<(&str, &str)> {
    if let Some(config) = text.strip_prefix("config ") {
        return Some(("", config));
    }
    let text = text.strip_prefix("columns ")?;
    let splits = text.match_indices(", config {").map(|(at, _)| at);
    let halves = splits.map(|at| (&text[..at], &text[at + ", config ".len()..]));
    halves.into_iter().find(|(_, config)| object(config).is_some())
}

/// The columns of then: those that were written, and for each other input that the plugin has now
/// the field of its own name.
fn stored_columns(
    written: &str,
    settings: &BTreeMap<String, String>,
    now: &DescribedMetric<'_>,
) -> BTreeMap<String, String> {
    let written = mapped(written, now);
    let own = now.inputs.iter().map(|(input, _)| (*input, *input));
    let own = own.filter(|(input, _)| !written.contains_key(input));
    let fields: Vec<(&str, &str)> = written.iter().map(|(i, f)| (*i, *f)).chain(own).collect();
    let of_then = |(input, field): (&str, &str)| {
        let text = settings.get(&join("schema", field));
        let field_type = text.map(|text| text.strip_suffix(REQUIRED).unwrap_or(text));
        let is_there = field_type.is_some() || field == EVENT_TIME;
        is_there.then(|| (input.to_owned(), show_column(field, field_type)))
    };
    fields.into_iter().filter_map(of_then).collect()
}

/// `a = b, c = d` as inputs with their fields.
fn mapped<'a>(written: &'a str, now: &'a DescribedMetric<'_>) -> BTreeMap<&'a str, &'a str> {
    let columns = &now.settings.columns;
    let text: Vec<_> = columns.iter().map(|(input, field)| format!("{input} = {field}")).collect();
    // A name may hold what separates names, so the same text is not taken apart.
    if text.join(", ") == written {
        return columns.iter().map(|(input, field)| (input.as_str(), field.as_str())).collect();
    }
    written.split(", ").filter_map(|entry| entry.split_once(" = ")).collect()
}
