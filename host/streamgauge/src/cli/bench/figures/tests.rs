use super::*;

fn figures(args: &FiguresArgs) -> Result<Figures, Failure> {
    Figures::new("memory", json!({ "events": 8, "batch": 2 }), args)
}

fn against(file: &Path) -> FiguresArgs {
    FiguresArgs { against: Some(file.to_owned()), ..FiguresArgs::default() }
}

/// A file of `--save` with one figure.
fn saved(folder: &Path) -> PathBuf {
    let file = folder.join("base.json");
    let args = FiguresArgs { save: Some(file.clone()), ..FiguresArgs::default() };
    let mut figures = figures(&args).expect("there is nothing to compare with");
    figures.row("decode", [("events/s", 2_000_000.0)]);
    figures.finish().expect("the folder can be written to");
    file
}

#[test]
fn a_table_has_a_row_a_case_and_a_column_a_figure() {
    let mut figures = figures(&FiguresArgs::default()).expect("there is nothing to compare with");
    figures.row("decode", [("events/s", 2_345_678.4), ("ns", 426.51)]);
    figures.row("whole", [("events/s", -1234.0), ("MB", 12.34), ("ns", f64::NAN)]);
    let table = "| case | events/s | ns | MB |\n|---|--:|--:|--:|\n\
                 | decode | 2,345,678 | 427 | – |\n| whole | -1,234 | – | 12.3 |\n";
    assert_eq!(figures.shown(), table);
}

#[test]
fn json_keeps_bench_version_and_settings() {
    let args = FiguresArgs { json: true, ..FiguresArgs::default() };
    let mut figures = figures(&args).expect("there is nothing to compare with");
    figures.row("decode", [("ns", 1.5), ("MB", f64::NAN)]);
    let shown: Value = serde_json::from_str(&figures.shown()).expect("it is JSON");
    assert_eq!(
        shown,
        json!({
            "bench": "memory", "version": VERSION, "settings": { "batch": 2, "events": 8 },
            "cases": [{ "case": "decode", "figures": { "ns": 1.5, "MB": null } }],
        })
    );
}

#[test]
fn each_figure_stands_beside_the_saved_one() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let mut args = against(&saved(folder.path()));
    for json in [false, true] {
        args.json = json;
        let mut figures = figures(&args).expect("it is the same bench");
        figures.row("decode", [("events/s", 3_000_000.0), ("ns", 5.0)]);
        let shown = figures.shown();
        if json {
            let shown: Value = serde_json::from_str(&shown).expect("it is JSON");
            assert_eq!(
                shown["against"]["figures"],
                json!([
                    { "case": "decode", "figure": "events/s", "now": 3e6, "saved": 2e6, "ratio": 1.5 },
                    { "case": "decode", "figure": "ns", "now": 5.0, "saved": null, "ratio": null },
                ])
            );
        } else {
            assert!(
                shown.contains("| decode | events/s | 3,000,000 | 2,000,000 | 1.500 |"),
                "{shown}"
            );
            assert!(shown.contains("| decode | ns | 5.00 | – | – |"), "{shown}");
        }
    }
}

#[test]
fn a_file_that_is_no_equal_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = saved(folder.path());
    let text = fs::read_to_string(&file).expect("it was written");
    let check = |text: Option<&str>, words: &str| {
        let file = folder.path().join("other.json");
        match text {
            Some(text) => fs::write(&file, text).expect("the folder can be written to"),
            None => drop(fs::remove_file(&file)),
        }
        let failure = figures(&against(&file)).err().expect("it is refused");
        assert_eq!(failure.code, 2);
        for part in ["other.json", words, "hint: --against"] {
            assert!(failure.message.contains(part), "{part}: {}", failure.message);
        }
    };
    check(None, "cannot be read");
    check(Some("{}"), "holds no figures of a bench: missing field `bench`");
    check(Some("events"), "holds no figures of a bench");
    let other = text.replace("\"memory\"", "\"file\"");
    check(Some(&other), "is of `streamgauge bench file`, not of `bench memory`");
    let other = text.replace("\"events\": 8", "\"events\": 9");
    check(Some(&other), "other settings: `events` is 9 there and 8 here;");
    let other = text.replace("\"batch\": 2", "\"queue\": true");
    check(
        Some(&other),
        "`batch` is nothing there and 2 here, `queue` is true there and nothing here",
    );
}

#[test]
fn the_middle_of_several_turns_is_the_median() {
    assert!((median([3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
    assert!(median([]).is_nan());
}
