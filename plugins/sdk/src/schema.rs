//! The JSON Schema of a `[metric.config]` table, from one list of its keys.

use std::ops::RangeInclusive;

use crate::{Config, Error, KeyType, Result};

/// The annotation of a key that only matters to what is shown.
const DISPLAY: &str = r#""x-display":true"#;

/// A text for the page, as [`Config::localized`] reads it.
const LOCALIZED: &str = r#"{"anyOf":[{"type":"string","minLength":1},{"type":"object","required":["zh","en"],"additionalProperties":{"type":"string","minLength":1}}]}"#;

/// The keys of a configuration under construction; the texts are JSON Schema, draft 2020-12.
///
/// A metric states its keys once: [`check`](Self::check) refuses others, and
/// [`json`](Self::json) is what the descriptor says of them.
///
/// ```
/// use streamgauge_sdk::{Config, Schema};
///
/// let schema = Schema::default().integer("top", "Rows shown.", 0..=1000, 15).title();
/// let json = schema.json();
/// assert!(json.contains(r#""additionalProperties":false"#));
/// assert!(json.contains(r#""top":{"description":"Rows shown.","type":"integer""#));
///
/// let error = schema.check(&Config::parse(r#"{"topp": 3}"#)?).expect_err("unknown");
/// assert!(error.to_string().starts_with("config key `topp` is unknown"));
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    properties: Vec<(&'static str, String)>,
    required: Vec<&'static str>,
}

