//! What the pipeline needs of memory, whatever comes: real runs under a limit. Each stands for some
//! seconds; with `STREAMGAUGE_MEMORY_SECONDS` for longer, and then memory must not grow either.

use std::env;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::producer::{BaseRecord, Producer as _};
use serde_json::Value;

use crate::broker::Broker;
use crate::events::event;
use crate::host::Host;
use crate::http::Stream;
use crate::memory_limit::{MemoryLimit, resident};
use crate::process::finish;
use crate::wait::{self, DEADLINE};
use crate::workplace::{SCHEMA, Settings, Workplace, unique};

/// The limit that `docs/performance.md` promises to be enough.
const LIMIT: u64 = 128 << 20;

const WAITING: u64 = 1_000_000;

const PARTITIONS: i32 = 4;

/// Records of one partition in one go, and the pause after it.
const SLICE: u64 = 250;
const PAUSE: Duration = Duration::from_millis(100);

/// Pages that are open at once: as many as the server takes.
const PAGES: usize = 256;
const PAGES_THAT_READ_NOTHING: usize = 6;

/// From so many seconds on memory has to be flat.
const LONG: u64 = 120;

/// What memory may differ by from one third of the time to the next: an allocator keeps some.
const FLAT: u64 = 8 << 20;

/// The start of the records' time, in ms since 1970.
const START: u64 = 1_447_171_200_000;

/// Five seconds, unless more are asked for.
fn seconds() -> u64 {
    let asked = env::var("STREAMGAUGE_MEMORY_SECONDS").ok();
    asked.map_or(5, |asked| asked.parse().expect("STREAMGAUGE_MEMORY_SECONDS is a number"))
}

/// A topic of four partitions that somebody fills.
struct Topic<'a> {
    broker: &'a Broker,
    name: String,
    sent: AtomicU64,
    is_over: AtomicBool,
}

impl<'a> Topic<'a> {
    fn new(broker: &'a Broker) -> Self {
        let name = unique("memory");
        broker.create_topic(&name, PARTITIONS);
        Self { broker, name, sent: AtomicU64::new(0), is_over: AtomicBool::new(false) }
    }

    fn settings(&self) -> Settings {
        Settings {
            workers: "2".to_owned(),
            schema: format!("ts = \"timestamp\"\n{SCHEMA}"),
            event_time: "field = \"ts\"\nunit = \"ms\"\n".to_owned(),
            bound: "10s",
            ..Settings::kafka(&self.broker.address(), &self.name)
        }
    }

    /// Fills the topic until it is over.
    fn fill(&self, record: impl Fn(u64) -> Vec<u8>) {
        let producer = self.broker.producer();
        while !self.is_over.load(Ordering::Relaxed) {
            let first = self.sent.load(Ordering::Relaxed);
            let records: Vec<Vec<u8>> = (first..first + SLICE).map(&record).collect();
            for partition in 0..PARTITIONS {
                for record in &records {
                    let record = BaseRecord::<(), [u8]>::to(&self.name).payload(record);
                    producer.send(record.partition(partition)).map_err(|e| e.0).expect("room");
                }
            }
            producer.flush(DEADLINE).expect("the broker acknowledges");
            self.sent.fetch_add(SLICE, Ordering::Relaxed);
            thread::sleep(PAUSE);
        }
    }

    /// What was sent to all partitions.
    fn count(&self) -> u64 {
        self.sent.load(Ordering::Relaxed) * PARTITIONS as u64
    }
}

/// A good record: a second of event time holds a hundred of a partition.
fn good(number: u64) -> Vec<u8> {
    stamped(START + number * 10, number)
}

fn stamped(ts: u64, number: u64) -> Vec<u8> {
    let (user, hour) = (format!("\"{}\"", number % 10_000), (number % 4).to_string());
    let mut record = event(&[("user_id", &user), ("action", &hour)]);
    record.splice(0..1, format!("{{\"ts\":{ts},").into_bytes());
    record
}

