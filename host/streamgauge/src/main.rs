//! The `streamgauge` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    streamgauge::main()
}
