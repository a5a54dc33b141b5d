//! Nothing but bad records: memory is a constant, also where nothing can be stored, and each letter
//! is written once, whatever is killed and however often its file is full.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::broker::Broker;
use crate::host::{Host, read};
use crate::memory_limit::{self, peak};
use crate::process::{Running, finish};
use crate::result::book;
use crate::wait::{self, END_DEADLINE};
use crate::workplace::{Settings, Workplace, lines_of, unique};

/// More than the program and all that may wait take, and less than a tenth of the letters here.
const MEMORY_MAX: u64 = 100 << 20;

/// A record of 170 bytes that is no JSON.
fn bad(number: usize) -> String {
    format!("{:x<170}", format!("not json {number} "))
}

fn bad_file(place: &Workplace, count: usize) -> PathBuf {
    let mut text = String::new();
    (0..count).for_each(|i| writeln!(text, "{}", bad(i)).expect("a string takes all"));
    place.write("records.jsonl", text.as_bytes())
}

fn flooded(place: &Workplace, count: usize, limit: &str) -> Settings {
    Settings {
        dead_letters: format!("[dead_letters.file]\npath = \"dead-letters.jsonl\"\n{limit}"),
        checkpoint_every: "200ms",
        ..Settings::file(&bad_file(place, count))
    }
}

fn place_of(count: usize, limit: &str) -> Workplace {
    let place = Workplace::new(&Settings::file(Path::new("unused")));
    place.set(&flooded(&place, count, limit));
    place
}

/// Runs to the end of the source, and returns the most memory that it took, in bytes.
fn run_to_end(place: &Workplace) -> (serde_json::Value, u64) {
    let mut command = place.command("run");
    let (ended, most) =
        memory_limit::run_to_end(command.args(["--until-end", "--json"]), END_DEADLINE);
    (ended.json(), most)
}

/// The offsets of all letters, the oldest file first.
fn offsets(place: &Workplace) -> Vec<u64> {
    let folder = fs::read_dir(place.path("")).expect("the folder can be read");
    let mut files: Vec<PathBuf> = folder.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|path| path.to_string_lossy().contains("/dead-letters"));
    // `dead-letters.000001.jsonl` comes before `dead-letters.jsonl`.
    files.sort();
    let letters = files.iter().flat_map(|path| lines_of(path));
    letters.map(|letter| letter["offset"].as_u64().expect("an offset")).collect()
}

fn assert_each_once(place: &Workplace, count: u64) {
    let found = offsets(place);
    let different: BTreeSet<u64> = found.iter().copied().collect();
    assert_eq!((found.len(), different.len()), (count as usize, count as usize));
    assert_eq!(found, (0..count).collect::<Vec<_>>(), "in order");
}

/// A million such records took 561 MB, and were killed under a limit of 256 MB.
#[test]
fn a_flood_of_bad_records_takes_a_constant() {
    let place = place_of(600_000, "");
    let (result, peak) = run_to_end(&place);
    assert_eq!(book(&result, "rejected"), 600_000);
    assert!(peak < MEMORY_MAX, "{} MB", peak >> 20);
    assert_each_once(&place, 600_000);
}

/// A file that was there before is nobody's to cut, whichever place the letters had.
#[test]
fn letters_at_another_place_leave_what_is_there() {
    let place = Workplace::new(&Settings::file(Path::new("unused")));
    let letters_to = |to: &str, count: usize| {
        let settings = flooded(&place, count, "");
        let dead_letters = settings.dead_letters.replace("dead-letters.jsonl", to);
        let dead_letters = if to.is_empty() { String::new() } else { dead_letters };
        place.set(&Settings { dead_letters, ..settings });
        run_to_end(&place);
    };
    let at = |name: &str| -> Vec<u64> {
        let letters = lines_of(&place.path(name)).into_iter();
        letters.map(|letter| letter["offset"].as_u64().expect("an offset")).collect()
    };
    let theirs = place.write("theirs.jsonl", b"{\"offset\": 77}\n");
    letters_to("dead-letters.jsonl", 3);
    letters_to(&theirs.display().to_string(), 5);
    assert_eq!((at("dead-letters.jsonl"), at("theirs.jsonl")), (vec![0, 1, 2], vec![77, 3, 4]));
    letters_to("", 6);
    letters_to("dead-letters.jsonl", 8);
    assert_eq!(at("dead-letters.jsonl"), [0, 1, 2, 6, 7]);
    // The state and the letters are moved together, and what no checkpoint covers is cut.
    letters_to("dead-letters.jsonl", 8);
    let moved = Workplace::new(&Settings::file(Path::new("records.jsonl")));
    for name in ["state", "records.jsonl", "dead-letters.jsonl"] {
        fs::rename(place.path(name), moved.path(name)).expect("moved");
    }
    let letters = moved.path("dead-letters.jsonl");
    let mut more = fs::read(&letters).expect("there");
    more.extend_from_slice(b"{\"offset\": 99}\n");
    fs::write(&letters, more).expect("written");
    run_to_end(&moved);
    let found = lines_of(&letters).into_iter().map(|letter| letter["offset"].as_u64());
    assert_eq!(found.flatten().collect::<Vec<_>>(), [0, 1, 2, 6, 7]);
}

