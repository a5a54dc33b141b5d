//! The plugin's description of itself: texts for readers of Chinese and of English, and a result
//! before the first row that has the described tables.

use super::check::{Check, Failure};
use super::difference::Difference;
use super::lab::Lab;
use streamgauge_plugin::{Descriptor, Instance};

/// The languages of the page.
const LANGUAGES: [&str; 2] = ["zh", "en"];

pub(super) fn check(lab: &mut Lab<'_>) -> Check {
    let name = "it describes itself in zh and en, and its empty result is as described";
    let plugin = lab.plugin();
    let words = missing_text(plugin.descriptor()).or_else(|| {
        let empty = Instance::open(plugin).and_then(|mut instance| {
            let accumulator = instance.create(None)?;
            instance.result(plugin, accumulator)
        });
        empty.err().map(|error| error.to_string())
    });
    let failure = |words| Failure {
        difference: Difference { words, sides: None },
        rows: None,
        division: String::new(),
    };
    Check::new(name, 1, words.map(failure))
}

/// The first text that a language lacks.
fn missing_text(descriptor: &Descriptor) -> Option<String> {
    let outputs = descriptor.outputs.iter();
    let labels = descriptor.outputs.iter().flat_map(|output| {
        output
            .labels
            .iter()
            .map(|label| (format!("label {} of output {}", label.key, output.name), &label.text))
    });
    let mut texts = vec![("doc".to_owned(), &descriptor.doc)];
    texts.extend(outputs.map(|output| (format!("output {}", output.name), &output.title)));
    texts.extend(descriptor.views.iter().map(|view| (format!("view {}", view.id), &view.title)));
    texts.extend(labels);
    texts.into_iter().find_map(|(what, text)| {
        let has =
            |language: &str| text.iter().any(|(tag, words)| tag == language && !words.is_empty());
        let missing = LANGUAGES.into_iter().find(|language| !has(language))?;
        Some(format!("{what} has no text in `{missing}`"))
    })
}

#[cfg(test)]
mod tests;
