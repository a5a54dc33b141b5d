//! Log lines, written through the host.
//!
//! The host adds the metric's name, limits the rate and cuts a line at 4 KiB. Log what an author
//! or operator needs once; never per row. Native tests see the lines on standard error.

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
    /// The finest detail, off in normal use.
    trace => Trace;
    /// Detail for the author of the metric.
    debug => Debug;
    /// A change of state that an operator wants to see.
    info => Info;
    /// Something unexpected from which the metric recovered.
    warn => Warn;
    /// Data was lost or an invariant broke.
    error => Error;
}
