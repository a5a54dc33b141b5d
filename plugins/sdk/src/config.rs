//! The `[metric.config]` table of a metric.
//!
//! The host passes the table as JSON. A metric asks for each key by type and gets an error that
//! names the key; [`Config::allow`] refuses other keys, so that no mistyped key is ignored.

mod json;
mod options;

pub use json::Value;

use crate::{Error, Result};

/// The parsed `[metric.config]` table.
///
/// ```
/// use streamgauge_sdk::Config;
///
/// let config = Config::parse(r#"{"top": 10, "field": "price"}"#)?;
/// config.allow(&["top", "field", "exact"])?;
/// assert_eq!(config.integer("top")?, Some(10));
/// assert_eq!(config.boolean("exact")?, None);
/// let error = config.integer("field").expect_err("a text");
/// assert_eq!(error.to_string(), "config key `field` is not an integer");
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    entries: Vec<(String, Value)>,
}

impl Config {
    /// Reads a JSON object; an empty text is an empty table.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the text is not a JSON object.
    pub fn parse(json: &str) -> Result<Self> {
        if json.is_empty() {
            return Ok(Self::default());
        }
        match json::parse(json) {
            Ok(Value::Table(entries)) => Ok(Self { entries }),
            Ok(_) => Err(Error::BadConfig("config is not a table".to_owned())),
            Err(problem) => Err(Error::BadConfig(format!("config is not JSON: {problem}"))),
        }
    }

    /// Refuses keys that are not in `known`.
    ///
    /// # Errors
    /// [`Error::BadConfig`], naming the first such key.
    pub fn allow(&self, known: &[&str]) -> Result<()> {
        match self.entries.iter().find(|(key, _)| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, _)) if known.is_empty() => {
                Err(Error::config(key, "is unknown; hint: this metric has no configuration"))
            }
            Some((key, _)) => {
                let hint = format!("is unknown; hint: known keys are {}", known.join(", "));
                Err(Error::config(key, &hint))
            }
        }
    }

    /// The value of a key, whatever its type. Null counts as absent.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let found = self.entries.iter().rev().find(|(name, _)| name == key);
        found.map(|(_, value)| value).filter(|value| **value != Value::Null)
    }

    /// The text of a key; `None` means that the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not a text.
    pub fn text(&self, key: &str) -> Result<Option<&str>> {
        self.typed(key, "a text", |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// The integer of a key; `None` means that the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not an integer of 64 bits.
    pub fn integer(&self, key: &str) -> Result<Option<i64>> {
        self.typed(key, "an integer", |value| match value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        })
    }

    /// The number of a key; `None` means that the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not a number.
    pub fn float(&self, key: &str) -> Result<Option<f64>> {
        self.typed(key, "a number", |value| match value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        })
    }

    /// The boolean of a key; `None` means that the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is not a boolean.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>> {
        self.typed(key, "true or false", |value| match value {
            Value::Boolean(boolean) => Some(*boolean),
            _ => None,
        })
    }

    fn typed<'a, T>(
        &'a self,
        key: &str,
        expected: &str,
        pick: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let picked = pick(value).ok_or_else(|| Error::config(key, &format!("is not {expected}")));
        picked.map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_the_known_ones() {
        let config = Config::parse(r#"{"topp": 3}"#).expect("JSON");
        let none = config.allow(&[]).expect_err("unknown").to_string();
        assert_eq!(none, "config key `topp` is unknown; hint: this metric has no configuration");
        let some = config.allow(&["top", "field"]).expect_err("unknown").to_string();
        assert_eq!(some, "config key `topp` is unknown; hint: known keys are top, field");
    }

    #[test]
    fn a_text_that_is_not_a_table_is_refused() {
        assert_eq!(Config::parse(""), Ok(Config::default()));
        assert_eq!(Config::parse("{}"), Ok(Config::default()));
        for json in ["[]", "3", "{", "{\"a\":}", "{}x", "{\"a\" 1}"] {
            assert!(matches!(Config::parse(json), Err(Error::BadConfig(_))), "{json}");
        }
    }

    #[test]
    fn values_come_by_type() {
        let config = Config::parse(r#"{"i": -3, "f": 2.5e1, "b": true, "t": "中\n", "n": null}"#)
            .expect("JSON");
        assert_eq!(config.integer("i"), Ok(Some(-3)));
        assert_eq!(config.float("i"), Ok(Some(-3.0)));
        assert_eq!(config.float("f"), Ok(Some(25.0)));
        assert_eq!(config.boolean("b"), Ok(Some(true)));
        assert_eq!(config.text("t"), Ok(Some("中\n")));
        assert_eq!(config.text("n"), Ok(None));
        assert!(config.integer("f").is_err() && config.boolean("i").is_err());
    }
}
