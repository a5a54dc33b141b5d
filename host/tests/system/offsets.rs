//! Offsets: what the group is told, and what happens where the log does not hold the next one.

use serde_json::Value;

use crate::broker::Broker;
use crate::host::{Host, read};
use crate::process::finish;
use crate::workplace::{Settings, Workplace, unique};

#[test]
fn the_group_is_told_where_the_state_stands() {
    let broker = Broker::shared();
    let topic = unique("committed");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let produce = ["--generate", "9000", "--seed", "3", "--partitions", "3", "--key", "user_id"];
    finish(place.command("produce").args(produce)).ok();
    let host = Host::start(&place);
    let status = host.has_read(9000);
    host.terminate().ok();
    let offset = |partition: &Value| partition["offset"].as_i64();
    let expected: Vec<_> =
        status["partitions"].as_array().expect("partitions").iter().map(offset).collect();
    let committed = broker.committed(&topic, &topic, 3);
    eprintln!("committed {committed:?}");
    assert_eq!(committed, expected);
}

#[test]
fn a_log_that_begins_behind_the_state_is_refused_by_name() {
    let broker = Broker::shared();
    let topic = unique("cut");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let produce = |count| {
        let arguments = ["--generate", count, "--seed", "4", "--partitions", "1"];
        finish(place.command("produce").args(arguments)).ok();
    };
    produce("1000");
    finish(place.command("run").arg("--until-end")).ok();
    produce("1000");
    broker.delete_before(&topic, 0, 1500);

    let host = Host::start(&place);
    let status = host.status_when("the failure", |status| status["mode"] == "failed");
    assert_eq!(status["cause"]["code"], "offset_out_of_range", "{status}");
    let message = status["cause"]["message"].as_str().expect("a message");
    eprintln!("{message}");
    for number in ["1000", "1500", "2000"] {
        assert!(message.contains(number), "{number} is not in {message}");
    }
    assert_eq!(host.get("/livez").status, 200);
    assert_eq!(host.get("/readyz").status, 503);
    let ended = host.terminate();
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);

    let bounded = finish(place.command("run").arg("--until-end"));
    assert_eq!(bounded.code, Some(1), "{}", bounded.stderr);
    assert!(bounded.stderr.contains("run --rebuild"), "{}", bounded.stderr);

    // Nothing was reset: the state still stands where it did. Only when asked to, it begins anew.
    assert_eq!(broker.committed(&topic, &topic, 1), [Some(1000)]);
    let host = Host::start_with(&place, &["--rebuild"]);
    let status = host.has_read(500);
    assert_eq!(read(&status), 500);
    assert_eq!(status["partitions"][0]["offset"], 2000);
    host.terminate().ok();
}
