//! Texts for people: one for all languages, or `{ zh = "…", en = "…" }`.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::reader::{Problem, Read, Value};
use super::values::line;

/// The languages of the page, by the names that the file has for them.
pub(super) const LANGUAGES: [&str; 2] = ["zh", "en"];

/// A text by language; each of [`LANGUAGES`] is there.
pub type Texts = BTreeMap<String, String>;

/// A text of one line with at most so many characters.
pub(super) fn short(chars_max: usize) -> impl Fn(&Value<'_>) -> Read<String> {
    move |value| {
        let text = line(value)?;
        if text.chars().count() > chars_max {
            return Err(Problem::new(format!("must have at most {chars_max} characters")));
        }
        Ok(text.to_owned())
    }
}

/// The text of `written` for every language: one that is missing has the other's. `None` where a
/// text cannot be used, which was reported.
///
/// # Errors
/// There is no text at all.
pub(super) fn texts(
    value: &Value<'_>,
    read: impl Fn(&Value<'_>) -> Read<String>,
    example: &str,
) -> Read<Option<Texts>> {
    Ok(first_and_all(value, read, example)?.map(|(_, texts)| texts))
}

/// As [`texts`], with the text that is written first before them.
///
/// # Errors
/// There is no text at all.
pub(super) fn first_and_all(
    value: &Value<'_>,
    read: impl Fn(&Value<'_>) -> Read<String>,
    example: &str,
) -> Read<Option<(String, Texts)>> {
    let DeValue::Table(_) = value.data() else {
        let text = read(value)?;
        let all = LANGUAGES.map(|language| (language.to_owned(), text.clone()));
        return Ok(Some((text, all.into())));
    };
    let mut table = value.table()?;
    let mut written = Vec::new();
    let mut is_sound = true;
    for language in LANGUAGES {
        let Some(value) = table.value(language) else { continue };
        match value.read(&read) {
            Some(text) => written.push((value.place(), language, text)),
            None => is_sound = false,
        }
    }
    table.finish();
    written.sort_unstable();
    let Some((_, _, first)) = written.first().cloned() else {
        if !is_sound {
            return Ok(None);
        }
        return Err(Problem::new("has no text").hint(format!("as in {example}")));
    };
    let of = |language: &str| {
        let own = written.iter().find(|(_, of, _)| *of == language);
        (language.to_owned(), own.map_or_else(|| first.clone(), |(_, _, text)| text.clone()))
    };
    Ok(Some((first.clone(), LANGUAGES.map(of).into())).filter(|_| is_sound))
}
