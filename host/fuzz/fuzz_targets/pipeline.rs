//! The reader of `pipeline.toml` on any text: it gives settings or mistakes with their places, and
//! both can be shown.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use streamgauge_pipeline::Pipeline;

fuzz_target!(|text: &str| {
    match Pipeline::parse_with(text, Path::new("pipeline.toml"), &|_| None) {
        Ok((pipeline, document)) => {
            drop(pipeline.state_settings());
            drop(document.warnings().render(true));
        }
        Err(mistakes) => {
            assert!(!mistakes.render(false).is_empty());
            drop(mistakes.to_json());
        }
    }
});
