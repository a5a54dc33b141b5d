//! A text that is not TOML: one finding for each mistake of its author.
//!
//! The TOML reader goes on after an error and reports what follows from the error too: one open
//! brace gave an error on every later line. So the marks of the text are looked at here, see
//! [`marks`], and what follows from a mistake of a known kind is left out.

mod marks;

use std::ops::Range;
use std::path::Path;

use toml::de::Error;

use self::marks::{Foreign, Header, Marks};
use super::diagnostic::{Diagnostic, Diagnostics};
use super::secret::mask_lines;

/// Tables of which there can be several, written with double brackets.
const LISTS: [&str; 4] = ["metric", "panel", "headline", "layout"];

/// The longest value without quotes that is written out in quotes beside its place.
const QUOTED_BYTES_MAX: usize = 40;

/// What is wrong with `text`, which the TOML reader refused with `errors`: at most one finding a
/// line, for what follows on the same line mostly follows from the first.
pub(super) fn not_toml(path: &Path, text: &str, errors: &[Error]) -> Diagnostics {
    let masked = mask_lines(text);
    let marks = Marks::of(text);
    let mut found = Found { text, lines: Vec::new(), list: Vec::new() };
    let broken_from = found.open_marks(&marks);
    for foreign in &marks.foreign {
        if foreign.span.start < broken_from {
            found.push(of_foreign(foreign, text, &masked));
        }
    }
    let is_single = |header: &&Header| !header.is_list && LISTS.contains(&&*header.name);
    let single: Vec<_> = marks.headers.iter().filter(is_single).collect();
    let first_single = single.first().map_or(usize::MAX, |header| header.span.start);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let is_double = error.message().contains("duplicate");
        let header = marks.headers.iter().rfind(|header| header.span.start <= span.start);
        let of_list = header.is_some_and(|header| in_list(&header.name));
        let follows = is_double && of_list && span.start >= first_single;
        if span.start < broken_from && !follows {
            found.push(of_error(error, span, text, &masked));
        }
    }
    for header in single.iter().filter(|header| header.span.start < broken_from) {
        found.push(of_single(&header.name, header.span.clone()));
    }
    let mut diagnostics = Diagnostics::new(path, masked.as_str());
    if found.list.is_empty() {
        let all = errors.iter().map(|e| of_error(e, e.span().unwrap_or(0..0), text, &masked));
        diagnostics.extend(all.take(1));
    }
    diagnostics.extend(found.list);
    diagnostics
}

/// True for a table that belongs to a list, such as `metric.config`.
fn in_list(name: &str) -> bool {
    LISTS.contains(&name.split('.').next().unwrap_or_default().trim())
}

/// The findings so far, and their lines.
struct Found<'a> {
    text: &'a str,
    lines: Vec<usize>,
    list: Vec<Diagnostic>,
}

impl Found<'_> {
    fn push(&mut self, diagnostic: Diagnostic) {
        let start = diagnostic.span.as_ref().map_or(0, |span| span.start);
        let line = self.text[..self.text.floor_char_boundary(start)].matches('\n').count();
        if !self.lines.contains(&line) {
            self.lines.push(line);
            self.list.push(diagnostic);
        }
    }

    /// Reports brackets and texts that are open at the end of the file. Returns the place from which
    /// on nothing can be said of the text.
    fn open_marks(&mut self, marks: &Marks) -> usize {
        if let Some(span) = &marks.open_text {
            let quotes = &self.text[span.clone()];
            let message =
                format!("not valid TOML: the text that begins with `{quotes}` has no end");
            let diagnostic = Diagnostic::error(message).at(span.clone());
            self.push(diagnostic.help(format!("write `{quotes}` where the text ends")));
        }
        for (at, bracket) in &marks.open_brackets {
            let (kind, end) = if *bracket == '{' { ("table", '}') } else { ("list", ']') };
            let message = format!("not valid TOML: the {kind} that begins here is not closed");
            let diagnostic = Diagnostic::error(message).at(*at..at + 1);
            self.push(diagnostic.label(format!("its `{end}` is missing")));
        }
        let brackets = marks.open_brackets.iter().map(|(at, _)| *at);
        brackets.chain(marks.open_text.iter().map(|span| span.start)).min().unwrap_or(usize::MAX)
    }
}

fn of_foreign(foreign: &Foreign, text: &str, masked: &str) -> Diagnostic {
    let Foreign { span, plain } = foreign;
    let written = &text[span.clone()];
    let diagnostic = match plain.as_str() {
        " " => Diagnostic::error("not valid TOML: a space that is no plain space").at(span.clone()),
        _ if masked.get(span.clone()) != Some(written) => {
            Diagnostic::error("not valid TOML: a mark that does not belong to it").at(span.clone())
        }
        _ => Diagnostic::error(format!("not valid TOML: `{written}` does not belong to TOML"))
            .at(span.clone())
            .label(format!("write `{plain}`")),
    };
    diagnostic.help(
        "switch the input method to English: outside of texts in quotes, TOML has plain marks only",
    )
}

