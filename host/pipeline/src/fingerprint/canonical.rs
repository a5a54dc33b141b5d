//! One form of a configuration as JSON: keys in their order, no white space, without the keys that
//! are for display. Numbers and texts stay as they are written, so nothing is rounded.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::display::DisplayKeys;

/// `json` in its canonical form; `None` means that it is no JSON.
pub(super) fn canonical(json: &str, display: &DisplayKeys) -> Option<String> {
    let mut out = String::new();
    write(json, Some(display), &mut out)?;
    Some(out)
}

/// The keys of a JSON object, each with its value as it is written; `None` means that it is none.
pub(super) fn object(json: &str) -> Option<BTreeMap<String, Box<RawValue>>> {
    serde_json::from_str(json).ok()
}

fn write(json: &str, display: Option<&DisplayKeys>, out: &mut String) -> Option<()> {
    match json.trim_start().chars().next()? {
        '{' => {
            let mut separator = '{';
            for (key, value) in object(json)? {
                if display.is_some_and(|keys| keys.has(&key)) {
                    continue;
                }
                out.push(separator);
                separator = ',';
                out.push_str(&quoted(&key));
                out.push(':');
                write(value.get(), display.and_then(|keys| keys.within(&key)), out)?;
            }
            out.push_str(if separator == '{' { "{}" } else { "}" });
        }
        '[' => {
            let mut separator = '[';
            for value in serde_json::from_str::<Vec<Box<RawValue>>>(json).ok()? {
                out.push(separator);
                separator = ',';
                write(value.get(), display.and_then(DisplayKeys::of_items), out)?;
            }
            out.push_str(if separator == '[' { "[]" } else { "]" });
        }
        _ => out.push_str(serde_json::from_str::<&RawValue>(json).ok()?.get()),
    }
    Some(())
}

/// A text as JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_white_space_do_not_count_and_all_else_does() {
        let same = |one: &str, other: &str| {
            canonical(one, &DisplayKeys::default()) == canonical(other, &DisplayKeys::default())
        };
        assert!(same(r#"{"b":[{"y":1,"x":2}],"a":1}"#, r#"{ "a": 1, "b": [ {"x":2, "y":1} ] }"#));
        for (one, other) in [
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#),
            (r#"{"a":1}"#, r#"{"a":1.0}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            (r#"{"a":{}}"#, r"{}"),
            (r#"{"a":[]}"#, r#"{"a":{}}"#),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn numbers_keep_every_digit() {
        let json = r#"{"a":0.30000000000000004,"b":1e300,"c":-0.0,"d":9223372036854775807}"#;
        assert_eq!(canonical(json, &DisplayKeys::default()).as_deref(), Some(json));
    }

    #[test]
    fn keys_for_display_are_left_out() {
        let schema = r#"{"properties": {"title": {"x-display": true},
            "view": {"properties": {"top": {"x-display": true}}},
            "series": {"items": {"properties": {"name": {"x-display": true}}}}}}"#;
        let display = DisplayKeys::of_schema(schema);
        let json = r#"{"view":{"top":3,"kind":"pie"},"title":{"zh":"一","en":"one"},
            "series":[{"name":"x","of":1},{"name":"y"}],"top":7}"#;
        let shown = r#"{"series":[{"of":1},{}],"top":7,"view":{"kind":"pie"}}"#;
        assert_eq!(canonical(json, &display).as_deref(), Some(shown));
        assert_eq!(canonical("{", &display), None);
        assert_eq!(canonical(r#"{"a":}"#, &display), None);
    }
}
