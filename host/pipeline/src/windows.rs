//! `windows` of a metric: `"cumulative"`, a size, or a size and a slide.

use streamgauge_core::{ParseWindowError, WindowSpec, WindowSpecError};
use toml::de::DeValue;

use super::reader::{Problem, Read, Value};
use super::units::{duration_units, near_duration};

/// The most kinds of windows of one metric.
const WINDOWS_MAX: usize = 16;

const EXAMPLES: &str = "write \"cumulative\", a size such as \"1d\" or \"10m\", or size and slide \
     such as \"10m/1m\"";

/// Reads the list as it is written, each kind once. Each wrong window is reported at its place.
pub(super) fn windows(value: &Value<'_>) -> Read<Vec<WindowSpec>> {
    let items = value.items().map_err(|problem| {
        let alone = value.text().ok().filter(|text| parse(text).is_ok());
        let problem = problem.hint(EXAMPLES);
        match alone {
            Some(text) => problem.label(format!("write [\"{text}\"]")),
            None => problem,
        }
    })?;
    if items.is_empty() {
        return Err(Problem::new("has no window").hint(EXAMPLES));
    }
    if items.len() > WINDOWS_MAX {
        let count = items.len();
        return Err(Problem::new(format!("has {count} windows, more than {WINDOWS_MAX}")));
    }
    let mut specs: Vec<WindowSpec> = Vec::new();
    for item in &items {
        let new = item.read(|item| match spec(item)? {
            twice if specs.contains(&twice) => {
                Err(Problem::new(format!("is `{twice}`, which is there already"))
                    .hint("remove one of the two"))
            }
            new => Ok(new),
        });
        specs.extend(new);
    }
    Ok(specs)
}

fn spec(value: &Value<'_>) -> Read<WindowSpec> {
    match value.data() {
        DeValue::Integer(number) => parse(number.as_str()),
        _ => parse(value.text().map_err(|problem| problem.hint(EXAMPLES))?),
    }
}

fn parse(text: &str) -> Read<WindowSpec> {
    text.parse().map_err(|error| match error {
        ParseWindowError::NoUnit => {
            let units = duration_units();
            Problem::new(format!("is a window without a unit: `{text}`"))
                .hint(format!("the units are {units}"))
        }
        ParseWindowError::NotAWindow => Problem::new(format!("is not a window: `{text}`"))
            .meant(text, ["cumulative"])
            .write_if(near(text))
            .hint(EXAMPLES),
        ParseWindowError::NoSuchWindow(error) => no_such_window(text, error),
    })
}

/// The window that a text such as `10 min` or `1day/1h` probably stands for.
fn near(text: &str) -> Option<String> {
    let parts: Option<Vec<String>> = text.split('/').map(near_duration).collect();
    parts.map(|parts| parts.join("/")).filter(|near| near.parse::<WindowSpec>().is_ok())
}

fn no_such_window(text: &str, error: WindowSpecError) -> Problem {
    let problem = Problem::new(format!("{error}: `{text}`"));
    match error {
        WindowSpecError::NoDivisor => problem.hint(
            "sizes under a day divide 24 hours: 1s, 10s, 1m, 5m, 10m, 15m, 30m, 1h, 2h, 6h, 12h",
        ),
        WindowSpecError::NoDays => problem.hint("write whole days, such as \"1d\" or \"7d\""),
        WindowSpecError::SlideTooLarge => {
            problem.hint("without overlap it is a fixed window: leave the slide out")
        }
        WindowSpecError::TooManyPanes(_) => problem.hint("slide by larger steps"),
        WindowSpecError::OutOfRange => problem,
    }
}
