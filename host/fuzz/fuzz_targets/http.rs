//! The server on any bytes of a client: it answers or ends the connection, and is well afterwards.
#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use streamgauge_fuzz::http::Http;

static SERVER: LazyLock<Mutex<Http>> = LazyLock::new(|| Mutex::new(Http::new()));

fuzz_target!(|bytes: &[u8]| SERVER.lock().expect("one thread asks").check(bytes));
