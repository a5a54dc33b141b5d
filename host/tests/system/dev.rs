//! `plugin dev`: the host is started once and takes over each change that builds and passes, so
//! page, sockets and counts stay; what does not load, or crashes, says so and leaves all else.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::http::{self, Stream};
use crate::languages::{an_exception_leaves_the_record_out, counts_by_city, path, plugin_command};
use crate::process::Running;
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin};

/// The longest wait for a page: the laws of a plugin in JavaScript take most of a minute.
const SHOWN_MAX: Duration = Duration::from_mins(5);

/// A running `plugin dev` with its output.
pub(crate) struct Dev(pub(crate) Running);

impl Dev {
    pub(crate) fn start(command: &mut Command) -> Self {
        command.args(["--listen", "127.0.0.1:0"]);
        Self(Running::start(command))
    }

    /// The address of the page after the plugin was shown `times` times.
    pub(crate) fn shown(&self, times: usize) -> String {
        let said =
            || format!("page {times} of plugin dev:\n{}\n{}", self.0.stdout(), self.0.stderr());
        wait::within(SHOWN_MAX, said, || {
            let text = self.0.stdout();
            let mut pages = text.lines().filter_map(|line| line.split_once("on the page: http://"));
            pages.nth(times - 1).map(|(_, address)| address.to_owned())
        })
    }

    /// Waits until these words were said `times` times, by the host or about it.
    pub(crate) fn says(&self, words: &str, times: usize) {
        let all = || format!("{}\n{}", self.0.stdout(), self.0.stderr());
        wait::within(
            SHOWN_MAX,
            || format!("{words:?}, {times} times:\n{}", all()),
            || (all().matches(words).count() >= times).then_some(()),
        );
    }

    /// The processes of the hosts that were started, in order.
    pub(crate) fn hosts(&self) -> Vec<u32> {
        let said = self.0.stderr();
        let started = said.lines().filter(|line| line.contains(" starts pipeline "));
        let number = |line: &str| line.rsplit(' ').next().and_then(|number| number.parse().ok());
        started.map(|line| number(line).expect("a process")).collect()
    }
}

/// The panels on the page at `address`.
fn panels(address: &str) -> Vec<Value> {
    let mut stream = Stream::open(address.parse().expect("an address"));
    stream.until("schema")["panels"].as_array().expect("a list").clone()
}

pub(crate) fn titles(address: &str) -> Vec<String> {
    panels(address).iter().map(|panel| panel["title"]["en"].to_string()).collect()
}

/// A page that was opened once and stays open, and the metric `by-city` on it.
struct Page {
    address: SocketAddr,
    stream: Stream,
    /// The rows that the metric had counted at the last look.
    folded: u64,
}

impl Page {
    fn open(address: &str) -> Self {
        let address = address.parse().expect("an address");
        Self { address, stream: Stream::open(address), folded: 0 }
    }

    /// Waits until the panel has this title, on the stream of before.
    fn is_titled(&mut self, title: &str) {
        let is_it = |panel: &Value| panel["title"]["en"] == title;
        while !self.stream.until("schema")["panels"].as_array().expect("panels").iter().any(is_it) {
        }
    }

    /// Waits until the metric has counted more than at the last look, and all that was read.
    #[track_caller]
    fn counts_on(&mut self) {
        let before = self.folded;
        self.folded = wait::until(&format!("more than {before} rows"), || {
            let status = http::get(self.address, "/api/v1/status").json();
            let number = |of: &Value, key: &str| of[key].as_u64().expect("a number");
            let metric = status["metrics"].as_array()?.iter().find(|m| m["id"] == "by-city")?;
            let [placed, own] = [&status["accounting"], metric]
                .map(|of| number(of, "on_time") + number(of, "late"));
            let folded = number(metric, "folded");
            (metric["state"] == "ok" && own == placed && folded > before).then_some(folded)
        });
    }
}

/// `plugin dev` of a new plugin in `lang`, with the text of its source.
fn begun(place: &Workplace, lang: &str, source: &str) -> (Dev, Page, String) {
    plugin_command(place, &["new", "by-city", "--lang", lang], &path()).ok();
    let mut command = Command::new(streamgauge_tests::program());
    // An interpreter that has little to count leaves the cores to the builds.
    command.args(["plugin", "dev", "by-city", "--rate", "1000"]);
    command.current_dir(place.path("")).env("PATH", path());
    let dev = Dev::start(&mut command);
    let text = fs::read_to_string(place.path(source)).expect("it was made");
    let address = dev.shown(1);
    assert_eq!(titles(&address), ["\"by-city\""]);
    let mut page = Page::open(&address);
    page.counts_on();
    (dev, page, text)
}

