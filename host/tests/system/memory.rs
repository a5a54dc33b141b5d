//! What the pipeline needs of memory, whatever comes: real runs under a limit.

use crate::broker::Broker;
use crate::host::Host;
use crate::memory_limit::MemoryLimit;
use crate::process::finish;
use crate::workplace::{Settings, Workplace, unique};

/// The limit that `docs/performance.md` promises to be enough.
const LIMIT: u64 = 128 << 20;

const WAITING: u64 = 1_000_000;

/// A topic with so much in it that fetching could take all memory there is.
#[test]
fn a_million_waiting_records_are_read_in_128_mb() {
    let broker = Broker::shared();
    let settings = Settings {
        workers: "2".to_owned(),
        ..Settings::kafka(&broker.address(), &unique("waiting"))
    };
    let place = Workplace::new(&settings);
    let records = WAITING.to_string();
    let produce = ["--generate", &records, "--seed", "5", "--partitions", "4"];
    finish(place.command("produce").args(produce)).ok();
    let limit = MemoryLimit::of(LIMIT);
    let before = limit.before();
    let host = Host::start_by(&place, &before.iter().map(String::as_str).collect::<Vec<_>>());
    host.has_read(WAITING);
    let peak = limit.assert_kept(host.pid());
    eprintln!("a million waiting records: {} MB", peak >> 20);
    host.terminate().ok();
}
