use expect_test::{Expect, expect};

use super::*;

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A pipeline of two metrics.
fn running() -> Outline {
    let state = [
        ("event_time.bound", "300s"),
        ("schema.age", "unsigned, max = 8"),
        ("metric.age", "config {}, windows cumulative, state version 1"),
        ("metric.top", "config {\"n\":3}, windows 1d, state version 1"),
    ];
    let settings = [
        ("name", "shop"),
        ("batch.max", "8192"),
        ("server.listen", "127.0.0.1:5001"),
        ("server.token", "***"),
        ("panel.age.title.en", "Age"),
        ("metric.age.place", "1"),
        ("metric.age.config", "{}"),
        ("metric.age.windows", "cumulative"),
        ("metric.age.state_version", "1"),
        ("metric.age.plugin", "5f3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47"),
        ("metric.age.time_max", "1s"),
        ("metric.top.place", "2"),
        ("metric.top.config", "{\"n\":3}"),
        ("metric.top.windows", "1d"),
        ("metric.top.state_version", "1"),
        ("metric.top.plugin", "aa3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47"),
    ];
    Outline { state: texts(&state), settings: texts(&settings), ..Outline::default() }
}

#[track_caller]
fn check(change: impl FnOnce(&mut Outline), expected: &Expect) {
    let mut new = running();
    change(&mut new);
    expected.assert_eq(&difference(&running(), &new).text());
}

fn set(of: &mut BTreeMap<String, String>, pairs: &[(&str, &str)]) {
    of.extend(texts(pairs));
}

#[test]
fn nothing_differs_from_itself() {
    check(|_| {}, &expect!["nothing differs"]);
    assert!(difference(&running(), &running()).is_empty());
}

