//! Links between the documents of the project lead to a file that is there, and to a heading in it.

use std::collections::BTreeSet;

use super::finding::Finding;

/// A Markdown file: its path below the root, and its text.
pub(super) type Document = (String, String);

/// Links that lead nowhere. `is_there` tells of a path below the root whether it exists.
pub(super) fn check(documents: &[Document], is_there: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in documents {
        for (line, link) in links(text) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { beside(file, path) };
            let heading_is_missing = || {
                let found = documents.iter().find(|(path, _)| *path == target);
                found.is_some_and(|(_, text)| !anchors(text).contains(anchor))
            };
            let fault = if !is_there(&target) {
                format!("there is no `{target}`")
            } else if !anchor.is_empty() && heading_is_missing() {
                format!("`{target}` has no heading `#{anchor}`")
            } else {
                continue;
            };
            findings.push(Finding::new(file, line, fault, "correct the link"));
        }
    }
    findings
}

/// The links of a text to files of the project, each with its line. Blocks and words of code hold
/// none.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in prose(text) {
        let outside: Vec<&str> = line.split("](").collect();
        for (index, rest) in outside.iter().enumerate().skip(1) {
            let before: usize = outside[..index].iter().map(|part| part.matches('`').count()).sum();
            let Some((link, _)) = rest.split_once(')') else { continue };
            let leads_away = link.contains("://") || link.contains("{{");
            if !leads_away && before.is_multiple_of(2) {
                found.push((number, link));
            }
        }
    }
    found
}

/// The lines outside of blocks of code, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

/// The headings of a text as links name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    for (_, line) in prose(text) {
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ');
        let name: String = title.trim().to_lowercase().chars().filter(kept).collect();
        let name = name.replace(' ', "-");
        let again = (1..).map(|n| format!("{name}-{n}"));
        let free = std::iter::once(name.clone()).chain(again).find(|one| !anchors.contains(one));
        anchors.extend(free);
    }
    anchors
}

/// `path` as it is meant in `file`, below the root.
fn beside(file: &str, path: &str) -> String {
    let mut folders: Vec<&str> = file.split('/').collect();
    folders.pop();
    for part in path.split('/') {
        match part {
            ".." => drop(folders.pop()),
            "" | "." => {}
            part => folders.push(part),
        }
    }
    folders.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding;

    fn faults(text: &str) -> Vec<String> {
        let other = "# Other\n\n## `[a.b]`: at most one\n\n## 放在代理之后\n\n## Twice\n## Twice\n";
        let documents =
            [("docs/a.md".to_owned(), text.to_owned()), ("b/c.md".to_owned(), other.to_owned())];
        let is_there = |path: &str| ["docs/a.md", "b/c.md", "b/picture.png"].contains(&path);
        finding::lines(&check(&documents, is_there))
    }

    #[test]
    fn links_to_files_and_headings_that_are_there_are_fine() {
        let none: [&str; 0] = [];
        assert_eq!(faults("# A\n[c](../b/c.md) ![p](../b/picture.png) [own](#a)\n"), none);
        assert_eq!(faults("[x](../b/c.md#ab-at-most-one), [y](../b/c.md#放在代理之后)\n"), none);
        assert_eq!(faults("[x](../b/c.md#twice-1)\n"), none);
        assert_eq!(faults("[away](https://example.org/nothing)\n"), none);
    }

    #[test]
    fn a_link_to_a_missing_file_or_heading_is_named_with_its_line() {
        assert_eq!(faults("# A\n\n[c](c.md)\n"), ["docs/a.md:3: there is no `docs/c.md`"]);
        assert_eq!(
            faults("[c](../b/c.md#three) and [d](d.md)\n"),
            [
                "docs/a.md:1: `b/c.md` has no heading `#three`",
                "docs/a.md:1: there is no `docs/d.md`"
            ]
        );
        assert_eq!(faults("# A\n[own](#b)\n"), ["docs/a.md:2: `docs/a.md` has no heading `#b`"]);
    }

    #[test]
    fn code_holds_no_links() {
        let none: [&str; 0] = [];
        assert_eq!(faults("```md\n[c](nowhere.md)\n```\n"), none);
        assert_eq!(faults("Write `[c](nowhere.md)` for it.\n"), none);
        assert_eq!(faults("`code`, then [c](nowhere.md)\n").len(), 1);
    }
}
