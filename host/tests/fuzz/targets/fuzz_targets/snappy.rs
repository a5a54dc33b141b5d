#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| streamgauge_fuzz::snappy(bytes));
