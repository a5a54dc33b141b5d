//! Compilation within limits, in a process of its own: a component of a megabyte can make a
//! compiler compute for minutes and take gigabytes, and nothing can interrupt the compiler.
//!
//! The process is this program, started again. It fills the folder of compiled code, from which the
//! host then loads, so the host runs no code that somebody handed it. One process compiles at a
//! time: the limit of one is the limit of all.
//!
//! Absent on purpose: the process in the tests and programs that embed this crate, whose own
//! program knows no such command. They compile in place, without these limits.

mod child;
mod limits;

use std::fmt;
use std::io::{self, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use limits::{MIB, exit, is_of_memory};

pub use child::compile_here;
pub use limits::CompileLimits;

/// The threads of one compilation: each has memory of its own.
const THREADS_MAX: usize = 4;

/// The signal of a process over its limit of processor time.
const SIGXCPU: i32 = 24;

/// The program that compiles when it is started with this command, and limits and folder after it.
#[derive(Clone, Debug)]
pub struct Compiler {
    /// The path of the program.
    pub program: PathBuf,
    /// The argument that makes the program compile.
    pub command: &'static str,
}

/// The reason why a component was not compiled.
#[derive(Debug, PartialEq, Eq)]
pub enum CompileFault {
    /// It took longer than this.
    Time(Duration),
    /// It took more than so many bytes.
    Memory(u64),
    /// It did not get the processor.
    Starved(Duration),
    /// The compiler ended without an answer.
    Crash(String),
    /// The process could not be started.
    NotStarted(String),
}

impl fmt::Display for CompileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => write!(f, "over its limit of {time:?} of processor time"),
            Self::Memory(bytes) => write!(f, "over its limit of {} MiB of memory", bytes / MIB),
            Self::Starved(time) => {
                write!(f, "not done after {time:?}, most of which it waited for the processor")
            }
            Self::Crash(words) => write!(f, "the compiler crashed: {words}"),
            Self::NotStarted(words) => write!(f, "no process for it could be started: {words}"),
        }
    }
}

/// What the process found out.
pub(super) enum Verdict {
    Compiled,
    Invalid(String),
    Fault(CompileFault),
}

impl Compiler {
    /// Compiles `bytes` into `folder`.
    pub(super) fn compile(&self, bytes: &[u8], limits: CompileLimits, folder: &Path) -> Verdict {
        match self.run(bytes, limits, folder) {
            Ok(output) => verdict(&output, limits),
            Err(error) => Verdict::Fault(CompileFault::NotStarted(error.to_string())),
        }
    }

    fn run(&self, bytes: &[u8], limits: CompileLimits, folder: &Path) -> io::Result<Output> {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let mut command = Command::new(&self.program);
        // No secret of the pipeline's is in the environment of what handles a stranger's bytes.
        command.env_clear();
        for kept in ["PATH", "LD_LIBRARY_PATH", "TMPDIR"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        let mut child = command
            .arg0("streamgauge")
            .arg(self.command)
            .arg(limits.time_max.as_millis().to_string())
            .arg(limits.memory_bytes_max.to_string())
            .arg(folder)
            .env("RAYON_NUM_THREADS", threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().expect("it is piped");
        thread::scope(|scope| {
            // A process that ends early reads no more: its end is the answer.
            scope.spawn(move || drop(input.write_all(bytes)));
            child.wait_with_output()
        })
    }
}

fn verdict(output: &Output, limits: CompileLimits) -> Verdict {
    let words = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code().and_then(|code| u8::try_from(code).ok());
    Verdict::Fault(match code {
        Some(exit::COMPILED) => return Verdict::Compiled,
        Some(exit::INVALID) => return Verdict::Invalid(words.into_owned()),
        Some(exit::STARVED) => CompileFault::Starved(limits.wait_max()),
        _ if output.status.signal() == Some(SIGXCPU) => CompileFault::Time(limits.time_max),
        Some(exit::NO_MEMORY) => CompileFault::Memory(limits.memory_bytes_max),
        _ if is_of_memory(&words) => CompileFault::Memory(limits.memory_bytes_max),
        _ => CompileFault::Crash(match words.lines().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{} ({line})", output.status),
            None => output.status.to_string(),
        }),
    })
}

#[cfg(test)]
mod tests {
    use streamgauge_pipeline::MetricSettings;

    use super::*;

    fn limits() -> CompileLimits {
        CompileLimits::by_size(18 * MIB)
    }

    fn told(raw: i32, words: &str) -> Verdict {
        let status = std::process::ExitStatus::from_raw(raw);
        verdict(&Output { status, stdout: Vec::new(), stderr: words.into() }, limits())
    }

    #[test]
    fn the_limits_grow_with_the_file_unless_the_metric_sets_them() {
        assert_eq!(limits().time_max, Duration::from_secs(59));
        assert_eq!(limits().memory_bytes_max, 624 * MIB);
        let mut settings = MetricSettings::alone(Path::new("p.wasm"), serde_json::json!({}));
        let small = CompileLimits::of(&settings, 70_000);
        assert_eq!((small.time_max.as_secs(), small.memory_bytes_max / MIB), (6, 193));
        settings.compile_time_max = Some(Duration::from_mins(1));
        settings.compile_memory_max = Some(MIB);
        let own = CompileLimits::of(&settings, 70_000);
        assert_eq!((own.time_max.as_secs(), own.memory_bytes_max), (60, MIB));
    }

    #[test]
    fn each_end_of_the_process_has_its_name() {
        let fault = |raw, words: &str| match told(raw, words) {
            Verdict::Fault(fault) => fault,
            Verdict::Compiled | Verdict::Invalid(_) => panic!("it did not compile"),
        };
        assert!(matches!(told(0, ""), Verdict::Compiled));
        assert!(
            matches!(told(10 << 8, "no magic"), Verdict::Invalid(words) if words == "no magic")
        );
        assert_eq!(fault(SIGXCPU, ""), CompileFault::Time(Duration::from_secs(59)));
        assert_eq!(fault(11 << 8, ""), CompileFault::Memory(624 * MIB));
        for words in [
            "memory allocation of 64 bytes failed",
            "thread panicked at cranelift-bforest/src/set.rs:291:31:\n\
             unhandled out-of-memory error: out of memory (failed to allocate 64 bytes)",
            "thread panicked at bumpalo/src/lib.rs:2466:5:\nout of memory",
        ] {
            let fault = fault(101 << 8, words);
            assert_eq!(fault, CompileFault::Memory(624 * MIB), "{words}");
        }
        assert_eq!(fault(12 << 8, ""), CompileFault::Starved(Duration::from_secs(1180)));
        let crash = fault(11, "\nstack overflow").to_string();
        assert_eq!(crash, "the compiler crashed: signal: 11 (SIGSEGV) (stack overflow)");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let compiler = Compiler { program: "/nowhere/streamgauge".into(), command: "c" };
        let verdict = compiler.compile(b"", limits(), Path::new("/nowhere"));
        assert!(matches!(verdict, Verdict::Fault(CompileFault::NotStarted(_))));
    }
}
