//! The types of the page are made from the types of the host. After a change of the wire, run with
//! `UPDATE=1` and read the difference.

mod documented;
mod messages;

use std::fmt::Write;
use std::fs;
use std::path::Path;

use ts_rs::{Config, TS};

use crate::{
    AccountingStatus, Cause, CheckpointSample, CheckpointStatus, Checkpoints, Clock, Compared,
    DeadLetterStatus, Dimension, FetchStatus, Frame, GapStatus, Happened, Headline, HeadlineChange,
    HeadlineValue, Health, Label, LateOutputStatus, LatenessReport, Layout, LayoutUnit, LeapStatus,
    Look, Measure, MetricStatus, MissingStatus, Mode, Other, Panel, PartitionStatus, PlaceStatus,
    PluginStatus, Progress, RecordSample, Samples, SourceStatus, StageStatus, Stale, Status,
    Threshold, TickerFields, TickerLine, ToPage, Trouble, WatermarkHeldBy, WindowStatus,
};

const FILE: &str = "../../dashboard/src/wire.generated.ts";

const HEAD: &str = "\
// Generated from the types of the wire (host/wire); do not edit. After a change there:
//   UPDATE=1 cargo test --release -p streamgauge-wire
";

fn add<T: TS>(text: &mut String) {
    let config = Config::new().with_large_int("number");
    let declaration = T::decl(&config);
    // Declarations contain documentation, and have blanks at the ends of lines.
    let lines: Vec<_> = declaration.lines().map(str::trim_end).collect();
    write!(text, "\nexport {}\n", lines.join("\n")).expect("a string takes text");
}

fn generated() -> String {
    let mut text = HEAD.to_owned();
    let adders = [
        add::<ToPage<'static>>,
        add::<Panel>,
        add::<Dimension>,
        add::<Label>,
        add::<Measure>,
        add::<Threshold>,
        add::<Layout>,
        add::<LayoutUnit>,
        add::<Frame>,
        add::<Other>,
        add::<Stale>,
        add::<PlaceStatus>,
        add::<Progress>,
        add::<Headline>,
        add::<HeadlineValue>,
        add::<HeadlineChange>,
        add::<Look>,
        add::<TickerFields>,
        add::<TickerLine>,
        add::<Compared>,
        add::<Clock>,
        add::<Status>,
        add::<Mode>,
        add::<Cause>,
        add::<Health>,
        add::<Trouble>,
        add::<FetchStatus>,
        add::<SourceStatus>,
        add::<AccountingStatus>,
        add::<PartitionStatus>,
        add::<GapStatus>,
        add::<LeapStatus>,
        add::<MissingStatus>,
        add::<WatermarkHeldBy>,
        add::<CheckpointStatus>,
        add::<MetricStatus>,
        add::<WindowStatus>,
        add::<DeadLetterStatus>,
        add::<LateOutputStatus>,
        add::<StageStatus>,
        add::<Happened>,
        add::<PluginStatus>,
        add::<LatenessReport>,
        add::<Samples>,
        add::<RecordSample>,
        add::<Checkpoints>,
        add::<CheckpointSample>,
    ];
    for add in adders {
        add(&mut text);
    }
    text
}

#[test]
fn the_types_of_the_page_are_those_of_the_host() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    let generated = generated();
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &generated).expect("the file can be written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == generated,
        "{FILE} is out of date; hint: UPDATE=1 cargo test --release -p streamgauge-wire"
    );
}
