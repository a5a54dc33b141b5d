//! The law that everything serves, on random pipelines and logs: whatever the batches, the
//! workers, the moments of checkpoints, the crashes and the partitions' moves, the stored state is
//! what the oracle comes to, one record after the other.
//!
//! The engine under test is the host's own, with its checkpointer, its store and the built
//! components; only the threads are not, so that a run is one script. `PROPTEST_CASES` says how
//! many cases; a failing one is shrunk and printed whole.

#[path = "laws/case.rs"]
mod case;
#[path = "laws/compact.rs"]
mod compact;
#[path = "laws/compare.rs"]
mod compare;
#[path = "laws/log.rs"]
mod log;
#[path = "laws/ran.rs"]
mod ran;
#[path = "laws/run.rs"]
mod run;
#[path = "laws/settings.rs"]
mod settings;
#[path = "laws/side.rs"]
mod side;
#[path = "laws/store.rs"]
mod store;
#[path = "laws/takeover.rs"]
mod takeover;

use std::cell::Cell;

use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};

use case::Case;

/// Cases of a run that nobody asked to be longer.
const CASES: u32 = 400;

/// At least this share of the cases has each of the features below, in percent. The rarest is in 32 of
/// 100, and in 400 cases chance takes five times 2.3 from that once in a million runs.
const SHARE_MIN: u32 = 20;

/// The same of what takes several publications of one pane between two crashes.
const MADE_WHOLE: &str = "states made whole";
const RARE_SHARE_MIN: u32 = 5;

/// How many cases had what.
#[derive(Default)]
struct Shares {
    cases: Cell<u32>,
    late: Cell<u32>,
    crashed: Cell<u32>,
    moved: Cell<u32>,
    joined: Cell<u32>,
    changed: Cell<u32>,
    compacted: Cell<u32>,
    several_partitions: Cell<u32>,
    dirty: Cell<u32>,
    windowed: Cell<u32>,
}

fn count(cell: &Cell<u32>, applies: bool) {
    cell.set(cell.get() + u32::from(applies));
}

#[test]
fn the_engine_comes_to_what_the_oracle_comes_to() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let config = Config {
        cases: cases.unwrap_or(CASES),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let shares = Shares::default();
    let mut runner = TestRunner::new(config);
    let result = runner.run(&case::cases(), |case: Case| {
        let expected = case.expected();
        let ran = run::run(&case);
        count(&shares.cases, true);
        count(&shares.late, expected.late() > 0);
        count(&shares.crashed, ran.counts.crashes > 0);
        count(&shares.moved, ran.counts.moves > 0);
        count(&shares.joined, ran.counts.joins > 0);
        count(&shares.changed, ran.counts.changes > 0);
        count(&shares.compacted, ran.counts.compacted > 0);
        count(&shares.several_partitions, case.logs.len() > 1);
        count(&shares.dirty, case.is_dirty());
        count(&shares.windowed, case.settings.is_windowed());
        compare::compare(&expected, &ran)
    });
    if let Err(failure) = result {
        panic!("{failure}");
    }
    report(&shares);
}

fn report(shares: &Shares) {
    let all = shares.cases.get();
    eprint!("{all} cases");
    let features = [
        ("late records", &shares.late),
        ("crashes", &shares.crashed),
        ("partitions that moved", &shares.moved),
        ("metrics that lagged and joined", &shares.joined),
        ("metrics that became others", &shares.changed),
        (MADE_WHOLE, &shares.compacted),
        ("several partitions", &shares.several_partitions),
        ("dirt", &shares.dirty),
        ("windows", &shares.windowed),
    ];
    for (name, _) in &features {
        let percent =
            features.iter().find(|(n, _)| n == name).map_or(0, |(_, c)| c.get() * 100 / all);
        eprint!(", {percent} % with {name}");
    }
    eprintln!();
    for (name, cell) in features {
        let percent = cell.get() * 100 / all;
        let least = if name == MADE_WHOLE { RARE_SHARE_MIN } else { SHARE_MIN };
        assert!(percent >= least, "only {percent} % of the cases have {name}");
    }
}
