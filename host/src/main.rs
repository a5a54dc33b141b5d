//! The `streamgauge` binary.

fn main() {}
