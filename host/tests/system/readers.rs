//! Who may read the file of a state and not write it: beside its run, after a crash, after the repair.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use crate::host::Host;
use crate::process::{Ended, finish};
use crate::workplace::{Settings, Workplace};

/// A user of every Unix who owns nothing.
const NOBODY: [&str; 4] = ["--reuid=65534", "--regid=65534", "--clear-groups", "--"];

/// Looks at the state without the right to write it. Root may do everything, and becomes nobody for
/// that.
fn look(place: &Workplace) -> Ended {
    let command = place.command("state inspect");
    let is_root = fs::metadata("/proc/self").expect("a process").uid() == 0;
    let mut look = if is_root { Command::new("setpriv") } else { Command::new("env") };
    if is_root {
        look.args(NOBODY);
    }
    look.arg(place.path("streamgauge")).args(command.get_args());
    finish(look.current_dir(place.path("")))
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("an own file");
}

#[test]
fn who_may_only_read_a_state_looks_at_it_and_is_told_what_a_crash_left() {
    let source = "[source.generator]\nrate = 1000\nseed = 5\npartitions = 2\n".to_owned();
    let settings =
        Settings { source, checkpoint_every: "200ms", ..Settings::file(Path::new("unused")) };
    let place = Workplace::new(&settings);
    set_mode(&place.path(""), 0o755);
    fs::copy(streamgauge_tests::program(), place.path("streamgauge")).expect("the program");
    let host = Host::start(&place);
    host.has_read(1000);
    let beside = look(&place).ok().stdout;
    assert!(beside.contains("intact") && !beside.contains("DAMAGED"), "{beside}");
    host.kill();

    let state = place.path("state/streamgauge.redb");
    set_mode(&state, 0o444);
    let refused = look(&place);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    for part in ["has to be repaired before it can be read", "streamgauge run"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    set_mode(&state, 0o644);
    finish(&mut place.command("state inspect")).ok();
    set_mode(&state, 0o444);
    assert!(look(&place).ok().stdout.contains("intact"));
}
