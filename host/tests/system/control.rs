//! Who may change a pipeline that runs, and the commands that do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::host::Host;
use crate::http::{self, Response};
use crate::process::{Ended, finish};
use crate::workplace::{Settings, Workplace};

const TOKEN: &str = "0123456789abcdef";
const WITH_TOKEN: &str = "[server]\ntoken = { env = \"STREAMGAUGE_TOKEN\" }\n";

/// A host with these lines at the end of its file.
fn host(place: &Workplace, lines: &str) -> Host {
    place.set_text(&format!("{}{lines}", Settings::endless().text()));
    let token = format!("STREAMGAUGE_TOKEN={TOKEN}");
    Host::start_by(place, &["env", "--default-signal=HUP", &token])
}

fn shown(token: &str) -> String {
    format!("Authorization: Bearer {token}\r\n")
}

fn post(host: &Host, path: &str, headers: &str) -> Response {
    http::ask(host.address(), "POST", path, &format!("{headers}Content-Length: 0\r\n"))
}

fn command(place: &Workplace, words: &str) -> Ended {
    finish(place.command(words).env("STREAMGAUGE_TOKEN", TOKEN))
}

/// What happened, by an own request with the token.
fn happened(host: &Host) -> Vec<String> {
    let status = http::ask(host.address(), "GET", "/api/v1/status", &shown(TOKEN)).json();
    let moments = status["happened"].as_array().expect("what happened").clone();
    moments.into_iter().map(|moment| moment["what"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn a_change_needs_the_token_and_the_leave_of_the_server_and_a_page_of_its_own() {
    let place = Workplace::new(&Settings::endless());
    let closed = host(&place, WITH_TOKEN);
    for (headers, code) in
        [(String::new(), 401), (shown("0123456789abcdeX"), 401), (shown(TOKEN), 403)]
    {
        for path in ["/api/v1/reload", "/api/v1/rebuild", "/api/v1/metrics/behavior/resume"] {
            assert_eq!(post(&closed, path, &headers).status, code, "{path} {headers}");
        }
    }
    assert_eq!(happened(&closed), ["started"]);
    assert_eq!(closed.terminate().code, Some(0));

    let place = Workplace::new(&Settings::endless());
    let open = host(&place, &format!("{WITH_TOKEN}control = true\n"));
    let foreign = format!("{}Origin: http://evil.example\r\n", shown(TOKEN));
    assert_eq!(post(&open, "/api/v1/reload", &foreign).status, 403);
    let done = post(&open, "/api/v1/reload", &shown(TOKEN));
    assert_eq!((done.status, &done.json()["message"]), (200, &"nothing differs".into()));
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    let own = format!("{}Origin: http://{}\r\n", shown(TOKEN), open.address());
    place.set_text(&text.replace("max = 8192", "max = 100"));
    let done = post(&open, "/api/v1/reload", &own);
    // The watch of the file may have been first.
    assert!([200, 503].contains(&done.status), "{}", done.body);
    crate::wait::until("the reload", || {
        happened(&open).contains(&"reloaded".to_owned()).then_some(())
    });
    place.set_text(&text.replace("max = 8192", "max = 0"));
    let told = crate::wait::until("an answer", || {
        Some(post(&open, "/api/v1/reload", &shown(TOKEN))).filter(|told| told.status != 503)
    });
    assert_eq!(told.status, 422, "{}", told.body);
    let line = text.lines().position(|line| line == "max = 8192").expect("the line") + 1;
    assert_eq!(told.json()["diagnostics"][0]["line"], line);
    assert_eq!(open.terminate().code, Some(0));
}

#[test]
fn control_without_a_token_is_refused_at_its_place() {
    let place = Workplace::new(&Settings::endless());
    place.set_text(&format!("{}[server]\ncontrol = true\n", Settings::endless().text()));
    for words in ["run", "check --offline"] {
        let ended = finish(&mut place.command(words));
        assert_eq!(ended.code, Some(2), "{words}: {}", ended.stderr);
        assert!(ended.stderr.contains("control = true"), "{words}: {}", ended.stderr);
    }
}

#[test]
fn the_command_line_of_the_hosts_account_needs_no_settings() {
    let place = Workplace::new(&Settings::endless());
    let none = command(&place, "reload");
    assert_eq!(none.code, Some(1));
    assert!(none.stderr.contains("no pipeline runs on the state in"), "{}", none.stderr);
    let host = Host::start_with(&place, &["--no-watch"]);
    let token = place.path("state/control.token");
    let mode = fs::metadata(&token).expect("the host wrote it").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let said = command(&place, "reload").ok().stdout;
    assert_eq!(said, "nothing differs\n");
    let text = Settings::endless().text();
    place.set_text(&text.replace("系统测试", "变更").replace("max = 8192", "max = 100"));
    let said = command(&place, "reload").ok().stdout;
    for words in
        ["changes now:\n  batch.max: 8192 → 100\n  name: 系统测试 → 变更\n", "stood still for"]
    {
        assert!(said.contains(words), "no {words:?} in\n{said}");
    }
    // The page follows with the next state.
    crate::wait::until("the title", || {
        (host.stream().until("hello")["name"] == "变更").then_some(())
    });
    assert!(host.log().contains("as the command line asked"), "{}", host.log());

    place.set_text(&text.replace("bound = \"300s\"", "bound = \"10s\""));
    let refused = command(&place, "reload");
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("`event_time.bound` was \"300s\""), "{}", refused.stderr);

    let stopped = command(&place, "metric resume behavior");
    assert_eq!(stopped.code, Some(1));
    assert!(stopped.stderr.contains("metric `behavior` has not stopped"), "{}", stopped.stderr);
    let unknown = command(&place, "metric resume other");
    assert_eq!(unknown.code, Some(2));
    assert!(unknown.stderr.contains("there is no metric `other`"), "{}", unknown.stderr);
    assert_eq!(command(&place, "metric resume ../reload").code, Some(2));

    fs::remove_file(&token).expect("it is ours");
    crate::wait::until("the token to be there again", || token.exists().then_some(()));
    assert_eq!(host.terminate().code, Some(0));
    assert!(!token.exists(), "it ends with its host");
}

#[test]
fn a_metric_that_has_stopped_is_asked_to_go_on() {
    let place = Workplace::new(&Settings::endless());
    let faulty = crate::workplace::plugin("faulty");
    place.set_text(&format!(
        "{}[[metric]]\nid = \"faulty\"\nplugin = \"{}\"\n[metric.config]\nfault = \"allocate\"\n\
         at = 100\n",
        Settings::endless().text(),
        faulty.display()
    ));
    let host = Host::start(&place);
    host.status_when("the stop", |status| status["metrics"][1]["state"] == "quarantined");
    let said = command(&place, "metric resume faulty").ok().stdout;
    assert!(said.contains("goes on from where it stopped"), "{said}");
    let asked = |status: &Value| {
        let all = status["happened"].as_array().expect("what happened");
        let moment = all.iter().find(|moment| moment["what"] == "resume_asked")?;
        Some(moment["of"].clone())
    };
    let status = host.status_when("the moments", |status| asked(status).is_some());
    assert_eq!(asked(&status), Some("faulty".into()));
    host.has_read(crate::host::read(&status) + 1000);
    assert_eq!(host.terminate().code, Some(0));
}

#[test]
fn a_hangup_reloads() {
    let place = Workplace::new(&Settings::endless());
    let host = host(&place, "");
    host.has_read(100);
    host.signal("HUP");
    crate::wait::until("the line of the signal", || {
        host.log().contains("as SIGHUP asked: nothing differs").then_some(())
    });
    assert_eq!(host.terminate().code, Some(0));
}

#[test]
fn a_file_is_held_against_the_running_and_the_stored_pipeline_before_it_is_in_place() {
    let place = Workplace::new(&Settings::endless());
    let host = Host::start(&place);
    host.has_read(100);
    let text = Settings::endless().text();
    let candidate = |text: &str, flag: &str, more: &[&str]| {
        let path = place.write("candidate.toml", text.as_bytes());
        let mut command = Command::new(streamgauge_tests::program());
        command.args(["check", "--offline", flag, "--config"]).arg(path).args(more);
        finish(command.current_dir(place.path(".")))
    };
    let same = candidate(&text, "--against-running", &[]).ok();
    assert!(same.stdout.starts_with("nothing differs\n"), "{}", same.stdout);
    let changed =
        text.replace("max = 8192", "max = 100").replace("bound = \"300s\"", "bound = \"10s\"")
            + "[[metric]]\nid = \"age\"\nplugin = \""
            + &crate::workplace::plugin("age").display().to_string()
            + "\"\n";
    for (flag, now) in [("--against-running", true), ("--against-state", false)] {
        let found = candidate(&changed, flag, &[]);
        assert_eq!(found.code, Some(2), "the state does not fit: {}", found.stdout);
        assert_eq!(found.stdout.contains("batch.max: 8192 → 100"), now, "{flag}: {}", found.stdout);
        for words in [
            "is built in the background:\n  metric `age` is new\n",
            "cannot be changed over this state:\n  event_time.bound: 300s → 10s\n",
        ] {
            assert!(found.stdout.contains(words), "{flag}: no {words:?} in\n{}", found.stdout);
        }
        assert!(
            found.stderr.contains("`event_time.bound` was \"300s\""),
            "{flag}: {}",
            found.stderr
        );
        let json: Value =
            serde_json::from_str(&candidate(&changed, flag, &["--json"]).stdout).expect("JSON");
        assert_eq!(json["difference"]["background"][0], "metric `age` is new", "{flag}");
    }
    let status = host.status();
    assert_eq!(status["happened"].as_array().map(Vec::len), Some(1), "it only looked");
    assert_eq!(host.terminate().code, Some(0));
    let stored = candidate(&text, "--against-state", &[]).ok();
    assert!(stored.stdout.starts_with("nothing differs\n"), "{}", stored.stdout);
}
