//! A JSON reader small enough for a component: the whole text at once, 32 levels deep.
//!
//! A general parser would make up most of a plugin's size, and all that is read here is a table
//! that the host has already parsed once.

const DEPTH_MAX: u32 = 32;

/// A JSON value as the configuration writes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// The word `null`, which counts as an absent key.
    Null,
    /// The word `true` or `false`.
    Boolean(bool),
    /// The digits of a number as written.
    Number(String),
    /// A text, with its escapes undone.
    Text(String),
    /// An array of values of any kind.
    List(Vec<Value>),
    /// An object, in the order written.
    Table(Vec<(String, Value)>),
}

/// The reason why the text is not JSON.
type Problem = &'static str;

pub(super) fn parse(json: &str) -> Result<Value, Problem> {
    let mut parser = Parser { bytes: json.as_bytes(), at: 0 };
    let value = parser.value(DEPTH_MAX)?;
    if parser.peek().is_some() { Err("text after its end") } else { Ok(value) }
}

/// A place in the text, counted in bytes: every character that has a meaning in JSON is ASCII.
struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn value(&mut self, depth: u32) -> Result<Value, Problem> {
        let depth = depth.checked_sub(1).ok_or("nested too deeply")?;
        match self.peek() {
            Some(b'{') => self.table(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.text().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Value::Boolean(true)),
            Some(b'f') => self.word(b"false", Value::Boolean(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            _ => Err("a value is missing"),
        }
    }

    fn table(&mut self, depth: u32) -> Result<Value, Problem> {
        let mut entries = Vec::new();
        while self.more(entries.is_empty(), b'}')? {
            let key = self.text()?;
            if !self.eat(b':') {
                return Err("a key without a colon");
            }
            entries.push((key, self.value(depth)?));
        }
        Ok(Value::Table(entries))
    }

    fn list(&mut self, depth: u32) -> Result<Value, Problem> {
        let mut items = Vec::new();
        while self.more(items.is_empty(), b']')? {
            items.push(self.value(depth)?);
        }
        Ok(Value::List(items))
    }

    /// Steps over the opening bracket or a comma to the next item, or over `close`.
    fn more(&mut self, first: bool, close: u8) -> Result<bool, Problem> {
        if first {
            self.at += 1;
            return Ok(!self.eat(close));
        }
        if self.eat(close) {
            return Ok(false);
        }
        if self.eat(b',') { Ok(true) } else { Err("a comma or closing bracket is missing") }
    }

    fn text(&mut self) -> Result<String, Problem> {
        if !self.eat(b'"') {
            return Err("a quote is missing");
        }
        let mut text = Vec::new();
        loop {
            match self.next().ok_or("a text without an end")? {
                b'"' => break,
                b'\\' => {
                    let escaped = self.escape()?;
                    text.extend_from_slice(escaped.encode_utf8(&mut [0; 4]).as_bytes());
                }
                byte => text.push(byte),
            }
        }
        String::from_utf8(text).map_err(|_| "a text that is not UTF-8")
    }

    fn escape(&mut self) -> Result<char, Problem> {
        let kind = self.next().ok_or("a text without an end")?;
        Ok(match kind {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'"' | b'\\' | b'/' => char::from(kind),
            b'u' => self.unicode()?,
            _ => return Err("an unknown escape"),
        })
    }

    fn unicode(&mut self) -> Result<char, Problem> {
        let mut code = self.hex4()?;
        if (0xd800..0xdc00).contains(&code)
            && self.next() == Some(b'\\')
            && self.next() == Some(b'u')
        {
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
            }
        }
        char::from_u32(code).ok_or("half of a surrogate pair")
    }

    fn hex4(&mut self) -> Result<u32, Problem> {
        (0..4).try_fold(0, |code, _| {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            Ok(code * 16 + digit.ok_or("an escape that is not hexadecimal")?)
        })
    }

    fn number(&mut self) -> Result<Value, Problem> {
        let mut digits = String::new();
        while let Some(byte @ (b'+' | b'-' | b'.' | b'0'..=b'9' | b'e' | b'E')) = self.look() {
            digits.push(char::from(byte));
            self.at += 1;
        }
        // The getters of a configuration parse the digits; a lone "-" is refused here.
        if digits.ends_with(|last: char| last.is_ascii_digit()) {
            Ok(Value::Number(digits))
        } else {
            Err("a number without an end")
        }
    }

    fn word(&mut self, word: &[u8], value: Value) -> Result<Value, Problem> {
        for &byte in word {
            if self.next() != Some(byte) {
                return Err("an unknown word");
            }
        }
        Ok(value)
    }

    fn look(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let next = self.look()?;
        self.at += 1;
        Some(next)
    }

    /// Skips white space and looks at what follows.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.look() {
            self.at += 1;
        }
        self.look()
    }

    fn eat(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        self.at += usize::from(found);
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_values_and_escapes() {
        let value = parse(r#" {"a" : [1, {"b": "\u4e2d\ud83d\ude00\"\/"}, []] , "c":false} "#);
        let inner = Value::Table(vec![("b".to_owned(), Value::Text("中😀\"/".to_owned()))]);
        let list = vec![Value::Number("1".to_owned()), inner, Value::List(Vec::new())];
        let expected =
            vec![("a".to_owned(), Value::List(list)), ("c".to_owned(), Value::Boolean(false))];
        assert_eq!(value, Ok(Value::Table(expected)));
    }

    #[test]
    fn malformed_text_is_refused() {
        let deep = "[".repeat(100);
        let cases = [
            "",
            "-",
            "[1,]",
            "{\"a\":1,}",
            "tru",
            "[1 2]",
            "\"a",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\u12",
            "\"\\u中中",
            "{1:2}",
            &deep,
        ];
        for json in cases {
            assert!(parse(json).is_err(), "{json}");
        }
    }
}
