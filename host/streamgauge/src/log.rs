//! The log of the process, on its standard error.
//!
//! Invariant: no thread waits for the reader of the log. A line goes into a bounded queue, and a
//! thread of the log alone writes it; where the reader is gone or stuck, lines are lost and
//! counted, and nothing else. So nothing of the program writes to standard error by itself, but for
//! the bar of a command that somebody watches on a terminal.

mod bar;
mod filter;
mod format;
mod queue;

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::Duration;

use chrono::{SecondsFormat, Utc};
use streamgauge_core::words;

pub(crate) use bar::{Bar, style};
pub(crate) use filter::FilterError;
pub(crate) use format::LogFormat;
use queue::Queue;

/// How long the reader of the log has for the last lines of a process.
pub(crate) const LAST_LINES: Duration = Duration::from_secs(1);

static LOG: OnceLock<(Queue, LogFormat)> = OnceLock::new();

/// Starts the log, with the filter of `STREAMGAUGE_LOG` or else `default`.
///
/// # Errors
/// The variable holds no filter.
pub(crate) fn start(default: &str, format: LogFormat) -> Result<(), FilterError> {
    let filter = filter::from_environment(default)?;
    let (queue, _) = LOG.get_or_init(|| (Queue::start(output(), told(format)), format));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || Lines { queue })
        // An error of the log has no other place to be told at.
        .log_internal_errors(false);
    match format {
        LogFormat::Text => {
            builder.with_ansi(io::stderr().is_terminal()).with_target(false).init();
        }
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// Says something to whoever started the program, whatever the filter of the log is.
pub(crate) fn say(message: impl Display) {
    let message = message.to_string();
    let words = &*harmless(message.trim_end());
    match LOG.get() {
        Some((queue, LogFormat::Json)) => queue.push(line_of_json("INFO", words)),
        Some((queue, LogFormat::Text)) => queue.push(format!("{words}\n").into_bytes()),
        // A reader that is gone is no failure.
        None => drop(writeln!(io::stderr(), "{words}")),
    }
}

/// Waits until the lines so far are written, but no longer than `within`.
pub(crate) fn flush(within: Duration) {
    if let Some((queue, _)) = LOG.get() {
        queue.flush(within);
    }
}

/// A text with colours of the program's only where there is a terminal to show them.
fn harmless(text: &str) -> Cow<'_, str> {
    if io::stderr().is_terminal() { words::coloured(text) } else { words::lines(text) }
}

/// Standard error as a file of its own: no lock of the process is held while a write is stuck.
fn output() -> Box<dyn Write + Send> {
    match io::stderr().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(AboveBar(std::fs::File::from(descriptor))),
        Err(_) => Box::new(AboveBar(io::stderr())),
    }
}

/// Standard error, on which a bar may be shown.
struct AboveBar<W>(W);

impl<W: Write> Write for AboveBar<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        bar::above(|| self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The line that tells how many lines were lost.
fn told(format: LogFormat) -> fn(u64) -> Vec<u8> {
    const WORDS: &str = "lines of the log were lost here, for their reader did not take them";
    match format {
        LogFormat::Text => |lost| {
            let now = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
            format!("{now}  WARN {lost} {WORDS}\n").into_bytes()
        },
        LogFormat::Json => |lost| line_of_json("WARN", &format!("{lost} {WORDS}")),
    }
}

fn line_of_json(level: &str, message: &str) -> Vec<u8> {
    let timestamp = Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true);
    let fields = serde_json::json!({ "message": message });
    let target = "streamgauge";
    let line = serde_json::json!({
        "timestamp": timestamp, "level": level, "fields": fields, "target": target,
    });
    format!("{line}\n").into_bytes()
}

/// The way of one line into the queue; the formatter writes a line in one piece.
struct Lines {
    queue: &'static Queue,
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.queue.push(harmless(&text).as_bytes().to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
