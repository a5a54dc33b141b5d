//! Walks a parsed TOML document and collects all faults, instead of stopping at the first fault.
//!
//! A [`Table`] is asked for each key that it may have and so learns which ones are known; a key
//! that was not asked for until [`Table::finish`] is unknown. A key's value is read by a function
//! that may refuse it with a [`Problem`]; the table gives the problem its place and its name.
//! Values that could not be read come back as `None`, and reading continues.

use std::cell::RefCell;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostic::Diagnostic;
use super::document::join;
use super::suggest::{list, nearest};

/// The list in which problems are collected.
pub(super) type Sink = RefCell<Vec<Diagnostic>>;

/// The reason why a value was refused, still without a place.
#[derive(Debug)]
pub(super) struct Problem {
    message: String,
    label: Option<String>,
    hint: Option<String>,
}

impl Problem {
    /// `message` continues after the name of the setting: "must be …".
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), label: None, hint: None }
    }

    pub(super) fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// With a text that would have been right, if there is one.
    pub(super) fn write_if(mut self, right: Option<String>) -> Self {
        self.label = right.map(|right| format!("write \"{right}\"")).or(self.label);
        self
    }

    /// With "did you mean", if one of `known` is near to what was written.
    pub(super) fn meant<'a>(
        mut self,
        written: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        self.label = nearest(written, known).map(|word| format!("did you mean `{word}`?"));
        self
    }
}

/// The result of a function that reads a value.
pub(super) type Read<T> = Result<T, Problem>;

/// A value with its name and place in the file.
#[derive(Clone)]
pub(super) struct Value<'a> {
    path: String,
    key_span: Range<usize>,
    span: Range<usize>,
    data: &'a DeValue<'a>,
    sink: &'a Sink,
}

impl<'a> Value<'a> {
    pub(super) fn data(&self) -> &'a DeValue<'a> {
        self.data
    }

    /// The path of the setting, as in [`Document`](super::Document).
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The start of the value's key, for order.
    pub(super) fn place(&self) -> usize {
        self.key_span.start
    }

    pub(super) fn text(&self) -> Read<&'a str> {
        self.data.as_str().ok_or_else(|| self.wrong_type("a text in quotes"))
    }

    pub(super) fn boolean(&self) -> Read<bool> {
        self.data.as_bool().ok_or_else(|| self.wrong_type("true or false"))
    }

    pub(super) fn integer(&self) -> Read<i128> {
        let integer = self.data.as_integer().ok_or_else(|| self.wrong_type("a whole number"))?;
        i128::from_str_radix(integer.as_str(), integer.radix())
            .map_err(|_| Problem::new("is too large a number"))
    }

    pub(super) fn number(&self) -> Read<f64> {
        let number = match self.data {
            DeValue::Float(float) => float.as_str().parse().ok(),
            DeValue::Integer(_) => Some(self.integer()? as f64),
            _ => return Err(self.wrong_type("a number")),
        };
        number.filter(|n: &f64| n.is_finite()).ok_or_else(|| Problem::new("must be finite"))
    }

    pub(super) fn table(&self) -> Read<Table<'a>> {
        let entries = self.data.as_table().ok_or_else(|| self.no_table())?;
        Ok(Table {
            path: self.path.clone(),
            span: self.span.clone(),
            entries,
            known: Vec::new(),
            sink: self.sink,
        })
    }

    pub(super) fn items(&self) -> Read<Vec<Value<'a>>> {
        let items = self.data.as_array().ok_or_else(|| self.wrong_type("a list"))?;
        let value = |(i, item): (usize, &'a toml::Spanned<DeValue<'a>>)| Value {
            path: format!("{}[{i}]", self.path),
            key_span: item.span(),
            span: item.span(),
            data: item.get_ref(),
            sink: self.sink,
        };
        Ok(items.iter().enumerate().map(value).collect())
    }

    fn no_table(&self) -> Problem {
        let is_doubled = |items: &[_]| matches!(items, [first, ..] if is_table(first));
        let problem = self.wrong_type("a table");
        if self.data.as_array().is_some_and(|items| is_doubled(items)) {
            let header = format!("[{}]", self.path);
            return problem
                .label(format!("write `{header}`"))
                .hint("single brackets, for there can be only one");
        }
        problem
    }

    pub(super) fn wrong_type(&self, expected: &str) -> Problem {
        let found = match self.data {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        Problem::new(format!("must be {expected}, not {found}"))
            .label(format!("expected {expected}"))
    }

    /// Reads this value with `read`; a problem is reported at the value's place.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Self) -> Read<T>) -> Option<T> {
        read(self).map_err(|problem| self.report(problem)).ok()
    }

    /// Reports an error at the value.
    pub(super) fn report(&self, problem: Problem) {
        self.push(Diagnostic::error, problem, self.span.clone());
    }

    /// Reports an error at the key: the value does not matter, or must not be shown.
    pub(super) fn report_key(&self, problem: Problem) {
        self.push(Diagnostic::error, problem, self.key_span.clone());
    }

    /// Reports a warning at the key.
    pub(super) fn warn_key(&self, problem: Problem) {
        self.push(Diagnostic::warning, problem, self.key_span.clone());
    }

    fn push(&self, kind: fn(String) -> Diagnostic, problem: Problem, span: Range<usize>) {
        let mut diagnostic = kind(format!("`{}` {}", self.path, problem.message)).at(span);
        diagnostic.label = problem.label;
        diagnostic.help = problem.hint;
        self.sink.borrow_mut().push(diagnostic);
    }
}

