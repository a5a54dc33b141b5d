//! The text of a scenario: settings `key: value`, a line `---`, a table of records, a line `---`,
//! the books. In the table the first three columns are given; the other three are worked out.
//!
//! Every scenario has the settings `bound` and `zone`. With `year` (a number, or `current`) event
//! time is a month and a day, without `year` the field `at`. The settings `skew`, `earliest` and
//! `required` may be absent, which means no limit and no field; `lateness` is `record`, or absent,
//! which means `watermark`. A field is `name=value`, `?` is an unusable value, and `!name` in place
//! of fields is a record that could not be decoded.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono_tz::Tz;
use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, Field, FieldType, Flaw, LatenessClock, Plan, Projection,
    RecordTime, Rejection, Row, Schema, TimestampAssigner, TimestampUnit, Value, Year,
};

use crate::time::{parse_civil, parse_duration};

const RULE: &str = "---\n";
const COLUMNS: [&str; 6] = ["offset", "stamp", "fields", "event time", "watermark", "verdict"];

pub(crate) struct Scenario {
    /// The text above the table, as written.
    head: String,
    pub(crate) plan: Plan,
    pub(crate) zone: Tz,
    pub(crate) lines: Vec<Line>,
}

pub(crate) enum Line {
    Comment(String),
    Record(Record),
}

pub(crate) struct Record {
    /// The first three cells of the line as written.
    pub(crate) given: [String; 3],
    pub(crate) offset: i64,
    pub(crate) stamp: RecordTime,
    pub(crate) decoded: Result<Row, Rejection>,
}

impl Scenario {
    pub(crate) fn parse(text: &str) -> Self {
        let mut parts = text.split(RULE);
        let head = parts.next().expect("settings").to_owned();
        let table = parts.next().unwrap_or_default();
        let settings: BTreeMap<&str, &str> = head
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .map(|line| line.split_once(':').expect("`key: value`"))
            .map(|(key, value)| (key, value.trim()))
            .collect();
        let zone: Tz = settings["zone"].parse().expect("a time zone");
        let plan = plan(&settings, zone);
        let lines = table
            .lines()
            .skip_while(|line| line.starts_with(COLUMNS[0]))
            .map(|line| Line::parse(line, &plan, zone))
            .collect();
        Self { head, plan, zone, lines }
    }

    /// The whole text, with `lines` (comments as errors) as its table.
    pub(crate) fn render(&self, lines: &[Result<[String; 6], String>], books: &str) -> String {
        let records = || lines.iter().flatten();
        let width = |i: usize| {
            let lengths = records().map(|cells| cells[i].chars().count());
            lengths.chain([COLUMNS[i].len()]).max().unwrap_or_default()
        };
        let mut text = format!("{}{RULE}", self.head);
        let header = COLUMNS.map(str::to_owned);
        for line in [Ok(header)].iter().chain(lines) {
            let line = match line {
                Err(comment) => comment.clone(),
                Ok(cells) => {
                    let padded = |(i, cell)| format!("{cell:<width$}", width = width(i));
                    cells.iter().enumerate().map(padded).collect::<Vec<_>>().join(" | ")
                }
            };
            writeln!(text, "{}", line.trim_end()).expect("writing to a string never fails");
        }
        text + &format!("{RULE}{books}\n")
    }
}

impl Line {
    fn parse(line: &str, plan: &Plan, zone: Tz) -> Self {
        if line.starts_with('#') || line.is_empty() {
            return Self::Comment(line.to_owned());
        }
        let mut cells = line.split('|').map(|cell| cell.trim().to_owned());
        let given = [(); 3].map(|()| cells.next().expect("offset, stamp and fields"));
        Self::Record(Record {
            offset: given[0].parse().expect("an offset"),
            stamp: RecordTime(parse_civil(zone, &given[1])),
            decoded: decode(&given[2], plan, zone),
            given,
        })
    }
}

fn plan(settings: &BTreeMap<&str, &str>, zone: Tz) -> Plan {
    let required = settings.get("required").copied();
    let field = |name: &str, field_type, max| Field {
        name: name.to_owned(),
        field_type,
        max,
        required: required == Some(name),
    };
    let fields = vec![
        field("at", FieldType::Timestamp, None),
        field("month", FieldType::Unsigned, None),
        field("day", FieldType::Unsigned, None),
        field("action", FieldType::Unsigned, Some(3)),
    ];
    let schema = Schema::new(fields).expect("a schema");
    let projection = Projection::new(&schema, &["at", "month", "day", "action"]);
    let year = settings.get("year").map(|year| match *year {
        "current" => Year::Current,
        year => Year::Fixed(year.parse().expect("a year")),
    });
    let timestamps = match year {
        Some(year) => TimestampAssigner::month_day(1, 2, year, zone),
        None => TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Millis },
    };
    let lateness = match settings.get("lateness") {
        None | Some(&"watermark") => LatenessClock::Watermark,
        Some(&"record") => LatenessClock::Record,
        Some(other) => panic!("lateness: {other}"),
    };
    Plan {
        projection,
        timestamps,
        watermark: BoundedOutOfOrderness { bound: parse_duration(settings["bound"]) },
        earliest: settings.get("earliest").map(|at| EventTime(parse_civil(zone, at))),
        future_skew: settings.get("skew").map(|skew| parse_duration(skew)),
        lateness,
    }
}

fn decode(fields: &str, plan: &Plan, zone: Tz) -> Result<Row, Rejection> {
    match fields {
        "!not_json" => return Err(Rejection::NotJson),
        "!empty" => return Err(Rejection::Empty),
        _ => {}
    }
    let mut row = Row::default();
    row.reset(plan.projection.fields().len());
    // Values of `at` hold a blank, so fields are separated by commas.
    for field in fields.split(',').map(str::trim).filter(|field| !field.is_empty()) {
        let (name, value) = field.split_once('=').expect("`name=value`");
        let slot = plan.projection.slot_of(name).expect("a field of the schema");
        let value = match value {
            "?" => Value::Invalid(Flaw::WrongType),
            instant if name == "at" => Value::Integer(parse_civil(zone, instant)),
            number => Value::Unsigned(number.parse().expect("a number")),
        };
        row.set(slot, value);
    }
    Ok(row)
}
