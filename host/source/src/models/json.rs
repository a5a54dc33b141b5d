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
