//! The files of a new plugin: a template, and the SDK and the contract below `vendor/`.

use std::path::Path;

use rust_embed::{EmbeddedFile, RustEmbed};

use super::lang::Lang;

/// The contract of plugins, copied into each new folder.
const CONTRACT: &str = include_str!("../../../../../../plugins/wit/metric.wit");

/// The cases of every template; the templates are twins, so one file fits all.
const CASES: &str = include_str!("../../../../../../plugins/templates/cases.toml");

/// The versions with which the SDK was tested; cargo drops the packages that a plugin does not
/// need.
const LOCK: &str = include_str!("../../../../../../Cargo.lock");

/// The types of the contract in Rust. This project has them from a macro, whose generator would take
/// most of the time of a plugin's first build.
const BINDINGS: &str = include_str!(concat!(env!("OUT_DIR"), "/bindings.rs"));

/// The macro in the SDK, and the feature for it.
const MACRO: (&str, &str) = ("wit_bindgen::generate!", "\"macros\", ");

/// The lines of this project's manifests that refer to its workspace, with the text for a package
/// alone.
const FROM_WORKSPACE: [(&str, &str); 5] = [
    ("rust-version.workspace = true", "rust-version = \"1.95\""),
    ("version.workspace = true", concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"")),
    ("edition.workspace = true", "edition = \"2024\""),
    ("license.workspace = true", "license = \"Apache-2.0\""),
    ("[lints]\nworkspace = true\n", ""),
];

#[derive(RustEmbed)]
#[folder = "../../plugins/sdk"]
struct RustSdk;

#[derive(RustEmbed)]
#[folder = "../../plugins/templates/rust"]
struct RustTemplate;

#[derive(RustEmbed)]
#[folder = "../../plugins/sdk-python/streamgauge_sdk"]
struct PythonSdk;

#[derive(RustEmbed)]
#[folder = "../../plugins/templates/python"]
struct PythonTemplate;

#[derive(RustEmbed)]
#[folder = "../../plugins/sdk-js"]
struct JsSdk;

#[derive(RustEmbed)]
#[folder = "../../plugins/templates/js"]
struct JsTemplate;

/// Every file of the plugin `name`: the path in the folder, and the text.
pub(super) fn of(lang: Lang, name: &str) -> Vec<(String, String)> {
    let (mut files, sdk, ignored) = match lang {
        Lang::Rust => (filled::<RustTemplate>(name), rust_sdk(), "target/\n"),
        Lang::Python => {
            // Modules only, not the files that Python makes of modules.
            let is_module = |path: &str| Path::new(path).extension().is_some_and(|end| end == "py");
            let sdk = texts::<PythonSdk>("streamgauge_sdk", is_module);
            (filled::<PythonTemplate>(name), sdk, ".venv/\n__pycache__/\n")
        }
        Lang::Js => {
            let is_needed = |path: &str| !path.contains('/') && path != "README.md";
            let sdk = texts::<JsSdk>("streamgauge-sdk", is_needed);
            (filled::<JsTemplate>(name), sdk, "node_modules/\n")
        }
    };
    files.extend(sdk);
    files.push(("cases.toml".into(), CASES.into()));
    files.push(("vendor/wit/metric.wit".into(), CONTRACT.into()));
    files.push((".gitignore".into(), format!("{ignored}{name}.wasm\n")));
    files
}

/// A template with the plugin's name.
fn filled<Template: RustEmbed>(name: &str) -> Vec<(String, String)> {
    let file = |path: std::borrow::Cow<'static, str>| {
        let template = text(Template::get(&path).expect("it was listed"));
        let path = path.trim_end_matches(".template").replace("cargo-config", ".cargo/config");
        (path, template.replace("{{name}}", name).replace("{{Type}}", &type_name(name)))
    };
    Template::iter().filter(|path| path.ends_with(".template")).map(file).collect()
}

/// The files of an SDK that are needed, below `vendor/NAME`.
fn texts<Sdk: RustEmbed>(name: &str, is_needed: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let file = |path: std::borrow::Cow<'static, str>| {
        (format!("vendor/{name}/{path}"), text(Sdk::get(&path).expect("it was listed")))
    };
    Sdk::iter().filter(|path| is_needed(path)).map(file).collect()
}

fn rust_sdk() -> Vec<(String, String)> {
    let is_needed = |path: &str| path.starts_with("src/") || path.starts_with("examples/");
    let mut files = texts::<RustSdk>("streamgauge-sdk", is_needed);
    for (_, source) in &mut files {
        if let Some((before, _)) = source.split_once(MACRO.0) {
            *source = format!("{before}{BINDINGS}");
        }
    }
    let manifest = text(RustSdk::get("Cargo.toml").expect("the SDK has a manifest"));
    let manifest = alone(&manifest).replace(MACRO.1, "");
    files.push(("vendor/streamgauge-sdk/Cargo.toml".into(), manifest));
    files.push(("Cargo.lock".into(), LOCK.into()));
    files
}

fn text(file: EmbeddedFile) -> String {
    String::from_utf8(file.data.into_owned()).expect("the carried files are texts")
}

/// A manifest without the workspace of this project.
fn alone(manifest: &str) -> String {
    let said = FROM_WORKSPACE
        .iter()
        .fold(manifest.to_owned(), |text, (from, alone)| text.replace(from, alone));
    said.replace("publish.workspace = true", "publish = false")
}

/// `top-items` as the name of a type: `TopItems`.
fn type_name(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANGUAGES: [Lang; 3] = [Lang::Rust, Lang::Python, Lang::Js];

    #[test]
    fn a_name_is_that_of_a_type() {
        assert_eq!(type_name("top-items"), "TopItems");
        assert_eq!(type_name("x"), "X");
    }

    #[test]
    fn nothing_of_the_workspace_is_left_in_what_is_written() {
        for (path, text) in LANGUAGES.iter().flat_map(|lang| of(*lang, "top-items")) {
            let is_source = path.starts_with("vendor/streamgauge-sdk/src/");
            let left = ["workspace = true", "{{name}}", "{{Type}}", "plugins/"]
                .iter()
                .find(|left| text.contains(**left));
            assert!(is_source || left.is_none(), "{path} has {left:?}");
        }
    }

    #[test]
    fn each_language_has_its_metric_its_sdk_and_both_readmes() {
        for (lang, wanted) in [
            (Lang::Rust, ["src/lib.rs", "vendor/streamgauge-sdk/src/lib.rs"]),
            (Lang::Python, ["metric.py", "vendor/streamgauge_sdk/component/aggregate.py"]),
            (Lang::Js, ["metric.js", "vendor/streamgauge-sdk/component.js"]),
        ] {
            let files = of(lang, "top-items");
            let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
            for path in wanted.iter().chain(&["README.md", "README.zh-CN.md", "cases.toml"]) {
                assert!(paths.contains(path), "{lang:?} lacks {path}: {paths:?}");
            }
            let tests = paths.iter().filter(|path| path.contains("sdk/test/")).count();
            assert_eq!(tests, 0, "{paths:?}");
        }
    }
}
