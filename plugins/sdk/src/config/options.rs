//! Options that many metrics have in common: choices, ranges, texts for the page, labels.

use std::ops::RangeInclusive;

use super::{Config, Value};
use crate::{Error, Localized, Result};

impl Config {
    /// One of `choices`; the first one where the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is another text, or no text.
    ///
    /// # Panics
    /// The list `choices` is empty.
    pub fn choice<'a>(&self, key: &str, choices: &[&'a str]) -> Result<&'a str> {
        let Some(text) = self.text(key)? else {
            return Ok(choices.first().expect("there is something to choose from"));
        };
        let chosen = choices.iter().find(|choice| **choice == text);
        let problem = || format!("is `{text}`; hint: it may be {}", choices.join(", "));
        chosen.copied().ok_or_else(|| Error::config(key, &problem()))
    }

    /// An integer of a range; `default` where the key is absent.
    ///
    /// ```
    /// use streamgauge_sdk::Config;
    ///
    /// let config = Config::parse(r#"{"top": 10, "n": 0}"#)?;
    /// assert_eq!(config.integer_in("top", 0..=1000, 15)?, 10);
    /// assert_eq!(config.integer_in("k", 64..=4096, 512)?, 512);
    /// let error = config.integer_in("n", 1..=1000, 10).expect_err("outside");
    /// assert_eq!(error.to_string(), "config key `n` is 0; hint: it may be 1 to 1000");
    /// # Ok::<(), streamgauge_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not an integer or is outside the range.
    pub fn integer_in(&self, key: &str, range: RangeInclusive<u32>, default: u32) -> Result<u32> {
        let Some(number) = self.integer(key)? else { return Ok(default) };
        let inside = u32::try_from(number).ok().filter(|number| range.contains(number));
        let (least, most) = (range.start(), range.end());
        let problem = || format!("is {number}; hint: it may be {least} to {most}");
        inside.ok_or_else(|| Error::config(key, &problem()))
    }

    /// A number of a range; `default` where the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not a number or is outside the range.
    pub fn float_in(&self, key: &str, range: RangeInclusive<f64>, default: f64) -> Result<f64> {
        let Some(number) = self.float(key)? else { return Ok(default) };
        if range.contains(&number) {
            return Ok(number);
        }
        let (least, most) = (range.start(), range.end());
        Err(Error::config(key, &format!("is {number}; hint: it may be {least} to {most}")))
    }

    /// A text for the page: one for every language, or a table with at least `zh` and `en`.
    ///
    /// ```
    /// use streamgauge_sdk::{Config, Localized};
    ///
    /// let config = Config::parse(r#"{"title": {"zh": "省份", "en": "Provinces"}, "unit": "ms"}"#)?;
    /// assert_eq!(config.localized("title")?, Some(("省份", "Provinces").into()));
    /// assert_eq!(config.localized("unit")?, Some(("ms", "ms").into()));
    /// assert_eq!(config.localized("absent")?, None);
    /// # Ok::<(), streamgauge_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is neither, or a language is missing.
    pub fn localized(&self, key: &str) -> Result<Option<Localized>> {
        self.get(key).map(|value| localized(key, value)).transpose()
    }

    /// Texts for the keys of a dimension, in the order in which the page shows them.
    ///
    /// ```
    /// use streamgauge_sdk::{Config, Localized};
    ///
    /// let json = r#"{"labels": {"2": {"zh": "购买", "en": "Buy"}, "0": "ok"}}"#;
    /// let labels = Config::parse(json)?.labels("labels")?;
    /// assert_eq!(labels[0], ("2".to_owned(), Localized::from(("购买", "Buy"))));
    /// assert_eq!(labels[1], ("0".to_owned(), Localized::from(("ok", "ok"))));
    /// # Ok::<(), streamgauge_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not a table of such texts, or names a key twice.
    pub fn labels(&self, key: &str) -> Result<Vec<(String, Localized)>> {
        let entries = match self.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Table(entries)) => entries,
            Some(_) => return Err(Error::config(key, "is not a table from key to text")),
        };
        let mut labels: Vec<(String, Localized)> = Vec::new();
        for (name, value) in entries {
            let path = format!("{key}.{name}");
            if labels.iter().any(|(known, _)| known == name) {
                return Err(Error::config(&path, "is there twice"));
            }
            labels.push((name.clone(), localized(&path, value)?));
        }
        Ok(labels)
    }
}

fn localized(key: &str, value: &Value) -> Result<Localized> {
    let wrong = || Error::config(key, "is neither a text nor a table with texts zh and en");
    match value {
        Value::Text(text) if !text.is_empty() => Ok((text.as_str(), text.as_str()).into()),
        Value::Table(entries) => {
            let text = |(tag, value): &(String, Value)| match value {
                Value::Text(text) if !text.is_empty() => Some((tag.clone(), text.clone())),
                _ => None,
            };
            let texts: Localized =
                entries.iter().map(text).collect::<Option<_>>().ok_or_else(wrong)?;
            let complete = ["zh", "en"].iter().all(|tag| texts.get(tag).is_some());
            complete.then_some(texts).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_the_key() {
        let json = r#"{"title": {"zh": "省份"}, "labels": {"0": 3}, "chart": "lines", "a": 2.5,
            "twice": {"0": "a", "0": "b"}, "list": [], "empty": ""}"#;
        let config = Config::parse(json).expect("JSON");
        let problems = [
            (config.localized("title").err(), "`title` is neither"),
            (config.localized("empty").err(), "`empty` is neither"),
            (config.labels("labels").err(), "`labels.0` is neither"),
            (config.labels("twice").err(), "`twice.0` is there twice"),
            (config.labels("list").err(), "`list` is not a table"),
            (
                config.choice("chart", &["bar", "pie"]).err(),
                "`chart` is `lines`; hint: it may be bar, pie",
            ),
            (config.float_in("a", 0.0..=1.0, 0.5).err(), "`a` is 2.5; hint: it may be 0 to 1"),
            (config.integer_in("a", 0..=1, 1).err(), "`a` is not an integer"),
        ];
        for (error, expected) in problems {
            let error = error.expect("refused").to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
