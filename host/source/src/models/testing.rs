//! What the tests of all shapes share.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

/// What a kind of dirt does to a record under the schema of its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DirtEffect {
    /// None: it reads like the clean record.
    Read,
    /// No record: rejected with its reason.
    Rejected,
    /// A value is unusable: left out of the metrics that read this field.
    Unusable(&'static str),
    /// A value is missing in this field.
    Missing(&'static str),
    /// No event time of its own: the record's stamp stands in.
    Fallback,
}

/// A record's text, which is UTF-8 where it is clean.
pub(super) fn text(generator: &Generator, partition: u32, index: u64) -> String {
    let mut out = Vec::new();
    generator.record(partition, index, &mut out);
    String::from_utf8(out).expect("clean records are UTF-8")
}

/// The first records of partition 0, which are clean.
pub(super) fn objects(settings: &GeneratorSettings, count: u64) -> Vec<Value> {
    let generator = Generator::new(settings);
    let parse = |index| serde_json::from_str(&text(&generator, 0, index)).expect("clean JSON");
    (0..count).map(parse).collect()
}

#[test]
fn every_shape_has_the_fields_that_it_says() {
    for shape in [Shape::Shop, Shape::AccessLog] {
        let settings = GeneratorSettings { shape, dirt: 0.0, ..GeneratorSettings::default() };
        for object in objects(&settings, 100) {
            let keys: Vec<&String> = object.as_object().expect("an object").keys().collect();
            assert_eq!(keys, fields(shape));
        }
    }
}

/// The share of each value of `field`.
pub(super) fn shares(objects: &[Value], field: &str) -> BTreeMap<String, f64> {
    let mut shares = BTreeMap::new();
    for object in objects {
        *shares.entry(object[field].to_string()).or_default() += 1.0 / objects.len() as f64;
    }
    shares
}

/// The record at `index` of partition 0 with dirt of this kind, whatever the settings say.
pub(super) fn dirty<M: Model>(
    generator: &Generator,
    model: &M,
    dirt: M::Dirt,
    index: u64,
) -> Vec<u8> {
    let mut random = Random::of(generator.seed, 0, index);
    random.bits();
    let event = model.event(generator.place(0, index), &mut random);
    let mut out = Vec::new();
    model.write_dirty(&event, dirt, &mut random, &mut out);
    out
}

/// FNV-1a of `count` records in three partitions: any change of any byte shows, and with it the
/// need for a line in the changelog.
pub(super) fn fingerprint(settings: &GeneratorSettings, count: u32) -> String {
    let generator = Generator::new(&GeneratorSettings { partitions: 3, ..settings.clone() });
    let mut out = Vec::new();
    for i in 0..count {
        generator.record(i % 3, u64::from(i / 3), &mut out);
        out.push(b'\n');
    }
    let hash = out.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{} bytes, {hash:016x}", out.len())
}

/// What of `clean` became what of `dirty`, without the ends that they share.
pub(super) fn difference(clean: &str, dirty: &str) -> String {
    let (clean, dirty): (Vec<char>, Vec<char>) = (clean.chars().collect(), dirty.chars().collect());
    let same = |pair: &(&char, &char)| pair.0 == pair.1;
    let head = clean.iter().zip(&dirty).take_while(same).count();
    let tails = clean[head..].iter().rev().zip(dirty[head..].iter().rev());
    let tail = tails.take_while(same).count();
    let part = |text: &[char]| text[head..text.len() - tail].iter().collect::<String>();
    format!("{} => {}", part(&clean), part(&dirty))
}

/// That 5 % of dirt are about 5 % of the records, and that every kind occurs.
pub(super) fn check_share_of_dirt<M: Model>(settings: &GeneratorSettings, model: &M) {
    let soiled = Generator::new(&GeneratorSettings { dirt: 0.05, ..settings.clone() });
    let clean = Generator::new(&GeneratorSettings { dirt: 0.0, ..settings.clone() });
    let (mut a, mut b, mut different) = (Vec::new(), Vec::new(), 0);
    let mut seen = vec![false; M::DIRT.len()];
    for index in 0..50_000 {
        a.clear();
        b.clear();
        soiled.record(0, index, &mut a);
        clean.record(0, index, &mut b);
        if a == b {
            continue;
        }
        different += 1;
        for (kind, seen) in M::DIRT.iter().zip(&mut seen).filter(|(_, seen)| !**seen) {
            *seen |= dirty(&soiled, model, *kind, index) == a;
        }
    }
    assert!((2300..2700).contains(&different), "{different}");
    assert!(seen.iter().all(|seen| *seen), "{seen:?}");
}
