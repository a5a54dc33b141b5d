//! The plugin's description of itself: texts for readers of Chinese and of English, and a result
//! before the first row that has the described tables.

use super::check::{Check, Failure};
use super::lab::Lab;
use streamgauge_plugin::{Descriptor, Instance, Plugin};

/// The languages of the page.
const LANGUAGES: [&str; 2] = ["zh", "en"];

/// What is shown around a difference.
const SHOWN_CHARS: usize = 40;

pub(super) fn check(lab: &mut Lab<'_>) -> Check {
    let name = "it describes itself in zh and en, and its empty result is as described";
    let plugin = lab.plugin();
    let words = missing_text(plugin.descriptor()).or_else(|| varying(plugin)).or_else(|| {
        let empty = Instance::open(plugin).and_then(|mut instance| {
            let accumulator = instance.create(None)?;
            instance.result(plugin, accumulator)
        });
        empty.err().map(|error| error.to_string())
    });
    Check::new(name, 1, words.map(Failure::of_words))
}

/// Where a second description differs from the first.
fn varying(plugin: &Plugin) -> Option<String> {
    let both = match Instance::described_twice(plugin) {
        Ok(both) => both?,
        Err(error) => return Some(format!("`describe`, called twice: {error}")),
    };
    let same = both[0].chars().zip(both[1].chars()).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(SHOWN_CHARS / 2);
    let [one, other] =
        both.map(|text| text.chars().skip(from).take(SHOWN_CHARS).collect::<String>());
    Some(format!("`describe` gives `…{one}…` first and `…{other}…` then"))
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
