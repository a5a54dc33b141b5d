//! Texts that strangers wrote, where people read them: plugins, records, brokers. A character that
//! moves the cursor, changes the colours or turns the direction of writing lets a text look like
//! another one, or like a line of the program.
//!
//! One function decides which characters these are. Words of a plugin lose them and are cut, once,
//! when they come in. Data stays exact: it is escaped where a terminal or a log shows it, in the form
//! of JSON, so that JSON means the same as before.

use std::borrow::Cow;
use std::fmt::Write as _;

/// True for a character that changes how others look: controls, line separators, and marks of the
/// direction of writing. The joiners that scripts and emoji need are not among them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// The words of a plugin, in one line of `bytes_max` bytes at most.
pub fn clean(text: &str, bytes_max: usize) -> String {
    let cut = &text[..text.floor_char_boundary(bytes_max)];
    cut.replace(is_hidden, " ")
}

/// A value in one line.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, |_, _| false)
}

/// Lines for a terminal or a log, with the values in them.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c, _| matches!(c, '\n' | '\t'))
}

/// As [`lines`], with colours.
pub fn coloured(text: &str) -> Cow<'_, str> {
    escaped(text, |c, after| matches!(c, '\n' | '\t') || (c == '\x1b' && is_colour(after)))
}

/// True if `after` goes on as the colours of a terminal do: `[1;31m`.
fn is_colour(after: &str) -> bool {
    let numbers = after.strip_prefix('[').unwrap_or_default();
    let rest = numbers.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
    rest.starts_with('m')
}

/// `text` with each hidden character as an escape of JSON, unless it `is_kept` before what follows.
fn escaped(text: &str, is_kept: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    let is_escaped =
        |(at, c): (usize, char)| is_hidden(c) && !is_kept(c, &text[at + c.len_utf8()..]);
    if !text.char_indices().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        if is_escaped((at, c)) {
            let _ = write!(shown, "\\u{:04x}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRICKS: [char; 20] = [
        '\0', '\x07', '\r', '\x1b', '\x7f', '\u{85}', '\u{9b}', '\u{61c}', '\u{200e}', '\u{200f}',
        '\u{2028}', '\u{2029}', '\u{202a}', '\u{202d}', '\u{202e}', '\u{2066}', '\u{2067}',
        '\u{2068}', '\u{2069}', '\u{feff}',
    ];

    #[test]
    fn no_trick_is_left_in_any_form() {
        for c in TRICKS {
            let text = format!("a{c}b");
            assert_eq!(clean(&text, 100), "a b", "{c:?}");
            let escape = format!("a\\u{:04x}b", u32::from(c));
            for shown in [line(&text), lines(&text), coloured(&text)] {
                assert_eq!(shown, escape, "{c:?}");
            }
        }
        for text in ["洪水 · Überlauf", "\u{645}\u{6cc}\u{200c}\u{62e}", "👩\u{200d}🔬", ""]
        {
            assert_eq!((clean(text, 100).as_str(), &*line(text)), (text, text));
        }
    }

    #[test]
    fn words_are_cut_between_characters() {
        assert_eq!(clean("ab洪", 5), "ab洪");
        assert_eq!(clean("ab洪", 4), "ab");
        assert_eq!(clean("洪", 0), "");
    }

    #[test]
    fn lines_and_colours_are_kept_where_they_are_the_programs_own() {
        let text = "a\n\tb\x1b[1;31mc\x1b[0m\x1b[2J\x1b]0;t\x07";
        assert_eq!(line("a\n\t"), "a\\u000a\\u0009");
        assert_eq!(lines("a\n\tb"), "a\n\tb");
        let kept = "a\n\tb\x1b[1;31mc\x1b[0m\\u001b[2J\\u001b]0;t\\u0007";
        assert_eq!(coloured(text), kept);
        assert!(!lines(text).contains('\x1b'));
    }
}
