//! Every row of the tables in docs/bounds.md names in its last cell the tests that hold the bound,
//! and these tests are there.

use std::collections::BTreeSet;

use super::{finding::Finding, links::Document, source::Source};

/// How the names of these documents begin, in any language.
const FILES: &str = "docs/bounds.";

/// Rows without a test, and tests that are not there.
pub(super) fn check(documents: &[Document], sources: &[Source]) -> Vec<Finding> {
    let tests = tests(sources);
    let mut findings = Vec::new();
    for (file, text) in documents.iter().filter(|(file, _)| file.starts_with(FILES)) {
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| is_row(line)) {
            let cell = line.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
            let names: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
            let missing = names.iter().find(|name| !tests.contains(**name));
            let (fault, remedy) = match missing {
                None if !names.is_empty() => continue,
                None => ("a bound without a test".to_owned(), "name its test in the last cell"),
                Some(name) => (format!("there is no test `{name}`"), "correct its name"),
            };
            findings.push(Finding::new(file, number, fault, remedy));
        }
    }
    findings
}

/// True for a row of a table that is neither its head nor the line below that: rows begin with what
/// is bounded, and heads with a word in bold.
fn is_row(line: &str) -> bool {
    line.starts_with('|') && !line.starts_with("|--") && !line.starts_with("| **")
}

/// The names of all functions of tests.
fn tests(sources: &[Source]) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for source in sources {
        for pair in source.words.windows(2) {
            if pair[0].text == "fn" && source.is_test_line(pair[1].line) {
                names.insert(pair[1].text.as_str());
            }
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{finding::lines, source};

    #[test]
    fn a_bound_names_tests_that_are_there() {
        let sources = source::of(&[
            ("core/src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n fn held() {}\n}\n"),
            ("host/tests/system/b.rs", "fn held_too() {}\n"),
        ]);
        let text = "| **what** | **test** |\n|---|---|\n| x | `held`, `held_too` |\n| y | none |\n\
                    | z | `a` |\nwords | `b`\n";
        let document = |name: &str| (name.to_owned(), text.to_owned());
        let found = check(&[document("docs/bounds.md"), document("docs/other.md")], &sources);
        assert_eq!(
            lines(&found),
            ["docs/bounds.md:4: a bound without a test", "docs/bounds.md:5: there is no test `a`"]
        );
    }
}
