//! The marks of a TOML text, read without its grammar: brackets, quotes, headers, and marks that an
//! input method of another language writes.
//!
//! Invariant: a text in single quotation marks ends with its line, as in TOML, so one mistake
//! does not turn the rest of the file inside out.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

/// Quotation marks that are none of TOML's.
const QUOTES: [char; 13] = ['“', '”', '„', '‘', '’', '「', '」', '『', '』', '«', '»', '＂', '＇'];

/// Other marks, and what TOML has in their place.
const OTHERS: [(char, char); 6] =
    [('【', '['), ('】', ']'), ('、', ','), ('。', '.'), ('：', '='), ('〔', '[')];

/// What differs between a full-width character and its plain one.
const FULL_WIDTH: u32 = 0xfee0;

/// What a text has of marks.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The brackets of lists and tables that are open at the end.
    pub(super) open_brackets: Vec<(usize, char)>,
    /// The quotes of a text over several lines that is open at the end.
    pub(super) open_text: Option<Range<usize>>,
    /// Marks outside of texts and comments that TOML does not have.
    pub(super) foreign: Vec<Foreign>,
    /// The headers of tables.
    pub(super) headers: Vec<Header>,
}

/// Something that was written with another keyboard.
#[derive(Debug)]
pub(super) struct Foreign {
    pub(super) span: Range<usize>,
    /// What TOML has in its place.
    pub(super) plain: String,
}

/// A line such as `[a.b]` or `[[c]]`.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) span: Range<usize>,
    pub(super) name: String,
    pub(super) is_list: bool,
}

impl Marks {
    pub(super) fn of(text: &str) -> Self {
        let mut marks = Self::default();
        let mut rest = text.char_indices().peekable();
        let mut begins_line = true;
        while let Some((at, mark)) = rest.next() {
            let begins = begins_line;
            begins_line = mark == '\n' || (begins && mark.is_ascii_whitespace());
            match mark {
                '#' => skip_line(&mut rest),
                '"' | '\'' => marks.text(text, at, mark, &mut rest),
                '[' if begins => marks.header(text, at, &mut rest),
                '[' | '{' => marks.open_brackets.push((at, mark)),
                ']' => marks.close('['),
                '}' => marks.close('{'),
                _ => marks.other(text, at, mark, &mut rest),
            }
        }
        marks
    }

    /// Closes the innermost bracket, if it is of this kind.
    fn close(&mut self, begin: char) {
        if self.open_brackets.last().is_some_and(|(_, open)| *open == begin) {
            self.open_brackets.pop();
        }
    }

    /// Skips a text in quotes, the first of which was taken.
    fn text(&mut self, text: &str, at: usize, quote: char, rest: &mut Rest<'_>) {
        let triple = format!("{quote}{quote}{quote}");
        if text[at..].starts_with(&triple) {
            let inner = at + triple.len();
            let end = end_of(&text[inner..], &triple, quote == '"');
            if end.is_none() {
                self.open_text = Some(at..inner);
            }
            return skip_to(rest, end.map_or(text.len(), |end| inner + end));
        }
        let inner = at + quote.len_utf8();
        let line = text[inner..].lines().next().unwrap_or_default();
        if let Some(end) = end_of(line, &quote.to_string(), quote == '"') {
            return skip_to(rest, inner + end);
        }
        // The author may have ended it with a mark that looks like the end.
        let foreign =
            line.char_indices().find(|(_, c)| QUOTES.contains(c) || plain_of(*c) == Some(quote));
        self.foreign.extend(foreign.map(|(place, c)| Foreign {
            span: inner + place..inner + place + c.len_utf8(),
            plain: quote.to_string(),
        }));
        skip_to(rest, inner + line.len());
    }

    /// Reads the rest of a header: its brackets end with its line.
    fn header(&mut self, text: &str, at: usize, rest: &mut Rest<'_>) {
        let line = text[at..].lines().next().unwrap_or_default();
        let is_list = line.starts_with("[[");
        let inner = line.trim_start_matches('[');
        let (name, after) = inner.split_once(']').unwrap_or((inner, ""));
        let tail = after.trim_start_matches(']');
        let is_alone = matches!(tail.trim_start().chars().next(), None | Some('#'));
        // A list in a list over several lines may begin a line too.
        let is_header = is_bare(name) && is_alone;
        if !is_header && !self.open_brackets.is_empty() {
            return self.open_brackets.push((at, '['));
        }
        let end = at + line.len() - tail.len();
        self.headers.push(Header { span: at..end, name: name.trim().to_owned(), is_list });
        skip_to(rest, end);
    }

    fn other(&mut self, text: &str, at: usize, mark: char, rest: &mut Rest<'_>) {
        if QUOTES.contains(&mark) {
            let span = at..at + mark.len_utf8();
            let plain = if matches!(mark, '‘' | '’' | '＇') { '\'' } else { '"' };
            self.foreign.push(Foreign { span, plain: plain.to_string() });
            // Where this text ends cannot be known.
            return skip_line(rest);
        }
        let Some(first) = plain_of(mark) else { return };
        let mut plain = first.to_string();
        let mut end = at + mark.len_utf8();
        while let Some((next, c)) = rest.next_if(|(_, c)| is_full_width(*c) && is_full_width(mark))
        {
            plain.extend(plain_of(c));
            end = next + c.len_utf8();
        }
        match first {
            '[' | '{' if !text[..at].trim_end_matches([' ', '\t']).ends_with('\n') => {
                self.open_brackets.push((at, first));
            }
            ']' => self.close('['),
            '}' => self.close('{'),
            _ => {}
        }
        self.foreign.push(Foreign { span: at..end, plain });
    }
}

type Rest<'a> = Peekable<CharIndices<'a>>;

/// The plain character in the place of one that TOML does not have.
fn plain_of(mark: char) -> Option<char> {
    let other = OTHERS.iter().find(|(written, _)| *written == mark).map(|(_, plain)| *plain);
    other.or_else(|| match mark {
        _ if is_full_width(mark) => char::from_u32(u32::from(mark) - FULL_WIDTH),
        _ if mark.is_whitespace() && !mark.is_ascii() => Some(' '),
        '\u{200b}' | '\u{feff}' => Some(' '),
        _ => None,
    })
}

fn is_full_width(mark: char) -> bool {
    ('！'..='～').contains(&mark)
}

fn is_bare(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-.\"' ".contains(c);
    !name.trim().is_empty()
        && name.chars().all(legal)
        && !name.trim().starts_with(|c: char| c.is_ascii_digit())
}

/// The place behind the first `quotes` of `text`, which a backslash may escape.
fn end_of(text: &str, quotes: &str, escapes: bool) -> Option<usize> {
    let mut from = 0;
    loop {
        let at = from + text[from..].find(quotes)?;
        let backslashes = text[..at].bytes().rev().take_while(|b| *b == b'\\').count();
        if !escapes || backslashes % 2 == 0 {
            return Some(at + quotes.len());
        }
        from = at + 1;
    }
}

fn skip_to(rest: &mut Rest<'_>, place: usize) {
    while rest.next_if(|(at, _)| *at < place).is_some() {}
}

/// Skips the rest of a line, without its end.
fn skip_line(rest: &mut Rest<'_>) {
    while rest.next_if(|(_, c)| *c != '\n').is_some() {}
}
