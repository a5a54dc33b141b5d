//! The description of the API: the description names the paths of docs/wire.md, and no others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::host::{Host, Setup};

const WIRE: &str = include_str!("../../../../docs/wire.md");

/// The paths of the table in docs/wire.md, but for the page with its logo and the stream.
fn documented() -> BTreeSet<String> {
    let table = WIRE.split("\n## HTTP\n").nth(1).expect("there is such a part");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    let paths = rows.filter_map(|row| row.split('`').next());
    let paths = paths.map(|path| path.trim_start_matches("POST ").to_owned());
    paths.filter(|path| !["/", "/logo", "/api/v1/stream"].contains(&path.as_str())).collect()
}

#[test]
fn every_documented_path_is_described_and_answered() {
    let host = Host::start(Setup::default());
    let api = host.get("/api/v1/openapi.json").json();
    assert_eq!(api["openapi"], "3.1.0");
    let paths = api["paths"].as_object().expect("paths");
    let described: BTreeSet<String> = paths.keys().cloned().collect();
    assert_eq!(described, documented());
    for (path, methods) in paths {
        let path = path.replace("{id}", "behavior");
        let reply = match methods.get("post") {
            Some(_) => host.request("POST", &path, "Content-Length: 0\r\n"),
            None => host.get(&path),
        };
        assert_ne!(reply.code, 404, "{path}");
    }
}

#[test]
fn every_reference_has_its_schema() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                if let Some(Value::String(target)) = object.get("$ref") {
                    found.insert(target.clone());
                }
                object.values().for_each(|value| references(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let api = Host::start(Setup::default()).get("/api/v1/openapi.json").json();
    let mut found = BTreeSet::new();
    references(&api, &mut found);
    assert!(found.len() > 15, "{found:?}");
    for target in found {
        let pointer = target.strip_prefix('#').expect("a place in the document");
        assert!(api.pointer(pointer).is_some(), "{target}");
    }
}
