//! Prometheus over a host that is killed, loses its broker and stops a metric: no counter that
//! outlives the process goes back, and the alert rules of the documentation fire and end.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::broker::{Broker, free_port};
use crate::host::Host;
use crate::http;
use crate::process::{Running, finish};
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, root, unique};

/// A Prometheus that scrapes one host under the name `host`, wherever the host listens.
struct Prometheus {
    address: SocketAddr,
    targets: std::path::PathBuf,
    _running: Running,
}

impl Prometheus {
    fn start(place: &Workplace) -> Self {
        let address: SocketAddr = ([127, 0, 0, 1], free_port()).into();
        // The rules of the documentation, with other times to wait.
        let rules = fs::read_to_string(rules()).expect("the rules are there");
        let quick: Vec<String> = rules
            .lines()
            .map(|line| match line.split_once("for: ") {
                Some((before, _)) => format!("{before}for: 1s"),
                None => line.to_owned(),
            })
            .collect();
        place.write("alerts.yml", quick.join("\n").as_bytes());
        let config = "\
global: {scrape_interval: 300ms, scrape_timeout: 300ms, evaluation_interval: 300ms}
rule_files: [alerts.yml]
scrape_configs:
  - job_name: streamgauge
    file_sd_configs: [{files: [targets.json], refresh_interval: 1s}]
    relabel_configs: [{target_label: instance, replacement: host}]
";
        let config = place.write("prometheus.yml", config.as_bytes());
        let targets = place.write("targets.json", b"[]");
        let mut command = Command::new("prometheus");
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", place.path("tsdb").display()))
            .arg(format!("--web.listen-address={address}"));
        let running = Running::start(&mut command);
        wait::until("Prometheus to be ready", || {
            std::net::TcpStream::connect(address).ok()?;
            (http::get(address, "/-/ready").status == 200).then_some(())
        });
        Self { address, targets, _running: running }
    }

    /// Scrapes this host from now on.
    fn scrape(&self, host: &Host) {
        // Renamed into place, so that no half of a file is read.
        let made = self.targets.with_extension("new");
        let targets = format!("[{{\"targets\": [\"{}\"]}}]", host.address());
        fs::write(&made, targets).expect("the folder can be written to");
        fs::rename(&made, &self.targets).expect("the folder can be written to");
    }

    /// The samples of an instant query: labels and value.
    fn query(&self, query: &str) -> Vec<(Value, f64)> {
        let mut encoded = String::new();
        for byte in query.bytes() {
            write!(encoded, "%{byte:02x}").expect("a string takes text");
        }
        let answer = http::get(self.address, &format!("/api/v1/query?query={encoded}")).json();
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        let samples = answer["data"]["result"].as_array().expect("a vector").iter();
        let value = |sample: &Value| sample["value"][1].as_str().and_then(|v| v.parse().ok());
        samples.map(|s| (s["metric"].clone(), value(s).expect("a number"))).collect()
    }

    /// Waits until the query has samples.
    fn has(&self, query: &str) -> Vec<(Value, f64)> {
        wait::until(query, || Some(self.query(query)).filter(|samples| !samples.is_empty()))
    }

    /// Waits until the query has no sample.
    fn has_not(&self, query: &str) {
        wait::until(query, || self.query(query).is_empty().then_some(()));
    }
}

fn rules() -> std::path::PathBuf {
    root().join("docs/examples/alerts.yml")
}

fn firing(alert: &str, code: &str) -> String {
    format!(r#"ALERTS{{alertname="{alert}",alertstate="firing",code="{code}"}}"#)
}

#[test]
fn the_alert_rules_fire_for_their_troubles_and_only_then() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let tests = root().join("host/tests/system/monitoring/alerts_test.yml");
    for from in [rules(), tests] {
        let name = Path::new(from.file_name().expect("a file"));
        fs::copy(&from, folder.path().join(name)).expect("the file is there");
    }
    for arguments in [["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]] {
        let mut promtool = Command::new("promtool");
        finish(promtool.args(arguments).current_dir(folder.path())).ok();
    }
}

#[test]
fn no_counter_goes_back_and_every_trouble_is_an_alert_while_it_stands() {
    const HALF: u64 = 20_000;
    let broker = Broker::new();
    let mut settings = Settings::kafka(&broker.address(), &unique("monitored"));
    settings.checkpoint_every = "300ms";
    let place = Workplace::new(&settings);
    // A metric that stops in the second half.
    let faulty = format!(
        "{}[[metric]]\nid = \"faulty\"\nplugin = \"{}\"\n\
         [metric.config]\nfault = \"panic\"\nat = {}\n",
        settings.text(),
        plugin("faulty").display(),
        HALF / 2 + 100
    );
    place.set_text(&faulty);
    let produce = |seed: &str| {
        let count = HALF.to_string();
        let arguments = ["--generate", &count, "--seed", seed, "--partitions", "2"];
        finish(place.command("produce").args(arguments)).ok();
    };
    produce("1");
    let prometheus = Prometheus::start(&place);
    let mut host = Host::start(&place);
    prometheus.scrape(&host);
    host.has_read(HALF);
    let read = format!("streamgauge_records_read_total == {HALF}");
    prometheus.has(&read);

    // Killed in the middle, and started again with the broker away: the counters stay.
    host.kill();
    broker.stop();
    prometheus.has(r#"ALERTS{alertname="StreamgaugeDown",alertstate="firing"}"#);
    host = Host::start(&place);
    prometheus.scrape(&host);
    prometheus.has("streamgauge_ready == 0");
    prometheus.has(&firing("StreamgaugeStandsStill", "broker_unreachable"));
    prometheus.has(&read);
    broker.start();
    prometheus.has("streamgauge_ready == 1");
    prometheus.has_not(&firing("StreamgaugeStandsStill", "broker_unreachable"));

    // A metric stops; all records are counted all the same.
    produce("2");
    host.has_read(2 * HALF);
    prometheus.has(&format!("streamgauge_records_read_total == {}", 2 * HALF));
    prometheus.has(&firing("StreamgaugeIncomplete", "metric_stopped"));
    assert_eq!(prometheus.query("streamgauge_ready == 1").len(), 1);

    host.kill();
    host = Host::start(&place);
    prometheus.scrape(&host);
    prometheus.has(r#"up{job="streamgauge"} == 1"#);
    prometheus.has("time() - streamgauge_batch_flushes_created < 60");
    prometheus.has(&firing("StreamgaugeIncomplete", "metric_stopped"));

    for counter in ["records_read", "records_on_time", "records_late", "metric_folded"] {
        let resets = format!("resets(streamgauge_{counter}_total[10m]) > 0");
        assert_eq!(prometheus.query(&resets), [], "{counter}");
    }
    assert_eq!(prometheus.query(r#"ALERTS{alertname="StreamgaugeCountsWentBack"}"#), []);
    host.terminate().ok();
}
