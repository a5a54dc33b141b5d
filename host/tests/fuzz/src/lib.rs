//! What each fuzz target does with its input. `targets/` hands these functions to libFuzzer; the tests
//! here are the short form: every target over its seeds and small changes of them.
//!
//! May know: core, decode, fetch, oracle, pipeline, plugin, server, wire, telemetry.
//! Must not know: engine, sources, view.

mod both;
#[allow(dead_code, reason = "the tests of the server need more of it")]
#[path = "../../../server/src/tests/fixture.rs"]
mod fixture;
mod http;
mod packed;
mod plugins;

use std::cell::RefCell;
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use streamgauge_checkpoint::store::Export;
use streamgauge_core::{FinalPane, PartitionSnapshot, digest_of};
use streamgauge_pipeline::Pipeline;
// The data of the server's tests name them by these paths.
use streamgauge_server::{control, query};

use crate::both::Both;
use crate::http::Http;
use crate::plugins::Plugins;

/// What a target does with an input; it panics where a promise is broken.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its file in `targets/` and of its folder of seeds.
pub const TARGETS: [(&str, Target); 12] = [
    ("json", json),
    ("csv", csv),
    ("snapshot", snapshot),
    ("pipeline", pipeline),
    ("batches", batches),
    ("plain", plain),
    ("gzip", gzip),
    ("snappy", snappy),
    ("lz4", lz4),
    ("zstd", zstd),
    ("component", component),
    ("http", http),
];

/// The JSON decoder of the engine against the one of the oracle, on any bytes: both accept a record
/// and read the same values, or both reject the record for the same reason.
pub fn json(bytes: &[u8]) {
    thread_local! {
        static BOTH: RefCell<Both> = RefCell::new(Both::json());
    }
    // Lines one after the other: the scanner remembers the shape of the last record.
    BOTH.with_borrow_mut(|both| {
        bytes.split(|byte| *byte == b'\n').for_each(|line| both.check(line));
    });
}

/// As [`json`], with the decoders of CSV.
pub fn csv(bytes: &[u8]) {
    thread_local! {
        static BOTH: RefCell<Both> = RefCell::new(Both::csv());
    }
    BOTH.with_borrow_mut(|both| both.check(bytes));
}

/// The readers of stored state on any bytes, unchanged and with a digest that fits the bytes: no
/// panic, and a state that was read gives the same bytes when written again.
pub fn snapshot(bytes: &[u8]) {
    let sealed = [bytes, &digest_of(bytes).0].concat();
    for bytes in [bytes, &sealed] {
        if let Ok(snapshot) = PartitionSnapshot::decode(bytes) {
            assert_eq!(snapshot.encode(), bytes);
        }
        if let Ok(pane) = FinalPane::decode(bytes) {
            assert_eq!(pane.encode(), bytes);
        }
        // The header of an export is JSON, which has several ways to say the same.
        if let Ok(export) = Export::decode(bytes) {
            assert!(Export::decode(&export.encode()).is_ok());
        }
    }
}

/// The reader of `pipeline.toml` on any text: it gives settings or mistakes with their places, and
/// both can be shown.
pub fn pipeline(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Pipeline::parse_with(text, Path::new("pipeline.toml"), &|_| None) {
        Ok((pipeline, document)) => {
            drop(pipeline.state_settings());
            drop(document.warnings().render(true));
        }
        Err(mistakes) => {
            assert!(!mistakes.render(false).is_empty());
            drop(mistakes.to_json());
        }
    }
}

/// Record batches of any bytes: the walk ends, reads nothing that is not there, and takes no more
/// memory than a record may.
pub fn batches(bytes: &[u8]) {
    packed::walk(bytes);
}

/// Records that are not packed: as many bytes as one likes, and no more memory than a record may take.
pub fn plain(bytes: &[u8]) {
    packed::unpack(0, bytes);
}

/// As [`plain`], packed by gzip.
pub fn gzip(bytes: &[u8]) {
    packed::unpack(1, bytes);
}

