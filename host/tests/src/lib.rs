//! The tests of the whole product, and where they find it. They are a package of their own, because
//! they wait for processes far more than they compute: compiled without optimisation they are ready
//! in a tenth of the time, and the program that they try is the optimised one.
//!
//! May know: everything.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The root of the repository.
pub fn root() -> &'static Path {
    let folders = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    { folders }.nth(2).expect("host/tests is two folders deep")
}

/// The path of the built program: `STREAMGAUGE_BIN`, by itself the one that cargo built last.
///
/// # Panics
/// It is not built.
pub fn program() -> &'static str {
    static PROGRAM: LazyLock<String> = LazyLock::new(|| {
        let built = || root().join("target/release/streamgauge");
        let program = env::var_os("STREAMGAUGE_BIN").map_or_else(built, PathBuf::from);
        let program = program.to_str().expect("a path that is text").to_owned();
        let remedy = "`cargo build --release --workspace --bin streamgauge` makes it";
        assert!(Path::new(&program).is_file(), "{program} is missing: {remedy}");
        program
    });
    &PROGRAM
}
