//! A pipeline that is changed while it runs: nothing is lost by a change that is right, and nothing
//! changes by one that is wrong.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::broker::Broker;
use crate::host::{Host, read};
use crate::process::{Running, finish};
use crate::result::{assert_balanced, assert_same, book, happened, outside_run};
use crate::workplace::{Settings, Workplace, plugin, unique};

const SEED: u64 = 16;
const EVENTS: u64 = 400_000;

/// The warning with this code, if it stands.
fn warning(status: &Value, code: &str) -> Option<Value> {
    let all = status["warnings"].as_array().expect("warnings");
    all.iter().find(|warning| warning["code"] == code).cloned()
}

/// The component of `name` in this folder, so that a test may replace it.
fn own_plugin(place: &Workplace, name: &str, text: &str) -> String {
    let own = place.path(&format!("{name}.wasm"));
    fs::copy(plugin(name), &own).expect("a component can be copied");
    let shared = plugin(name).display().to_string();
    assert!(text.contains(&shared), "no metric of {name}");
    text.replace(&shared, &own.display().to_string())
}

/// Other bytes with the same behaviour: a section of a name that nobody reads.
fn touch_component(path: &Path) {
    let mut bytes = fs::read(path).expect("it is there");
    let next = path.with_extension("next");
    bytes.extend_from_slice(b"\0\x05\x04test");
    let mut file = fs::File::create(&next).expect("the folder can be written to");
    file.write_all(&bytes).expect("the folder can be written to");
    fs::rename(next, path).expect("it is ours");
}

fn sixteen_seconds_of_events(place: &Workplace) -> Running {
    let (events, seed, rate) = (EVENTS.to_string(), SEED.to_string(), (EVENTS / 16).to_string());
    let mut command = place.command("produce");
    command.args(["--generate", &events, "--seed", &seed, "--dirt", "0.01", "--rate", &rate]);
    Running::start(&mut command)
}

#[test]
fn changes_under_load_lose_nothing_and_end_like_a_fresh_run() {
    let broker = Broker::shared();
    let topic = unique("changed");
    broker.create_topic(&topic, 4);
    let settings =
        Settings { checkpoint_every: "500ms", ..Settings::kafka(&broker.address(), &topic) };
    let place = Workplace::new(&settings);
    let mut text = own_plugin(&place, "province", &settings.text());
    place.set_text(&text);
    let mut producer = sixteen_seconds_of_events(&place);
    let host = Host::start(&place);
    host.has_read(1000);
    let mut stream = host.stream();
    assert_eq!(stream.until("hello")["name"], "系统测试");

    let letters = place.path("other-letters.jsonl");
    let changes: [(&str, String); 7] = [
        ("name = \"系统测试\"", "name = \"变更\"".to_owned()),
        ("max = 8192", "max = 512".to_owned()),
        ("workers = \"auto\"", "workers = 1".to_owned()),
        ("every = \"500ms\"", "every = \"300ms\"".to_owned()),
        ("path = \"dead-letters.jsonl\"", format!("path = \"{}\"", letters.display())),
        ("id = \"age\"\n", "id = \"age\"\ntime_max = \"2s\"\n".to_owned()),
        ("[[metric]]", "[[panel]]\nid = \"age\"\ntitle = \"Alter\"\n[[metric]]".to_owned()),
    ];
    let mut reloads = 0;
    for (was, is) in &changes {
        let edited = text.replacen(was, is, 1);
        assert_ne!(edited, text, "{was}");
        text = edited;
        place.set_text(&text);
        reloads += 1;
        host.status_when(&format!("reload {reloads}"), |s| happened(s, "reloaded") == reloads);
    }
    touch_component(&place.path("province.wasm"));
    reloads += 1;
    let last = host.status_when("the new plugin", |s| happened(s, "reloaded") == reloads);
    let (read_meanwhile, flows) = (read(&last), producer.is_running());
    eprintln!("seed {SEED}: {reloads} reloads, {read_meanwhile} read, still sending: {flows}");
    for line in host.log().lines().filter(|line| line.contains("the pipeline was reloaded")) {
        eprintln!("{line}");
    }
    // The stream of before is open and says all of that.
    assert_eq!(stream.until("hello")["name"], "变更");
    let title = |schema: &Value| {
        let panels = schema["panels"].as_array().expect("panels").clone();
        panels.into_iter().find(|panel| panel["id"] == "age").expect("age")["title"]["en"].clone()
    };
    while title(&stream.until("schema")) != "Alter" {}
    assert_eq!(warning(&last, "reload_refused"), None);
    assert_eq!(last["workers"], 1);

    producer.wait().ok();
    host.has_read(EVENTS);
    assert_eq!(host.terminate().code, Some(0));
    let until_end = |place: &Workplace| {
        outside_run(finish(place.command("run").args(["--until-end", "--json"])).json())
    };
    let result = until_end(&place);
    assert_eq!(book(&result, "read"), EVENTS);
    assert_balanced(&result);
    let fresh = Workplace::new(&settings);
    let others = letters.display().to_string();
    fresh.set_text(&text.replace(&others, &fresh.path("letters.jsonl").display().to_string()));
    assert_same("changed on the way and fresh", &result, &until_end(&fresh));
    // Each letter is in one of the two files, and none is twice.
    let letters = [place.path("dead-letters.jsonl"), letters]
        .map(|path| crate::workplace::lines_of(&path).len());
    let all = crate::workplace::lines_of(&fresh.path("letters.jsonl")).len();
    eprintln!("letters {letters:?} of {all}");
    assert_eq!(letters.iter().sum::<usize>(), all);
}

