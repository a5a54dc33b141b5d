//! The plugin that the rows swap, in versions that differ in one thing each.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::languages::plugin_command;
use crate::workplace::{Settings, Workplace};

/// A version of the plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    First,
    /// Other bytes, which behave alike.
    Touched,
    /// Another version of the plugin, with states as before.
    Raised,
    /// Another state version, which reads no older states.
    OtherStates,
}

/// The built versions, each when a row needs it first.
#[derive(Default)]
pub(super) struct Components(OnceLock<(Workplace, [PathBuf; 4])>);

/// A state of its own version over the counter of the template.
const OTHER_STATES: &str = "
#[derive(Debug, Default)]
pub struct Counts(Counter<String>);

impl Accumulator for Counts {
    const VERSION: u32 = 2;

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0.merge(&other.0)
    }

    fn write(&self, writer: &mut Writer) {
        self.0.write(writer);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(Counter::read(reader)?))
    }
}

impl Metric for";

impl Components {
    pub(super) fn of(&self, version: Version) -> &PathBuf {
        let (_, built) = self.0.get_or_init(build);
        &built[version as usize]
    }
}

fn build() -> (Workplace, [PathBuf; 4]) {
    let place = Workplace::new(&Settings::endless());
    let path = std::env::var("PATH").expect("cargo runs the tests with a PATH");
    let command = |arguments: &[&str]| plugin_command(&place, arguments, &path).ok();
    command(&["new", "own"]);
    let build = |name: &str| {
        command(&["build", "own"]);
        let bytes = fs::read(place.path("own/own.wasm")).expect("it was built");
        place.write(name, &bytes)
    };
    let edit = |file: &str, old: &str, new: &str| {
        let path = place.path(file);
        let text = fs::read_to_string(&path).expect("it was made");
        assert!(text.contains(old), "no {old:?} in\n{text}");
        fs::write(path, text.replacen(old, new, 1)).expect("it is ours");
    };
    let first = build("first.wasm");
    let mut bytes = fs::read(&first).expect("it was written");
    // A section of a name that nobody reads.
    bytes.extend_from_slice(b"\0\x05\x04test");
    let touched = place.write("touched.wasm", &bytes);
    edit("own/Cargo.toml", "version = \"0.1.0\"", "version = \"0.2.0\"");
    let raised = build("raised.wasm");
    let source = "own/src/lib.rs";
    edit(source, "impl Metric for", OTHER_STATES);
    edit(source, "type Accumulator = Counter<String>", "type Accumulator = Counts");
    edit(source, "counter.count_as", "counter.0.count_as");
    edit(source, "counter.table()", "counter.0.table()");
    let other_states = build("other-states.wasm");
    (place, [first, touched, raised, other_states])
}
