//! One row of the table: a small pipeline that has read some records, the edit, and more records.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use super::components::{Components, Version};
use super::table::{Change, Edit, Outcome};
use crate::broker::Broker;
use crate::events::generated;
use crate::host::{Host, read};
use crate::process::finish;
use crate::result::{assert_same, happened, until_end};
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, unique};

const SEED: u64 = 35;

/// Records before the edit, and after it.
const BEFORE: usize = 300;
const AFTER: usize = 200;

/// The headings of a difference, as its JSON names them.
const HEADINGS: [&str; 5] = ["now", "background", "removed", "restart", "impossible"];

pub(super) struct Row<'a> {
    edit: &'a Edit,
    components: &'a Components,
    broker: &'a Arc<Broker>,
    topic: String,
    /// The pipeline file before the edit and after it.
    texts: [String; 2],
    place: Workplace,
    /// Another cluster with such a topic, where the edit goes there.
    _other: Option<Broker>,
}

impl<'a> Row<'a> {
    pub(super) fn begin(
        edit: &'a Edit,
        broker: &'a Arc<Broker>,
        components: &'a Components,
    ) -> Self {
        let topic = unique("edits");
        broker.create_topic(&topic, 2);
        let before = base(broker, &topic, edit);
        let mut other = None;
        let after = match edit.change {
            Change::Text(steps) => steps.iter().fold(before.clone(), |text, (old, new)| {
                assert_eq!(text.matches(old).count(), 1, "{old:?} in\n{text}");
                text.replace(old, &new.replace("{age}", &plugin("age").display().to_string()))
            }),
            Change::WithoutAMetric | Change::MetricsTurned => {
                let blocks: Vec<&str> = before.split("[[metric]]").collect();
                let [head, age, actions] = blocks[..] else { panic!("three parts: {blocks:?}") };
                match edit.change {
                    Change::MetricsTurned => format!("{head}[[metric]]{actions}[[metric]]{age}"),
                    _ => format!("{head}[[metric]]{age}"),
                }
            }
            Change::Component(_) => before.clone(),
            Change::SameCluster => before.replace("\"127.0.0.1:", "\"localhost:"),
            Change::OtherCluster => {
                let of_its_own = Broker::new();
                of_its_own.create_topic(&topic, 2);
                (0..2).for_each(|partition| of_its_own.send_events(&topic, partition, BEFORE));
                let after = before.replace(&broker.address(), &of_its_own.address());
                other = Some(of_its_own);
                after
            }
            Change::OtherTopic => {
                let another = unique("edits");
                broker.create_topic(&another, 2);
                before.replace(&format!("topic = \"{topic}\""), &format!("topic = \"{another}\""))
            }
        };
        let place = Workplace::new(&Settings::endless());
        place.set_text(&before);
        let texts = [before, after];
        Self { edit, components, broker, topic, texts, place, _other: other }
    }

    /// The row from its first record to its last one.
    pub(super) fn run(&self) {
        let records = generated(BEFORE + AFTER, SEED, 0.05);
        let (first, second) = records.split_at(BEFORE);
        self.provide(&self.place, Version::First);
        self.send(first);
        let stopped = self.edit.is_also_over_a_stop.then(|| self.stopped());
        let host = Host::start(&self.place);
        host.has_read(BEFORE as u64);
        let inode = self.state_file();
        self.is_said_before();
        self.save(&host);
        self.send(second);
        let status = host.status_when(&format!("{}: all records", self.edit.name), |status| {
            let metrics = status["metrics"].as_array().expect("metrics");
            read(status) >= records.len() as u64 && metrics.iter().all(|m| m["state"] == "ok")
        });
        assert_eq!(read(&status), records.len() as u64, "{}", self.edit.name);
        host.terminate().ok();
        assert_eq!(self.state_file(), inode, "{}: the state is the one of before", self.edit.name);
        let fresh = self.fresh();
        if self.edit.outcome.leaves_as_it_was() {
            self.place.set_text(&self.texts[0]);
        }
        assert_same(self.edit.name, &fresh, &until_end(&self.place));
        if let Some(stopped) = stopped {
            self.starts_again(&stopped, &fresh);
        }
    }

    fn send(&self, records: &[Vec<u8>]) {
        for (partition, half) in (0..).zip(records.chunks(records.len().div_ceil(2))) {
            self.broker.send(&self.topic, partition, half.iter().map(Vec::as_slice));
        }
    }

    /// Puts a version of the row's own plugin into a folder, where the row has one.
    fn provide(&self, place: &Workplace, version: Version) {
        if let Change::Component(_) = self.edit.change {
            let bytes = fs::read(self.components.of(version)).expect("it was built");
            place.write("next.wasm", &bytes);
            fs::rename(place.path("next.wasm"), place.path("own.wasm")).expect("it is ours");
        }
    }

    /// The version of the row's own plugin after the edit.
    fn version(&self) -> Version {
        match self.edit.change {
            Change::Component(version) => version,
            _ => Version::First,
        }
    }

    fn state_file(&self) -> u64 {
        let files = fs::read_dir(self.place.path("state")).expect("there is a state").flatten();
        let of_state = |name: &str| Path::new(name).extension().is_some_and(|of| of == "redb");
        let found = files.into_iter().find(|file| of_state(&file.file_name().to_string_lossy()));
        found.expect("a file of the state").metadata().expect("it is there").ino()
    }