#[test]
fn a_broken_file_leaves_the_pipeline_as_it_was_until_the_next_save() {
    let place = Workplace::new(&Settings::endless());
    let text = own_plugin(&place, "behavior", &Settings::endless().text());
    place.set_text(&text);
    let host = Host::start(&place);
    host.has_read(100);
    let refused = |words: &str| {
        let status = host.status_when(words, |status| {
            warning(status, "reload_refused")
                .is_some_and(|warning| warning.to_string().contains(words))
        });
        assert_eq!(host.get("/readyz").status, 200, "every record is counted");
        host.has_read(read(&status) + 1000);
        warning(&status, "reload_refused").expect("it stands")
    };

    let broken = text.replace("max = 8192", "max = 0");
    place.set_text(&broken);
    let line = broken.lines().position(|line| line == "max = 0").expect("the line") + 1;
    let told = refused("batch.max");
    let place_of = told["args"]["place"].as_str().expect("a place");
    assert!(place_of.ends_with(&format!("pipeline.toml:{line}:7")), "{told}");
    assert!(told["message"].as_str().expect("words").contains("the one before runs on"), "{told}");
    let log = host.log();
    let expected = format!("pipeline.toml:{line}:7: `batch.max` ");
    assert!(log.contains(&expected), "no {expected:?} in\n{log}");

    // Not TOML, and then gone.
    place.set_text("version = \n");
    refused("pipeline.toml:1:");
    fs::remove_file(place.path("pipeline.toml")).expect("it is ours");
    refused("was not found");

    // Settings that the state depends on.
    place.set_text(&text.replace("bound = \"300s\"", "bound = \"10s\""));
    refused("event_time.bound");

    // A plugin that is none.
    place.set_text(&text);
    host.status_when("no warning", |status| warning(status, "reload_refused").is_none());
    let component = fs::read(place.path("behavior.wasm")).expect("it is there");
    place.write("behavior.wasm", b"no component");
    refused("behavior.wasm");
    place.write("behavior.wasm", &component);
    host.status_when("no warning", |status| warning(status, "reload_refused").is_none());

    place.set_text(&text.replace("系统测试", "改好了"));
    let status = host.status_when("the mended file", |s| happened(s, "reloaded") == 1);
    assert_eq!(warning(&status, "reload_refused"), None);
    assert!(happened(&status, "reload_refused") >= 5, "{}", status["happened"]);
    crate::wait::until("the title", || {
        (host.stream().until("hello")["name"] == "改好了").then_some(())
    });
    assert_eq!(host.terminate().code, Some(0));
}

#[test]
fn what_cannot_be_opened_is_given_back() {
    let place = Workplace::new(&Settings::endless());
    let host = Host::start(&place);
    host.has_read(100);
    place.write("blocked", b"no folder");
    let text = Settings::endless().text();
    place.set_text(&text.replace("\"dead-letters.jsonl\"", "\"blocked/letters.jsonl\""));
    let status = host.status_when("the refusal", |s| warning(s, "reload_refused").is_some());
    let told = warning(&status, "reload_refused").expect("it stands");
    for words in ["could not be opened", "blocked/letters.jsonl"] {
        assert!(told["message"].as_str().is_some_and(|m| m.contains(words)), "{told}");
    }
    host.has_read(read(&status) + 1000);
    place.set_text(&text.replace("\"dead-letters.jsonl\"", "\"other/letters.jsonl\""));
    let status = host.status_when("the next file", |s| happened(s, "reloaded") == 1);
    host.has_read(read(&status) + 1000);
    assert!(place.path("other/letters.jsonl").exists());
    assert_eq!(host.terminate().code, Some(0));
}

/// The file before was put back, though its brokers are the same and would have been as silent.
#[test]
fn a_changed_file_waits_for_brokers_that_are_silent_just_then() {
    let broker = Broker::new();
    let topic = unique("silent");
    broker.create_topic(&topic, 1);
    let settings = Settings::kafka(&broker.address(), &topic);
    let place = Workplace::new(&settings);
    let host = Host::start(&place);
    broker.send_events(&topic, 0, 10);
    host.has_read(10);
    broker.freeze();
    place.set_text(&settings.text().replace("group = \"", "group = \"other-"));
    host.status_when("the reload", |s| happened(s, "reloaded") == 1 && s["mode"] == "waiting");
    broker.thaw();
    broker.send_events(&topic, 0, 10);
    let status = host.has_read(20);
    assert_eq!(happened(&status, "reload_refused"), 0, "{}", status["happened"]);
    assert_eq!(host.terminate().code, Some(0));
}

#[test]
fn settings_for_the_life_of_the_host_are_named_and_stay() {
    let place = Workplace::new(&Settings::endless());
    let host = Host::start(&place);
    host.has_read(100);
    let text = Settings::endless().text();
    place.set_text(&format!("{text}[server]\nallow_origins = [\"https://gauge.example\"]\n"));
    let status = host.status_when("the warning", |s| warning(s, "restart_needed").is_some());
    let told = warning(&status, "restart_needed").expect("it stands");
    assert_eq!(told["args"]["settings"], "server.allow_origins");
    let text = text.replace("系统测试", "变更");
    place.set_text(&format!("{text}[server]\nallow_origins = [\"https://gauge.example\"]\n"));
    let status = host.status_when("the title", |s| happened(s, "reloaded") == 1);
    assert!(warning(&status, "restart_needed").is_some(), "{}", status["warnings"]);
    place.set_text(&text);
    host.status_when("no warning", |s| warning(s, "restart_needed").is_none());
    assert_eq!(host.terminate().code, Some(0));
}
