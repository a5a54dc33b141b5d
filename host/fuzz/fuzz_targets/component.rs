//! Any bytes as a plugin, from the file up to its first calls: it is loaded or refused with words,
//! within limits of memory and time. Text in the form of WebAssembly is taken as what it stands for,
//! so that small changes of it stay valid more often.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use streamgauge_fuzz::plugins::Plugins;

static PLUGINS: LazyLock<Mutex<Plugins>> = LazyLock::new(|| Mutex::new(Plugins::new()));

fuzz_target!(|bytes: &[u8]| PLUGINS.lock().expect("one thread asks").check(bytes));
