//! A pipeline decides about a plugin: the columns that the plugin reads, the look of its panels and
//! the file that may be loaded.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::events::{generated, lines};
use crate::host::Host;
use crate::process::finish;
use crate::result::counts;
use crate::wait;
use crate::workplace::{Workplace, plugin};

/// A workplace with generated events and one metric that the test writes itself.
fn workplace(metric: &str) -> Workplace {
    Workplace::of_records(&generated(2000, 7, 0.0), metric)
}

/// A metric of the plugin `province`.
fn province(id: &str, more: &str) -> String {
    format!("[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\n{more}", plugin("province").display())
}

#[test]
fn a_plugin_reads_the_field_that_the_pipeline_names() {
    let both = province("by_merchant", "[metric.columns]\nprovince = \"merchant_id\"\n")
        + &province("by_province", "");
    let place = workplace(&both);
    let result = finish(place.command("replay events.jsonl").arg("--json")).json();
    let merchants = counts(&result, "by_merchant", "total");
    assert_eq!(merchants, crate::events::counted(&generated(2000, 7, 0.0), "merchant_id"));
    assert_ne!(merchants, counts(&result, "by_province", "total"));
}

#[test]
fn a_wrong_name_in_columns_or_config_is_named_with_its_place() {
    let cases = [
        ("[metric.columns]\nprovinz = \"brand_id\"\n", "provinz = ", "it reads `province`"),
        ("[metric.columns]\nprovince = \"brand\"\n", "province = \"br", "did you mean `brand_id`?"),
        ("[metric.columns]\nprovince = \"month\"\n", "province = \"mo", "[metric.columns]"),
        ("[metric.config]\nfirst = 1\n", "first = ", "has no configuration"),
    ];
    for (more, line, words) in cases {
        let place = workplace(&province("by_merchant", more));
        let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
        let number = text.lines().position(|l| l.starts_with(line)).expect("the line") + 1;
        let ended = finish(place.command("check").arg("--offline"));
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        for wanted in [words, &format!("pipeline.toml:{number}:")] {
            assert!(ended.stderr.contains(wanted), "no {wanted:?} in\n{}", ended.stderr);
        }
    }
}

/// The plugin's own schema tells the mistake and its place, before the plugin sees the
/// configuration.
#[test]
fn every_mistake_in_a_configuration_is_shown_at_its_place() {
    let config = "[metric.columns]\nvalue = \"action\"\n[metric.config]\ntype = \"unsignd\"\n\
                  tpo = 3\ntop = -1\nlabels = { 0 = { zh = \"点击\", en = 5 } }\n";
    let place = workplace(&province("x", config).replace("province.wasm", "count_by.wasm"));
    let ended = finish(place.command("check").arg("--offline"));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    for (key, words) in [
        ("type = \"unsignd", "`config.type` must be one of \"text\""),
        ("tpo", "did you mean `top`?"),
        ("top = -1", "`config.top` must be at least 0"),
        ("labels", "`config.labels.0"),
    ] {
        let number = text.lines().position(|line| line.starts_with(key)).expect("the line") + 1;
        for wanted in [words, &format!("pipeline.toml:{number}:")] {
            assert!(ended.stderr.contains(wanted), "no {wanted:?} in\n{}", ended.stderr);
        }
    }
}

/// Compiled code is kept, and what is damaged or not private is compiled again.
#[test]
fn compiled_plugins_are_kept_in_a_private_folder() {
    let place = workplace(&province("x", ""));
    let folder = place.path("cache");
    let check = || {
        let mut command = place.command("check --offline");
        finish(command.env("STREAMGAUGE_CACHE", &folder)).ok()
    };
    check();
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let kept = compiled(&folder);
    assert_eq!(kept.len(), 1, "{kept:?}");
    fs::write(&kept[0], "not what was kept").expect("it is ours");
    check();
    assert_eq!(compiled(&folder), kept);
    fs::set_permissions(&folder, Permissions::from_mode(0o777)).expect("it is ours");
    let warned = check();
    assert!(warned.stderr.contains("compiled plugins are not kept"), "{}", warned.stderr);
}

