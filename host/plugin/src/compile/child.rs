//! The process that compiles: takes its limits, reads the component from standard input, and
//! leaves the compiled code in the folder. Nothing of the component runs here.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use wasmtime::component::Component;

use super::limits::{self, CompileLimits, exit};
use crate::cache;
use crate::engine::{engine, one_line};

/// Compiles standard input. `arguments` are the milliseconds and bytes that it may take, and the
/// folder.
pub fn compile_here(arguments: &[OsString]) -> ExitCode {
    let number = |index: usize| arguments.get(index)?.to_str()?.parse().ok();
    let (Some(millis), Some(memory_bytes_max), Some(folder)) =
        (number(0), number(1), arguments.get(2))
    else {
        return ended(exit::INVALID, "usage: MILLISECONDS BYTES FOLDER");
    };
    let limits = CompileLimits { time_max: Duration::from_millis(millis), memory_bytes_max };
    if let Err(error) = limits.take() {
        return ended(exit::INVALID, &format!("no limits: {error}"));
    }
    match compile(Path::new(folder)) {
        Ok(()) => ExitCode::from(exit::COMPILED),
        Err(error) if is_of_memory(&error) => ExitCode::from(exit::NO_MEMORY),
        Err(error) => ended(exit::INVALID, &one_line(&error)),
    }
}

fn compile(folder: &Path) -> wasmtime::Result<()> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    // Without a cache it is still proof that the component compiles within the limits.
    Component::new(&engine(cache::at(folder).ok()), &bytes).map(drop)
}

fn is_of_memory(error: &wasmtime::Error) -> bool {
    let is_out = |error: &io::Error| error.kind() == io::ErrorKind::OutOfMemory;
    error.chain().any(|cause| cause.downcast_ref::<io::Error>().is_some_and(is_out))
        || limits::is_of_memory(&format!("{error:?}"))
}

fn ended(code: u8, words: &str) -> ExitCode {
    drop(io::stderr().write_all(words.as_bytes()));
    ExitCode::from(code)
}

impl CompileLimits {
    /// Holds this process to the limits, for good.
    fn take(self) -> io::Result<()> {
        let both = |most: u64| Rlimit { current: Some(most), maximum: Some(most) };
        let seconds = self.time_max.as_millis().div_ceil(1000) as u64;
        // The first signal says that it was the time; the second one cannot be caught.
        let time = Rlimit { current: Some(seconds), maximum: Some(seconds + 1) };
        setrlimit(Resource::Cpu, time)?;
        // Address space that is only reserved, as by each thread's heap, is not counted.
        setrlimit(Resource::Data, both(self.memory_bytes_max))?;
        setrlimit(Resource::Core, both(0))?;
        let wait_max = self.wait_max();
        thread::spawn(move || {
            thread::sleep(wait_max);
            process::exit(exit::STARVED.into());
        });
        Ok(())
    }
}
