//! Trials from a seed: few different values, so that keys meet again, and now and then an odd one.

use std::sync::Arc;

use serde_json::Value;
use streamgauge_core::FieldType;

use super::rows::{Datum, Row, Trial};
use streamgauge_core::random::Random;
use streamgauge_plugin::{Input, Plugin, field_type};

/// The most rows of a trial; most have far fewer.
const ROWS_MAX: u32 = 200;

/// The most different values of one column of a trial.
const PALETTE_MAX: u32 = 12;

/// The most labels that are taken as values.
const WORDS_MAX: usize = 100;

/// Values in the palette of a usual column, some of them equal.
const USUAL: u32 = 40;

/// One value in this many is missing, where values may be.
const NULLS: u32 = 8;

/// One value in this many is odd.
const ODD: u32 = 12;

const TEXTS: [&str; 8] = ["a", "b", "ab", "", "北京市", "广东省", "A", "a b"];
const ODD_TEXTS: [&str; 6] = ["\0", "é", "e\u{301}", "\u{202e}x", "\"x\",y\n", "🙂"];
const ODD_INTEGERS: [i64; 5] = [i64::MIN, i64::MAX, -1, 1 << 53, 0];
const ODD_UNSIGNED: [u32; 3] = [u32::MAX, 1 << 31, 0];
const ODD_FLOATS: [f64; 6] = [-0.0, 1e300, -1e300, f64::MIN_POSITIVE, 0.1, 1e-9];

/// Values that mean something to a plugin: the values in its configuration, and the keys of its
/// labels.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary(Vec<String>);

impl Vocabulary {
    pub(super) fn of(plugin: &Plugin) -> Self {
        let mut words = Vec::new();
        scalars(&plugin.settings().config, &mut words);
        let labels = plugin.descriptor().outputs.iter().flat_map(|output| &output.labels);
        words.extend(labels.take(WORDS_MAX).map(|label| label.key.clone()));
        Self(words)
    }

    /// One of the vocabulary's values of this type, if the type has one.
    fn value(&self, kind: FieldType, random: &mut Random) -> Option<Datum> {
        let word = self.0.get(random.below(self.0.len() as u32) as usize)?;
        match kind {
            FieldType::Boolean => word.parse().ok().map(Datum::Boolean),
            FieldType::Unsigned => word.parse().ok().map(Datum::Unsigned),
            FieldType::Integer | FieldType::Timestamp => word.parse().ok().map(Datum::Integer),
            FieldType::Float => word.parse().ok().map(Datum::Float),
            FieldType::Text => Some(Datum::Text(word.as_str().into())),
        }
    }
}

/// The texts, numbers and booleans in a configuration.
fn scalars(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(entries) => entries.values().for_each(|value| scalars(value, words)),
        Value::Array(items) => items.iter().for_each(|value| scalars(value, words)),
        Value::String(text) => words.push(text.clone()),
        Value::Null => {}
        plain => words.push(plain.to_string()),
    }
}

/// The trial of a round: its rows in up to three parts and in batches of any size.
pub(super) fn trial(inputs: &[Input], known: &Vocabulary, seed: u64, round: u32) -> Trial {
    let mut random = Random::of(seed, 0, round.into());
    // The first trials are small, and so are their counterexamples.
    let most = (round + 2).min(ROWS_MAX);
    let count = random.below(most + 1);
    let palettes: Vec<Vec<Datum>> =
        inputs.iter().map(|input| palette(field_type(input.type_), known, &mut random)).collect();
    let mean_batch = 1 + random.below(8);
    let (mut part, windowed) = (0, random.below(2) == 1);
    let mut row = |_| {
        if part < 2 && random.below(1 + count / 3) == 0 {
            part += 1;
        }
        let value = |(input, palette): (&Input, &Vec<Datum>)| {
            if input.nullable && random.below(NULLS) == 0 {
                return Datum::Null;
            }
            palette[random.below(palette.len() as u32) as usize].clone()
        };
        let values = inputs.iter().zip(&palettes).map(value).collect();
        Row { values, part, begins: random.below(mean_batch) == 0 }
    };
    Trial { rows: (0..count).map(&mut row).collect(), windowed }
}

fn palette(kind: FieldType, known: &Vocabulary, random: &mut Random) -> Vec<Datum> {
    let count = 1 + random.below(PALETTE_MAX);
    let entry = |_| {
        let meaningful = if random.below(2) == 0 { known.value(kind, random) } else { None };
        meaningful.unwrap_or_else(|| value(kind, random))
    };
    (0..count).map(entry).collect()
}

