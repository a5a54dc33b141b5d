//! What all shapes need to write JSON: digits, and an object that dirt can change.

/// Appends a number in digits.
pub(super) fn push_number(out: &mut Vec<u8>, number: u64) {
    if number < 10 {
        return out.push(b'0' + number as u8);
    }
    let mut digits = [0_u8; 20];
    let mut from = digits.len();
    let mut rest = number;
    while rest > 0 {
        from -= 1;
        digits[from] = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&digits[from..]);
}

/// An object in the making: keys and JSON texts in written order. Dirty records are rare, so this
/// is written for clarity and allocates.
pub(super) struct Object {
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Object {
    pub(super) fn set(&mut self, key: &str, value: &str) {
        for field in self.fields.iter_mut().filter(|(name, _)| *name == key) {
            value.clone_into(&mut field.1);
        }
    }

    pub(super) fn insert(&mut self, at: usize, key: &'static str, value: &str) {
        self.fields.insert(at, (key, value.to_owned()));
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.fields.retain(|(name, _)| *name != key);
    }

    pub(super) fn change_numbers(&mut self, change: impl Fn(&str) -> String) {
        for (_, value) in &mut self.fields {
            if value.starts_with(|c: char| c.is_ascii_digit()) {
                *value = change(value);
            }
        }
    }

    pub(super) fn text(&self) -> String {
        let fields: Vec<String> =
            self.fields.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
        format!("{{{}}}", fields.join(","))
    }

    pub(super) fn spaced_text(&self) -> String {
        let fields: Vec<String> =
            self.fields.iter().map(|(key, value)| format!("\t\"{key}\" :  {value} ")).collect();
        format!("  {{ {}\t}} \t", fields.join(" , "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_the_digits_that_it_always_has() {
        for number in [0, 7, 9, 10, 99, 100, 20_151_111, u64::from(u32::MAX), u64::MAX] {
            let mut out = b"x".to_vec();
            push_number(&mut out, number);
            assert_eq!(out, format!("x{number}").into_bytes(), "it is appended");
        }
    }

    #[test]
    fn an_object_is_changed_in_place_and_keeps_its_order() {
        let fields = vec![("id", "12".to_owned()), ("name", "\"7\"".to_owned())];
        let mut object = Object { fields };
        object.insert(1, "id", "34");
        object.set("nobody", "1");
        assert_eq!(object.text(), r#"{"id":12,"id":34,"name":"7"}"#);
        // Texts are no numbers, whatever they look like.
        object.change_numbers(|number| format!("{number}.0"));
        assert_eq!(object.text(), r#"{"id":12.0,"id":34.0,"name":"7"}"#);
        object.set("id", "5");
        assert_eq!(
            object.text(),
            r#"{"id":5,"id":5,"name":"7"}"#,
            "both of a name that is there twice"
        );
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(read(&object.spaced_text()), read(&object.text()));
        object.remove("id");
        assert_eq!(object.text(), r#"{"name":"7"}"#);
        object.remove("name");
        assert_eq!((object.text(), read(&object.spaced_text())), ("{}".into(), read("{}")));
    }
}
