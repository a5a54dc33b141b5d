//! The readers of stored state on any bytes, unchanged and with a digest that fits the bytes: no
//! panic, and a state that was read gives the same bytes when written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use streamgauge_checkpoint::store::Export;
use streamgauge_core::{FinalPane, PartitionSnapshot, digest_of};

fuzz_target!(|data: &[u8]| {
    let sealed = [data, &digest_of(data).0].concat();
    for bytes in [data, &sealed] {
        if let Ok(snapshot) = PartitionSnapshot::decode(bytes) {
            assert_eq!(snapshot.encode(), bytes);
        }
        if let Ok(pane) = FinalPane::decode(bytes) {
            assert_eq!(pane.encode(), bytes);
        }
        // The header of an export is JSON, which has several ways to say the same.
        if let Ok(export) = Export::decode(bytes) {
            assert!(Export::decode(&export.encode()).is_ok());
        }
    }
});
