//! `[[headline]]`: what is read, and what stands for what is not written.

use streamgauge_pipeline::{Comparison, HeadlineOf, HeadlineSettings};

use super::*;

const DAY: WindowSpec = WindowSpec::Tumbling { size: 86_400_000 };

fn read(headlines: &str) -> Vec<HeadlineSettings> {
    let windows = "plugin = \"behavior.wasm\"\nwindows = [\"cumulative\", \"1d\", \"1h\"]";
    let text = minimal_with("plugin = \"behavior.wasm\"", windows);
    valid(&format!("{text}{headlines}")).0.headlines
}

#[test]
fn a_headline_needs_a_metric_and_a_title() {
    let found = read("[[headline]]\nmetric = \"behavior\"\ntitle = \"事件\"\n");
    let [events] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((events.id.as_str(), events.metric.as_str()), ("behavior", "behavior"));
    assert_eq!((&events.of, &events.per), (&HeadlineOf::Sum, &None));
    assert_eq!(events.window, WindowSpec::Cumulative, "the first of the metric");
    assert_eq!((events.title["zh"].as_str(), events.title["en"].as_str()), ("事件", "事件"));
    assert!(!events.is_giant && events.compare.is_empty() && events.target.is_none());
    assert!(read("").is_empty());
}

#[test]
fn a_headline_says_what_it_is_and_what_it_is_compared_with() {
    let found = read(
        "[[headline]]\nmetric = \"behavior\"\nview = \"share\"\nmeasure = \"events\"\nkey = \"2\"\n\
         window = \"24h\"\ntitle = { en = \"Purchases\" }\nunit = \"x\"\ntarget = 1e3\n\
         giant = true\ncompare = [\"1y\", \"previous\"]\n\
         [[headline]]\nid = \"conversion\"\nmetric = \"behavior\"\nkey = \"2\"\nper = \"0\"\n\
         title = \"c\"\n[[headline]]\nmetric = \"behavior\"\nkey = \"0\"\nper = \"sum\"\ntitle = \"s\"\n",
    );
    let [purchases, conversion, share] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((purchases.id.as_str(), purchases.window), ("behavior.2", DAY));
    assert_eq!(purchases.title["zh"], "Purchases", "the other language stands in");
    assert_eq!((purchases.target, purchases.is_giant), (Some(1000.0), true));
    assert_eq!(purchases.compare, [Comparison::Year, Comparison::Previous]);
    let key = |key: &str| HeadlineOf::Key(key.to_owned());
    assert_eq!((conversion.id.as_str(), &conversion.per), ("conversion", &Some(key("0"))));
    assert_eq!((share.id.as_str(), &share.per), ("behavior.0", &Some(HeadlineOf::Sum)));
    let words = "key `2` of metric `behavior`, window `1d`, compared with 1y, previous";
    assert_eq!(purchases.to_string(), words);
    assert_eq!(share.to_string(), "key `0` of metric `behavior` per all rows, window `cumulative`");
    assert_eq!((purchases.index, conversion.index, share.index), (0, 1, 2));
}

#[test]
fn the_line_that_makes_a_comparison_possible_is_named() {
    let compared = "[[headline]]\nmetric = \"behavior\"\ntitle = \"t\"\ncompare = [\"7d\"]\n";
    let hint = |text: &str| refused(text).to_json()[0]["help"].clone();
    let windowed = minimal_with("[[metric]]", "[[metric]]\nwindows = [\"cumulative\", \"1d\"]");
    assert_eq!(hint(&format!("{windowed}{compared}")), "add `window = \"1d\"` here");
    assert_eq!(
        hint(&format!("{MINIMAL}{compared}")),
        "add `windows = [\"cumulative\", \"1d\", \"1h\"]` to metric `behavior`, and \
         `window = \"1d\"` here"
    );
}

#[test]
fn twelve_headlines_are_read() {
    let one = |i| format!("[[headline]]\nid = \"{i}\"\nmetric = \"behavior\"\ntitle = \"t\"\n");
    assert_eq!(read(&(0..12).map(one).collect::<String>()).len(), 12);
}
