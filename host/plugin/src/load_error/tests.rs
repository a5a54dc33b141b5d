//! Which setting is at fault, and which step helps, where a plugin is not loaded.

use serde_json::json;

use super::*;

fn refused(words: &str) -> LoadError {
    let error = CallError::Refused(words.to_owned());
    LoadError::Call { path: "p.wasm".into(), call: "open", error }
}

#[test]
fn a_refusal_points_at_the_key_that_it_names_in_backticks() {
    let config = json!({"top": 3, "by": ["a"], "nothing": null});
    let setting = |words: &str| refused(words).setting(&config);
    assert_eq!(setting("`top` must be at least 4"), "config.top");
    assert_eq!(setting("neither `topp` nor `by` fits"), "config.by", "the first that is there");
    assert_eq!(setting("`nothing` is null"), "config.nothing");
    assert_eq!(setting("top is wrong"), "plugin", "a word is no key");
    assert_eq!(setting("`a`top`b`"), "plugin", "between two names");
    assert_eq!(setting("a key `elsewhere`"), "plugin");
    assert_eq!(setting("a backtick ` that is alone"), "plugin");
    assert_eq!(setting(""), "plugin");
    assert_eq!(refused("`top`").setting(&json!({})), "plugin");
}

#[test]
fn only_a_refusal_is_taken_at_its_word() {
    let config = json!({"top": 3});
    let crashed = CallError::Trap("`top` was too much".to_owned());
    let error = LoadError::Call { path: "p.wasm".into(), call: "open", error: crashed };
    assert_eq!(error.setting(&config), "plugin");
    assert_eq!(error.hint(), "correct `config` of this metric, or the plugin");
}

#[test]
fn the_setting_at_fault_is_the_one_that_would_have_to_change() {
    let path = PathBuf::from("p.wasm");
    let found = streamgauge_core::digest_of(b"another file");
    let other = LoadError::OtherDigest { path: path.clone(), found };
    assert_eq!(other.setting(&json!({})), "sha256");
    assert!(other.hint().contains("`streamgauge plugin lock`"), "{}", other.hint());
    let (input, known) = ("town".to_owned(), "`city`, `age`".to_owned());
    let unknown = LoadError::UnknownInput { path: path.clone(), input, known };
    assert_eq!(unknown.setting(&json!({})), "columns.town");
    assert_eq!(unknown.to_string(), "plugin p.wasm has no input `town`; it reads `city`, `age`");
    let fault = |key: &str, words: &str| ConfigFault {
        key: key.to_owned(),
        words: words.to_owned(),
        hint: String::new(),
    };
    let faults = vec![fault("top", "must be at least 1"), fault("", "lacks `by`")];
    let config = LoadError::Config { path, faults };
    assert_eq!(config.setting(&json!({"top": 0})), "config");
    assert_eq!(
        config.to_string(),
        "plugin p.wasm does not take its configuration: `config.top` must be at least 1; `config` lacks `by`"
    );
}

#[test]
fn a_limit_that_was_reached_is_to_be_raised() {
    let hint = |error| LoadError::Call { path: "p".into(), call: "describe", error }.hint();
    let time = CallError::TimeLimit(std::time::Duration::from_secs(1));
    assert_eq!(hint(time), "raise `time_max` of this metric, or make the plugin faster");
    let memory = CallError::MemoryLimit(1 << 16);
    assert_eq!(hint(memory), "raise `memory_max` of this metric, or make the plugin need less");
}

#[test]
fn what_a_foreign_import_needs_depends_on_what_it_is() {
    let hint = |import: &str| {
        LoadError::ForeignImport { path: "p".into(), import: import.to_owned() }.hint()
    };
    assert!(hint("streamgauge:metric/log@0.9.0").contains("metric.wit of this version"));
    assert!(hint("wasi:random/random@0.2.6").contains("wasi = \"inert\""));
    let without = "build it for wasm32-unknown-unknown, without WASI, clocks, files or randomness";
    for import in ["wasi:http/types@0.2.0", "wasi:random/random@0.3.0", "wasi:random/random", "x"] {
        assert_eq!(hint(import), without, "{import}");
    }
}
