//! The JSON decoder of the engine against the one of the oracle, on any bytes: both accept a record
//! and read the same values, or both reject the record for the same reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamgauge_fuzz::Both;

thread_local! {
    static BOTH: std::cell::RefCell<Both> = std::cell::RefCell::new(Both::json());
}

fuzz_target!(|data: &[u8]| {
    // Lines one after the other: the scanner remembers the shape of the last record.
    BOTH.with_borrow_mut(|both| {
        data.split(|byte| *byte == b'\n').for_each(|line| both.check(line))
    });
});