/// As [`plain`], packed by snappy.
pub fn snappy(bytes: &[u8]) {
    packed::unpack(2, bytes);
}

/// As [`plain`], packed by lz4.
pub fn lz4(bytes: &[u8]) {
    packed::unpack(3, bytes);
}

/// As [`plain`], packed by zstd.
pub fn zstd(bytes: &[u8]) {
    packed::unpack(4, bytes);
}

/// Any bytes as a plugin, from the file up to its first calls: it is loaded or refused with words,
/// within limits of memory and time. Text in the form of WebAssembly is taken as what it stands for,
/// so that small changes of it stay valid more often.
pub fn component(bytes: &[u8]) {
    static PLUGINS: LazyLock<Mutex<Plugins>> = LazyLock::new(|| Mutex::new(Plugins::new()));
    PLUGINS.lock().expect("one thread asks").check(bytes);
}

/// The server on any bytes of a client: it answers or ends the connection, and is well afterwards.
pub fn http(bytes: &[u8]) {
    static SERVER: LazyLock<Mutex<Http>> = LazyLock::new(|| Mutex::new(Http::new()));
    SERVER.lock().expect("one thread asks").check(bytes);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// Changes of each seed, and of those of targets that are slow or have many.
    const CHANGES: u64 = 300;
    const FEWER_CHANGES: u64 = 20;

    fn folder(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut files: Vec<PathBuf> =
            entries.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        files.sort();
        files
    }

    /// The inputs of a target: its own, and what the tests of other crates keep of that kind.
    fn seeds(target: &str) -> Vec<PathBuf> {
        let mut folders = vec![folder("seeds").join(target)];
        match target {
            "pipeline" => folders.push(folder("../../pipeline/tests/invalid")),
            "snapshot" => {
                folders.extend(["../golden", "../../checkpoint/tests/golden"].map(folder));
            }
            _ => {}
        }
        let is_input =
            |path: &PathBuf| path.extension().is_none_or(|end| end != "err" && end != "redb");
        folders.iter().flat_map(|folder| files(folder)).filter(is_input).collect()
    }

    /// A change of `seed`: a byte set, a piece left out or repeated, or the rest cut off.
    fn changed(seed: &[u8], number: u64) -> Vec<u8> {
        let random = digest_of(&[seed, &number.to_le_bytes()].concat()).0;
        let mut bytes = seed.to_vec();
        if bytes.is_empty() {
            return random.to_vec();
        }
        let at = |i: usize| u16::from_le_bytes([random[i], random[i + 1]]) as usize % seed.len();
        let (from, to) = (at(2).min(at(4)), at(2).max(at(4)));
        match random[0] % 4 {
            0 => bytes[from] = random[1],
            1 => drop(bytes.drain(from..to)),
            2 => drop(bytes.splice(from..from, seed[from..to].to_vec())),
            _ => bytes.truncate(to),
        }
        bytes
    }

    #[test]
    fn every_target_has_its_file_and_seeds() {
        let named =
            |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let found: BTreeSet<String> =
            files(&folder("targets/fuzz_targets")).iter().filter_map(named).collect();
        assert_eq!(found, TARGETS.map(|(name, _)| name.to_owned()).into());
        let without =
            TARGETS.map(|(name, _)| name).into_iter().filter(|name| seeds(name).is_empty());
        assert_eq!(without.collect::<Vec<_>>(), Vec::<&str>::new());
    }

    #[test]
    fn every_target_withstands_its_seeds_and_small_changes_of_them() {
        for (name, target) in TARGETS {
            let has_fewer = matches!(name, "component" | "http" | "pipeline");
            let changes = if has_fewer { FEWER_CHANGES } else { CHANGES };
            for path in seeds(name) {
                let seed = fs::read(&path).expect("a file of the repository");
                target(&seed);
                (0..changes).for_each(|number| target(&changed(&seed, number)));
            }
        }
    }
}
