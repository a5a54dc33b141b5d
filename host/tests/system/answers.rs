//! Results of any size in a bounded memory: a history of many keys is asked for in pages, by many at
//! once, and printed whole. One answer of 35 MB took 1 GB once, and printing it as much.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::thread;

use serde_json::Value;
use streamgauge_checkpoint::store::Export;

use crate::host::Host;
use crate::memory_limit::{peak, resident, run_to_end};
use crate::process::{Running, finish};
use crate::wait::{self, END_DEADLINE};
use crate::workplace::{Settings, Workplace, plugin};

const HOURS: u64 = 24;

/// The memory of one answer and of all together, in KiB.
const ANSWER_KIB: u64 = 8 << 10;
const ALL_KIB: u64 = 64 << 10;

/// What a command that writes the states takes: the program, and the states of one partition.
const EXPORT_KIB: u64 = 64 << 10;

/// The records of `keys` users in each of `HOURS` hours, and of three hours more, after which those
/// are final with a retention of one.
fn place(keys: u64, retention: &str) -> (Workplace, u64) {
    let place = Workplace::new(&Settings::file("events.jsonl".as_ref()));
    let mut text = String::new();
    let mut count = 0;
    for hour in 0..HOURS + 3 {
        for key in 0..if hour < HOURS { keys } else { 10 } {
            let ts = 1_447_171_200_000 + hour * 3_600_000 + key * 40;
            writeln!(text, "{{\"ts\":{ts},\"user\":\"user-{key:08}\"}}").expect("memory");
            count += 1;
        }
    }
    place.write("events.jsonl", text.as_bytes());
    let metric = format!(
        "[[metric]]\nid = \"users\"\nplugin = \"{}\"\ncolumns = {{ value = \"user\" }}\n\
         windows = [\"1h\"]\nretention = \"{retention}\"\nmemory_max = \"256MiB\"\n",
        plugin("count_by").display()
    );
    let settings = Settings {
        schema: "ts = \"timestamp\"\nuser = \"text\"\n".to_owned(),
        event_time: "field = \"ts\"\nunit = \"ms\"\n".to_owned(),
        bound: "1m",
        checkpoint_every: "1s",
        ..Settings::file("events.jsonl".as_ref())
    };
    place.set_text(&settings.with_metrics(&metric));
    (place, count)
}

/// How much memory `work` takes at its most, in KiB.
fn growth_kib(pid: u32, work: impl FnOnce()) -> u64 {
    // 5 sets the most memory so far to the present memory.
    fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("an own process");
    let before = resident(pid).expect("it runs");
    work();
    peak(pid).expect("it runs").saturating_sub(before) >> 10
}

/// All windows, page by page: their starts in order, and the bytes of the largest page.
fn history(host: &Host) -> (Vec<String>, usize) {
    let (mut starts, mut largest, mut next) = (Vec::new(), 0, String::new());
    loop {
        let page = host.get(&format!("/api/v1/history?metric=users&bytes=4000000{next}"));
        largest = largest.max(page.body.len());
        let page = page.json();
        let windows = page["windows"].as_array().expect("windows");
        let start =
            |window: &Value| window["window"]["start"].as_str().expect("a start").to_owned();
        starts.extend(windows.iter().map(start));
        assert_eq!(page["truncated"], !page["next"].is_null());
        let Some(place) = page["next"].as_str() else { return (starts, largest) };
        next = format!("&next={}", place.replace('+', "%2B"));
    }
}

#[test]
fn a_history_of_any_size_is_answered_and_printed_in_a_bounded_memory() {
    let (place, count) = place(20_000, "1h");
    let host = Host::start(&place);
    host.has_read(count);
    let finals = || host.get("/api/v1/history?metric=users&last=1").json();
    wait::until("the last final window is stored", || {
        let last = finals()["windows"][0]["window"]["start"].as_str()?.to_owned();
        (last.as_str() >= "2015-11-11T23:00").then_some(())
    });
    // The plugin's own memory grows once.
    let (starts, largest) = history(&host);
    assert_eq!(starts.len() as u64, HOURS, "{starts:?}");
    assert!(starts.is_sorted() && largest < 8_000_000, "{largest}");
    let one = growth_kib(host.pid(), || drop(history(&host)));
    let many = growth_kib(host.pid(), || {
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| {
                    let answer = host.get("/api/v1/history?metric=users&bytes=64000000");
                    assert!([200, 503].contains(&answer.status), "{}", answer.status);
                });
            }
        });
    });
    eprintln!("one answer {one} KiB, twenty at once {many} KiB");
    assert!(one <= ANSWER_KIB && many <= ALL_KIB, "{one} KiB and {many} KiB");
    host.terminate().ok();
    let mut command = place.command("run");
    let (ended, most) = run_to_end(command.args(["--until-end", "--json"]), END_DEADLINE);
    let (printed, most) = (ended.json(), most >> 10);
    eprintln!("the result as JSON: {most} KiB");
    assert_eq!(printed["metrics"]["users"].as_array().map(|w| w.len() as u64), Some(HOURS + 3));
    assert!(most < 128 << 10, "{most} KiB");
}

