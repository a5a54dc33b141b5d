//! A disk that is full, and state that is taken away or damaged: told with a cause, tried again, and
//! exact afterwards.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;

use crate::host::{Host, read};
use crate::process::finish;
use crate::wait;
use crate::workplace::{Settings, Workplace};

fn endless() -> Settings {
    Settings {
        source: "[source.generator]\nrate = 2000\nseed = 4\npartitions = 2\ndirt = 0.01\n"
            .to_owned(),
        checkpoint_every: "200ms",
        metrics: vec!["behavior".to_owned()],
        ..Settings::file(Path::new("unused"))
    }
}

/// The largest file of a host whose disk is full, in bytes: room for the log of this test and for
/// nothing of the state.
const FULL: &str = "32768";

/// Lets no file of the host grow beyond so many bytes, as a full disk does.
fn limit(host: &Host, bytes: &str) {
    let mut command = Command::new("prlimit");
    command.args(["--pid", &host.pid().to_string(), &format!("--fsize={bytes}:unlimited")]);
    finish(&mut command).ok();
}

fn ready(host: &Host) -> (u16, String) {
    let answer = host.get("/readyz");
    (answer.status, answer.body)
}

fn becomes_ready(host: &Host) {
    wait::until_with(
        || format!("a ready host, not {:?}", ready(host)),
        || (ready(host).0 == 200).then_some(()),
    );
}

/// What is stored, and a second run over the same state, are balanced and go on.
fn goes_on(place: &Workplace) {
    let stored = finish(place.command("state inspect").arg("--json")).json();
    let newest = &stored["checkpoints"][0];
    assert!(newest["damage"].is_null() && newest["number"].as_u64() > Some(0), "{stored}");
    let count = |key: &str| -> u64 {
        let partitions = stored["partitions"].as_array().expect("partitions");
        partitions.iter().map(|p| p[key].as_u64().expect("a count")).sum()
    };
    assert_eq!(count("read"), count("on_time") + count("late") + count("rejected"), "{stored}");
    let host = Host::start(place);
    host.has_read(count("read") + 1);
    host.terminate().ok();
}

fn tells_and_recovers(host: Host, place: &Workplace) {
    let (_, body) = wait::until_with(
        || format!("503, not {:?}", ready(&host)),
        || Some(ready(&host)).filter(|(status, _)| *status == 503),
    );
    assert!(body.contains("checkpoint_failing"), "{body}");
    let failed = host.get("/api/v1/checkpoints").json();
    assert_eq!(failed["checkpoints"][0]["cause"]["code"], "checkpoint_failing", "{failed}");
    limit(&host, "unlimited");
    becomes_ready(&host);
    let stored = host.get("/api/v1/checkpoints").json();
    assert!(stored["checkpoints"][0]["cause"].is_null(), "{stored}");
    assert!(stored["checkpoints"][0]["bytes"].as_u64() > Some(0), "{stored}");
    let log = host.log();
    assert_eq!(log.matches("checkpoint failed, and is tried again").count(), 1, "{log}");
    assert_eq!(log.matches("checkpoints are stored again").count(), 1, "{log}");
    host.terminate().ok();
    goes_on(place);
}

/// A process that ignores SIGXFSZ, so that a limit of its files is an error as a full disk is.
fn started(place: &Workplace) -> Host {
    Host::start_by(place, &["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"])
}

#[test]
fn a_disk_that_is_full_for_a_while_is_told_and_costs_nothing_but_checkpoints() {
    let place = Workplace::new(&endless());
    let host = started(&place);
    host.has_read(1000);
    becomes_ready(&host);
    limit(&host, FULL);
    tells_and_recovers(host, &place);
}

