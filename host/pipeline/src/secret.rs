//! Settings that must never be shown: how they are recognised, and how they are kept out of every
//! message.

use std::fmt;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A name that contains one of these words names a secret.
const SECRET_WORDS: [&str; 8] = [
    "password",
    "passphrase",
    "secret",
    "token",
    "key",
    "jaas",
    "credential",
    "oauthbearer.config",
];

/// Names with these ends name the place of a secret, not a secret.
const PLACE_ENDS: [&str; 6] = [".location", ".url", ".path", ".file", ".keytab", ".id"];

/// A setting that may be a secret; its value is never shown where it came from the environment or
/// where its name sounds like a secret (password, secret, key, token, …).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The value, unmasked even where it is a secret.
    pub value: String,
    /// True if the value must not be shown.
    pub hidden: bool,
}

impl Secret {
    /// The value of the setting `name`, written in the file.
    pub(super) fn written(name: &str, value: String) -> Self {
        Self { value, hidden: sounds_secret(name) }
    }

    /// True if the value begins or ends with white space, which hardly anybody means. A text of
    /// several lines, such as a certificate, ends with a line break as a rule.
    pub fn is_padded(&self) -> bool {
        let trimmed = self.value.trim();
        trimmed != self.value && !trimmed.contains('\n')
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hidden { f.write_str("\"***\"") } else { write!(f, "{:?}", self.value) }
    }
}

/// True if a value of that name must not be shown. The test errs on the side of hiding.
pub(super) fn sounds_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word))
}

/// True if a value of that name is the secret itself and does not belong into a file.
pub(super) fn is_secret_itself(name: &str) -> bool {
    sounds_secret(name) && !PLACE_ENDS.iter().any(|end| name.to_lowercase().ends_with(end))
}

/// The places of all values that must not be shown, wherever they stand: a misplaced password is
/// a secret too. Field names in the schema are no settings.
pub(super) fn written_secrets(root: &DeTable<'_>) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    for (key, value) in root {
        match value.get_ref() {
            DeValue::Table(table) if key.get_ref() != "schema" => {
                hide_in(table, false, &mut places);
            }
            _ => {}
        }
    }
    places
}

/// Collects the values below `table` that have a secret name, or all values below such a name. A
/// value of `env` is the name of a variable and may be shown.
fn hide_in(table: &DeTable<'_>, hidden: bool, places: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        let hidden = (hidden || sounds_secret(key.get_ref())) && key.get_ref() != "env";
        match value.get_ref() {
            DeValue::Table(inner) => hide_in(inner, hidden, places),
            _ if hidden => places.push(value.span()),
            _ => {}
        }
    }
}

/// `text` with each of `places` shown as `***`. Every other byte keeps its position.
pub(super) fn mask(text: &str, places: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for place in places {
        for (i, byte) in bytes[place.clone()].iter_mut().enumerate() {
            if !matches!(*byte, b'\n' | b'\r') {
                *byte = if i < 3 { b'*' } else { b' ' };
            }
        }
    }
    String::from_utf8(bytes).expect("whole values were replaced by ASCII")
}

/// `text` with the secrets masked as far as secrets can be recognised line by line: for a file that
/// is not TOML, in which values have no places.
pub(super) fn mask_lines(text: &str) -> String {
    let mut places = Vec::new();
    let mut start = 0;
    let mut open: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        if let Some(quotes) = open {
            places.push(start..end.max(start));
            open = open.filter(|_| !line.contains(quotes));
        } else if let Some(value) = value_of(line).filter(|at| sounds_secret(&line[..*at])) {
            places.push(start + value..end.max(start + value));
            let value = &line[value..];
            open = ["\"\"\"", "'''"].into_iter().find(|q| value.matches(q).count() == 1);
        }
        start += line.len();
    }
    mask(text, &places)
}

/// The place behind the first sign that may be meant to stand between a key and its value.
fn value_of(line: &str) -> Option<usize> {
    let is_sign = |(_, c): &(usize, char)| matches!(c, '=' | ':' | '＝' | '：');
    line.char_indices().find(is_sign).map(|(at, c)| at + c.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets() {
        for name in ["sasl.password", "ssl.key.pem", "SSL.Key.Password", "sasl.jaas.config"] {
            assert!(is_secret_itself(name), "{name}");
        }
        for name in ["ssl.key.location", "sasl.kerberos.keytab"] {
            assert!(sounds_secret(name) && !is_secret_itself(name), "{name}");
        }
        for name in ["sasl.username", "fetch.queue.backoff.ms", "security.protocol"] {
            assert!(!sounds_secret(name), "{name}");
        }
    }

    #[test]
    fn a_hidden_value_is_not_in_debug_output() {
        let shown = |name| format!("{:?}", Secret::written(name, "hunter2".to_owned()));
        assert_eq!(shown("sasl.password"), "\"***\"");
        assert_eq!(shown("sasl.username"), "\"hunter2\"");
    }

    #[test]
    fn masking_line_by_line_reaches_over_open_quotes() {
        let text = "a = 1\n\"ssl.key.pem\" = \"\"\"ab\r\n密钥\ncd\"\"\"\nb = 2\npassword=hunter2";
        let masked = mask_lines(text);
        assert_eq!(masked.len(), text.len());
        assert!(!["ab", "密", "cd", "hunter2"].iter().any(|s| masked.contains(s)), "{masked}");
        assert!(masked.contains("a = 1\n") && masked.contains("\nb = 2\n"), "{masked}");
    }
}
