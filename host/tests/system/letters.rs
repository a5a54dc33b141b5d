//! Dead letters in a topic: each record that could not be used, with its story in headers.

use std::collections::BTreeMap;

use crate::broker::Broker;
use crate::events::event;
use crate::process::finish;
use crate::result::book;
use crate::topic::Record;
use crate::workplace::{Settings, Workplace, unique};

/// `offset metric reason detail` of a letter.
fn shown(letter: &Record) -> String {
    let headers: BTreeMap<&str, &str> =
        letter.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let words = ["offset", "verdict", "metric", "reason", "detail"].map(|name| headers[name]);
    words.join(" ").trim_end().to_owned()
}

#[test]
fn letters_into_a_topic_carry_their_story() {
    let broker = Broker::shared();
    let (topic, dead) = (unique("dirty"), unique("dead"));
    broker.create_topic(&topic, 1);
    broker.create_topic(&dead, 1);
    let settings = Settings {
        dead_letters: format!("[dead_letters.kafka]\ntopic = \"{dead}\"\n"),
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings);
    let records = [
        event(&[]),
        b"not json".to_vec(),
        event(&[("action", "9"), ("gender", "\"x\"")]),
        b"\xff\xfe".to_vec(),
        event(&[("province", "null")]),
    ];
    broker.send(&topic, 0, records.iter().map(Vec::as_slice));
    broker.send_all(&topic, 0, [None]);
    let result = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_eq!((book(&result, "read"), book(&result, "rejected")), (6, 3), "{result}");

    let mut letters = broker.read(&dead);
    letters.sort_by_key(shown);
    let shown: Vec<String> = letters.iter().map(shown).collect();
    eprintln!("{shown:#?}");
    assert_eq!(
        shown,
        [
            "1 rejected  not_json",
            "2 excluded behavior out_of_range action",
            "2 excluded gender wrong_type gender",
            "3 rejected  not_utf8",
            "4 excluded province missing province",
            "5 rejected  empty",
        ]
    );
    let originals = [&records[1], &records[2], &records[2], &records[3], &records[4]];
    for (letter, original) in letters.iter().zip(originals) {
        assert_eq!(letter.value.as_ref(), Some(original));
    }
    assert_eq!(letters[5].value, None);
    assert_eq!(letters[1].key.as_deref(), Some(format!("{topic}/0/2/behavior").as_str()));
    let source = ("source".to_owned(), topic.clone());
    assert!(letters.iter().all(|letter| letter.headers.contains(&source)));

    // A stored letter is not written again.
    finish(place.command("run").args(["--until-end", "--json"])).ok();
    assert_eq!(broker.read(&dead).len(), 6);
}
