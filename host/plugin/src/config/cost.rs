//! What holding a configuration against a schema costs, known before it is done: the check of a
//! schema cannot be interrupted, and thirty nested `allOf` of two references each would never end.
//!
//! The cost is counted in schemas that are applied to a value. Each pair of the two is counted once
//! and remembered, so the count itself is short where the check would not be. Where the count knows
//! less than the check, as which keys a pattern takes, the count takes all.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The most that the check of one configuration may cost.
const COST_MAX: u64 = 250_000;

/// The most pairs of a schema and a value that are looked at.
const PAIRS_MAX: usize = 100_000;

/// How deep schemas may be applied within each other: each takes some of the stack.
const DEPTH_MAX: usize = 150;

/// The most patterns in one schema: each is compiled into a machine of its own.
const PATTERNS_MAX: usize = 64;

/// Bytes of a text that cost as much as one schema.
const TEXT_BYTES: u64 = 64;

/// Keywords with one schema, or a list of schemas, for the same value.
const IN_PLACE: [&str; 11] = [
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentSchemas",
    "dependencies",
    "extends",
    "disallow",
];

/// Keywords with schemas for the items or values of the value.
const BELOW: [&str; 10] = [
    "additionalProperties",
    "patternProperties",
    "items",
    "prefixItems",
    "additionalItems",
    "contains",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "contentSchema",
];

/// Keywords whose check looks at every other keyword once more for each item.
const REPEATING: [&str; 2] = ["unevaluatedProperties", "unevaluatedItems"];

/// Keywords that refer to a schema by more than its place.
const REFUSED: [&str; 3] = ["$dynamicRef", "$recursiveRef", "$id"];

/// The cost of holding `config` against `schema`.
///
/// # Errors
/// It costs too much; the words name the keyword.
pub(super) fn check(schema: &Value, config: &Value) -> Result<u64, String> {
    let patterns = count_patterns(schema);
    if patterns > PATTERNS_MAX {
        return Err(format!("it has {patterns} patterns, more than {PATTERNS_MAX}"));
    }
    let mut count = Count { root: schema, known: HashMap::new(), path: Vec::new() };
    count.of(schema, config)
}

/// Pairs are told apart by the addresses of both.
type Pair = (*const Value, *const Value);

struct Count<'a> {
    root: &'a Value,
    /// `None` means that the pair is being counted.
    known: HashMap<Pair, Option<u64>>,
    /// The keywords that lead to the present schema.
    path: Vec<&'a str>,
}