impl Schema {
    /// Adds a key of any form. `description` and `fragment` are parts of JSON: the description
    /// without its quotes, the fragment as in `"type":"string"`.
    #[must_use]
    pub fn key(mut self, name: &'static str, description: &str, fragment: &str) -> Self {
        let body = format!(r#"{{"description":"{description}",{fragment}}}"#);
        self.properties.push((name, body));
        self
    }

    /// Adds a key that must be there, of any form.
    #[must_use]
    pub fn required(mut self, name: &'static str, description: &str, fragment: &str) -> Self {
        self.required.push(name);
        self.key(name, description, fragment)
    }

    /// Marks the key that was added last as a display key: it changes what is shown and nothing else.
    /// The host takes configurations that differ in display keys for the same, so a new title counts
    /// nothing again. `streamgauge plugin test` holds a metric to it: a display key changes no column
    /// that is read, no row that is refused and no byte of a state.
    ///
    /// [`title`](Self::title), [`localized`](Self::localized) and [`labels`](Self::labels) mark
    /// their keys themselves.
    ///
    /// # Panics
    /// There is no key yet.
    #[must_use]
    pub fn display(mut self) -> Self {
        let (_, body) = self.properties.last_mut().expect("a key stands before its mark");
        if !body.contains(DISPLAY) {
            body.truncate(body.len() - 1);
            body.extend([",", DISPLAY, "}"]);
        }
        self
    }

    /// Adds the type of a column, as [`KeyType::from_config`] reads it.
    #[must_use]
    pub fn key_type(self, name: &'static str, column: &str) -> Self {
        let description = format!("Type of the column that `{column}` reads, as in the schema.");
        self.choice(name, &description, &KeyType::NAMES)
    }

    /// Adds a choice of a few texts, as [`Config::choice`] reads it.
    #[must_use]
    pub fn choice(self, name: &'static str, description: &str, choices: &[&str]) -> Self {
        let list = choices.join(r#"",""#);
        let default = choices.first().copied().unwrap_or_default();
        self.key(name, description, &format!(r#""enum":["{list}"],"default":"{default}""#))
    }

    /// Adds an integer of a range, as [`Config::integer_in`] reads it.
    #[must_use]
    pub fn integer(
        self,
        name: &'static str,
        description: &str,
        range: RangeInclusive<u32>,
        default: u32,
    ) -> Self {
        self.key(name, description, &number("integer", range.start(), range.end(), &default))
    }

    /// Adds a number of a range, as [`Config::float_in`] reads it.
    #[must_use]
    pub fn float(
        self,
        name: &'static str,
        description: &str,
        range: RangeInclusive<f64>,
        default: f64,
    ) -> Self {
        self.key(name, description, &number("number", range.start(), range.end(), &default))
    }

    /// Adds a boolean, as [`Config::boolean`] reads it.
    #[must_use]
    pub fn boolean(self, name: &'static str, description: &str, default: bool) -> Self {
        self.key(name, description, &format!(r#""type":"boolean","default":{default}"#))
    }

    /// Adds a text for the page, as [`Config::localized`] reads it: a [display](Self::display) key.
    #[must_use]
    pub fn localized(self, name: &'static str, description: &str) -> Self {
        self.key(name, description, &LOCALIZED[1..LOCALIZED.len() - 1]).display()
    }

    /// Adds the key `title`, for the title of the view: a [display](Self::display) key.
    #[must_use]
    pub fn title(self) -> Self {
        self.localized("title", "Title of the view: a text, or one for each of zh and en.")
    }

    /// Adds texts for the keys of a dimension, as [`Config::labels`] reads them: a
    /// [display](Self::display) key.
    #[must_use]
    pub fn labels(self, name: &'static str, column: &str) -> Self {
        let description = format!("Texts for values of `{column}`, in the order of display.");
        let fragment = format!(r#""type":"object","additionalProperties":{LOCALIZED}"#);
        self.key(name, &description, &fragment).display()
    }

    /// Refuses a configuration with other keys, or without one that is required.
    ///
    /// # Errors
    /// [`Error::BadConfig`], naming the key.
    pub fn check(&self, config: &Config) -> Result<()> {
        let names: Vec<&str> = self.properties.iter().map(|(name, _)| *name).collect();
        config.allow(&names)?;
        match self.required.iter().find(|name| config.get(name).is_none()) {
            Some(name) => Err(Error::config(name, "is missing")),
            None => Ok(()),
        }
    }

    /// The schema as JSON text, which the host checks configurations against.
    pub fn json(&self) -> String {
        let property = |(name, body): &(&str, String)| format!(r#""{name}":{body}"#);
        let properties: Vec<String> = self.properties.iter().map(property).collect();
        let quoted: Vec<String> = self.required.iter().map(|name| format!(r#""{name}""#)).collect();
        format!(
            r#"{{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"required":[{}],"properties":{{{}}}}}"#,
            quoted.join(","),
            properties.join(","),
        )
    }
}

fn number<T: ToString>(kind: &str, least: &T, most: &T, default: &T) -> String {
    let [least, most, default] = [least, most, default].map(ToString::to_string);
    format!(r#""type":"{kind}","minimum":{least},"maximum":{most},"default":{default}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_json_and_a_missing_key_is_named() {
        let schema = Schema::default()
            .required("from", "Values.", r#""type":"array""#)
            .key_type("type", "value")
            .float("accuracy", "Error.", 0.001..=0.1, 0.01)
            .boolean("sorted", "Sort.", true)
            .labels("labels", "value")
            .title();
        let json = schema.json();
        assert!(Config::parse(&json).is_ok(), "{json}");
        let error = schema.check(&Config::default()).expect_err("missing").to_string();
        assert_eq!(error, "config key `from` is missing");
    }

    #[test]
    fn texts_for_the_page_are_display_keys_and_others_where_the_author_says_so() {
        let schema = Schema::default()
            .title()
            .localized("column_title", "Title of the column.")
            .labels("labels", "value")
            .integer("capacity", "Values counted.", 1..=9, 3)
            .integer("top", "Values shown.", 0..=1000, 15)
            .display()
            .display();
        let marked = |(name, body): &(&'static str, String)| {
            assert!(body.matches(DISPLAY).count() < 2, "{body}");
            assert!(Config::parse(body).is_ok(), "{body}");
            body.ends_with(&format!(",{DISPLAY}}}")).then_some(*name)
        };
        let marked: Vec<&str> = schema.properties.iter().filter_map(marked).collect();
        assert_eq!(marked, ["title", "column_title", "labels", "top"]);
    }
}
