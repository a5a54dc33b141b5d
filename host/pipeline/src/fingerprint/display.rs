//! The keys of a configuration that only matter to what is shown: titles, labels, how many rows a
//! chart has. The plugin's schema marks each with `"x-display": true`, and `plugin test` holds the
//! plugin to it.
//!
//! Deliberately absent: marks elsewhere than below `properties` and `items`. A key without a mark
//! that is found counts, which costs time and never a wrong number.

use std::collections::BTreeMap;

use serde_json::Value;

/// The annotation in a JSON Schema.
const MARK: &str = "x-display";

/// The keys of a table that are for display.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DisplayKeys {
    keys: BTreeMap<String, Marked>,
    /// Those of each table in a list.
    items: Option<Box<DisplayKeys>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Marked {
    /// The value as a whole.
    Whole,
    /// Some keys in it.
    Within(DisplayKeys),
}

impl DisplayKeys {
    /// The keys that a plugin's `config-schema` marks; a text that is no schema marks none.
    pub fn of_schema(schema: &str) -> Self {
        serde_json::from_str(schema).map_or_else(|_| Self::default(), |schema| Self::of(&schema))
    }

    fn of(schema: &Value) -> Self {
        let marked = |(name, schema): (&String, &Value)| {
            let marked = if schema[MARK] == true {
                Marked::Whole
            } else {
                Marked::Within(Some(Self::of(schema)).filter(|keys| !keys.is_empty())?)
            };
            Some((name.clone(), marked))
        };
        let properties = schema["properties"].as_object().into_iter().flatten();
        let items = schema.get("items").map(Self::of).filter(|keys| !keys.is_empty());
        Self { keys: properties.filter_map(marked).collect(), items: items.map(Box::new) }
    }

    /// True if no key is marked.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.items.is_none()
    }

    /// The places of these keys in `config`, as JSON pointers: those that it has, and those that it
    /// could have without another table.
    pub fn places(&self, config: &Value) -> Vec<String> {
        let mut places = Vec::new();
        self.find(config, "", &mut places);
        places
    }

    fn find(&self, value: &Value, at: &str, places: &mut Vec<String>) {
        if let (Some(keys), Some(items)) = (&self.items, value.as_array()) {
            for (index, item) in items.iter().enumerate() {
                keys.find(item, &format!("{at}/{index}"), places);
            }
        }
        let Some(table) = value.as_object() else { return };
        for (name, marked) in &self.keys {
            let place = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
            match (marked, table.get(name)) {
                (Marked::Whole, _) => places.push(place),
                (Marked::Within(keys), Some(value)) => keys.find(value, &place, places),
                (Marked::Within(_), None) => {}
            }
        }
    }

    /// True if the value of the key `name` is for display as a whole.
    pub(super) fn has(&self, name: &str) -> bool {
        self.keys.get(name) == Some(&Marked::Whole)
    }

    /// The keys within the value of the key `name`.
    pub(super) fn within(&self, name: &str) -> Option<&Self> {
        match self.keys.get(name) {
            Some(Marked::Within(keys)) => Some(keys),
            _ => None,
        }
    }

    /// The keys within each item of a list.
    pub(super) fn of_items(&self) -> Option<&Self> {
        self.items.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys() -> DisplayKeys {
        DisplayKeys::of_schema(
            r##"{"x-display": true, "properties": {
                "title": {"type": "string", "x-display": true},
                "labels": {"$ref": "#/$defs/labels", "x-display": true},
                "n": {"type": "integer"},
                "no": {"x-display": false}, "word": {"x-display": "true"},
                "view": {"properties": {"a/b": {"x-display": true}, "kind": {}}},
                "series": {"type": "array", "items": {"properties": {"name": {"x-display": true}}}},
                "other": {"anyOf": [{"x-display": true}]}
            }}"##,
        )
    }

    #[test]
    fn marked_keys_are_found_at_any_depth() {
        let config =
            json!({"n": 3, "title": "T", "view": {"kind": 1}, "series": [{}, 7, {"name": "x"}]});
        let places = ["/labels", "/series/0/name", "/series/2/name", "/title", "/view/a~1b"];
        assert_eq!(keys().places(&config), places);
        assert_eq!(keys().places(&json!({})), ["/labels", "/title"]);
    }

    #[test]
    fn a_schema_without_a_mark_or_that_is_none_marks_nothing() {
        for schema in ["", "{", "7", "{}", r#"{"x-display": true}"#, r#"{"properties": 3}"#] {
            assert!(DisplayKeys::of_schema(schema).is_empty(), "{schema}");
        }
        assert!(!keys().is_empty());
    }
}
