//! The errors that the sketches of the library state, on five million events in four partitions,
//! against exact counts of the same events.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::thread;
use std::time::Instant;

use serde_json::Value;
use streamgauge_pipeline::GeneratorSettings;
use streamgauge_source::models::Generator;

use crate::process::finish;
use crate::workplace::{Settings, Workplace, plugin};

const EVENTS: u64 = 5_000_000;
const PARTITIONS: u32 = 4;
const USERS: u32 = 400_000;
const ITEMS: u32 = 1_000_000;

/// Every counter is shown, so that what is not shown is not counted either.
const CAPACITY: u64 = 1000;

fn pipeline() -> String {
    let source = format!(
        "[source.generator]\nrate = \"max\"\nlimit = {EVENTS}\npartitions = {PARTITIONS}\n\
         users = {USERS}\nitems = {ITEMS}\ndirt = 0.0\nseed = 5\n"
    );
    let unused = Settings::kafka("127.0.0.1:1", "unused");
    let mut text = Settings { source, metrics: Vec::new(), ..unused }.text();
    let config = format!("capacity = {CAPACITY}, n = {CAPACITY}");
    for (id, name, column, config) in [
        ("items", "top_n", "item_id", config.as_str()),
        ("users", "unique", "user_id", ""),
        ("different-items", "unique", "item_id", "precision = 10"),
    ] {
        let (plugin, columns) = (plugin(name), format!("{{ value = \"{column}\" }}"));
        writeln!(
            text,
            "[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\ncolumns = {columns}\n\
             config = {{ {config} }}",
            plugin.display()
        )
        .expect("writing to a string never fails");
    }
    text
}

/// Events by user and by item, indexed by the numbers of users and items.
struct Exact {
    users: Vec<u32>,
    items: Vec<u32>,
}

impl Exact {
    /// Counts all partitions, each in a separate thread.
    fn count() -> Self {
        let settings = GeneratorSettings {
            rate: f64::INFINITY,
            seed: 5,
            partitions: PARTITIONS,
            users: USERS,
            items: ITEMS,
            dirt: 0.0,
            ..GeneratorSettings::default()
        };
        let generator = Generator::new(&settings);
        let generator = &generator;
        let all = thread::scope(|scope| {
            let of = |partition| scope.spawn(move || Self::of_partition(generator, partition));
            let threads: Vec<_> = (0..PARTITIONS).map(of).collect();
            threads.into_iter().map(|t| t.join().expect("counting does not panic")).collect()
        });
        Self::sum(all)
    }

    fn of_partition(generator: &Generator, partition: u32) -> Self {
        let mut exact = Self { users: zeros(USERS), items: zeros(ITEMS) };
        let mut record = Vec::new();
        for index in 0..EVENTS / u64::from(PARTITIONS) {
            record.clear();
            generator.record(partition, index, &mut record);
            let mut texts = record.split(|byte| *byte == b'"');
            exact.users[number(texts.nth(3))] += 1;
            exact.items[number(texts.nth(3))] += 1;
        }
        exact
    }

    fn sum(parts: Vec<Self>) -> Self {
        parts
            .into_iter()
            .reduce(|mut sum, part| {
                sum.users.iter_mut().zip(part.users).for_each(|(a, b)| *a += b);
                sum.items.iter_mut().zip(part.items).for_each(|(a, b)| *a += b);
                sum
            })
            .expect("there are partitions")
    }
}

fn zeros(count: u32) -> Vec<u32> {
    vec![0; count as usize + 1]
}

fn number(digits: Option<&[u8]>) -> usize {
    let digits = digits.expect("a clean record has its ids in front");
    digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

fn rows(result: &Value, metric: &str) -> Vec<Value> {
    result["metrics"][metric][0]["total"].as_array().expect("rows").clone()
}

fn cell(row: &Value, name: &str) -> u64 {
    row[name].as_u64().expect("a whole number")
}

/// Every true count is in its range, and a key that is missing is rarer than the largest error.
fn check_top(rows: &[Value], counts: &[u32]) {
    let mut unseen: HashMap<usize, u64> =
        counts.iter().enumerate().map(|(id, count)| (id, u64::from(*count))).collect();
    let (mut largest, mut off) = (0, 0);
    for row in rows {
        let (events, error) = (cell(row, "events"), cell(row, "error"));
        let id = row["value"].as_str().and_then(|id| id.parse().ok()).expect("an item");
        let exact = unseen.remove(&id).expect("each item once");
        assert!((events..=events + error).contains(&exact), "{row}: {exact}");
        largest = largest.max(error);
        off = off.max(exact - events);
    }
    let rarest = unseen.into_values().max().expect("not all items are shown");
    eprintln!(
        "top_n: {} rows, error {largest} (bound {}), off by {off} at most, up to {rarest} events \
         of an item without a row",
        rows.len(),
        EVENTS / (CAPACITY + 1)
    );
    assert!(largest <= EVENTS / (CAPACITY + 1) && rarest <= largest);
}

fn check_unique(id: &str, row: &Value, counts: &[u32]) {
    let exact = counts.iter().filter(|count| **count > 0).count() as u64;
    let (estimate, error) = (cell(row, "unique"), cell(row, "error"));
    let off = estimate.abs_diff(exact);
    eprintln!("unique {id}: {estimate} ± {error}, exactly {exact}, off by {off}");
    assert!(off <= error && error < exact / 8, "{row}: {exact}");
}

#[test]
fn sketches_of_five_million_events_keep_to_their_bounds() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "unused"));
    place.set_text(&pipeline());
    let begun = Instant::now();
    let result = finish(place.command("run").args(["--until-end", "--json"])).json();
    let ran = begun.elapsed();
    assert_eq!(result["accounting"]["read"], EVENTS);
    let begun = Instant::now();
    let exact = Exact::count();
    eprintln!("{EVENTS} events: run {ran:.1?}, recount {:.1?}", begun.elapsed());
    check_top(&rows(&result, "items"), &exact.items);
    let unique = BTreeMap::from([("users", &exact.users), ("different-items", &exact.items)]);
    for (id, counts) in unique {
        check_unique(id, &rows(&result, id)[0], counts);
    }
}