#[test]
fn a_flood_into_a_topic_takes_a_constant() {
    let broker = Broker::shared();
    let (topic, dead) = (unique("flood"), unique("flood-dead"));
    broker.create_topic(&topic, 4);
    broker.create_topic(&dead, 1);
    let records: Vec<String> = (0..50_000).map(bad).collect();
    for partition in 0..4 {
        broker.send(&topic, partition, records.iter().map(String::as_bytes));
    }
    let settings = Settings {
        dead_letters: format!("[dead_letters.kafka]\ntopic = \"{dead}\"\n"),
        source: Settings::kafka(&broker.address(), &topic)
            .source
            .replace("[source.kafka.librdkafka]\n", &format!("[source.kafka.librdkafka]\n{FETCH}")),
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings);
    let (result, peak) = run_to_end(&place);
    assert_eq!(book(&result, "rejected"), 200_000);
    assert!(peak < MEMORY_MAX, "{} MB", peak >> 20);
    assert_eq!(broker.read(&dead).len(), 200_000);
}

/// What is fetched ahead is no part of this test.
const FETCH: &str =
    "\"queued.max.messages.kbytes\" = \"2048\"\n\"fetch.message.max.bytes\" = \"131072\"\n";

/// On a full disk letters were collected without end.
#[test]
fn bad_records_on_a_full_disk_take_a_constant_and_are_all_there_afterwards() {
    let place = place_of(400_000, "");
    let limited = "trap '' XFSZ; exec prlimit --fsize=8388608:unlimited \"$@\"";
    let host = Host::start_by(&place, &["sh", "-c", limited, "sh"]);
    let told = host.status_when("a trouble", |status| {
        status["health"]["troubles"][0]["cause"]["code"] == "checkpoint_failing"
    });
    // The worker has come to its bound where it reads nothing for a second.
    let mut before = read(&told);
    wait::until("a worker that takes nothing", || {
        thread::sleep(Duration::from_secs(1));
        let now = read(&host.status());
        let stands = now == before;
        before = now;
        stands.then_some(())
    });
    assert!(before < 200_000, "{before:?} of 400000");
    let most = peak(host.pid()).expect("it runs");
    assert!(most < MEMORY_MAX, "{} MB", most >> 20);
    let mut command = std::process::Command::new("prlimit");
    finish(command.args(["--pid", &host.pid().to_string(), "--fsize=unlimited"])).ok();
    host.has_read(400_000);
    host.terminate().ok();
    assert_each_once(&place, 400_000);
}

/// Killed again and again while files become full: a checkpoint names file and length.
#[test]
fn letters_around_rotations_and_kills_are_there_once() {
    let place = place_of(120_000, "size_max = \"1MiB\"\nkeep = 1000\n");
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("the pipeline");
    place.set_text(&text.replace("every = \"200ms\"", "every = \"100ms\""));
    let mut kills = 0;
    for round in 0..60 {
        let mut running = Running::start(&mut place.command("run --until-end"));
        thread::sleep(Duration::from_millis(150 + 17 * (round % 20)));
        if !running.is_running() {
            running.wait().ok();
            break;
        }
        running.kill();
        kills += 1;
    }
    finish(&mut place.command("run --until-end")).ok();
    assert!(kills > 0, "it was never killed");
    assert_each_once(&place, 120_000);
    let full = fs::read_dir(place.path("")).expect("the folder can be read").count();
    assert!(full > 20, "{full} files");
}

#[test]
fn a_full_file_that_stops_is_named_and_nothing_is_lost() {
    let place = Workplace::new(&Settings::file(Path::new("unused")));
    let mut settings = flooded(&place, 100_000, "size_max = \"1MiB\"\nwhen_full = \"stop\"\n");
    // At the end of a source the last checkpoint is tried once.
    settings.source += "follow = true\n";
    place.set(&settings);
    let host = Host::start(&place);
    let (code, body) = wait::until("503 with a name", || {
        let answer = host.get("/readyz");
        Some((answer.status, answer.body)).filter(|(_, body)| body.contains("output_full"))
    });
    assert_eq!(code, 503, "{body}");
    assert!(body.contains("is full: it has "), "{body}");
    let trouble = host.status_when("a trouble", |status| {
        status["health"]["troubles"][0]["cause"]["code"] == "output_full"
    });
    assert_eq!(trouble["health"]["troubles"][0]["what"], "checkpoint");
    let mut moved = 0;
    wait::until("all letters", || {
        if host.get("/readyz").body.contains("output_full") {
            let aside = place.path(&format!("dead-letters.{moved:06}"));
            // It may have been moved a moment ago.
            moved += u64::from(fs::rename(place.path("dead-letters.jsonl"), aside).is_ok());
        }
        let status = host.status();
        let written = status["dead_letters"]["written"].as_u64();
        (written == Some(100_000)).then_some(())
    });
    host.terminate().ok();
    assert!(moved > 0);
    assert_each_once(&place, 100_000);
}
