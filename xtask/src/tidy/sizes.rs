//! The limit for the length of a file, and the share of lines that are tests.

use super::{finding::Finding, packages::ROOMS, source::Source, tree::Page};

/// The most lines of a Rust file, tests included.
const FILE_LINES_MAX: usize = 400;

/// Files that are too long.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    let too_long = sources.iter().filter(|source| source.lines > FILE_LINES_MAX);
    let finding = |source: &Source| {
        let fault = format!("{} lines; at most {FILE_LINES_MAX} are read in one go", source.lines);
        Finding::new(
            &source.path,
            source.lines,
            fault,
            "move what belongs together to a file below",
        )
    };
    too_long.map(finding).collect()
}

/// Lines of tests among all lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) tests: usize,
    pub(super) all: usize,
}

impl Share {
    pub(super) fn percent(&self) -> f64 {
        if self.all == 0 { 0.0 } else { 100.0 * self.tests as f64 / self.all as f64 }
    }
}

/// The share in the Rust files of core/ and host/.
pub(super) fn share(sources: &[Source]) -> Share {
    let ours = sources.iter().filter(|source| {
        let room = source.path.split('/').next().unwrap_or_default();
        ROOMS.contains(&room)
    });
    ours.fold(Share::default(), |share, source| Share {
        tests: share.tests + source.test_lines(),
        all: share.all + source.lines,
    })
}

/// The share in the page's files: all those below its folder `test` are tests.
pub(super) fn share_of_page(pages: &[Page]) -> Share {
    pages.iter().fold(Share::default(), |share, page| Share {
        tests: share.tests + if page.is_test { page.lines } else { 0 },
        all: share.all + page.lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{finding::lines, source};

    #[test]
    fn a_long_file_is_a_finding_and_one_at_the_limit_is_none() {
        let text = |lines: usize| "// x\n".repeat(lines);
        let sources = source::of(&[
            ("core/src/a.rs", &text(FILE_LINES_MAX)),
            ("core/src/tests.rs", &text(FILE_LINES_MAX + 1)),
        ]);
        assert_eq!(
            lines(&check(&sources)),
            ["core/src/tests.rs:401: 401 lines; at most 400 are read in one go"]
        );
    }

    #[test]
    fn the_share_of_tests_counts_core_and_host_only() {
        let sources = source::of(&[
            ("core/src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n"),
            ("host/view/tests/b.rs", "\n\n"),
            ("xtask/src/main.rs", "\n\n\n"),
        ]);
        assert_eq!(share(&sources), Share { tests: 5, all: 6 });
    }

    #[test]
    fn the_share_of_the_page_is_its_own() {
        let page = |is_test, lines| Page { is_test, lines };
        let share = share_of_page(&[page(true, 41), page(false, 59)]);
        assert!((share.percent() - 41.0).abs() < 1e-9, "{share:?}");
        assert!(Share::default().percent().abs() < 1e-9);
    }
}