/// The files of compiled code below `folder`.
fn compiled(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is there").flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let is_code = |path: &PathBuf| path.extension().is_none() && !path.ends_with(".cleanup");
    let below = folders.iter().flat_map(|folder| compiled(folder));
    files
        .into_iter()
        .filter(is_code)
        .chain(below)
        .filter(|path| !name_of(path).starts_with('.'))
        .collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[test]
fn panels_are_shown_as_the_pipeline_wants_them() {
    let panel = "[[panel]]\nid = \"here\"\ntitle = { zh = \"哪里\" }\nchart = \"pie\"\n\
                 order = -1\nsize = \"wide\"\n\
                 [[panel]]\nid = \"again\"\nof = \"here\"\nchart = \"table\"\norder = -2\n";
    let place = workplace(&format!("{}{panel}", province("here", "")));
    let host = Host::start(&place);
    let schema = host.stream().until("schema");
    let again = &schema["panels"][1];
    assert_eq!([&again["id"], &again["metric"], &again["chart"]], ["again", "here", "table"]);
    let shown = &schema["panels"][0];
    let found = ["title", "chart", "order", "size"].map(|key| shown[key].clone());
    let title = json!({ "zh": "哪里", "en": "Provinces" });
    assert_eq!(found, [title, json!("pie"), json!(-1), json!("wide")]);
    let rows = |id: &str| host.get(&format!("/api/v1/panels/{id}/data")).json();
    let described = || format!("two equal answers:\n{}\n{}", rows("again"), rows("here"));
    wait::until_with(described, || {
        let answer = rows("here");
        (answer["of"] == 2_000 && rows("again") == answer).then_some(())
    });
    host.terminate();
    for key in ["id", "of"] {
        let text = panel.replace(&format!("{key} = \"here\""), &format!("{key} = \"here.top\""));
        place.set_text(&format!("{}{text}", province_text(&place)));
        let ended = finish(place.command("check").arg("--offline"));
        assert_eq!(ended.code, Some(2));
        let words = ["there is no panel `here.top`", "those of this metric are `here`"];
        assert!(words.iter().all(|words| ended.stderr.contains(words)), "{}", ended.stderr);
    }
}

/// The pipeline of `place` without its panels.
fn province_text(place: &Workplace) -> String {
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    text.split("[[panel]]").next().expect("a split has a first part").to_owned()
}

#[test]
fn a_pinned_plugin_is_the_only_one_that_runs() {
    let place = workplace("");
    let component = place.path("own.wasm");
    fs::copy(plugin("province"), &component).expect("the component was built");
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    place.set_text(&format!(
        "# kept\n{text}[[metric]]\nid = \"own\"\nplugin = \"own.wasm\" # kept too\n"
    ));
    let check = |arguments: &str| finish(&mut place.command(&format!("check {arguments}")));
    let unpinned = check("--offline --locked");
    assert_eq!(unpinned.code, Some(2));
    assert!(unpinned.stderr.contains("does not pin its plugin"), "{}", unpinned.stderr);
    check("--offline").ok();

    let locked = finish(&mut place.command("plugin lock")).ok();
    assert!(locked.stdout.contains("(pinned)"), "{}", locked.stdout);
    check("--offline --locked").ok();
    let again = finish(&mut place.command("plugin lock")).ok();
    assert!(again.stdout.contains("(as before)"), "{}", again.stdout);
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    assert!(text.starts_with("# kept\n") && text.contains("# kept too\nsha256 = \""), "{text}");

    fs::copy(plugin("gender"), &component).expect("the component was built");
    let other = check("--offline");
    assert_eq!(other.code, Some(2));
    let number = text.lines().position(|l| l.starts_with("sha256 = ")).expect("the pin") + 1;
    for words in ["not the one that is pinned", &format!("pipeline.toml:{number}:")] {
        assert!(other.stderr.contains(words), "no {words:?} in\n{}", other.stderr);
    }
}

#[test]
fn inspecting_a_plugin_tells_what_it_reads_and_gives() {
    let inspect = |more: &[&str]| {
        let mut command = Command::new(streamgauge_tests::program());
        finish(command.args(["plugin", "inspect"]).arg(plugin("province")).args(more)).ok()
    };
    let document: Value = inspect(&["--json"]).json();
    assert_eq!(
        document["inputs"],
        json!([{"name": "province", "type": "text", "nullable": false}])
    );
    assert_eq!(document["views"][0]["chart"], "hbar");
    let bytes = fs::read(plugin("province")).expect("the component was built");
    assert_eq!(document["bytes"], bytes.len());
    assert_eq!(document["sha256"], streamgauge_core::digest_of(&bytes).to_string());
    let text = inspect(&[]).stdout;
    for words in ["merge exact", "省份分布 · Provinces", "北京市 · Beijing", "province: text"]
    {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

/// `conversion` was refused for its configuration, and the hint was to inspect it.
#[test]
fn a_plugin_that_needs_a_configuration_is_inspected_without_one() {
    let inspect = |more: &[&str]| {
        let mut command = Command::new(streamgauge_tests::program());
        finish(command.args(["plugin", "inspect"]).arg(plugin("conversion")).args(more))
    };
    let document: Value = inspect(&["--json"]).json();
    assert_eq!(document["name"], "conversion");
    assert_eq!(document["config_is_made_up"], true);
    assert!(document["inputs"].as_array().is_some_and(|inputs| !inputs.is_empty()), "{document}");
    let text = inspect(&[]).ok().stdout;
    for words in ["needs a configuration", "made-up", "--with '{\"from\":", "(required)", "reads"] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let given = r#"{"from": ["seen"], "to": ["bought"]}"#;
    let document: Value = inspect(&["--json", "--with", given]).json();
    assert_eq!(document["config_is_made_up"], false);
    // A configuration that was given is never replaced.
    let refused = inspect(&["--with", r#"{"from": ["seen"]}"#]);
    assert!(refused.code == Some(2) && refused.stderr.contains("lacks `to`"), "{}", refused.stderr);
}

/// A new plugin, built far from this project, and on the page of a pipeline with three more lines.
#[test]
fn a_new_plugin_builds_tests_and_runs_as_it_is() {
    let place = workplace("");
    let program = streamgauge_tests::program();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(place.path(""));
        finish(&mut command)
    };
    run(&["plugin", "new", "by-city"]).ok();
    let again = run(&["plugin", "new", "by-city"]);
    assert!(again.code == Some(2) && again.stderr.contains("hint: choose another name"));
    let mut tests = Command::new("cargo");
    tests.args(["test", "--quiet"]).current_dir(place.path("by-city"));
    finish(&mut tests).ok();
    let built = run(&["plugin", "build", "by-city"]).ok();
    // The first build took a minute when each plugin compiled the generator of the contract's types.
    let compiled = built.stderr.lines().filter_map(|line| line.trim().strip_prefix("Compiling "));
    let mut compiled: Vec<&str> = compiled.filter_map(|line| line.split(' ').next()).collect();
    compiled.sort_unstable();
    let own = ["by-city", "streamgauge-sdk", "wit-bindgen"];
    let of_counters = ["equivalent", "hashbrown", "indexmap", "radsort", "rustc-hash", "smol_str"];
    let mut few = [own.as_slice(), of_counters.as_slice()].concat();
    few.sort_unstable();
    assert_eq!(compiled, few, "{}", built.stderr);

    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    let lines = "[[metric]]\nid = \"by-city\"\nplugin = \"by-city/by-city.wasm\"\n";
    place.set_text(&format!("{text}{lines}"));
    let result = finish(place.command("replay events.jsonl").arg("--json")).json();
    let cities = counts(&result, "by-city", "total");
    let mut expected = std::collections::BTreeMap::new();
    for (province, events) in crate::events::counted(&generated(2000, 7, 0.0), "province") {
        *expected.entry(province.trim_end_matches('市').to_owned()).or_insert(0) += events;
    }
    assert_eq!(cities, expected);

    place.write("by-city/src/lib.rs", b"not Rust");
    let broken = run(&["plugin", "build", "by-city"]);
    assert_eq!(broken.code, Some(1));
    for words in ["src/lib.rs", "the plugin does not compile"] {
        assert!(broken.stderr.contains(words), "no {words:?} in\n{}", broken.stderr);
    }
    let nowhere = run(&["plugin", "build", "."]);
    assert!(nowhere.code == Some(2) && nowhere.stderr.contains("plugin new"));
}

/// Two plugins of one name in two folders, with one target folder: cargo takes them for the same, and
/// the second one was given the component of the first.
#[test]
fn two_plugins_of_one_name_never_get_the_component_of_the_other() {
    let place = workplace("");
    let target = place.path("shared-target");
    let plugin = |arguments: &[&str]| {
        let mut command = Command::new(streamgauge_tests::program());
        command.arg("plugin").args(arguments).current_dir(place.path(""));
        finish(command.env("CARGO_TARGET_DIR", &target)).ok()
    };
    let folders = ["mine", "theirs"];
    for folder in folders {
        fs::create_dir(place.path(folder)).expect("the folder can be written to");
        plugin(&["new", "by-city", "--in", folder]);
        let source = place.path(folder).join("by-city/src/lib.rs");
        let text = fs::read_to_string(&source).expect("it was made");
        let titled = text.replace("Events by a key", &format!("Events of {folder}"));
        assert_ne!(titled, text);
        fs::write(&source, titled).expect("it is ours");
    }
    for folder in folders {
        let folder = format!("{folder}/by-city");
        plugin(&["build", &folder]);
    }
    for folder in folders {
        let component = format!("{folder}/by-city/by-city.wasm");
        let seen = plugin(&["inspect", &component]).stdout;
        assert!(seen.contains(&format!("Events of {folder}")), "{folder}:\n{seen}");
        let own = place.path(folder).join("by-city/target");
        assert!(!own.exists(), "the folder that was asked for is not taken");
    }
    assert!(target.is_dir());
}

/// The generic metrics that come with the product, over fields that none of these metrics knows by
/// name.
#[test]
fn the_library_counts_what_an_exact_recount_counts() {
    let records = generated(20_000, 11, 0.0);
    let metric = |id: &str, name: &str, more: &str| {
        format!("[[metric]]\nid = \"{id}\"\nplugin = \"{}\"\n{more}", plugin(name).display())
    };
    let metrics = [
        metric("items", "count_by", "[metric.columns]\nvalue = \"item_id\"\n"),
        metric(
            "top",
            "top_n",
            "config = { capacity = 200 }\ncolumns = { value = \"merchant_id\" }\n",
        ),
        metric("users", "unique", "[metric.columns]\nvalue = \"user_id\"\n"),
        metric(
            "cross",
            "crosstab",
            "config = { row_type = \"unsigned\", column_type = \"unsigned\" }\n\
             columns = { row = \"gender\", column = \"action\" }\n",
        ),
    ];
    let place = workplace(&metrics.concat());
    place.write("many.jsonl", &lines(&records));
    let mut replay = place.command("replay many.jsonl");
    let result = finish(replay.args(["--json", "--partitions", "4", "--key", "user_id"])).json();
    let rows = |id: &str| result["metrics"][id][0]["total"].as_array().expect("rows").clone();
    let number = |row: &Value, name: &str| row[name].as_u64().expect("a number");

    let items = crate::events::counted(&records, "item_id");
    assert_eq!(counts(&result, "items", "total"), items);
    let (top, merchants) = (rows("top"), crate::events::counted(&records, "merchant_id"));
    assert!(!top.is_empty());
    for row in &top {
        let (events, error) = (number(row, "events"), number(row, "error"));
        let exact = merchants[row["value"].as_str().expect("a text")];
        assert!((events..=events + error).contains(&exact) && error > 0, "{row}: {exact}");
    }
    let users = crate::events::counted(&records, "user_id").len() as u64;
    let unique = &rows("users")[0];
    let (estimate, error) = (number(unique, "unique"), number(unique, "error"));
    assert!(estimate.abs_diff(users) <= error && error < users / 10, "{unique}: {users}");
    let cells: u64 = rows("cross").iter().map(|row| number(row, "events")).sum();
    assert_eq!(cells, records.len() as u64);
}