/// All states together were in memory three times while they were sent, and twice while a command
/// wrote them.
#[test]
fn a_checkpoint_of_any_size_is_answered_and_exported_in_a_bounded_memory() {
    // Half of the windows are final then.
    let (place, count) = place(80_000, "12h");
    let host = Host::start(&place);
    host.has_read(count);
    let path = "/api/v1/checkpoint";
    let final_windows = |bytes: &[u8]| Export::decode(bytes).expect("an export").final_panes.len();
    let sent = wait::until("the final windows are there", || {
        let bytes = host.get(path).bytes;
        (final_windows(&bytes) as u64 >= HOURS / 2).then_some(bytes)
    });
    assert!(sent.len() > 24 << 20, "{} bytes", sent.len());
    let one = growth_kib(host.pid(), || drop(host.get(path)));
    let many = growth_kib(host.pid(), || {
        thread::scope(|scope| {
            for _ in 0..20 {
                scope.spawn(|| assert!([200, 503].contains(&host.get(path).status)));
            }
        });
    });
    eprintln!("{} bytes: one {one} KiB, twenty at once {many} KiB", sent.len());
    assert!(one <= ANSWER_KIB && many <= ALL_KIB, "{one} KiB and {many} KiB");
    host.terminate().ok();

    let file = place.path("state.sgex");
    let mut command = place.command("state export");
    let (ended, most) = run_to_end(command.arg(&file), END_DEADLINE);
    let most = most >> 10;
    ended.ok();
    let written = fs::read(&file).expect("it was written");
    eprintln!("{} bytes exported: {most} KiB", written.len());
    assert_eq!(final_windows(&written), final_windows(&sent));
    assert!(most < EXPORT_KIB, "{most} KiB");
}

/// The whole file and all that was in it were in memory at once.
#[test]
fn a_history_of_any_size_is_imported_and_looked_at_in_a_bounded_memory() {
    let (place, _) = place(80_000, "1h");
    finish(place.command("run").arg("--until-end")).ok();
    let file = place.path("state.sgex");
    finish(place.command("state export").arg(&file)).ok();
    let length = fs::metadata(&file).expect("it was written").len();
    assert!(length > 24 << 20, "{length} bytes");
    let peak_of = |command: &mut Command| {
        let (ended, most) = run_to_end(command, END_DEADLINE);
        ended.ok();
        most >> 10
    };
    let import = peak_of(place.command("state import").arg("--replace").arg(&file));
    let inspect = peak_of(place.command("state inspect").arg("--json"));
    let explain = peak_of(&mut place.command("explain 0@5"));
    let list = peak_of(&mut place.command("state list"));
    eprintln!(
        "{length} bytes: import {import}, inspect {inspect}, explain {explain}, list {list} KiB"
    );
    for most in [import, inspect, explain, list] {
        assert!(most < EXPORT_KIB, "{most} KiB");
    }
    let again = place.path("again.sgex");
    finish(place.command("state export").arg(&again)).ok();
    let panes =
        |file| Export::decode(&fs::read(file).expect("an export")).expect("intact").final_panes;
    assert!(panes(file) == panes(again));
}

/// Where the file of a state lets nobody in, as that of a run of an earlier version does, the run is
/// asked, and what it answers was in memory twice.
#[test]
fn a_state_of_any_size_is_read_from_its_run_in_a_bounded_memory() {
    let (place, count) = place(80_000, "1h");
    let host = Host::start(&place);
    host.has_read(count);
    wait::until("the final windows are stored", || {
        let bytes = host.get("/api/v1/checkpoint").bytes;
        let export = Export::decode(&bytes).expect("an export");
        (export.final_panes.len() as u64 == HOURS && bytes.len() > 24 << 20).then_some(())
    });
    // The same pipeline in another folder, whose state somebody has locked.
    let locked = Workplace::new(&Settings::file("events.jsonl".as_ref()));
    fs::create_dir(locked.path("state")).expect("a new folder");
    let files = ["pipeline.toml", "events.jsonl", "state/streamgauge.redb", "state/running.json"];
    for file in files {
        fs::copy(place.path(file), locked.path(file)).expect("the file is there");
    }
    let mut lock = Command::new("flock");
    lock.args(["--exclusive", "--no-fork"])
        .arg(locked.path("state/streamgauge.redb"))
        .args(["sleep", "600"]);
    let lock = Running::start(&mut lock);
    wait::until("the lock", || {
        let refused = finish(&mut locked.command("state inspect"));
        refused.stderr.contains("is in use by another process").then_some(())
    });
    let mut command = locked.command("explain 0@5");
    let (ended, most) = run_to_end(&mut command, END_DEADLINE);
    let (said, most) = (ended.ok().stdout, most >> 10);
    eprintln!("a state that a run gives: {most} KiB");
    assert!(said.contains("metric users: folded"), "{said}");
    assert!(most < EXPORT_KIB, "{most} KiB");
    lock.kill();
    host.terminate().ok();
}
