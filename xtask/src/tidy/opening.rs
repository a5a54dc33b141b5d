//! Each crate opens with its purpose, the crates it may know and those it must not know.

use super::{finding::Finding, packages::Crate, padding::documentation, source::Source};

/// The opening must have both, after a first part with the purpose of the crate.
const PARTS: [&str; 2] = ["May know:", "Must not know:"];

/// Crates whose first file does not say so.
pub(super) fn check(crates: &[Crate], sources: &[Source]) -> Vec<Finding> {
    crates.iter().filter_map(|each| check_one(each, sources)).collect()
}

fn check_one(each: &Crate, sources: &[Source]) -> Option<Finding> {
    let remedy = "open with `//!`: what the crate is for, then `May know: …` and \
        `Must not know: …`";
    let of_name = |name: &str| {
        let path = format!("{}{name}", each.sources());
        sources.iter().find(|source| source.path == path)
    };
    let Some(source) = of_name("lib.rs").or_else(|| of_name("main.rs")) else {
        let fault = format!("`{}` has neither lib.rs nor main.rs", each.folder);
        return Some(Finding::new(each.manifest_path(), 1, fault, remedy));
    };
    let opening = documentation(&source.syntax.attrs).unwrap_or_default();
    let missing = PARTS.iter().find(|part| !opening.contains(**part));
    let is_purpose_missing = PARTS.iter().any(|part| opening.starts_with(part));
    let fault = match missing {
        _ if opening.is_empty() => "this crate does not say what it is for".to_owned(),
        Some(part) => format!("the opening of this crate has no `{part}`"),
        None if is_purpose_missing => "this crate does not say what it is for".to_owned(),
        None => return None,
    };
    Some(Finding::new(&source.path, 1, fault, remedy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{finding::lines, packages, source};

    fn fault(text: &str) -> Vec<String> {
        let sources = source::of(&[("core/src/lib.rs", text)]);
        lines(&check(&[packages::of("core", &[])], &sources))
    }

    #[test]
    fn an_opening_with_all_three_parts_passes() {
        let text = "//! The semantics.\n//!\n//! May know: nothing. Must not\n//! know: a clock.\n";
        assert_eq!(fault(text), Vec::<String>::new());
    }

    #[test]
    fn each_missing_part_is_a_finding() {
        let nothing = "core/src/lib.rs:1: this crate does not say what it is for";
        assert_eq!(fault("mod a;"), [nothing]);
        assert_eq!(fault("//! May know: a. Must not know: b."), [nothing]);
        assert_eq!(
            fault("//! The semantics.\n//! May know: nothing.\n"),
            ["core/src/lib.rs:1: the opening of this crate has no `Must not know:`"]
        );
    }

    #[test]
    fn the_program_opens_in_its_main_file() {
        let text = "//! The program. May know: everything. Must not know: nothing.";
        let sources = source::of(&[("host/streamgauge/src/main.rs", text)]);
        assert_eq!(check(&[packages::of("host/streamgauge", &[])], &sources), []);
        let without = [packages::of("host/other", &[])];
        assert_eq!(
            lines(&check(&without, &sources)),
            ["host/other/Cargo.toml:1: `host/other` has neither lib.rs nor main.rs"]
        );
    }
}