#[test]
fn what_no_state_depends_on_changes_now() {
    check(
        |new| {
            let plugin = "77aa0b12d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47";
            set(
                &mut new.settings,
                &[
                    ("name", "Shop"),
                    ("batch.max", "4096"),
                    ("dead_letters.file.path", "letters.jsonl"),
                    ("panel.age.title.en", ""),
                    ("metric.age.time_max", "2s"),
                    ("metric.age.plugin", plugin),
                    ("metric.age.memory_max", "64MiB"),
                ],
            );
        },
        &expect![[r"
            changes now:
              batch.max: 8192 → 4096
              dead_letters.file.path: not set → letters.jsonl
              metric `age`: memory_max not set → 64MiB
              metric `age`: plugin 5f3a9c01d2e4 → 77aa0b12d2e4
              metric `age`: time_max 1s → 2s
              name: shop → Shop
              panel.age.title.en: Age → none"]],
    );
}

#[test]
fn a_metric_of_another_state_is_built_in_the_background() {
    check(
        |new| {
            set(
                &mut new.state,
                &[
                    ("metric.age", "config {}, windows cumulative, 1d, state version 2"),
                    ("metric.gender", "config {}, windows cumulative, state version 1"),
                ],
            );
            set(
                &mut new.settings,
                &[
                    ("metric.age.windows", "cumulative, 1d"),
                    ("metric.age.state_version", "2"),
                    ("metric.age.version", "0.2.0"),
                    ("metric.gender.place", "3"),
                    ("metric.gender.windows", "cumulative"),
                ],
            );
        },
        &expect![[r"
            changes now:
              metric `age`: version not set → 0.2.0
            is built in the background:
              metric `age`: windows cumulative → cumulative, 1d; state version 1 → 2
              metric `gender` is new"]],
    );
}

#[test]
fn a_setting_of_a_metric_that_its_state_does_not_depend_on_changes_now() {
    check(
        |new| set(&mut new.settings, &[("metric.age.config", "{\"title\":\"x\"}")]),
        &expect![[r#"
            changes now:
              metric `age`: config {} → {"title":"x"}"#]],
    );
}

#[test]
fn a_removed_metric_keeps_its_state_and_what_is_for_life_waits_for_a_restart() {
    check(
        |new| {
            new.state.remove("metric.age");
            new.settings.retain(|key, _| !key.starts_with("metric.age.") && key != "server.token");
            set(
                &mut new.settings,
                &[("metric.top.place", "1"), ("server.listen", "127.0.0.1:6001")],
            );
        },
        &expect![[r"
            changes now:
              metric `top`: place 2 → 1
            is removed, and its state is kept:
              metric `age`
            needs a restart of the host:
              server.listen: 127.0.0.1:5001 → 127.0.0.1:6001
              server.token: *** → not set"]],
    );
}

#[test]
fn nothing_is_said_of_a_setting_that_a_command_line_set() {
    let old = Outline { overridden: vec!["server.listen".to_owned()], ..running() };
    let mut new = running();
    set(&mut new.settings, &[("server.listen", "127.0.0.1:6001"), ("name", "Shop")]);
    expect![[r"
        changes now:
          name: shop → Shop"]]
    .assert_eq(&difference(&old, &new).text());
}

#[test]
fn what_a_record_counts_as_cannot_change() {
    check(
        |new| {
            new.state.remove("schema.age");
            set(&mut new.state, &[("event_time.bound", "10s"), ("event_time.earliest", "2015")]);
        },
        &expect![[r"
            cannot be changed over this state:
              event_time.bound: 300s → 10s
              event_time.earliest: not set → 2015
              schema.age: unsigned, max = 8 → not set"]],
    );
}

#[test]
fn another_name_of_the_same_zone_changes_now() {
    let zone = |name: &str, offsets: &str| {
        let text = format!("{name} (offsets from 1900 to 2200: {offsets})");
        let mut outline = running();
        set(&mut outline.state, &[("event_time.zone", &text)]);
        outline
    };
    let shanghai = zone("Asia/Shanghai", "bbe5");
    expect![[r"
        changes now:
          event_time.zone: Asia/Shanghai → PRC"]]
    .assert_eq(&difference(&shanghai, &zone("PRC", "bbe5")).text());
    expect![[r"
        cannot be changed over this state:
          event_time.zone: Asia/Shanghai (offsets from 1900 to 2200: bbe5) → UTC (offsets from 1900 to 2200: 0000)"]]
    .assert_eq(&difference(&shanghai, &zone("UTC", "0000")).text());
}

#[test]
fn a_metric_that_counts_from_now_on_is_not_built() {
    check(
        |new| {
            set(
                &mut new.state,
                &[
                    ("metric.age", "config {}, windows cumulative, 1d, state version 1"),
                    ("metric.gender", "config {}, windows cumulative, state version 1"),
                ],
            );
            set(
                &mut new.settings,
                &[
                    ("metric.age.windows", "cumulative, 1d"),
                    ("metric.age.backfill", "none"),
                    ("metric.gender.windows", "cumulative"),
                    ("metric.gender.backfill", "none"),
                ],
            );
        },
        &expect![[r"
            changes now:
              metric `age`: windows cumulative → cumulative, 1d; it counts from now on
              metric `gender` is new, and counts from now on
              metric `age`: backfill not set → none"]],
    );
}

#[test]
fn a_limit_has_decided_where_a_row_met_it_or_may_have() {
    let spec = WindowSpec::tumbling(60_000).expect("a window");
    let of = |change: &dyn Fn(&mut MetricSnapshot)| {
        let mut metric = MetricSnapshot {
            id: "age".to_owned(),
            state_version: 1,
            origin: 0,
            next_offset: 9,
            accounting: streamgauge_core::MetricAccounting::default(),
            windows: vec![WindowSetSnapshot::empty(spec)],
            phase: streamgauge_core::MetricPhase::Running,
            build: 0,
            poison: None,
            missed: Vec::new(),
        };
        change(&mut metric);
        let so_far = so_far_of(&metric);
        (so_far.finals, so_far.evictions)
    };
    assert_eq!(of(&|_| {}), (false, false));
    assert_eq!(of(&|metric| metric.windows[0].final_panes = 1), (true, false));
    assert_eq!(of(&|metric| metric.windows[0].books.expired = 1), (true, false));
    assert_eq!(of(&|metric| metric.windows[0].books.evicted = 1), (false, true));
    assert_eq!(of(&|metric| metric.accounting.excluded = 1), (true, false));
}

#[test]
fn a_state_tells_only_of_what_it_depends_on() {
    let mut new = running();
    set(&mut new.state, &[("metric.age", "config {}, windows 1d, state version 1")]);
    set(&mut new.settings, &[("name", "Shop"), ("metric.age.windows", "1d")]);
    let found = difference(&Outline { settings: BTreeMap::new(), ..running() }, &new);
    expect![[r"
        is built in the background:
          metric `age`: config {}, windows cumulative, state version 1 → config {}, windows 1d, state version 1"]]
    .assert_eq(&found.text());
}
