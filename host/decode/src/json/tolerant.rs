//! JSON with the bare `NaN`, `Infinity` and `-Infinity` that Python's `json` and others write. No
//! other spelling is known to come from a writer of JSON, so no other is read.

/// `text` as strict JSON: outside strings, `NaN` becomes `null`, and an infinity becomes a string,
/// which every type of field reads in the way of the bare word. `None` means that `text` has no
/// such word.
pub(super) fn rewrite(text: &str) -> Option<String> {
    let mut strict = String::with_capacity(text.len() + 16);
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr3(b'"', b'N', b'I', &text.as_bytes()[at..]) {
        at += found;
        let Some((start, end, value)) = word(text, at) else {
            at = if text.as_bytes()[at] == b'"' { string_end(text, at + 1) } else { at + 1 };
            continue;
        };
        strict.push_str(&text[copied..start]);
        strict.push_str(value);
        copied = end;
        at = end;
    }
    strict.push_str(&text[copied..]);
    (copied > 0).then_some(strict)
}

/// The word at `at`: its start, its end, and its replacement. `None` means that no such word is
/// there, or that it is a key.
fn word(text: &str, at: usize) -> Option<(usize, usize, &'static str)> {
    let rest = &text[at..];
    let (start, end, value) = if rest.starts_with("NaN") {
        (at, at + 3, "null")
    } else if rest.starts_with("Infinity") {
        match at.checked_sub(1).filter(|&before| text.as_bytes()[before] == b'-') {
            Some(before) => (before, at + 8, "\"-Infinity\""),
            None => (at, at + 8, "\"Infinity\""),
        }
    } else {
        return None;
    };
    let is_key = text[end..].trim_ascii_start().starts_with(':');
    (!is_key).then_some((start, end, value))
}

/// The position after the string whose content starts at `at`.
fn string_end(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += found;
        if bytes[at] == b'"' {
            return at + 1;
        }
        at = (at + 2).min(bytes.len());
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_outside_strings_are_rewritten() {
        let cases = [
            (r#"{"a": NaN, "b": [NaN, -Infinity]}"#, r#"{"a": null, "b": [null, "-Infinity"]}"#),
            (r#"{"NaN": "Infinity", "a": Infinity}"#, r#"{"NaN": "Infinity", "a": "Infinity"}"#),
            (r#"{"a\"NaN": "\\", "b": NaN}"#, r#"{"a\"NaN": "\\", "b": null}"#),
        ];
        for (text, expected) in cases {
            assert_eq!(rewrite(text).as_deref(), Some(expected));
        }
        for text in [r#"{"a": "NaN"}"#, "{NaN: 1}", "{Infinity : 1}", r#"{"a": nan}"#, "\"N"] {
            assert_eq!(rewrite(text), None, "{text}");
        }
    }
}
