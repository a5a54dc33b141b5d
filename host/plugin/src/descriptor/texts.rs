//! The texts of a description: names are taken as they are or not at all, because others refer to
//! them; what people read is cut and cleaned. Keys of labels are data and stay exact.

use streamgauge_core::words;

use crate::bindings::exports::streamgauge::metric::describe::{Descriptor, Output, View};

/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 200;

/// The longest text for people, in bytes.
const TEXT_BYTES_MAX: usize = 1024;

/// The most languages of one text.
const LANGUAGES_MAX: usize = 16;

/// Cleans the texts of `described`.
///
/// # Errors
/// A name that would have to be cut or cleaned.
pub(super) fn clean(described: &mut Descriptor) -> Result<(), String> {
    described.name = words::clean(&described.name, NAME_BYTES_MAX);
    described.version = words::clean(&described.version, NAME_BYTES_MAX);
    languages(&mut described.doc);
    for input in &described.inputs {
        name("input", &input.name)?;
    }
    for output in &mut described.outputs {
        clean_output(output)?;
    }
    described.views.iter_mut().try_for_each(clean_view)
}

fn clean_output(output: &mut Output) -> Result<(), String> {
    name("output", &output.name)?;
    if let Some(unit) = &mut output.unit {
        *unit = words::clean(unit, NAME_BYTES_MAX);
    }
    languages(&mut output.title);
    output.labels.iter_mut().for_each(|label| languages(&mut label.text));
    Ok(())
}

fn clean_view(view: &mut View) -> Result<(), String> {
    name("view", &view.id)?;
    name("chart", &view.chart)?;
    languages(&mut view.title);
    Ok(())
}

fn languages(texts: &mut Vec<(String, String)>) {
    texts.truncate(LANGUAGES_MAX);
    for (language, text) in texts.iter_mut() {
        *language = words::clean(language, NAME_BYTES_MAX);
        *text = words::clean(text, TEXT_BYTES_MAX);
    }
    // Nothing to see is no text: the page shows the name instead.
    texts.retain(|(_, text)| !text.trim().is_empty());
}

fn name(what: &str, name: &str) -> Result<(), String> {
    let shown = words::clean(name, NAME_BYTES_MAX);
    if shown == *name {
        return Ok(());
    }
    Err(format!(
        "the name of {what} `{shown}` is longer than {NAME_BYTES_MAX} bytes or has characters that cannot be seen"
    ))
}
