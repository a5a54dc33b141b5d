//! Log lines, written through the host.
//!
//! The host adds the metric's name, limits the rate and cuts a line at 4 KiB. A line is for what an
//! author or operator needs once, never for each row. Native tests see lines on standard error.

use std::fmt::Display;

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident => $level:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(message: impl Display) {
                #[cfg(target_family = "wasm")]
                {
                    use crate::bindings::streamgauge::metric::log::{Level, log};
                    log(Level::$level, &message.to_string());
                }
                #[cfg(not(target_family = "wasm"))]
                eprintln!(concat!(stringify!($name), ": {}"), message);
            }
        )*
    };
}

levels! {
    /// Logs the finest detail, off in normal use.
    trace => Trace;
    /// Logs a detail for the author of the metric.
    debug => Debug;
    /// Logs a change of state that an operator wants to see.
    info => Info;
    /// Logs something unexpected from which the metric recovered.
    warn => Warn;
    /// Logs that data was lost or that an invariant broke.
    error => Error;
}