fn of_single(name: &str, span: Range<usize>) -> Diagnostic {
    Diagnostic::error(format!("`{name}` must be a list of tables"))
        .at(span)
        .label(format!("write `[[{name}]]`"))
        .help("double brackets, so that there can be several")
}

fn of_error(error: &Error, span: Range<usize>, text: &str, masked: &str) -> Diagnostic {
    let message = error.message();
    let diagnostic = Diagnostic::error(format!("not valid TOML: {message}")).at(span.clone());
    if message.contains("must be quoted") {
        let diagnostic = diagnostic.help("write texts, durations and sizes in double quotes");
        let written = text.get(span.clone()).unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || "_./+:-".contains(c);
        let is_shown = masked.get(span) == Some(written)
            && (1..=QUOTED_BYTES_MAX).contains(&written.len())
            && written.chars().all(is_word);
        if is_shown { diagnostic.label(format!("write \"{written}\"")) } else { diagnostic }
    } else if message.contains("duplicate") {
        diagnostic.help("it is written above already: remove one of the two")
    } else {
        diagnostic
    }
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::*;

    /// The line of each finding, counted from 1.
    fn lines(text: &str) -> Vec<u64> {
        let (_, errors) = DeTable::parse_recoverable(text);
        assert!(!errors.is_empty(), "{text}");
        let found = not_toml(Path::new("p.toml"), text, &errors).to_json();
        let found = found.as_array().expect("a list").iter();
        found.map(|finding| finding["line"].as_u64().expect("a line")).collect()
    }

    /// Lines that follow a mistake, with marks of every kind.
    const REST: &str =
        "[b]\nc = { d = [1, [2]] }\n\"e.f\" = '''\n}'''\n[[g]]\nh = \"]\" # {\ni = [\n 1,\n]\n";

    #[test]
    fn an_open_mark_is_one_finding_on_its_line() {
        for open in
            ["a = {", "a = { b = 1", "a = [", "a = [1, 2", "a = [{ b = 1 }, {", "a = { b = [1, 2 }"]
        {
            assert_eq!(lines(&format!("first = 1\n{open}\n{REST}")), [2], "{open}");
        }
        assert_eq!(lines(&format!("a = {{ b = 1\n{REST}c = [\n{REST}")), [1, 11], "two of them");
        assert_eq!(lines(&format!("a = \"\"\"b\n{REST}")), [1]);
        assert_eq!(lines(&format!("a = \"b\n{REST}")), [1]);
        assert_eq!(lines(&format!("[a\n{REST}")), [1]);
    }

    #[test]
    fn mistakes_before_an_open_mark_are_told_too() {
        assert_eq!(lines(&format!("a = b\nc = \"d\ne = {{ f = 1\n{REST}")), [1, 2, 3]);
    }

    #[test]
    fn other_mistakes_are_told_each() {
        assert_eq!(lines("a = b\nc = 1\nc = 2\nd = \"e\n"), [1, 3, 4]);
        // A table over several lines that lacks a comma is closed all the same.
        assert_eq!(lines("a = {\n b = 1\n c = 2\n}\nd = 1\n"), [3]);
    }

    #[test]
    fn marks_of_another_keyboard_are_told_once_a_line() {
        let text = "a = “b, [c”\nd ＝ 1\ne = [1，2，3]\nf = ２０\n【g】\nh = \"i”\nj = 1 # “ok”\n\
             k = \"“ok”\"\n";
        assert_eq!(lines(text), [1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn a_list_of_tables_in_single_brackets_is_told_at_each_header() {
        assert_eq!(
            lines(
                "[metric]\nid = 1\n[metric.config]\na = 1\n[metric]\nid = 2\n[metric.config]\na = 2\n"
            ),
            [1, 5]
        );
        assert_eq!(lines("[[metric]]\nid = 1\n[metric]\nid = 2\n"), [3]);
        assert_eq!(lines("[metric]\nid = 1\nid = 2\n[[metric]]\nid = 2\n"), [1]);
        assert_eq!(lines("[a]\nb = 1\n[a]\nb = 2\n"), [3, 4], "other tables are told as before");
    }

    #[test]
    fn no_secret_is_shown() {
        for text in [
            "\"sasl.password\" ＝ \"hunter2\"\n",
            "\"sasl.password\"： hunter2\n",
            "\"sasl.password\" = hunter2\n",
            "\"sasl.password\" = “hunter2”\n",
            "\"sasl.password\" = ｈunter2\n",
        ] {
            let (_, errors) = DeTable::parse_recoverable(text);
            let found = not_toml(Path::new("p.toml"), text, &errors);
            let shown = format!("{found}{}", found.to_json());
            assert!(!shown.contains("hunter2") && !shown.contains("unter2"), "{shown}");
        }
    }
}
