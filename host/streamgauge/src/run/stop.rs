//! The end of a process that was asked to end: SIGINT, SIGTERM and, where it asks for nothing else,
//! SIGHUP ask for an end in good order, and a second signal ends it at once. Whatever hangs meanwhile, the end comes in time.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use signal_hook::low_level::exit;

use super::fatal;
use crate::log;

/// How long an end in good order may take: those who start processes often kill after 10 s.
const GOOD_ORDER_MAX: Duration = Duration::from_secs(9);

/// How often the watchdog looks.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How long the reader of the log has for the words of the watchdog.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The request to end. Signals are watched for the rest of the process: where the watch ended
/// earlier, a signal would do nothing at all.
pub struct Stop {
    requested: Arc<AtomicBool>,
}

/// The meaning of SIGHUP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnHangup {
    /// A request to end.
    End,
    /// Something else, which somebody else watches.
    Other,
}

impl Stop {
    /// Begins to watch signals, and that the process ends in time when it has to.
    ///
    /// # Errors
    /// The system refuses.
    pub fn on_signals(on_hangup: OnHangup) -> io::Result<Self> {
        let mut signals = vec![SIGINT, SIGTERM];
        // Under nohup a terminal that closes is no request.
        if on_hangup == OnHangup::End && !is_ignored(SIGHUP) {
            signals.push(SIGHUP);
        }
        let stop = Self::on(&signals)?;
        let requested = stop.flag();
        let watchdog = thread::Builder::new().name("watchdog".into());
        watchdog.spawn(move || watch(&requested, GOOD_ORDER_MAX))?;
        Ok(stop)
    }

    fn on(signals: &[i32]) -> io::Result<Self> {
        let requested = Arc::default();
        for &signal in signals {
            // In this order, for the first signal must find the flag unset.
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&requested))?;
            flag::register(signal, Arc::clone(&requested))?;
        }
        Ok(Self { requested })
    }

    /// The flag that a signal raises.
    pub fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.requested)
    }

    /// True once a signal came.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::Relaxed)
    }
}

/// Raises the flag where a thread was lost, and ends the process where good order takes too long.
fn watch(requested: &AtomicBool, limit: Duration) {
    loop {
        if fatal::cause().is_some() {
            requested.store(true, Ordering::Relaxed);
        }
        if requested.load(Ordering::Relaxed) {
            break;
        }
        thread::sleep(LOOK_EVERY);
    }
    let asked = Instant::now();
    while asked.elapsed() < limit {
        thread::sleep(LOOK_EVERY);
    }
    let cause = fatal::cause().map_or(String::new(), |cause| format!(": {cause}"));
    log::say(format!(
        "error: the process was to end and did not within {limit:?}, so it ends now; the state is \
         that of the last checkpoint{cause}"
    ));
    log::flush(LAST_WORDS);
    exit(1);
}

/// True if the process was started with `signal` ignored, where the system tells that.
pub(super) fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_in_mask(&status, signal)
}

fn is_in_mask(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};

    use signal_hook::consts::SIGUSR2;

    use super::*;

    /// The variable by which a test starts its own program once more, for one of the cases below.
    const CASE: &str = "STREAMGAUGE_TEST_CASE";

    #[test]
    fn a_signal_is_a_request_and_no_end() {
        // A signal that nothing else in this process listens to.
        let stop = Stop::on(&[SIGUSR2]).expect("signals can be watched");
        assert!(!stop.is_requested());
        signal_hook::low_level::raise(SIGUSR2).expect("a signal to this process");
        assert!(stop.is_requested());
    }

    #[test]
    fn an_ignored_signal_is_found_in_the_status_of_the_process() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert!(is_in_mask(status, SIGHUP));
        assert!(!is_in_mask(status, SIGTERM));
        assert!(!is_in_mask("", SIGHUP));
    }

    #[test]
    fn a_panic_of_a_thread_ends_a_process_that_hangs_with_its_message() {
        let (code, said, _) = case("panic");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("thread `worker-3` panicked at host/streamgauge/src/run"), "{said}");
        assert!(said.contains("a broken invariant"), "{said}");
    }

    #[test]
    fn a_panic_of_one_request_ends_nothing() {
        let (code, said, _) = case("request");
        assert_eq!(code, Some(7), "{said}");
        assert!(said.contains("thread `web` panicked"), "{said}");
    }

    #[test]
    fn a_signal_ends_a_process_that_hangs() {
        let (code, said, took) = case("hang");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("did not within 300ms"), "{said}");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }

    #[test]
    fn a_second_signal_ends_a_process_that_hangs_at_once() {
        let (code, said, _) = case("twice");
        assert_eq!(code, Some(128 + SIGTERM), "{said}");
    }

    /// The exit code and the log of this test's program in one of the cases, and how long it took.
    fn case(name: &str) -> (Option<i32>, String, Duration) {
        let began = Instant::now();
        let own = std::env::current_exe().expect("a test is a program");
        let mut command = Command::new(own);
        command.args(["--exact", "run::stop::tests::one_case", "--nocapture"]).env(CASE, name);
        let child: Child =
            command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("it starts");
        let ended = child.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        (ended.status.code(), said, began.elapsed())
    }

    /// No test by itself: what [`case`] starts.
    #[test]
    fn one_case() {
        let Ok(name) = std::env::var(CASE) else { return };
        log::start("info", log::LogFormat::Text).expect("a filter");
        fatal::watch_panics();
        let stop = Stop::on(&[SIGTERM]).expect("signals can be watched");
        let requested = stop.flag();
        let limit = Duration::from_millis(300);
        let is_watched = name != "twice";
        thread::spawn(move || is_watched.then(|| watch(&requested, limit)));
        let panics = |name: &str| {
            let thread = thread::Builder::new().name(name.to_owned());
            let panics = thread.spawn(|| panic!("a broken invariant")).expect("a thread");
            assert!(panics.join().is_err());
        };
        let signal = || signal_hook::low_level::raise(SIGTERM).expect("a signal to this process");
        match name.as_str() {
            "panic" => panics("worker-3"),
            "request" => panics(fatal::REQUESTS),
            "hang" => signal(),
            _ => [signal(), signal()].into_iter().collect(),
        }
        // Long enough for a slow machine, and for one request not a reason to end.
        thread::sleep(Duration::from_secs(if name == "request" { 1 } else { 60 }));
        log::flush(log::LAST_LINES);
        std::process::exit(7);
    }
}