    /// `check --against-running` says what the reload will do, and under the same heading.
    fn is_said_before(&self) {
        let mut text = self.texts[1].clone();
        if let Change::Component(version) = self.edit.change {
            let bytes = fs::read(self.components.of(version)).expect("it was built");
            self.place.write("candidate.wasm", &bytes);
            text = text.replace("\"own.wasm\"", "\"candidate.wasm\"");
        }
        self.place.write("candidate.toml", text.as_bytes());
        let mut command = Command::new(streamgauge_tests::program());
        command.args(["check", "--offline", "--json", "--against-running", "--config"]);
        let ended = finish(command.arg(self.place.path("candidate.toml")));
        let said: Value = serde_json::from_str(&ended.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}{}", ended.stdout, ended.stderr));
        let difference = &said["difference"];
        let name = self.edit.name;
        for heading in HEADINGS {
            let lines = difference[heading].as_array().expect("a list");
            let lines: Vec<_> = lines.iter().filter_map(Value::as_str).collect();
            let mut expected = self.edit.said.iter().filter(|(of, _)| *of == heading).peekable();
            let is_expected = expected.peek().is_some();
            assert_eq!(!lines.is_empty(), is_expected, "{name}: {heading} in {difference}");
            for (_, words) in expected {
                let is_there = lines.iter().any(|line| line.contains(words));
                assert!(is_there, "{name}: no {words:?} under {heading} in {difference}");
            }
        }
        let is_refused = self.edit.outcome == Outcome::Refused;
        assert_eq!(ended.code, Some(if is_refused { 2 } else { 0 }), "{name}: {}", ended.stderr);
    }

    /// Saves the edit, and waits until the host says what became of it.
    fn save(&self, host: &Host) {
        match self.edit.change {
            Change::Component(version) => self.provide(&self.place, version),
            _ => self.place.set_text(&self.texts[1]),
        }
        let name = self.edit.name;
        let warns = |status: &Value, code: &str| {
            let warnings = status["warnings"].as_array().into_iter().flatten();
            let mut of_it = warnings.filter(|warning| warning["code"] == code);
            of_it.next().map(ToString::to_string)
        };
        match self.edit.outcome {
            Outcome::Nothing => {
                let reload = finish(&mut self.place.command("reload")).ok();
                assert!(reload.stdout.contains("nothing differs"), "{name}: {}", reload.stdout);
            }
            Outcome::Now | Outcome::Background | Outcome::Removed => {
                host.status_when(&format!("{name}: the reload"), |status| {
                    happened(status, "reloaded") > 0
                });
            }
            Outcome::Restart => {
                host.status_when(&format!("{name}: the warning"), |status| {
                    warns(status, "restart_needed").is_some()
                });
            }
            Outcome::Refused | Outcome::GivenBack => {
                let told = RefCell::new(String::new());
                host.status_when(&format!("{name}: the refusal"), |status| {
                    let found = warns(status, "reload_refused");
                    found.map(|words| told.replace(words)).is_some()
                });
                let told = told.into_inner();
                let words = match self.edit.outcome {
                    Outcome::Refused => [self.edit.said[0].1, "hint: set it back"],
                    _ => ["could not be opened", "the topic was made anew"],
                };
                assert!(told.contains(words[0]), "{name}: no {words:?} in {told}");
                // The log is written beside the host's work.
                wait::until_with(
                    || format!("{name}: no {words:?} in {}", host.log()),
                    || host.log().contains(words[1]).then_some(()),
                );
            }
        }
    }

    /// The text that is in force in the end.
    fn final_text(&self) -> &str {
        &self.texts[usize::from(!self.edit.outcome.leaves_as_it_was())]
    }

    /// What a pipeline of the final file counts over the same log from nothing.
    fn fresh(&self) -> Value {
        let place = Workplace::new(&Settings::endless());
        self.provide(&place, self.version());
        // Where `start` says so, it would leave out what is there.
        place.set_text(&self.final_text().replace("\"latest\"", "\"earliest\""));
        until_end(&place)
    }

    /// The pipeline before the edit, stopped after the records so far.
    fn stopped(&self) -> Workplace {
        let place = Workplace::new(&Settings::endless());
        place.set_text(&self.apart(&self.texts[0]));
        until_end(&place);
        place
    }

    /// A pipeline that reads for another group.
    fn apart(&self, text: &str) -> String {
        let group = |name: &str| format!("group = \"{name}\"");
        text.replace(&group(&self.topic), &group(&format!("{}-stopped", self.topic)))
    }

    /// The edit over a stop and a start comes to the same.
    fn starts_again(&self, place: &Workplace, fresh: &Value) {
        let name = self.edit.name;
        place.set_text(&self.apart(&self.texts[1]));
        if self.edit.outcome == Outcome::Refused {
            let refused = finish(place.command("run").arg("--until-end"));
            assert_eq!(refused.code, Some(2), "{name}: {}", refused.stderr);
            assert!(refused.stderr.contains("hint: set it back"), "{name}: {}", refused.stderr);
            place.set_text(&self.apart(&self.texts[0]));
        }
        assert_same(&format!("{name}, over a stop"), fresh, &until_end(place));
    }
}

/// The pipeline that is edited.
fn base(broker: &Broker, topic: &str, edit: &Edit) -> String {
    let settings = Settings {
        metrics: vec!["age".to_owned()],
        checkpoint_every: "200ms",
        ..Settings::kafka(&broker.address(), topic)
    };
    let own = match edit.change {
        Change::Component(_) => "[[metric]]\nid = \"own\"\nplugin = \"own.wasm\"\n",
        _ => "",
    };
    format!(
        "{}[[metric]]\nid = \"actions\"\nplugin = \"{}\"\nwindows = [\"cumulative\", \"1d\"]\n\
         [metric.columns]\nvalue = \"action\"\n\
         [metric.config]\ntype = \"unsigned\"\ntitle = \"T\"\n{own}",
        settings.text(),
        plugin("count_by").display()
    )
}
