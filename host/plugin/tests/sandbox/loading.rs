//! The messages about a file that is no plugin, or not the plugin of this pipeline.

use std::fs;

use expect_test::{Expect, expect};
use serde_json::json;
use streamgauge_core::FieldType;
use streamgauge_plugin::{LoadError, Plugin};

use crate::component::{RUNTIME, built, faulty, load_faulty, settings};
use crate::rows::{schema, schema_of};

/// Writes `bytes` to a file and loads the file as a plugin.
fn load_bytes(bytes: &[u8]) -> Result<Plugin, LoadError> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("plugin.wasm");
    fs::write(&path, bytes).expect("the folder can be written to");
    RUNTIME.load(&settings(&path, json!({})))
}

/// As [`load_bytes`], from the text format.
fn load_text(text: &str) -> Result<Plugin, LoadError> {
    load_bytes(&wat::parse_str(text).expect("the text is in order"))
}

/// Compares the message of `loaded`, with the folder left out.
#[track_caller]
fn check(loaded: Result<Plugin, LoadError>, expected: &Expect) {
    let error = loaded.err().expect("it is refused");
    let words = format!("{error}\nhint: {}\n", error.hint());
    let start = words.find('/').expect("the path is named");
    let end = start + words[start..].find(".wasm").expect("it is a component's");
    let name = words[..end].rfind('/').expect("the path has a folder") + 1;
    expected.assert_eq(&format!("{}…/{}", &words[..start], &words[name..]));
}

#[test]
fn a_file_that_cannot_be_read() {
    let nowhere = settings("/nowhere/age.wasm".as_ref(), json!({}));
    check(
        RUNTIME.load(&nowhere),
        &expect![[r"
        plugin …/age.wasm could not be read: No such file or directory (os error 2)
        hint: correct the path (it is relative to the pipeline file), or build the plugin with `streamgauge plugin build FOLDER`
    "]],
    );
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("folder.wasm");
    fs::create_dir(&path).expect("the folder can be written to");
    check(
        RUNTIME.load(&settings(&path, json!({}))),
        &expect![[r"
        plugin …/folder.wasm could not be read: Is a directory (os error 21)
        hint: correct the path (it is relative to the pipeline file), or build the plugin with `streamgauge plugin build FOLDER`
    "]],
    );
}

#[test]
fn a_file_that_is_no_component() {
    check(
        load_text("(module)"),
        &expect![[r"
        plugin …/plugin.wasm is a core Wasm module, not a component
        hint: link it with `wasm-component-ld`, as .cargo/config.toml of this project does
    "]],
    );
    let whole = fs::read(built("behavior")).expect("it was built");
    for bytes in [b"not Wasm at all", b"".as_slice(), &whole[..whole.len() / 2]] {
        // The reason is in the engine's words.
        let error = load_bytes(bytes).err().expect("it is refused");
        assert!(matches!(&error, LoadError::Invalid { reason, .. } if !reason.is_empty()));
        let words = error.to_string();
        assert!(words.contains("plugin.wasm is not a valid Wasm component: "), "{words}");
        assert_eq!(error.hint(), "build it again for wasm32-unknown-unknown");
    }
}

#[test]
fn a_component_that_wants_more_than_the_sandbox_gives() {
    let clock = r#"(component
        (import "wasi:clocks/wall-clock@0.2.0" (instance
            (export "now" (func (result u64))))))"#;
    check(
        load_text(clock),
        &expect![[r#"
        plugin …/plugin.wasm imports `wasi:clocks/wall-clock@0.2.0`, which the sandbox does not give
        hint: where a language runtime needs it, let it have an empty one with `wasi = "inert"` in its [[metric]]; else build it for wasm32-unknown-unknown
    "#]],
    );
    let web = r#"(component
        (import "wasi:http/types@0.2.0" (instance)))"#;
    check(
        load_text(web),
        &expect![[r"
        plugin …/plugin.wasm imports `wasi:http/types@0.2.0`, which the sandbox does not give
        hint: build it for wasm32-unknown-unknown, without WASI, clocks, files or randomness
    "]],
    );
    let newer = r#"(component
        (import "streamgauge:metric/log@0.4.0" (instance)))"#;
    check(
        load_text(newer),
        &expect![[r"
            plugin …/plugin.wasm imports `streamgauge:metric/log@0.4.0`, which the sandbox does not give
            hint: build it against plugins/wit/metric.wit of this version
        "]],
    );
}

/// Compiled code would run outside of the sandbox.
#[test]
fn compiled_code_that_somebody_names() {
    let component = fs::read(built("behavior")).expect("it was built");
    let engine = wasmtime::Engine::default();
    let compiled = engine.precompile_component(&component).expect("it is a component");
    check(
        load_bytes(&compiled),
        &expect![[r"
        plugin …/plugin.wasm is compiled code, not a component
        hint: give the component itself; what is compiled here is kept in a folder that nobody else can write
    "]],
    );
}

#[test]
fn a_component_that_is_no_metric() {
    check(
        load_text("(component)"),
        &expect![[r"
        plugin …/plugin.wasm does not fulfil contract streamgauge:metric@0.3.0: no exported instance named `streamgauge:metric/describe@0.3.0`
        hint: build it against plugins/wit/metric.wit, best with the SDK in plugins/sdk
    "]],
    );
    let other = r#"(component
        (import "streamgauge:metric/log@0.3.0" (instance
            (export "log" (func (param "line" string))))))"#;
    check(
        load_text(other),
        &expect![[r"
        plugin …/plugin.wasm does not fulfil contract streamgauge:metric@0.3.0: expected 2-tuple, found 1-tuple
        hint: build it against plugins/wit/metric.wit, best with the SDK in plugins/sdk
    "]],
    );
}

#[test]
fn a_metric_that_does_not_open() {
    check(
        load_faulty(json!({"fault": "refuse-config"})),
        &expect![[r"
        plugin …/faulty.wasm failed at describe: bad configuration: config key `fault` asks to be refused
        hint: correct `config` of this metric, or the plugin
    "]],
    );
    check(
        load_faulty(json!({"fualt": "panic"})),
        &expect![[r"
        plugin …/faulty.wasm does not take its configuration: `config.fualt` is unknown
        hint: `streamgauge plugin inspect FILE` shows what the plugin takes
    "]],
    );
    check(
        load_faulty(json!({"fault": "wrong-description"})),
        &expect![[r"
        plugin …/faulty.wasm describes itself wrongly: view `labelled` names `nowhere`, which is no dimension output
        hint: build it against plugins/wit/metric.wit, best with the SDK in plugins/sdk
    "]],
    );
}

#[test]
fn a_metric_that_needs_more_memory_than_it_may_have_to_start() {
    let mut tight = settings(&built("behavior"), json!({}));
    tight.memory_bytes_max = Some(1 << 16);
    check(
        RUNTIME.load(&tight),
        &expect![[r"
            plugin …/behavior.wasm failed at config-schema: it ran out of its memory limit of 65536 bytes
            hint: raise `memory_max` of this metric, or make the plugin need less
        "]],
    );
}

#[test]
fn a_metric_that_the_schema_cannot_serve() {
    let plugin = faulty(json!({}));
    let said = |schema| {
        let errors = plugin.descriptor().check_schema(&schema);
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(said(schema()), "");
    expect!["the plugin reads column `action`, which the schema does not have"]
        .assert_eq(&said(schema_of("deed", FieldType::Unsigned)));
    expect!["the plugin reads column `action` as unsigned, but the schema says text"]
        .assert_eq(&said(schema_of("action", FieldType::Text)));
}