/// The first checkpoint of a run was tried once, and then the run was `failed` for ever.
#[test]
fn a_disk_that_is_full_at_the_start_is_waited_for() {
    let place = Workplace::new(&endless());
    let host = started(&place);
    host.has_read(1000);
    host.terminate().ok();
    let limited = format!("trap '' XFSZ; exec prlimit --fsize={FULL}:unlimited \"$@\"");
    let host = Host::start_by(&place, &["sh", "-c", &limited, "sh"]);
    let waiting = host.status_when("a wait", |status| status["mode"] == "waiting");
    assert_eq!(waiting["cause"]["code"], "checkpoint_failing", "{waiting}");
    tells_and_recovers(host, &place);
}

#[test]
fn state_that_is_removed_while_it_is_in_use_is_made_anew() {
    let place = Workplace::new(&endless());
    let host = Host::start(&place);
    host.has_read(1000);
    for removed in ["state/streamgauge.redb", "state"] {
        // In one step: the host writes into the folder while it is emptied.
        fs::rename(place.path(removed), place.path("removed")).expect("it can be removed");
        wait::until("the state made anew", || {
            place.path("state/streamgauge.redb").exists().then_some(())
        });
        let removed = place.path("removed");
        if removed.is_dir() { fs::remove_dir_all(&removed) } else { fs::remove_file(&removed) }
            .expect("nobody writes into it any more");
    }
    // Who looks for the state that is in use finds the host that uses it.
    wait::until("the host announced anew", || {
        place.path("state/running.json").exists().then_some(())
    });
    finish(&mut place.command("check")).ok();
    let export = finish(place.command("verify").arg("--json"));
    assert!(!export.stderr.contains("is in use"), "{}", export.stderr);
    fs::remove_file(place.path("dead-letters.jsonl")).expect("it can be removed");
    wait::until("letters made anew", || place.path("dead-letters.jsonl").exists().then_some(()));
    let before = read(&host.status());
    assert_eq!(host.log().matches("was removed while it was in use").count(), 2, "{}", host.log());
    host.terminate().ok();
    let host = Host::start(&place);
    assert!(read(&host.restored(2)) >= before, "a checkpoint went into a removed file");
    host.terminate().ok();
}

/// redb panics over some damaged pages: exit code 101 and a stack, also of `state inspect`.
#[test]
fn damaged_state_is_told_in_words_with_a_remedy_that_works() {
    let place = Workplace::new(&endless());
    let host = Host::start(&place);
    host.has_read(1000);
    host.terminate().ok();
    let export = place.path("kept.sgex");
    finish(place.command("state export").arg(&export)).ok();
    let file = place.path("state/streamgauge.redb");
    let whole = fs::read(&file).expect("the state");
    let mut failures = 0;
    for page in 1..whole.len() / 4096 {
        let written = &whole[page * 4096..][..4096];
        if written.iter().all(|byte| *byte == 0) {
            continue;
        }
        fs::write(&file, &whole).expect("the state can be written");
        let damaged = fs::OpenOptions::new().write(true).open(&file).expect("the state");
        damaged.write_all_at(&[0xa5; 4096], page as u64 * 4096).expect("it can be damaged");
        let ended = finish(&mut place.command("state inspect"));
        assert!(
            matches!(ended.code, Some(0 | 1)),
            "page {page}: {:?} {}",
            ended.code,
            ended.stderr
        );
        assert!(!ended.stderr.contains("panicked"), "page {page}: {}", ended.stderr);
        if ended.code == Some(1) {
            failures += 1;
            assert!(ended.stderr.contains("hint: "), "page {page}: {}", ended.stderr);
        }
        if failures == 1 && ended.code == Some(1) {
            for command in ["run", "check", "state rollback"] {
                let ended = finish(&mut place.command(command));
                assert_eq!(ended.code, Some(1), "{command}: {}", ended.stderr);
                assert!(ended.stderr.contains("hint: "), "{command}: {}", ended.stderr);
            }
            let import = finish(place.command("state import --replace").arg(&export)).ok();
            eprintln!("{}", import.stdout);
            goes_on(&place);
        }
    }
    assert!(failures > 0, "no page matters?");
}
