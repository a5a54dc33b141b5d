//! `[metric.config]` checked against the JSON Schema that the plugin gives, before the plugin sees
//! it: each mistake has its place in the file.
//!
//! Invariant: nothing is fetched. A reference to another document is a fault of the schema.

mod cost;

use std::fmt;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{PatternOptions, ValidationError};
use serde_json::Value;

use streamgauge_core::words::clean;
use streamgauge_pipeline::{join, nearest};

/// The longest schema, in bytes.
const SCHEMA_BYTES_MAX: usize = 256 << 10;

/// The largest machine of a pattern, and the most that it may keep while it runs, in bytes.
const PATTERN_BYTES_MAX: usize = 512 << 10;

/// The most mistakes that are reported.
const FAULTS_MAX: usize = 20;

/// The longest words and remedy of a mistake, in bytes.
const WORDS_BYTES_MAX: usize = 1024;

/// The remedy where the schema has no words of its own.
const INSPECT: &str = "`streamgauge plugin inspect FILE` shows what the plugin takes";

/// One mistake in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigFault {
    /// The key as TOML writes its path below `[metric.config]`, as in `labels."2".zh`; an empty one
    /// means the whole table.
    pub key: String,
    /// The fault, as a continuation of the key.
    pub words: String,
    /// The remedy, for the author of the file.
    pub hint: String,
}

impl ConfigFault {
    /// The path of the key, below `[[metric]]`.
    pub fn setting(&self) -> String {
        let dot = if self.key.is_empty() { "" } else { "." };
        format!("config{dot}{}", self.key)
    }
}

impl fmt::Display for ConfigFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.setting(), self.words)
    }
}

/// Checks `config` against `schema`; an empty schema allows no key.
///
/// # Errors
/// The reason why `schema` is not a JSON Schema.
pub(super) fn check(schema: &str, config: &Value) -> Result<Vec<ConfigFault>, String> {
    if schema.len() > SCHEMA_BYTES_MAX {
        return Err(format!("it has more than {SCHEMA_BYTES_MAX} bytes"));
    }
    let none = || serde_json::json!({ "properties": {}, "additionalProperties": false });
    let wrong = |error: &dyn fmt::Display| format!("it is no JSON Schema: {error}");
    let schema: Value = match schema {
        "" => none(),
        text => serde_json::from_str(text).map_err(|error| wrong(&error))?,
    };
    cost::check(&schema, config)?;
    // Patterns run in linear time: a schema comes from a plugin.
    let patterns = PatternOptions::regex().size_limit(PATTERN_BYTES_MAX);
    let validator = jsonschema::options()
        .with_pattern_options(patterns.dfa_size_limit(PATTERN_BYTES_MAX))
        .build(&schema)
        .map_err(|error| wrong(&error))?;
    let errors = validator.iter_errors(config);
    Ok(errors.flat_map(|error| faults(&error, &schema, config)).take(FAULTS_MAX).collect())
}

/// The faults in the file that one violated keyword means.
fn faults(error: &ValidationError<'_>, schema: &Value, config: &Value) -> Vec<ConfigFault> {
    let at = error.instance_path().to_string();
    let key = key_path(&at, config);
    // Its words quote the schema, which is the plugin's.
    let fault = |key: String, said: String, hint: String| ConfigFault {
        key,
        words: clean(&said, WORDS_BYTES_MAX),
        hint: clean(&hint, WORDS_BYTES_MAX),
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            unknown(error, &key, unexpected.iter(), schema)
        }
        // A schema that knows no key by name refuses them all at once, and names none.
        ValidationErrorKind::FalseSchema if is_of_additional_keys(error) => {
            let table = config.pointer(&at).and_then(Value::as_object);
            unknown(error, &key, table.into_iter().flat_map(|table| table.keys()), schema)
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let words = format!("lacks `{name}`");
            vec![fault(key, words, described(schema, name))]
        }
        kind => vec![fault(key, words(kind, error), about(schema, &at))],
    }
}

fn words(kind: &ValidationErrorKind, error: &ValidationError<'_>) -> String {
    let shown = |value: &Value| value.to_string();
    match kind {
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) } => {
            format!("must be of type {kind}")
        }
        ValidationErrorKind::Minimum { limit } => format!("must be at least {}", shown(limit)),
        ValidationErrorKind::Maximum { limit } => format!("must be at most {}", shown(limit)),
        ValidationErrorKind::MinLength { limit: 1 } => "must not be empty".into(),
        ValidationErrorKind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            let options: Vec<String> = options.iter().map(shown).collect();
            format!("must be one of {}", options.join(", "))
        }
        _ => format!("does not fit the plugin's schema: {error}"),
    }
}

fn is_of_additional_keys(error: &ValidationError<'_>) -> bool {
    error.schema_path().to_string().ends_with("/additionalProperties")
}

/// A fault for each of the `names` that the table `key` does not know.
fn unknown<'a>(
    error: &ValidationError<'_>,
    key: &str,
    names: impl Iterator<Item = &'a String>,
    schema: &Value,
) -> Vec<ConfigFault> {
    let keyword = error.schema_path().to_string();
    let around = keyword.rsplit_once('/').map_or("", |(around, _)| around);
    let table = schema.pointer(around).unwrap_or(&Value::Null);
    let known = table["properties"].as_object();
    let known: Vec<&str> =
        known.into_iter().flat_map(|keys| keys.keys().map(String::as_str)).collect();
    let takes_nothing =
        around.is_empty() && known.is_empty() && table.get("patternProperties").is_none();
    let hint = |name: &str| {
        if takes_nothing {
            "this metric has no configuration: take it out".to_owned()
        } else {
            of_known(name, &known)
        }
    };
    let fault = |name: &String| ConfigFault {
        key: join(key, name),
        words: "is unknown".to_owned(),
        hint: clean(&hint(name), WORDS_BYTES_MAX),
    };
    names.map(fault).collect()
}

fn of_known(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        _ if known.is_empty() => INSPECT.to_owned(),
        Some(near) => format!("did you mean `{near}`? It knows {}", known.join(", ")),
        None => format!("it knows {}", known.join(", ")),
    }
}

/// The schema's words about the top-level key that `at` lies in.
fn about(schema: &Value, at: &str) -> String {
    let name = at.trim_start_matches('/').split('/').next().unwrap_or_default();
    described(schema, &unescaped(name))
}

fn described(schema: &Value, name: &str) -> String {
    match schema["properties"][name]["description"].as_str() {
        Some(description) => format!("`{name}` means: {description}"),
        None => INSPECT.to_owned(),
    }
}

/// A JSON pointer into `config` as TOML writes the path of a key.
fn key_path(pointer: &str, config: &Value) -> String {
    let mut path = String::new();
    let mut around = Some(config);
    for part in pointer.split('/').skip(1) {
        let name = unescaped(part);
        match around {
            Some(Value::Array(items)) => {
                path.extend(["[", name.as_str(), "]"]);
                around = name.parse().ok().and_then(|index: usize| items.get(index));
            }
            table => {
                path = join(&path, &name);
                around = table.and_then(|table| table.get(&name));
            }
        }
    }
    path
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests;
