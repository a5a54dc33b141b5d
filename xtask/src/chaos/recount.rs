//! The second opinion: counts the JSON lines of a topic with nothing of the product in it. Kafka's
//! own consumer reads the topic, and not the host's client library.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The largest action that there is.
const ACTION_MAX: f64 = 3.0;

/// The numbers of a topic.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Recount {
    pub(super) read: u64,
    pub(super) rejected: u64,
    /// The valid values of the field `action`, by how often they occur.
    pub(super) actions: BTreeMap<String, u64>,
}

impl Recount {
    pub(super) fn count(&mut self, record: &[u8]) {
        self.read += 1;
        match object(record) {
            None => self.rejected += 1,
            Some(object) => {
                if let Some(action) = action(&object) {
                    *self.actions.entry(action).or_default() += 1;
                }
            }
        }
    }
}

/// The record as an object; a bare `NaN` is an empty cell, as Python writes it.
fn object(record: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(record).ok()?.replace(":NaN", ":null");
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The action of an event, if it is one.
fn action(object: &Map<String, Value>) -> Option<String> {
    let number: f64 = match object.get("action")? {
        Value::String(text) => text.parse().ok()?,
        other => other.as_f64()?,
    };
    (number.fract() == 0.0 && (0.0..=ACTION_MAX).contains(&number)).then(|| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_as_a_person_would() {
        let mut recount = Recount::default();
        for record in [
            &br#"{"action":0,"age":NaN}"#[..],
            br#"{"action":"2.0"}"#,
            br#"{"action":2}"#,
            br#"{"action":7}"#,
            br#"{"action":1.5}"#,
            br#"{"other":1}"#,
            b"{\"action\":",
            b"[1]",
            b"\xff",
            b"",
        ] {
            recount.count(record);
        }
        let actions = BTreeMap::from([("0".to_owned(), 1), ("2".to_owned(), 2)]);
        assert_eq!(recount, Recount { read: 10, rejected: 4, actions });
    }
}