/// Runs under the limit while the topic is filled, and returns the last status.
fn run(
    name: &str,
    topic: &Topic<'_>,
    settings: &Settings,
    record: impl Fn(u64) -> Vec<u8> + Send,
    meanwhile: impl FnOnce(&Host),
) -> Value {
    let place = Workplace::new(settings);
    let limit = MemoryLimit::of(LIMIT);
    let before = limit.before();
    thread::scope(|scope| {
        let filling = scope.spawn(|| topic.fill(record));
        let _over = Over(&topic.is_over);
        let host = Host::start_by(&place, &before.iter().map(String::as_str).collect::<Vec<_>>());
        meanwhile(&host);
        let thirds = [(); 3].map(|()| highest(&host, Duration::from_secs(seconds()) / 3));
        topic.is_over.store(true, Ordering::Relaxed);
        filling.join().expect("the topic can be filled");
        let status = host.has_read(topic.count());
        let peak = limit.assert_kept(host.pid());
        let [a, b, c] = thirds.map(|bytes| bytes >> 20);
        eprintln!("{name}: {} records, {a}, {b}, {c} MB, at most {} MB", topic.count(), peak >> 20);
        if seconds() >= LONG {
            assert!(thirds[2] <= thirds[1] + FLAT, "{name}: it grows: {thirds:?}");
        }
        host.terminate().ok();
        status
    })
}

/// Ends what waits for it, also where a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The highest resident memory in the time that comes, in bytes.
fn highest(host: &Host, time: Duration) -> u64 {
    let begun = Instant::now();
    let mut highest = 0;
    while begun.elapsed() < time {
        highest = resident(host.pid()).expect("the process runs").max(highest);
        thread::sleep(Duration::from_millis(100));
    }
    highest
}

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

#[test]
fn good_records_take_a_constant() {
    let broker = Broker::shared();
    let topic = Topic::new(&broker);
    let clean = run("clean", &topic, &topic.settings(), good, |_| ());
    assert_eq!(clean["accounting"]["rejected"], 0);
}

#[test]
fn a_window_of_each_kind_takes_a_constant() {
    let broker = Broker::shared();
    let topic = Topic::new(&broker);
    let windows = "windows = [\"cumulative\", \"10s\", \"1m/10s\", \"1d\"]\nretention = \"10s\"\n";
    let settings = Settings { of_metrics: windows.to_owned(), ..topic.settings() };
    run("one window of each kind", &topic, &settings, good, |host| {
        let finals = || host.get("/api/v1/history?metric=age&window=10s&last=1").json();
        wait::until("a final window", || {
            finals()["windows"].as_array().filter(|windows| !windows.is_empty()).map(|_| ())
        });
    });
}

#[test]
fn nothing_but_bad_records_take_a_constant() {
    let broker = Broker::shared();
    let topic = Topic::new(&broker);
    let bad = |number| format!("{:x<170}", format!("not json {number} ")).into_bytes();
    let dirty = run("dirty", &topic, &topic.settings(), bad, |_| ());
    assert_eq!(dirty["accounting"]["rejected"], topic.count());
}

#[test]
fn nothing_but_late_records_take_a_constant() {
    let broker = Broker::shared();
    let topic = Topic::new(&broker);
    let settings = Settings {
        lateness: "[late_output.file]\npath = \"late.jsonl\"\n".to_owned(),
        ..topic.settings()
    };
    let late = |number| match number {
        0 => stamped(START + 86_400_000, 0),
        number => stamped(START, number),
    };
    let status = run("late", &topic, &settings, late, |_| ());
    assert_eq!(status["accounting"]["late"], topic.count() - PARTITIONS as u64);
}

#[test]
fn as_many_pages_as_may_be_open_take_a_constant() {
    let broker = Broker::shared();
    let topic = Topic::new(&broker);
    let is_over = AtomicBool::new(false);
    let read = AtomicU64::new(0);
    thread::scope(|scope| {
        let (is_over, read) = (&is_over, &read);
        let _over = Over(is_over);
        run("pages", &topic, &topic.settings(), good, |host| {
            for number in 0..PAGES {
                let mut page = Stream::open(host.address());
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        if number < PAGES_THAT_READ_NOTHING {
                            thread::sleep(PAUSE);
                        } else if page.skip() {
                            read.fetch_add(1, Ordering::Relaxed);
                        } else {
                            break;
                        }
                    }
                });
            }
        });
    });
    let each = read.load(Ordering::Relaxed) / (PAGES - PAGES_THAT_READ_NOTHING) as u64;
    assert!(each >= seconds(), "{each} messages for each page");
}
