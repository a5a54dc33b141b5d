//! Crates whose results depend on their arguments alone read no clock: time is an argument.

use super::{
    architecture::{Architecture, FILE, Named},
    finding::Finding,
    source::{Source, Word},
};

/// How a clock is read, as words.
const CLOCKS: [&[&str]; 5] = [
    &["Instant", ":", ":", "now"],
    &["SystemTime", ":", ":", "now"],
    &["Utc", ":", ":", "now"],
    &["Local", ":", ":", "now"],
    &[".", "elapsed", "("],
];

/// Clocks in the sources of the crates that the table lists. Tests may read them.
pub(super) fn check(architecture: &Architecture, sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for named in &architecture.without_clock {
        let below = format!("{}/src/", named.path);
        let mut its = sources.iter().filter(|source| source.path.starts_with(&below)).peekable();
        if its.peek().is_none() {
            findings.push(absent(named));
        }
        findings.extend(its.flat_map(|source| in_source(source, &named.path)));
    }
    findings
}

fn absent(named: &Named) -> Finding {
    let fault = format!("there are no sources in `{}`", named.path);
    Finding::new(FILE, named.line, fault, "take the row out, or correct the folder")
}

fn in_source(source: &Source, folder: &str) -> Vec<Finding> {
    let words = source.product_words();
    let clocks = CLOCKS.iter().flat_map(|clock| {
        let begins = words.windows(clock.len()).filter(|words| is(words, clock));
        begins.map(|words| (words[0].line, clock.concat()))
    });
    let mut found: Vec<(usize, String)> = clocks.collect();
    found.sort();
    let finding = |(line, clock): (usize, String)| {
        let fault = format!("`{folder}` reads a clock: `{clock}`");
        Finding::new(&source.path, line, fault, "take the time as an argument")
    };
    found.into_iter().map(finding).collect()
}

fn is(words: &[Word], clock: &[&str]) -> bool {
    words.iter().zip(clock).all(|(word, wanted)| word.text == *wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{architecture, finding::lines, source};

    #[test]
    fn a_crate_that_is_handed_the_time_passes() {
        let architecture = architecture::of("", "", "", "| `core` | why |");
        let sources = source::of(&[
            (
                "core/src/lib.rs",
                "/// Never `Instant::now`.\nfn a(now: Instant) -> Instant { now }\n\
                 #[cfg(test)]\nmod tests { fn t() { Instant::now(); } }\n",
            ),
            ("core/src/tests.rs", "fn t() { SystemTime::now(); }"),
            ("host/server/src/lib.rs", "fn a() { Instant::now(); }"),
        ]);
        assert_eq!(check(&architecture, &sources), []);
    }

    #[test]
    fn a_clock_is_a_finding() {
        let architecture = architecture::of("", "", "", "| `core`, `host/view` | why |");
        let text = "fn a() -> bool {\n    let x = std::time::Instant::now();\n    \
            f!(x.elapsed()) > Utc::now()\n}\nfn b() { chrono::Local::now; SystemTime::now() }\n";
        let sources = source::of(&[("core/src/a.rs", text)]);
        assert_eq!(
            lines(&check(&architecture, &sources)),
            [
                "core/src/a.rs:2: `core` reads a clock: `Instant::now`",
                "core/src/a.rs:3: `core` reads a clock: `.elapsed(`",
                "core/src/a.rs:3: `core` reads a clock: `Utc::now`",
                "core/src/a.rs:5: `core` reads a clock: `Local::now`",
                "core/src/a.rs:5: `core` reads a clock: `SystemTime::now`",
                "ARCHITECTURE.md:16: there are no sources in `host/view`",
            ]
        );
    }
}