impl<'a> Count<'a> {
    fn of(&mut self, schema: &'a Value, value: &Value) -> Result<u64, String> {
        let Some(keywords) = schema.as_object() else { return Ok(1) };
        if keywords.is_empty() {
            return Ok(1);
        }
        let pair = (std::ptr::from_ref(schema), std::ptr::from_ref(value));
        match self.known.get(&pair) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(self.fault("applies to its own value without end")),
            None if self.known.len() >= PAIRS_MAX => return Err(self.too_much()),
            None if self.path.len() >= DEPTH_MAX => {
                return Err(self.fault(&format!("is more than {DEPTH_MAX} schemas deep")));
            }
            None => {}
        }
        self.known.insert(pair, None);
        let mut cost = weight(value);
        for (name, inner) in keywords {
            self.path.push(name);
            cost = cost.saturating_add(self.keyword(keywords, name, inner, value)?);
            if cost > COST_MAX {
                return Err(self.too_much());
            }
            self.path.pop();
        }
        if REPEATING.iter().any(|name| keywords.contains_key(*name)) {
            cost = cost.saturating_mul(children(value).count() as u64 + 1);
        }
        self.known.insert(pair, Some(cost));
        Ok(cost)
    }

    fn keyword(
        &mut self,
        keywords: &'a Map<String, Value>,
        name: &str,
        inner: &'a Value,
        value: &Value,
    ) -> Result<u64, String> {
        match name {
            "$ref" => {
                let target = self.target(inner)?;
                self.of(target, value)
            }
            "$id" if std::ptr::eq(keywords, self.root.as_object().unwrap_or(keywords)) => Ok(0),
            name if REFUSED.contains(&name) => Err(self.fault("is not taken here")),
            "properties" => self.properties(inner, value),
            "pattern" => Ok(value.as_str().map_or(1, matching)),
            name if IN_PLACE.contains(&name) => self.each(inner, value),
            name if BELOW.contains(&name) => {
                let mut cost = if name == "patternProperties" { names(inner, value) } else { 0 };
                for child in children(value) {
                    cost = cost.saturating_add(self.each(inner, child)?);
                    if cost > COST_MAX {
                        return Err(self.too_much());
                    }
                }
                Ok(cost)
            }
            // What is looked through: allowed values, required keys.
            _ => Ok(1 + children(inner).count() as u64),
        }
    }

    fn properties(&mut self, inner: &'a Value, value: &Value) -> Result<u64, String> {
        let (Some(schemas), Some(table)) = (inner.as_object(), value.as_object()) else {
            return Ok(1);
        };
        let mut cost = schemas.len() as u64;
        for (key, child) in table {
            if let Some(schema) = schemas.get(key) {
                cost = cost.saturating_add(self.of(schema, child)?);
            }
        }
        Ok(cost)
    }

    /// The cost of a keyword with a schema, a list or a table of schemas. In a table of keywords
    /// nothing is lost by taking each of them for a name as well.
    fn each(&mut self, inner: &'a Value, value: &Value) -> Result<u64, String> {
        let mut cost = 1_u64;
        let schemas: Vec<&'a Value> = match (inner, self.path.last()) {
            (Value::Array(list), _) => list.iter().collect(),
            (
                Value::Object(table),
                Some(&("patternProperties" | "dependentSchemas" | "dependencies")),
            ) => table.values().collect(),
            (schema, _) => vec![schema],
        };
        for schema in schemas {
            cost = cost.saturating_add(self.of(schema, value)?);
            if cost > COST_MAX {
                return Err(self.too_much());
            }
        }
        Ok(cost)
    }

    /// The schema that a reference names by its place.
    fn target(&self, reference: &'a Value) -> Result<&'a Value, String> {
        let place = reference.as_str().and_then(|text| text.strip_prefix('#'));
        let decoded = place.and_then(decoded);
        decoded.and_then(|place| self.root.pointer(&place)).ok_or_else(|| {
            let shown: String = reference.to_string().chars().take(80).collect();
            self.fault(&format!("refers to {shown}, which is no place in it such as \"#/$defs/x\""))
        })
    }

    fn too_much(&self) -> String {
        self.fault("costs too much to check: too many schemas meet at one value")
    }

    fn fault(&self, words: &str) -> String {
        let last = self.path.iter().rev().take(6).rev();
        let path: Vec<&str> = last.copied().collect();
        let dots = if self.path.len() > path.len() { "…/" } else { "/" };
        format!("`{dots}{}` {words}", path.join("/"))
    }
}

fn children(value: &Value) -> impl Iterator<Item = &Value> {
    let (items, values) = match value {
        Value::Array(items) => (Some(items), None),
        Value::Object(table) => (None, Some(table)),
        _ => (None, None),
    };
    items.into_iter().flatten().chain(values.into_iter().flat_map(Map::values))
}

fn weight(value: &Value) -> u64 {
    let keys = value.as_object().into_iter().flat_map(Map::keys);
    let texts = value.as_str().into_iter().chain(keys.map(String::as_str));
    1 + texts.map(|text| text.len() as u64).sum::<u64>() / TEXT_BYTES
}

/// A pattern looks at each byte of a text, at worst with all of its machine.
fn matching(text: &str) -> u64 {
    5 + text.len() as u64 / 4
}

/// Each pattern is held against each key.
fn names(patterns: &Value, value: &Value) -> u64 {
    let keys = value.as_object().into_iter().flat_map(Map::keys);
    let each: u64 = keys.map(|key| matching(key)).sum();
    each.saturating_mul(patterns.as_object().map_or(0, Map::len) as u64)
}

/// The fragment of a URI without its percent signs.
fn decoded(place: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = place.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = (*first == b'%').then(|| after.get(..2)).flatten();
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).ok()
}

fn count_patterns(schema: &Value) -> usize {
    let own = schema.as_object().map_or(0, |keywords| {
        let names =
            keywords.get("patternProperties").and_then(Value::as_object).map_or(0, Map::len);
        names + usize::from(keywords.contains_key("pattern"))
    });
    own + children(schema).map(count_patterns).sum::<usize>()
}

#[cfg(test)]
mod tests;