/// A table of the file, and the keys that were asked for.
pub(super) struct Table<'a> {
    path: String,
    span: Range<usize>,
    entries: &'a DeTable<'a>,
    known: Vec<&'static str>,
    sink: &'a Sink,
}

impl<'a> Table<'a> {
    /// The table of the whole file.
    pub(super) fn root(entries: &'a DeTable<'a>, sink: &'a Sink) -> Self {
        Self { path: String::new(), span: 0..0, entries, known: Vec::new(), sink }
    }

    /// The value of `key`, which thereby is known.
    pub(super) fn value(&mut self, key: &'static str) -> Option<Value<'a>> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.values().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// All keys and values in written order; for tables whose keys are the user's.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let (path, sink) = (self.path.clone(), self.sink);
        self.entries.iter().map(move |(key, value)| {
            let name: &'a str = key.get_ref();
            let value = Value {
                path: join(&path, name),
                key_span: key.span(),
                span: value.span(),
                data: value.get_ref(),
                sink,
            };
            (name, value)
        })
    }

    /// The value of `key`; `None` means that the value is not there or cannot be read.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Value<'a>) -> Read<T>,
    ) -> Option<T> {
        self.value(key).and_then(|value| value.read(read))
    }

    /// The value of `key`, or `default`, also where the value cannot be read, which is reported.
    pub(super) fn or<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Value<'a>) -> Read<T>,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    /// The value of `key`; a missing value is reported, with `example` as a value.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        example: &str,
        read: impl FnOnce(&Value<'a>) -> Read<T>,
    ) -> Option<T> {
        if let Some(value) = self.value(key) {
            return value.read(read);
        }
        self.report(
            Diagnostic::error(format!("{} lacks `{key}`", self.title()))
                .help(format!("add `{key} = {example}`")),
        );
        None
    }

    /// The table `key`; `None` means that the table is not there.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Table<'a>> {
        self.optional(key, Value::table)
    }

    /// The table `key`; a missing table is reported, with `example` as its contents.
    pub(super) fn required_section(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<Table<'a>> {
        if self.value(key).is_none() {
            let missing = Diagnostic::error(format!("the file lacks the table `[{key}]`"));
            self.report(missing.help(format!("add {example}")));
        }
        self.section(key)
    }

    /// Reports an error at the table's header, or at the start of the file for the root.
    pub(super) fn report(&self, diagnostic: Diagnostic) {
        self.sink.borrow_mut().push(diagnostic.at(self.span.clone()));
    }

    /// The name of the table in messages.
    pub(super) fn title(&self) -> String {
        let in_list = self.path.ends_with(']');
        let plain: String = self.path.split('[').map(after_index).collect();
        match plain.as_str() {
            "" => "the file".to_owned(),
            _ if in_list => format!("`[[{plain}]]`"),
            _ => format!("`[{plain}]`"),
        }
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self) {
        self.finish_with(|_| None);
    }

    /// Finishes as [`Self::finish`] does, with another hint for some unknown keys.
    pub(super) fn finish_with(self, hint: impl Fn(&str) -> Option<&'static str>) {
        let place = match self.path.as_str() {
            "" => "at the top".to_owned(),
            _ => format!("in {}", self.title()),
        };
        for (name, value) in self.values() {
            if self.known.contains(&name) {
                continue;
            }
            let known = || format!("known here: {}", list(&self.known, "and"));
            let mut diagnostic = Diagnostic::error(format!("unknown key `{name}` {place}"))
                .at(value.key_span.clone())
                .help(hint(name).map_or_else(known, str::to_owned));
            let meant = nearest(name, self.known.iter().copied());
            diagnostic.label = meant.map(|key| format!("did you mean `{key}`?"));
            self.sink.borrow_mut().push(diagnostic);
        }
    }
}

/// A piece of a path after its `[`, without the index: `metric[0].config` → `metric.config`.
fn after_index(piece: &str) -> &str {
    match piece.split_once(']') {
        Some((index, rest)) if index.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => piece,
    }
}

fn is_table(item: &toml::Spanned<DeValue<'_>>) -> bool {
    matches!(item.get_ref(), DeValue::Table(_))
}
