//! Plugins are compiled by this program, started again with limits: which program that is, and the
//! engine that makes use of it.

use std::env;
use std::path::PathBuf;
use std::sync::OnceLock;

use streamgauge_plugin::{Compiler, Runtime};

/// The command that compiles, for nobody but this program.
pub const COMPILE: &str = "compile-plugin";

/// Set by the program itself: a test that calls into this crate is another program, which does not
/// know the command.
static COMPILER: OnceLock<Compiler> = OnceLock::new();

/// This process is the program: it can be started again.
pub fn is_this_program() {
    let own = PathBuf::from("/proc/self/exe");
    // This path names the running program also where its file was replaced since.
    let program = if own.exists() { Some(own) } else { env::current_exe().ok() };
    if let Some(program) = program {
        COMPILER.get_or_init(|| Compiler { program, command: COMPILE });
    }
}

/// An engine that keeps compiled code for the next start.
pub fn runtime() -> Runtime {
    Runtime::caching(COMPILER.get().cloned())
}
