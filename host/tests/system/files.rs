//! A file that is read on after it was renamed, replaced, written anew or cut: what is in it counts
//! once and in order, or the run stops and says what became of it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::events::{event, generated, lines};
use crate::host::{Host, read};
use crate::process::{Ended, finish};
use crate::result::{assert_balanced, assert_same, book, outside_run};
use crate::wait;
use crate::workplace::{Settings, Workplace};

/// A pipeline that follows a file.
struct Case {
    settings: Settings,
    place: Workplace,
    records: std::vec::IntoIter<Vec<u8>>,
    /// All that was ever written, in order.
    written: Vec<Vec<u8>>,
}

impl Case {
    fn new() -> Self {
        let mut settings = Settings::file(Path::new("events.jsonl"));
        settings.source += "follow = true\n";
        settings.checkpoint_every = "200ms";
        let place = Workplace::new(&settings);
        let records = generated(4000, 11, 0.01).into_iter();
        Self { settings, place, records, written: Vec::new() }
    }

    fn set_continue(&self) {
        let mut settings = self.settings.clone();
        settings.source += "on_gap = \"continue\"\n";
        self.place.set(&settings);
    }

    /// The next records, as lines.
    fn more(&mut self, count: usize) -> Vec<u8> {
        let more: Vec<_> = self.records.by_ref().take(count).collect();
        assert_eq!(more.len(), count, "enough records are generated");
        let bytes = lines(&more);
        self.written.extend(more);
        bytes
    }

    fn append(&mut self, name: &str, count: usize) {
        let more = self.more(count);
        let file = OpenOptions::new().create(true).append(true).open(self.place.path(name));
        file.expect("a file").write_all(&more).expect("it can be written to");
    }

    /// Gives the file another name.
    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.place.path(from), self.place.path(to)).expect("it can be renamed");
    }

    fn until_end(&self) -> Ended {
        finish(self.place.command("run").args(["--until-end", "--json"]))
    }

    /// What is stored equals a count of everything that was written, by a run that knows no rotation.
    fn assert_all_counted(&self) {
        let counted = self.until_end().json();
        assert_eq!(book(&counted, "read"), self.written.len() as u64);
        assert_balanced(&counted);
        fs::create_dir_all(self.place.path("all")).expect("the folder can be written to");
        let all = self.place.write("all/events.jsonl", &lines(&self.written));
        let whole = Workplace::new(&Settings::file(&all));
        let whole = finish(whole.command("run").args(["--until-end", "--json"])).json();
        assert_same("files in turn", &outside_run(counted), &outside_run(whole));
    }

    fn assert_refused(&self, kind: &str, words: &[&str]) {
        let host = Host::start(&self.place);
        let status = host.status_when("the failure", |status| status["mode"] == "failed");
        assert_eq!(status["cause"]["code"], kind, "{status}");
        let message = status["cause"]["message"].as_str().expect("a message");
        for word in
            words.iter().chain(&["on_gap = \"continue\"` in [source.file]", "state rebuild"])
        {
            assert!(message.contains(word), "{word} is not in {message}");
        }
        assert_eq!(host.get("/readyz").json()["reason"], kind);
        assert_eq!(host.terminate().code, Some(1));
        let bounded = self.until_end();
        assert_eq!(bounded.code, Some(1), "{}", bounded.stderr);
        for word in words {
            assert!(bounded.stderr.contains(word), "{word} is not in {}", bounded.stderr);
        }
        // It cannot be recounted either, and nothing is compared with records of another file.
        let verified = finish(&mut self.place.command("verify"));
        assert_eq!(verified.code, Some(1), "{}", verified.stdout);
        assert!(verified.stderr.contains(words[0]), "{}", verified.stderr);
    }

    /// The gaps that the state names.
    fn gaps(&self) -> Value {
        self.until_end().json()["at"][0]["gaps"].clone()
    }
}

