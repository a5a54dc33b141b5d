//! Records that are packed by zstd: as many bytes as one likes, and no more memory than a
//! record may take.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamgauge_fuzz::packed;

fuzz_target!(|data: &[u8]| packed::unpack(4, data));
