//! Codes of texts that come one after the other, and of rows that are taken back.

use proptest::prelude::*;

use super::*;

/// Appends a row as a decoder does: at a glance where that is possible.
fn push(dictionary: &mut Dictionary, text: &str) {
    let short = ShortText::of(text.as_bytes());
    if !short.is_some_and(|short| dictionary.push_short(short)) {
        dictionary.push(text);
    }
}

fn values(dictionary: &Dictionary) -> Vec<&str> {
    dictionary.codes().iter().map(|&code| dictionary.value(code)).collect()
}

/// A dictionary in which each row has its own value.
fn apart() -> Dictionary {
    let mut dictionary = Dictionary::default();
    (0..1024).for_each(|id| dictionary.push(&id.to_string()));
    dictionary.clear();
    dictionary
}

#[test]
fn a_short_text_that_came_is_known_at_a_glance() {
    let mut dictionary = Dictionary::default();
    let short = |text: &str| ShortText::of(text.as_bytes()).expect("a short text");
    assert!(!dictionary.push_short(short("浙江")), "nobody looked at its encoding yet");
    dictionary.push("浙江");
    assert!(dictionary.push_short(short("浙江")));
    assert!(!dictionary.push_short(short("浙")) && !dictionary.push_short(short("浙江\"")));
    assert_eq!((dictionary.codes(), dictionary.offsets()), (&[0, 0][..], &[0, 6][..]));
    dictionary.clear();
    assert!(!dictionary.push_short(short("浙江")), "its code is another batch's");
}

#[test]
fn where_rows_have_their_own_values_a_glance_tells_ascii() {
    let mut dictionary = apart();
    let short = |text: &str| ShortText::of(text.as_bytes()).expect("a short text");
    assert!(dictionary.push_short(short("7")) && dictionary.push_short(short("7")));
    assert!(!dictionary.push_short(short("é")));
    assert!(!dictionary.push_short(ShortText::from_words([u64::from(b'"'), 0])), "no text");
    push(&mut dictionary, "é");
    push(&mut dictionary, "0123456789abcde");
    push(&mut dictionary, "0123456789abcdef");
    assert_eq!(dictionary.codes(), [0, 1, 2, 3, 4]);
    assert_eq!(values(&dictionary), ["7", "7", "é", "0123456789abcde", "0123456789abcdef"]);
}

#[test]
fn a_row_that_is_taken_back_takes_its_value_along_if_nobody_else_has_it() {
    let mut dictionary = Dictionary::default();
    push(&mut dictionary, "new");
    dictionary.pop();
    assert_eq!((dictionary.codes(), dictionary.offsets()), (&[][..], &[][..]));
    for text in ["a", "b", "b"] {
        push(&mut dictionary, text);
    }
    dictionary.pop();
    assert_eq!((dictionary.codes(), dictionary.utf8()), (&[0, 1][..], &b"ab"[..]));
    dictionary.pop();
    assert_eq!((dictionary.codes(), dictionary.utf8()), (&[0][..], &b"a"[..]));
    push(&mut dictionary, "b");
    assert_eq!((dictionary.codes(), dictionary.utf8()), (&[0, 1][..], &b"ab"[..]));
}

#[derive(Clone, Debug)]
enum Step {
    Push(String),
    /// A row that comes and is taken back.
    Visit(String),
}

fn step() -> impl Strategy<Value = Step> {
    let text = prop_oneof![
        "[ab]{0,2}",
        "[ab]{14,17}",
        "(浙|江){1,6}",
        "[0-9]{1,3}",
        Just("quo\"te".to_owned()),
        Just("zero\0".to_owned()),
    ];
    prop_oneof![text.clone().prop_map(Step::Push), text.prop_map(Step::Visit)]
}

proptest! {
    /// Rows that are taken back leave nothing behind: codes and values are as if they had never come.
    #[test]
    fn what_is_taken_back_was_never_there(
        steps in prop::collection::vec(step(), 0..60),
        is_apart in any::<bool>(),
    ) {
        let new = || if is_apart { apart() } else { Dictionary::default() };
        let (mut visited, mut alone) = (new(), new());
        for step in &steps {
            match step {
                Step::Push(text) => {
                    push(&mut visited, text);
                    alone.push(text);
                }
                Step::Visit(text) => {
                    push(&mut visited, text);
                    visited.pop();
                }
            }
        }
        prop_assert_eq!(visited.codes(), alone.codes());
        prop_assert_eq!(visited.offsets(), alone.offsets());
        prop_assert_eq!(visited.utf8(), alone.utf8());
    }
}

#[test]
fn many_short_values_have_more_places_in_the_next_batch() {
    let mut dictionary = Dictionary::default();
    let texts: Vec<String> = (0..3000).map(|n| (n % 700).to_string()).collect();
    for places in [256, 4096, 4096] {
        for text in &texts {
            push(&mut dictionary, text);
        }
        assert_eq!((dictionary.known.len(), dictionary.offsets().len()), (places, 701));
        assert_eq!(values(&dictionary), texts);
        dictionary.clear();
    }
}