#[test]
fn a_rotation_loses_nothing_while_the_file_is_followed() {
    let mut case = Case::new();
    case.append("events.jsonl", 300);
    let host = Host::start(&case.place);
    host.has_read(300);
    // A writer that has not heard of the rotation yet writes on to the file that it has open.
    case.rename("events.jsonl", "events.jsonl.1");
    case.append("events.jsonl.1", 40);
    host.has_read(340);
    case.append("events.jsonl", 200);
    host.has_read(540);
    // What was read may go, be it packed or deleted.
    case.rename("events.jsonl", "events.jsonl.2");
    fs::remove_file(case.place.path("events.jsonl.2")).expect("it is there");
    case.append("events.jsonl", 60);
    let status = host.has_read(600);
    assert_eq!(status["mode"], "live", "{status}");
    assert_eq!(status["partitions"][0]["gaps"], json!([]), "{status}");
    host.terminate().ok();
    case.assert_all_counted();

    // The file holds the records from 540 on.
    let explained = finish(case.place.command("explain").args(["0@545", "--json"])).json();
    assert_eq!(explained["value"].as_str().map(str::as_bytes), Some(&*case.written[545]));
    let verified = finish(&mut case.place.command("verify"));
    assert_eq!(verified.code, Some(1));
    let words = "it begins at offset 0, the log only at 540";
    assert!(verified.stdout.contains(words), "{}", verified.stdout);
}

#[test]
fn a_rotation_loses_nothing_while_nobody_reads() {
    let mut case = Case::new();
    case.append("events.jsonl", 300);
    assert_eq!(book(&case.until_end().json(), "read"), 300);
    case.append("events.jsonl", 30);
    case.rename("events.jsonl", "events.jsonl-20151111");
    // A last line without an end is complete, because nobody writes to this file any more.
    let last = case.more(1);
    let rest = OpenOptions::new().append(true).open(case.place.path("events.jsonl-20151111"));
    rest.expect("a file").write_all(last.trim_ascii_end()).expect("it can be written to");
    case.append("events.jsonl", 50);
    case.assert_all_counted();
    // Once more, with nothing left in the old one, and by a host.
    case.rename("events.jsonl", "events.jsonl-20151112");
    case.append("events.jsonl", 70);
    let host = Host::start(&case.place);
    host.has_read(451);
    host.terminate().ok();
    case.assert_all_counted();
}

/// Reading goes from one file to the other wherever the run is killed.
#[test]
fn a_rotation_loses_nothing_when_the_host_is_killed() {
    let mut case = Case::new();
    case.append("events.jsonl", 100);
    for round in 0..6_u64 {
        let host = Host::start(&case.place);
        host.has_read(case.written.len() as u64);
        case.append("events.jsonl", 50);
        host.pause(Duration::from_millis(150 * round));
        case.rename("events.jsonl", &format!("events.jsonl.{round}"));
        case.append("events.jsonl", 50);
        // The reader leaves a file after two seconds of silence.
        host.pause(Duration::from_millis(700 * round));
        host.kill();
    }
    case.assert_all_counted();
    assert_eq!(case.gaps(), json!([]));
}

#[test]
fn a_file_that_was_rotated_twice_while_nobody_read_stops() {
    let mut case = Case::new();
    case.append("events.jsonl", 100);
    case.until_end().ok();
    case.rename("events.jsonl", "events.jsonl.2");
    case.append("events.jsonl.1", 20);
    case.append("events.jsonl", 30);
    case.assert_refused("file_replaced", &["events.jsonl.1` came between", "record 100"]);
    case.set_continue();
    let result = case.until_end().json();
    assert_eq!(book(&result, "read"), 130, "all but the one between");
    assert_balanced(&result);
    let gap = json!([{ "kind": "file_replaced", "from": 100, "to": 100 }]);
    assert_eq!(result["at"][0]["gaps"], gap);
}

