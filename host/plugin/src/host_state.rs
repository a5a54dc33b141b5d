//! The host's side of a store: its limits, log lines, and the state behind the inert
//! profile.

use std::time::{Duration, Instant};

use streamgauge_core::random::Random;
use streamgauge_core::words;

use super::bindings::streamgauge::metric::{log, types};
use super::epoch::EpochClock;
use super::limits::{CallTime, MemoryLimit, OverTime};
use super::log_rate::LogRate;

/// The longest log line of a plugin, in bytes.
const LOG_BYTES_MAX: usize = 4096;

/// The most lines that one call may log; further lines are dropped.
const LOG_LINES_MAX: u32 = 16;

/// The longest reason of a plugin for refusing a row, or for a crash, in bytes.
pub(super) const WORDS_BYTES_MAX: usize = 1024;

/// The host's data in the store of one instance.
pub(super) struct HostState {
    metric: String,
    pub(super) memory: MemoryLimit,
    pub(super) time: CallTime,
    log_lines: u32,
    log_rate: LogRate,
    /// The last error that the plugin logged in this call: if the call crashes, the plugin's own
    /// words for the crash.
    last_words: Option<String>,
    clock: EpochClock,
    /// For components that import WASI.
    pub(super) inert: Inert,
}

/// The state behind the profile in one store.
#[derive(Debug, Default)]
pub(super) struct Inert {
    drawn: u64,
    out: Vec<u8>,
    err: Vec<u8>,
}

impl HostState {
    /// The state of a new store for `metric`, whose component is begun now.
    pub(super) fn new(
        metric: String,
        memory_bytes_max: usize,
        time_max: Duration,
        clock: EpochClock,
    ) -> Self {
        clock.keep();
        Self {
            metric,
            memory: MemoryLimit::new(memory_bytes_max),
            time: CallTime::new(time_max),
            log_lines: 0,
            log_rate: LogRate::new(Instant::now()),
            last_words: None,
            clock,
            inert: Inert::default(),
        }
    }

    /// A call begins: what the last one logged is forgotten.
    pub(super) fn begin_call(&mut self) {
        self.clock.keep();
        self.time.begin();
        self.log_lines = 0;
        self.last_words = None;
    }

    /// Looks at the call that runs.
    pub(super) fn look(&mut self) -> Result<(), OverTime> {
        self.clock.keep();
        if let Some(passed) = self.time.look()? {
            tracing::warn!(
                "metric `{}`: a call of its plugin is not done after {passed:.0?}, most of which it \
                 waited for the processor: the machine is too busy",
                self.metric
            );
        }
        Ok(())
    }

    /// The last error that was logged in this call.
    pub(super) fn last_words(&self) -> Option<&str> {
        self.last_words.as_deref()
    }

    /// Logs `message` within the limits.
    fn say(&mut self, level: log::Level, message: &str) {
        // One message is one line: a plugin cannot write lines that look like the host's.
        let message = words::clean(message, LOG_BYTES_MAX);
        self.log_lines += 1;
        if self.log_lines <= LOG_LINES_MAX {
            self.write_line(level, &message);
        }
        if matches!(level, log::Level::Error) {
            self.last_words = Some(words::clean(&message, WORDS_BYTES_MAX));
        }
    }

    fn write_line(&mut self, level: log::Level, message: &str) {
        if !is_shown(level) {
            return;
        }
        let Some(left_out) = self.log_rate.take(Instant::now()) else { return };
        let metric = self.metric.as_str();
        if left_out > 0 {
            tracing::warn!(target: "plugin", metric, "{left_out} lines before this one are left out");
        }
        match level {
            log::Level::Trace => tracing::trace!(target: "plugin", metric, "{message}"),
            log::Level::Debug => tracing::debug!(target: "plugin", metric, "{message}"),
            log::Level::Info => tracing::info!(target: "plugin", metric, "{message}"),
            log::Level::Warn => tracing::warn!(target: "plugin", metric, "{message}"),
            log::Level::Error => tracing::error!(target: "plugin", metric, "{message}"),
        }
    }

    /// Logs what is printed, line by line.
    pub(super) fn print(&mut self, is_error: bool, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let buffer = if is_error { &mut self.inert.err } else { &mut self.inert.out };
            buffer.extend_from_slice(piece);
            if piece.ends_with(b"\n") || buffer.len() > LOG_BYTES_MAX {
                self.log_printed(is_error);
            }
        }
    }

    /// Logs what was printed without an end of line: a call is over.
    pub(super) fn log_rest(&mut self) {
        self.log_printed(false);
        self.log_printed(true);
    }

    fn log_printed(&mut self, is_error: bool) {
        let buffer = if is_error { &mut self.inert.err } else { &mut self.inert.out };
        let bytes = std::mem::take(buffer);
        let line = String::from_utf8_lossy(&bytes).trim_end().to_owned();
        match (is_error, line.trim()) {
            (_, "") => {}
            (false, _) => self.say(log::Level::Info, &line),
            // A traceback has many lines, and all of them are the plugin's words.
            (true, _) => {
                let before = self.last_words.take();
                self.say(log::Level::Error, &line);
                let lines = before.into_iter().chain(self.last_words.take());
                self.last_words = Some(end_of(&lines.collect::<Vec<_>>().join("\n")).to_owned());
            }
        }
    }
}

impl Inert {
    /// Numbers that look random and are the same in every instance.
    pub(super) fn draw(&mut self) -> u64 {
        self.drawn += 1;
        Random::of(0, 0, self.drawn).bits()
    }
}

/// True if lines of this level are logged at all: others take no place.
fn is_shown(level: log::Level) -> bool {
    match level {
        log::Level::Trace => tracing::enabled!(target: "plugin", tracing::Level::TRACE),
        log::Level::Debug => tracing::enabled!(target: "plugin", tracing::Level::DEBUG),
        log::Level::Info => tracing::enabled!(target: "plugin", tracing::Level::INFO),
        log::Level::Warn => tracing::enabled!(target: "plugin", tracing::Level::WARN),
        log::Level::Error => tracing::enabled!(target: "plugin", tracing::Level::ERROR),
    }
}

impl types::Host for HostState {}

impl log::Host for HostState {
    fn log(&mut self, level: log::Level, message: String) {
        self.say(level, &message);
    }
}

/// The last lines of a plugin's words: the end of a long traceback names the cause.
fn end_of(words: &str) -> &str {
    &words[words.ceil_char_boundary(words.len().saturating_sub(WORDS_BYTES_MAX))..]
}

#[cfg(test)]
mod tests;
