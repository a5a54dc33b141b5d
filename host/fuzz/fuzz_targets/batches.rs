//! Record batches of any bytes: the walk ends, reads nothing that is not there, and takes no more
//! memory than a record may.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamgauge_fuzz::packed;

fuzz_target!(|data: &[u8]| packed::walk(data));
