//! `windows` of a metric: `"cumulative"`, a size, or a size and a slide.

use streamgauge_core::{ParseWindowError, WindowSpec, WindowSpecError};

use super::reader::{Problem, Read, Value};
use super::units::duration_units;

/// The most kinds of windows of one metric.
const WINDOWS_MAX: usize = 16;

const EXAMPLES: &str = "write \"cumulative\", a size such as \"1d\" or \"10m\", or size and slide \
     such as \"10m/1m\"";

/// Reads the list: sorted, each kind once.
pub(super) fn windows(value: &Value<'_>) -> Read<Vec<WindowSpec>> {
    let items = value.items().map_err(|problem| problem.hint(EXAMPLES))?;
    if items.is_empty() {
        return Err(Problem::new("has no window").hint(EXAMPLES));
    }
    if items.len() > WINDOWS_MAX {
        let count = items.len();
        return Err(Problem::new(format!("has {count} windows, more than {WINDOWS_MAX}")));
    }
    let mut specs: Vec<WindowSpec> = items.iter().map(|item| spec(item)).collect::<Read<_>>()?;
    specs.sort_unstable();
    match specs.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Problem::new(format!("has `{}` twice", pair[0])).hint("remove one")),
        None => Ok(specs),
    }
}

fn spec(value: &Value<'_>) -> Read<WindowSpec> {
    parse(value.text().map_err(|problem| problem.hint(EXAMPLES))?)
}

fn parse(text: &str) -> Read<WindowSpec> {
    text.parse().map_err(|error| match error {
        ParseWindowError::NoUnit => {
            let units = duration_units();
            Problem::new(format!("has a window without a unit: `{text}`"))
                .hint(format!("the units are {units}"))
        }
        ParseWindowError::NotAWindow => {
            Problem::new(format!("has no window `{text}`")).hint(EXAMPLES)
        }
        ParseWindowError::NoSuchWindow(error) => no_such_window(text, error),
    })
}

fn no_such_window(text: &str, error: WindowSpecError) -> Problem {
    let problem = Problem::new(format!("has a window that {error}: `{text}`"));
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
