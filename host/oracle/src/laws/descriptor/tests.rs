//! Every text that a page may show is there in both languages.

use streamgauge_plugin::ContractType::{Text, Unsigned};
use streamgauge_plugin::{Label, Role, View};

use super::*;
use crate::laws::testing::output;

type Localized = Vec<(String, String)>;

fn texts(pairs: &[(&str, &str)]) -> Localized {
    pairs.iter().map(|(tag, words)| ((*tag).to_owned(), (*words).to_owned())).collect()
}

fn both() -> Localized {
    texts(&[("en", "It"), ("zh", "它"), ("fr", "")])
}

fn whole() -> Descriptor {
    let label = Label { key: "2".to_owned(), text: both() };
    let mut outputs =
        vec![output("city", Text, Role::Dimension), output("events", Unsigned, Role::Measure)];
    for output in &mut outputs {
        output.title = both();
    }
    outputs[0].labels = vec![label.clone(), Label { key: "3".to_owned(), ..label }];
    let view = View {
        id: "share".to_owned(),
        title: both(),
        chart: "pie".to_owned(),
        dimension: None,
        across: None,
        measures: Vec::new(),
        top: 0,
        sorted: false,
        size: None,
    };
    Descriptor { outputs, views: vec![view], doc: both(), ..Descriptor::default() }
}

#[test]
fn a_text_that_a_language_lacks_is_named() {
    let missing = |change: &dyn Fn(&mut Descriptor, Localized), text: &[(&str, &str)]| {
        let mut descriptor = whole();
        change(&mut descriptor, texts(text));
        missing_text(&descriptor)
    };
    assert_eq!(missing(&|_, _| (), &[]), None, "another language may be empty");
    let english = [("en", "It")];
    assert_eq!(missing(&|d, text| d.doc = text, &english), Some("doc has no text in `zh`".into()));
    assert_eq!(missing(&|d, text| d.doc = text, &[]), Some("doc has no text in `zh`".into()));
    let empty = [("zh", "它"), ("en", "")];
    let title = missing(&|d, text| d.outputs[1].title = text, &empty);
    assert_eq!(title, Some("output events has no text in `en`".into()));
    let view = missing(&|d, text| d.views[0].title = text, &english);
    assert_eq!(view, Some("view share has no text in `zh`".into()));
    let label = missing(&|d, text| d.outputs[0].labels[1].text = text, &english);
    assert_eq!(label, Some("label 3 of output city has no text in `zh`".into()));
    let tag = missing(&|d, text| d.doc = text, &[("zh-CN", "它"), ("en", "It")]);
    assert_eq!(tag, Some("doc has no text in `zh`".into()), "a tag is taken as it is");
}