/// The host that was started first is the one that ran to the end, and leaves nothing.
fn ends(dev: Dev, place: &Workplace) {
    let hosts = dev.hosts();
    assert_eq!(hosts.len(), 1, "{}", dev.0.stderr());
    let process = Path::new("/proc").join(hosts[0].to_string());
    assert!(process.is_dir(), "the host of before runs");
    let ended = dev.0.terminate();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!process.exists(), "the host ends with its author");
    assert!(!place.path("state").exists(), "nothing of the demo is left");
}

/// `text` with `old` replaced, which is there.
#[track_caller]
fn changed(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "no {old:?} in\n{text}");
    text.replace(old, new)
}

/// A pipeline of another metric.
fn workplace() -> Workplace {
    let other = plugin("province");
    let other = format!("[[metric]]\nid = \"province\"\nplugin = \"{}\"\n", other.display());
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    place.set_text(&Settings::kafka("127.0.0.1:1", "events").with_metrics(&other));
    place
}

#[test]
fn a_host_takes_over_each_save_and_outlives_what_is_wrong_with_it() {
    let place = workplace();
    let (dev, mut page, good) = begun(&place, "rust", "by-city/src/lib.rs");
    let save = |text: &str| fs::write(place.path("by-city/src/lib.rs"), text).expect("it is ours");

    let titled = changed(&good, "(\"by-city\", \"by-city\")", "(\"城市\", \"Cities\")");
    save(&titled);
    assert_eq!(dev.shown(2), dev.shown(1));
    dev.says("and all counts go on", 1);
    page.is_titled("Cities");
    page.counts_on();

    // It loads and passes, and computes without an end at some records.
    let line = "    province.trim_end_matches";
    let endless = format!("    while province == \"四川\" {{\n    }}\n{line}");
    save(&changed(&titled, line, &endless));
    dev.says("took longer than its limit", 1);
    save(&changed(&titled, "Cities", "Towns"));
    dev.says("it goes on from where it stopped", 1);
    page.is_titled("Towns");
    page.counts_on();

    // It passes and does not load: this pipeline has no such column.
    save(&changed(&titled, "input(\"province\"", "input(\"planet\""));
    dev.says("what is on the page stays, and counts on", 1);
    dev.says("the plugin reads column `planet`", 1);
    page.counts_on();

    // Another column counts something else, so it is counted from the first event.
    save(&changed(&titled, "input(\"province\"", "input(\"merchant_id\""));
    dev.says("counted again from the first event, in the background: metric `by-city`", 1);
    page.folded = 0;
    page.is_titled("Cities");
    page.counts_on();
    dev.says("has caught up", 4);
    ends(dev, &place);
}

/// `plugin dev` took the line about WASI for the component, so it showed no plugin of this language.
#[test]
fn a_plugin_in_javascript_is_on_the_page_and_a_failing_test_keeps_it_there() {
    let place = workplace();
    let (dev, mut page, good) = begun(&place, "js", "by-city/metric.js");
    let save = |text: &str| fs::write(place.path("by-city/metric.js"), text).expect("it is ours");

    save(&changed(&good, "province.replace(/市+$/, \"\")", "province"));
    dev.says("a unit test of the plugin fails", 1);
    assert_eq!(titles(&dev.shown(1)), ["\"by-city\""]);

    let titled = changed(&good, "[\"by-city\", \"by-city\"]", "[\"城市\", \"Cities\"]");
    save(&titled);
    dev.says("and all counts go on", 1);
    page.is_titled("Cities");
    page.counts_on();

    let versioned = "  static stateVersion = 2;\n\n  /** @param {Counter<string>} counter */";
    save(&changed(&titled, "  /** @param {Counter<string>} counter */", versioned));
    dev.says("counted again from the first event, in the background: metric `by-city`", 1);
    page.folded = 0;
    page.counts_on();
    ends(dev, &place);
}

/// A component in Python takes most of a minute to be made, so what is made here counts elsewhere too.
#[test]
fn a_new_plugin_in_python_is_swapped_while_it_counts_and_works_as_it_is() {
    let place = workplace();
    let (dev, mut page, good) = begun(&place, "python", "by-city/metric.py");
    let titled = changed(&good, "(\"by-city\", \"by-city\")", "(\"城市\", \"Cities\")");
    let raise = "    if province == \"Atlantis\":\n        raise ValueError(\"no such city\")\n";
    let begin = "    return province.rstrip";
    let raises = changed(&titled, begin, &format!("{raise}{begin}"));
    fs::write(place.path("by-city/metric.py"), raises).expect("it is ours");
    dev.says("and all counts go on", 1);
    page.is_titled("Cities");
    page.counts_on();
    ends(dev, &place);

    counts_by_city(&place);
    an_exception_leaves_the_record_out(&place);
}
