//! The output while a chore runs: a title per step, the elapsed time, and a sign of life where the
//! started program is silent.

use std::{
    io::{IsTerminal as _, Write as _, stderr},
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

/// Runs one step under its title; a failed step keeps the error as it is.
pub(crate) fn step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    eprintln!("==> {title}");
    let result = work();
    let verdict = if result.is_ok() { "done" } else { "failed" };
    eprintln!("    {title}: {verdict} in {}", seconds(start.elapsed()));
    result
}

/// A step whose program prints nothing for long: the elapsed time shows that the program runs.
pub(crate) fn silent_step<T>(title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    step(title, || {
        let (done, wait) = channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || {
                let terminal = stderr().is_terminal();
                let period = Duration::from_secs(if terminal { 1 } else { 20 });
                let start = Instant::now();
                while wait.recv_timeout(period) == Err(RecvTimeoutError::Timeout) {
                    sign_of_life(terminal, start.elapsed());
                }
                if terminal {
                    eprint!("\r\x1b[K");
                }
            });
            let result = work();
            drop(done);
            result
        })
    })
}

/// A duration as people read it.
pub(crate) fn seconds(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..60 => format!("{:.1} s", elapsed.as_secs_f64()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

/// A number with a comma before every three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn sign_of_life(terminal: bool, elapsed: Duration) {
    let elapsed = seconds(elapsed);
    if terminal {
        eprint!("\r    … {elapsed}");
        // A terminal that cannot be written to has nobody in front of it.
        let _ = stderr().flush();
    } else {
        eprintln!("    … {elapsed}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let shown = [0, 999, 1000, 12_345_678].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "12,345,678"]);
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(1_240)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(61)), "1 min 01 s");
        assert_eq!(seconds(Duration::from_hours(1)), "60 min 00 s");
    }
}
