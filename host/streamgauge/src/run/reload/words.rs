//! What a reload says, in the log and on the page.

use std::time::Duration;

use streamgauge_pipeline::{Diagnostics, Severity};
use streamgauge_wire::Difference;

use crate::run::cause::{Cause, CauseCode};
use crate::run::prepare::Prepared;

/// The most subjects that are named among what happened.
const SUBJECTS_MAX: usize = 6;

/// The most characters of a value in a line of the log.
const LINE_CHARS_MAX: usize = 1000;

/// Of a change that is the page's alone.
pub(super) const NOT_PAUSED: &str = "no worker stood still";

pub(super) fn paused(paused: Duration) -> String {
    format!("the workers stood still for {} ms", paused.as_millis())
}

/// The difference as one line of the log.
pub(super) fn on_one_line(changes: &Difference) -> String {
    let parts = changes.parts();
    let parts = parts.iter().filter(|(_, lines)| !lines.is_empty());
    let parts: Vec<String> =
        parts.map(|(heading, lines)| format!("{heading}: {}", lines.join(", "))).collect();
    let line = if parts.is_empty() { "nothing differs".to_owned() } else { parts.join("; ") };
    match line.char_indices().nth(LINE_CHARS_MAX) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The things that changed, without their values; `None` means that none did.
pub(super) fn subjects(changes: &Difference) -> Option<String> {
    let lines = [&changes.now, &changes.background, &changes.removed].into_iter().flatten();
    let mut subjects: Vec<&str> =
        lines.map(|line| line.split_once(':').map_or(line.as_str(), |(of, _)| of)).collect();
    subjects.dedup();
    let more = subjects.len().saturating_sub(SUBJECTS_MAX);
    subjects.truncate(SUBJECTS_MAX);
    let named = subjects.join(", ");
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(named),
        (false, more) => Some(format!("{named} +{more}")),
    }
}

/// The warning that the file says otherwise than what is in force until a restart.
pub(super) fn restart(changes: &Difference) -> Vec<Cause> {
    if changes.restart.is_empty() {
        return Vec::new();
    }
    let settings = changes.restart.iter().map(|line| line.split(':').next().unwrap_or(line));
    let settings = settings.collect::<Vec<_>>().join(", ");
    let message = format!(
        "the pipeline file has other values of {settings}, which need a restart of the host; until \
         then they stay as they are"
    );
    vec![Cause::warning(CauseCode::RestartNeeded, message, &[("settings", settings)])]
}

/// The warning that a pipeline was not taken over: the reason, its place, and how many faults
/// there are.
pub(super) fn refused(reason: &str, place: &str, faults: usize) -> Cause {
    let at = if place.is_empty() { String::new() } else { format!("{place}: ") };
    let more = match faults {
        0 | 1 => String::new(),
        _ => format!(" (and {} more)", faults - 1),
    };
    let message = format!(
        "the changed pipeline was not taken over, and the one before runs on: {at}{reason}{more}"
    );
    Cause::warning(
        CauseCode::ReloadRefused,
        message,
        &[
            ("reason", reason.to_owned()),
            ("place", place.to_owned()),
            ("faults", faults.to_string()),
        ],
    )
}

/// The warning that what is in force is not what the file at `place` says, for this reason.
pub fn not_in_force(reason: &str, place: &str) -> Cause {
    refused(reason, place, 1)
}

/// The warning of the first fault that keeps a pipeline from being taken over.
pub fn of_faults(faults: &Diagnostics) -> Cause {
    let errors = told(faults, Severity::Error);
    let first = errors.first().cloned().unwrap_or_default();
    let Told { place, message, .. } = first;
    refused(&message, &place, errors.len())
}

/// A line of the log for each fault.
pub(super) fn lines(faults: &Diagnostics) -> Vec<String> {
    told(faults, Severity::Error).into_iter().map(Told::line).collect()
}

/// Logs what should be looked at in a pipeline that is taken over.
pub(super) fn warn_of_settings(prepared: &Prepared) {
    let warnings = prepared.document.warnings();
    for told in told(&warnings, Severity::Warning) {
        tracing::warn!("{}", told.line());
    }
}

/// A finding in words.
#[derive(Clone, Debug, Default)]
struct Told {
    /// The file with line and column, as far as they are known.
    place: String,
    message: String,
    hint: Option<String>,
}

impl Told {
    fn line(self) -> String {
        let Self { place, message, hint } = self;
        let hint = hint.map_or(String::new(), |hint| format!("; hint: {hint}"));
        format!("{place}: {message}{hint}")
    }
}

fn told(diagnostics: &Diagnostics, severity: Severity) -> Vec<Told> {
    let places = diagnostics.to_json();
    let told = |(index, found): (usize, &streamgauge_pipeline::Diagnostic)| {
        let at = &places[index];
        let file = at["file"].as_str().unwrap_or_default();
        let place = match (at["line"].as_u64(), at["column"].as_u64()) {
            (Some(line), Some(column)) => format!("{file}:{line}:{column}"),
            _ => file.to_owned(),
        };
        Told { place, message: found.message.clone(), hint: found.help.clone() }
    };
    let of_it =
        |(_, found): &(usize, &streamgauge_pipeline::Diagnostic)| found.severity == severity;
    diagnostics.iter().enumerate().filter(of_it).map(told).collect()
}

#[cfg(test)]
mod tests {
    use streamgauge_pipeline::Diagnostic;

    use super::*;

    #[test]
    fn the_first_fault_is_told_with_its_place_and_the_number_of_all() {
        let mut faults = Diagnostics::new("shop.toml", "a = 1\nb = 2\nc = 3\n");
        faults.push(Diagnostic::warning("`a` is odd").at(0..1));
        faults.push(Diagnostic::error("`b` is wrong").at(6..7).help("write 3"));
        faults.push(Diagnostic::error("`c` too").at(12..13));
        let cause = of_faults(&faults);
        assert_eq!(cause.args["place"], "shop.toml:2:1");
        assert_eq!(cause.args["faults"], "2");
        let said = "the changed pipeline was not taken over, and the one before runs on: \
                    shop.toml:2:1: `b` is wrong (and 1 more)";
        assert_eq!(cause.message, said);
        assert_eq!(
            lines(&faults),
            ["shop.toml:2:1: `b` is wrong; hint: write 3", "shop.toml:3:1: `c` too"]
        );
    }

    #[test]
    fn what_changed_is_named_and_counted() {
        let now = |lines: &[&str]| Difference {
            now: lines.iter().map(|line| (*line).to_owned()).collect(),
            ..Difference::default()
        };
        assert_eq!(subjects(&now(&[])), None);
        let two =
            now(&["name: a → b", "metric `age`: plugin 1 → 2", "metric `age`: time_max 1 → 2"]);
        assert_eq!(subjects(&two).as_deref(), Some("name, metric `age`"));
        let many = now(&["a: 1", "b: 1", "c: 1", "d: 1", "e: 1", "f: 1", "g: 1", "h: 1"]);
        assert_eq!(subjects(&many).as_deref(), Some("a, b, c, d, e, f +2"));
        assert_eq!(on_one_line(&now(&[])), "nothing differs");
        assert_eq!(on_one_line(&two), format!("changes now: {}", two.now.join(", ")));
    }

    #[test]
    fn settings_for_the_life_of_the_host_are_named() {
        let restart =
            vec!["server.listen: a:1 → b:2".to_owned(), "server.token: another one".to_owned()];
        let found = super::restart(&Difference { restart, ..Difference::default() });
        assert_eq!(found[0].args["settings"], "server.listen, server.token");
        assert!(super::restart(&Difference::default()).is_empty());
    }
}