fn value(kind: FieldType, random: &mut Random) -> Datum {
    let odd = random.below(ODD) == 0;
    let mut pick = |length: usize| random.below(length as u32) as usize;
    match kind {
        FieldType::Boolean => Datum::Boolean(pick(2) == 1),
        FieldType::Unsigned if odd => Datum::Unsigned(ODD_UNSIGNED[pick(ODD_UNSIGNED.len())]),
        FieldType::Unsigned => Datum::Unsigned(pick(10) as u32),
        FieldType::Integer | FieldType::Timestamp if odd => {
            Datum::Integer(ODD_INTEGERS[pick(ODD_INTEGERS.len())])
        }
        FieldType::Integer => Datum::Integer(pick(100) as i64 - 20),
        // Seconds of the year 2015 and after.
        FieldType::Timestamp => Datum::Integer(1_420_070_400_000 + 1000 * pick(50_000_000) as i64),
        FieldType::Float if odd => Datum::Float(ODD_FLOATS[pick(ODD_FLOATS.len())]),
        FieldType::Float => Datum::Float(pick(4000) as f64 / 4.0 - 100.0),
        FieldType::Text if odd => Datum::Text(ODD_TEXTS[pick(ODD_TEXTS.len())].into()),
        FieldType::Text if pick(4) == 0 => Datum::Text(Arc::from(format!("k{}", pick(1000)))),
        FieldType::Text => Datum::Text(TEXTS[pick(TEXTS.len())].into()),
    }
}

/// Rows as a stream has them: some dozens of different values a column.
pub(super) fn usual(inputs: &[Input], random: &mut Random, count: usize) -> Vec<Vec<Datum>> {
    let kinds: Vec<FieldType> = inputs.iter().map(|input| field_type(input.type_)).collect();
    let palettes: Vec<Vec<Datum>> =
        kinds.iter().map(|kind| (0..USUAL).map(|_| value(*kind, random)).collect()).collect();
    let row = |_| {
        let pick = |palette: &Vec<Datum>| palette[random.below(USUAL) as usize].clone();
        palettes.iter().map(pick).collect()
    };
    (0..count).map(row).collect()
}

/// A row of the plainest values, which stands where a batch has no rows.
pub(super) fn plain_row(inputs: &[Input]) -> Vec<Datum> {
    inputs.iter().map(|input| plain(field_type(input.type_))).collect()
}

/// The plainest value of a type.
pub(super) fn plain(kind: FieldType) -> Datum {
    match kind {
        FieldType::Boolean => Datum::Boolean(false),
        FieldType::Unsigned => Datum::Unsigned(0),
        FieldType::Integer | FieldType::Timestamp => Datum::Integer(0),
        FieldType::Float => Datum::Float(0.0),
        FieldType::Text => Datum::Text("a".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use streamgauge_plugin::ContractType;

    fn inputs() -> Vec<Input> {
        let input = |name: &str, type_, nullable| Input { name: name.into(), type_, nullable };
        vec![input("t", ContractType::Text, true), input("n", ContractType::Unsigned, false)]
    }

    #[test]
    fn trials_follow_from_the_seed_and_are_of_every_kind() {
        let trials: Vec<Trial> =
            (0..300).map(|round| trial(&inputs(), &Vocabulary::default(), 7, round)).collect();
        let again: Vec<Trial> =
            (0..300).map(|round| trial(&inputs(), &Vocabulary::default(), 7, round)).collect();
        assert_eq!(trials, again);
        assert!(trials[0].rows.len() <= 2);
        let has = |is: &dyn Fn(&Trial) -> bool| trials.iter().any(is);
        assert!(has(&|t| t.rows.is_empty()) && has(&|t| t.rows.len() > 100));
        assert!(has(&|t| t.windowed) && has(&|t| !t.windowed));
        assert!(has(&|t| (0..3).all(|part| !t.part(part).is_empty())));
        assert!(has(&|t| t.batches().len() > 20));
        assert!(has(&|t| t.rows.iter().any(|row| row.values[0] == Datum::Null)));
        assert!(!has(&|t| t.rows.iter().any(|row| row.values[1] == Datum::Null)));
    }

    #[test]
    fn what_configuration_and_labels_name_is_worth_a_try_as_a_value() {
        let config = serde_json::json!({
            "by": ["wanted", {"top": 77}], "on": true, "not": null, "x": -0.5
        });
        let mut words = Vec::new();
        scalars(&config, &mut words);
        assert_eq!(words, ["wanted", "77", "true", "-0.5"]);
        let known = Vocabulary(words);
        let values = |type_| -> Vec<Datum> {
            let inputs = [Input { name: "x".into(), type_, nullable: false }];
            let rows = (0..100).flat_map(|round| trial(&inputs, &known, 1, round).rows);
            rows.flat_map(|row| row.values).collect()
        };
        let (numbers, texts) = (values(ContractType::Integer), values(ContractType::Text));
        assert!(numbers.contains(&Datum::Integer(77)) && !numbers.contains(&Datum::Null));
        assert!(["wanted", "77"].iter().all(|text| texts.contains(&Datum::Text((*text).into()))));
        assert!(values(ContractType::Float).contains(&Datum::Float(-0.5)));
    }
}
