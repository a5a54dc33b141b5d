//! A small reader of JSON: RFC 8259, and beside it the bare `NaN`, `Infinity` and `-Infinity` that
//! some writers put where a number has no value. Escaped surrogates must pair up, also in strings
//! that nobody asks for; nothing limits how deep lists and objects are nested.

use std::collections::BTreeMap;

use super::value::Token;

/// Why a text is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    /// Not one complete JSON text.
    NotJson,
    /// A JSON text, but not an object.
    NotAnObject,
}

/// Where the reader stands in a text.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// The members of the object `text`; of a repeated key, the last one.
pub(super) fn read_object(text: &str) -> Result<BTreeMap<String, Token>, JsonError> {
    let mut reader = Reader { text, at: 0 };
    reader.space();
    let members =
        if reader.peek() == Some(b'{') { reader.object() } else { reader.value().map(|_| None) };
    reader.space();
    match members {
        Some(members) if reader.at == text.len() => members.ok_or(JsonError::NotAnObject),
        _ => Err(JsonError::NotJson),
    }
}

/// Each method steps over the thing in its name, or returns `None` where something else stands.
impl Reader<'_> {
    #[expect(clippy::option_option, reason = "the inner one says that it is an object")]
    fn object(&mut self) -> Option<Option<BTreeMap<String, Token>>> {
        let mut members = BTreeMap::new();
        self.take("{")?;
        self.space();
        if self.take("}").is_some() {
            return Some(Some(members));
        }
        loop {
            let key = self.key()?;
            members.insert(key, self.value()?);
            self.space();
            if self.take("}").is_some() {
                return Some(Some(members));
            }
            self.take(",")?;
        }
    }

    /// A string, a colon, and the space around them.
    fn key(&mut self) -> Option<String> {
        self.space();
        let key = self.string()?;
        self.space();
        self.take(":")?;
        Some(key)
    }

    fn value(&mut self) -> Option<Token> {
        self.space();
        match self.peek()? {
            b'{' | b'[' => self.nested().map(|()| Token::Nested),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Option<Token> {
        let words = [
            ("null", Token::Null),
            ("NaN", Token::Null),
            ("true", Token::Boolean(true)),
            ("false", Token::Boolean(false)),
            ("Infinity", Token::Text("Infinity".to_owned())),
            ("-Infinity", Token::Text("-Infinity".to_owned())),
        ];
        if self.peek()? == b'"' {
            return self.string().map(Token::Text);
        }
        for (word, token) in words {
            if self.take(word).is_some() {
                return Some(token);
            }
        }
        self.number().map(Token::Number)
    }

    /// A list or an object, with any content. The brackets that are still open are kept in a list,
    /// as a record may hold more of them than the stack of a thread could.
    fn nested(&mut self) -> Option<()> {
        let mut open = Vec::new();
        loop {
            self.space();
            let closing = match self.peek()? {
                b'{' => Some("}"),
                b'[' => Some("]"),
                _ => self.scalar().map(|_| None)?,
            };
            if let Some(closing) = closing {
                self.at += 1;
                self.space();
                if self.take(closing).is_none() {
                    open.push(closing);
                    if closing == "}" {
                        self.key()?;
                    }
                    continue;
                }
            }
            if !self.next_in(&mut open)? {
                return Some(());
            }
        }
    }

    /// The continuation after a value inside the brackets `open`: `true` means that another value
    /// comes, `false` that all brackets are closed.
    fn next_in(&mut self, open: &mut Vec<&str>) -> Option<bool> {
        while let Some(closing) = open.last() {
            self.space();
            if self.take(closing).is_some() {
                open.pop();
                continue;
            }
            self.take(",")?;
            if *closing == "}" {
                self.key()?;
            }
            return Some(true);
        }
        Some(false)
    }

    fn string(&mut self) -> Option<String> {
        self.take("\"")?;
        let mut content = String::new();
        loop {
            let character = self.text[self.at..].chars().next()?;
            self.at += character.len_utf8();
            match character {
                '"' => return Some(content),
                '\\' => content.push(self.escape()?),
                '\0'..=' ' if character != ' ' => return None,
                _ => content.push(character),
            }
        }
    }

    /// The character of an escape, from behind its backslash on.
    fn escape(&mut self) -> Option<char> {
        let plain = [
            ("\"", '"'),
            ("\\", '\\'),
            ("/", '/'),
            ("b", '\u{8}'),
            ("f", '\u{c}'),
            ("n", '\n'),
            ("r", '\r'),
            ("t", '\t'),
        ];
        for (written, meant) in plain {
            if self.take(written).is_some() {
                return Some(meant);
            }
        }
        let first = self.code_unit()?;
        if !(0xD800..0xDC00).contains(&first) {
            return char::from_u32(first);
        }
        self.take("\\")?;
        let second = self.code_unit().filter(|second| (0xDC00..0xE000).contains(second))?;
        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    }

    /// The UTF-16 unit of an escape, from its `u` on: `uXXXX`.
    fn code_unit(&mut self) -> Option<u32> {
        self.take("u")?;
        let digits = self.text.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.chars().try_fold(0, |unit, digit| Some(unit * 16 + digit.to_digit(16)?))
    }

    /// `-`, `0` or digits that do not start with 0, a fraction, an exponent; returned as written.
    fn number(&mut self) -> Option<String> {
        let start = self.at;
        let _ = self.take("-");
        if self.take("0").is_none() {
            self.digits()?;
        }
        if self.take(".").is_some() {
            self.digits()?;
        }
        if self.take("e").or_else(|| self.take("E")).is_some() {
            let _ = self.take("+").or_else(|| self.take("-"));
            self.digits()?;
        }
        Some(self.text[start..self.at].to_owned())
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, word: &str) -> Option<()> {
        self.text[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}