#[test]
fn a_file_in_whose_place_another_one_stands_stops() {
    let mut case = Case::new();
    case.append("events.jsonl", 100);
    let host = Host::start(&case.place);
    host.has_read(100);
    host.terminate().ok();
    // Made before the old one goes, so that it has another number.
    case.append("events.new", 30);
    case.rename("events.new", "events.jsonl");
    case.assert_refused("file_replaced", &["is another one than was read up to record 100"]);
    case.set_continue();
    let host = Host::start(&case.place);
    host.has_read(130);
    case.append("events.jsonl", 10);
    let status = host.has_read(140);
    let gap = json!([{ "kind": "file_replaced", "from": 100, "to": 100 }]);
    assert_eq!(status["partitions"][0]["gaps"], gap, "{status}");
    host.terminate().ok();
    assert_eq!(case.gaps(), gap, "named once");
}

/// Cut to nothing and written again, as `copytruncate` does; the inode says that it is the same.
#[test]
fn a_file_that_was_written_anew_stops_at_once_or_later() {
    for is_followed in [true, false] {
        let mut case = Case::new();
        case.append("events.jsonl", 100);
        let path = case.place.path("events.jsonl");
        let (shorter, longer) = (case.more(20), case.more(150));
        if is_followed {
            let host = Host::start(&case.place);
            host.has_read(100);
            fs::write(&path, &shorter).expect("it can be written to");
            let status = host.status_when("the failure", |status| status["mode"] == "failed");
            assert_eq!(status["cause"]["code"], "file_rewritten", "{status}");
            assert_eq!(read(&status), 100);
            assert_eq!(host.terminate().code, Some(1));
        } else {
            case.until_end().ok();
        }
        for content in [&shorter, &longer] {
            fs::write(&path, content).expect("it can be written to");
            case.assert_refused("file_rewritten", &["was written anew", "record 100"]);
        }
        case.set_continue();
        let result = case.until_end().json();
        assert_eq!(book(&result, "read"), 250);
        let gap = json!([{ "kind": "file_rewritten", "from": 100, "to": 100 }]);
        assert_eq!(result["at"][0]["gaps"], gap);
    }
}

/// Lines that are all alike: the one before the position is there in both files.
#[test]
fn equal_lines_do_not_make_equal_files() {
    let case = Case::new();
    let same = event(&[]);
    let before = lines(&vec![same.clone(); 30]);
    case.place.write("events.jsonl", &before);
    case.until_end().ok();
    let mut other = before.clone();
    other[..same.len()].copy_from_slice(&event(&[("user_id", "\"100002\"")])[..same.len()]);
    assert_ne!(other, before);
    fs::write(case.place.path("events.jsonl"), &other).expect("it can be written to");
    case.assert_refused("file_rewritten", &["was written anew", "record 30"]);
}

/// An editor writes a new file and gives it the name of the old one.
#[test]
fn a_file_that_was_written_anew_with_the_same_beginning_goes_on() {
    let mut case = Case::new();
    case.append("events.jsonl", 100);
    let host = Host::start(&case.place);
    host.has_read(100);
    for round in 1..=2 {
        case.more(20);
        fs::write(case.place.path("events.new"), lines(&case.written)).expect("a file");
        case.rename("events.new", "events.jsonl");
        host.has_read(100 + 20 * round);
    }
    host.terminate().ok();
    case.more(20);
    fs::write(case.place.path("events.new"), lines(&case.written)).expect("a file");
    case.rename("events.new", "events.jsonl");
    assert_eq!(case.gaps(), json!([]));
    case.assert_all_counted();
}

/// A file without a name is read on; where it does not come back, the page says so.
#[test]
fn a_file_that_is_away_is_waited_for() {
    let mut case = Case::new();
    case.append("events.jsonl", 100);
    let host = Host::start(&case.place);
    host.has_read(100);
    case.rename("events.jsonl", "events.jsonl.1");
    case.append("events.jsonl.1", 5);
    let waits = |status: &Value| status["mode"] == "waiting";
    let status = host.status_when("a wait for the file", waits);
    assert_eq!(status["cause"]["code"], "file_missing", "{status}");
    case.append("events.jsonl", 7);
    wait::until("the new file", || (read(&host.status()) == 112).then_some(()));
    host.terminate().ok();
    case.assert_all_counted();
}
