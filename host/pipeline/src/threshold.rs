//! `[[panel.threshold]]`: values from which a figure is worth a warning. The measures are known only
//! when the plugin is loaded.

use toml::de::DeValue;

use super::diagnostic::Diagnostic;
use super::metric_settings::MetricSettings;
use super::reader::{Problem, Read, Table, Value};
use super::shown_settings::{Limit, ThresholdSettings};
use super::suggest::list;
use super::texts::short;
use super::values::line;

/// The most thresholds of one panel.
const THRESHOLDS_MAX: usize = 32;

/// The longest measure or key, in characters.
const CHARS_MAX: usize = 200;

/// Reads the thresholds of a panel of `metric`.
pub(super) fn read_thresholds(
    panel: &mut Table<'_>,
    metric: Option<&MetricSettings>,
) -> Vec<ThresholdSettings> {
    let Some(items) = panel.optional("threshold", list_of_tables) else { return Vec::new() };
    let mut found: Vec<ThresholdSettings> = Vec::new();
    for item in &items {
        let Some(table) = item.read(Value::table) else { continue };
        let Some(new) = read(table, metric) else { continue };
        let is_same = |old: &&ThresholdSettings| {
            (&old.measure, &old.key, &old.window, old.limit)
                == (&new.measure, &new.key, &new.window, new.limit)
        };
        if found.iter().any(|old| is_same(&old)) {
            let message = "is for what another threshold of this panel is for already";
            item.report(Problem::new(message).hint("remove one of the two"));
            continue;
        }
        found.push(new);
    }
    found
}

fn list_of_tables<'a>(value: &Value<'a>) -> Read<Vec<Value<'a>>> {
    if let DeValue::Table(_) = value.data() {
        let problem = Problem::new("must be a list of tables");
        return Err(problem.label("write `[[panel.threshold]]`"));
    }
    let items = value.items()?;
    if items.len() > THRESHOLDS_MAX {
        let count = items.len();
        return Err(Problem::new(format!("has {count} thresholds, more than {THRESHOLDS_MAX}")));
    }
    Ok(items)
}

fn read(mut table: Table<'_>, metric: Option<&MetricSettings>) -> Option<ThresholdSettings> {
    let measure = table.required("measure", "\"events\"", short(CHARS_MAX));
    let key = table.optional("key", short(CHARS_MAX));
    let window = table.optional("window", |value| window(value, metric));
    let is_sound = table.value("key").is_none() || key.is_some();
    let is_sound = is_sound && (table.value("window").is_none() || window.is_some());
    let written: Vec<(Limit, Value<'_>)> = Limit::ALL
        .into_iter()
        .filter_map(|limit| Some((limit, table.value(limit.name())?)))
        .collect();
    let limit = match written.as_slice() {
        [(limit, value)] => value.read(Value::number).map(|number| (*limit, number)),
        [] => {
            let lacking = Diagnostic::error(format!("{} lacks a limit", table.title()));
            table.report(lacking.help(
                "add one of `warn_above`, `bad_above`, `warn_below` and `bad_below`, as in \
                 `warn_below = 1000`",
            ));
            None
        }
        [_, others @ ..] => {
            for (_, value) in others {
                let problem = Problem::new("is a second limit of one threshold");
                value.report_key(problem.hint("write another `[[panel.threshold]]` for it"));
            }
            None
        }
    };
    table.finish();
    let (measure, (limit, value)) = (measure?, limit?);
    is_sound.then_some(ThresholdSettings { measure, key, window, limit, value })
}

/// A kind of windows of the metric, in its canonical form.
fn window(value: &Value<'_>, metric: Option<&MetricSettings>) -> Read<String> {
    let text = line(value)?;
    let Some(metric) = metric else { return Ok(text.to_owned()) };
    let kinds: Vec<String> = metric.shown_windows.iter().map(ToString::to_string).collect();
    let found = text.parse().ok().filter(|spec| metric.windows.contains(spec));
    found.map(|spec| spec.to_string()).ok_or_else(|| {
        let id = &metric.id;
        Problem::new(format!("is `{text}`, which metric `{id}` does not have"))
            .meant(text, kinds.iter().map(String::as_str))
            .hint(format!(
                "its windows are {}; another one is added to `windows` of the metric",
                list(&kinds, "and")
            ))
    })
}
