//! What the records of stored state depend on, held against the present pipeline.

use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_pipeline::{Diagnostic, Document, Pipeline, SettingChange, changed_settings};

/// The remedy for state that does not fit the settings.
pub(super) const WAYS_OUT: &str = "build another edition of the state beside this one, which stays \
     shown meanwhile, with `streamgauge state rebuild` or, where nothing runs, with `streamgauge run \
     --rebuild`; or drop the state with `streamgauge state reset`";

/// Each setting that the records depend on and that is not as it was.
pub(super) fn changed(
    pipeline: &Pipeline,
    document: &Document,
    checkpoint: &Checkpoint,
) -> Vec<Diagnostic> {
    let changes = changed_settings(&checkpoint.settings, &pipeline.state_settings());
    let told = |change: &SettingChange| {
        let value =
            |v: &Option<String>| v.as_ref().map_or("not set".to_owned(), |v| format!("\"{v}\""));
        let message = format!(
            "`{}` was {} when the state was written and is {} now",
            change.key,
            value(&change.stored),
            value(&change.now)
        );
        Diagnostic::error(message)
            .at(document.place(&pipeline.state_setting_location(&change.key)))
            .help(format!("set it back, {WAYS_OUT}"))
    };
    changes.iter().map(told).collect()
}
