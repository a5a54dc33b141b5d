//! A metric that no page has seen before: a view of every chart kind and of an unknown one, 412
//! keys with hostile texts among them, and figures that are negative, missing or fractional. The
//! metric's state is the number of rows; all figures are multiples of that number.

use streamgauge_sdk::prelude::*;

/// A metric without settings and without inputs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stranger;

/// The number of rows so far.
#[derive(Debug, Default)]
pub struct Rows(u64);

impl Accumulator for Rows {
    fn merge(&mut self, other: &Self) -> Result<()> {
        self.0 += other.0;
        Ok(())
    }

    fn write(&self, writer: &mut Writer) {
        writer.u64(self.0);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(Self(reader.u64()?))
    }
}

const KEYS: usize = 412;

/// A label that a page must treat as text.
const IMAGE: &str = "<img src=x onerror=\"document.title='owned'\">";
const SCRIPT: &str = "</script><script>document.title='owned'</script>";
/// Right to left, with an override that would turn round the text behind the label.
const ARABIC: &str = "\u{202e}قيمة עברית";

/// Ten thousand characters without a place for a line break.
fn long() -> String {
    "长".repeat(10_000)
}

fn key(index: usize) -> String {
    match index {
        0 => IMAGE.to_owned(),
        1 => SCRIPT.to_owned(),
        2 => ARABIC.to_owned(),
        3 => long(),
        4 => String::new(),
        5 => "=HYPERLINK(\"http://example.invalid\")".to_owned(),
        6 => "{b}%s\\n\u{0}\u{7}".to_owned(),
        _ => format!("k{index:03}"),
    }
}

impl Metric for Stranger {
    type Accumulator = Rows;

    fn open(_: &Config) -> Result<Self> {
        Ok(Self)
    }

    fn describe(&self) -> Descriptor {
        let long = long();
        let titles = [IMAGE, SCRIPT, ARABIC, &long, "\u{200f}", "Heat", "Number", "Table", "Odd"];
        let title = |i: usize| (titles[i], titles[i]);
        let events = ["events"];
        let view = |chart: &str, i: usize| View::new(chart, chart, title(i), &events);
        let drawn = ["pie", "bar", "hbar", "line"].into_iter().enumerate();
        let drawn = drawn.map(|(i, chart)| view(chart, i).by("key"));
        let measures = ["events", "share", "off"];
        let descriptor = Descriptor::new("stranger", "0.1.0", (IMAGE, IMAGE))
            .nullable_input("user_id", FieldType::Text)
            .output(Output::dimension("key", title(0)).label("k007", title(1)))
            .output(Output::dimension("half", title(2)))
            .output(Output::measure("events", title(0)).unit("<b>"))
            .output(
                Output::measure("share", title(1))
                    .unit("%")
                    .of_type(FieldType::Float)
                    .not_additive(),
            )
            .output(
                Output::measure("off", title(2))
                    .of_type(FieldType::Float)
                    .error_of("share")
                    .not_additive(),
            );
        drawn
            .fold(descriptor, Descriptor::view)
            .view(View::new("hbar", "ranking", title(4), &events).by("key").sorted().top(15))
            .view(View::heatmap("heat", title(5), "key", "half", "events"))
            .view(view("number", 6))
            .view(View::new("table", "table", title(7), &measures).by("key"))
            .view(view("sunburst", 8).by("key"))
    }

    fn create(&self, _: Option<Window>) -> Rows {
        Rows::default()
    }

    fn add(&self, rows: &mut Rows, batch: &Batch) -> Result<()> {
        rows.0 += batch.rows() as u64;
        Ok(())
    }

    fn result(&self, rows: &Rows) -> Result<Table> {
        let rows = i64::try_from(rows.0).map_err(|_| Error::Other("too many".to_owned()))?;
        let keys = if rows == 0 { 0 } else { KEYS };
        let events = (0..keys as i64).map(|i| match i % 7 {
            5 => None,
            6 => Some(-i * rows),
            _ => Some(i * i * rows),
        });
        let share = (0..keys).map(|i| if i % 5 == 4 { None } else { Some(i as f64 / 7.0 - 3.0) });
        Ok(Table::default()
            .text((0..keys).map(key))
            .text((0..keys).map(|i| if i % 2 == 0 { IMAGE } else { ARABIC }))
            .optional_integers(events)
            .optional_floats(share)
            .floats((0..keys).map(|i| i as f64 / 100.0)))
    }

    fn restore(&self, _: Option<Window>, version: u32, bytes: &[u8]) -> Result<Rows> {
        streamgauge_sdk::read_state(version, bytes)
    }
}

export_metric!(Stranger);
