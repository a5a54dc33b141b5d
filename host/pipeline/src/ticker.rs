//! `[ticker]`: single records as sentences with the values of some fields.

use super::reader::{Problem, Read, Table, Value};
use super::schema::WrittenFields;
use super::shown_settings::{Part, Sentence, TickerSettings};
use super::texts::{first_and_all, short};

/// The longest sentence, in characters as it is written.
const CHARS_MAX: usize = 300;

/// The most fields of all languages together.
const FIELDS_MAX: usize = 16;

const EXAMPLE: &str =
    "{ zh = \"{province}有人{action}\", en = \"Somebody in {province} {action}\" }";

/// Reads `[ticker]`. `is_shown`: records are shown at all.
pub(super) fn read_ticker(
    root: &mut Table<'_>,
    fields: Option<&WrittenFields>,
    is_shown: bool,
) -> Option<TickerSettings> {
    let mut table = root.section("ticker")?;
    let settings = table.required("text", EXAMPLE, |value| ticker(value, fields)).flatten();
    if let Some(value) = table.value("text").filter(|_| !is_shown) {
        value.warn_key(
            Problem::new("shows nothing: `server.show_records` is false")
                .hint("set `show_records = true` in [server], or take [ticker] out"),
        );
    }
    table.finish();
    settings
}

fn ticker(value: &Value<'_>, fields: Option<&WrittenFields>) -> Read<Option<TickerSettings>> {
    let read = |value: &Value<'_>| {
        let text = short(CHARS_MAX)(value)?;
        sentence(&text, fields).map(|_| text)
    };
    let Some((first, all)) = first_and_all(value, read, EXAMPLE)? else { return Ok(None) };
    let parsed = |text: &str| sentence(text, fields).expect("it was read");
    let text = all.iter().map(|(language, text)| (language.clone(), parsed(text)));
    let settings = TickerSettings { text: text.collect(), fields: Vec::new() };
    let sentences = std::iter::once(parsed(&first)).chain(settings.text.values().cloned());
    let mut named: Vec<String> = Vec::new();
    for part in sentences.flat_map(|sentence| sentence.0) {
        match part {
            Part::Field(field) if !named.contains(&field) => named.push(field),
            Part::Field(_) | Part::Text(_) => {}
        }
    }
    if named.len() > FIELDS_MAX {
        let count = named.len();
        return Err(Problem::new(format!("names {count} fields, more than {FIELDS_MAX}")));
    }
    Ok(Some(TickerSettings { fields: named, ..settings }))
}

/// The parts of a sentence: `{field}` stands for a value, `{{` and `}}` for the braces themselves.
fn sentence(text: &str, fields: Option<&WrittenFields>) -> Read<Sentence> {
    let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if let Some(next) = after.strip_prefix(brace) {
            plain.push_str(brace);
            rest = next;
            continue;
        }
        let named = after.split_once('}').filter(|_| brace == "{");
        let Some((name, next)) = named else {
            return Err(Problem::new(format!("has a `{brace}` that stands alone"))
                .hint("write `{field}` for a value, `{{` and `}}` for the braces themselves"));
        };
        if let Some(fields) = fields {
            fields.check(name)?;
        }
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(Part::Field(name.to_owned()));
        rest = next;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    if !parts.iter().any(|part| matches!(part, Part::Field(_))) {
        return Err(Problem::new("names no field, so each record would be the same sentence")
            .hint(format!("as in {EXAMPLE}")));
    }
    Ok(Sentence(parts))
}
