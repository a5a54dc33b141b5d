//! What a row costs in each metric: generated shop events, decoded once, are handed to the
//! components as the host hands them over, in batches of several sizes. Called by
//! `cargo xtask bench plugins`; prints a Markdown table.
//!
//! Usage: `plugin_costs FILE.wasm…`. A file takes the settings of the library metric whose name is
//! in its own, so `count_by-python.wasm` is measured like `count_by.wasm`.

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Instant;

use streamgauge::run::prepare::Prepared;
use streamgauge_core::{
    ColumnValues, EventTime, InputColumn, Placing, RecordBatch, RecordMeta, Row, Verdict,
};
use streamgauge_decode::Decoder;
use streamgauge_pipeline::{GeneratorSettings, MetricSettings};
use streamgauge_plugin::{
    Accumulator, AddError, CallError, ColumnParam, Columns, DictionaryParam, InputBinding,
    Instance, Plugin, Runtime, StringsParam, ValuesParam, bind_inputs,
};
use streamgauge_source::models::Generator;

/// Rows in a batch, and how many batches a turn takes.
const SIZES: [(u32, usize); 4] = [(1, 2000), (10, 1000), (1000, 32), (8192, 8)];
const EMPTY_CALLS: usize = 2000;
const TURNS: usize = 9;

/// What the library metrics need to run over the shop's fields.
const SETTINGS: [(&str, &str); 6] = [
    ("count_by", "columns = { value = \"action\" }\nconfig = { type = \"unsigned\" }\n"),
    (
        "crosstab",
        "columns = { row = \"province\", column = \"action\" }\n\
         config = { column_type = \"unsigned\" }\n",
    ),
    ("top_n", "columns = { value = \"item_id\" }\n"),
    ("unique", "columns = { value = \"user_id\" }\n"),
    (
        "conversion",
        "columns = { who = \"user_id\", what = \"action\" }\n\
         config = { what_type = \"unsigned\", from = 0, to = [2] }\n",
    ),
    ("quantiles", "columns = { value = \"cat_id\" }\nconfig = { type = \"unsigned\" }\n"),
];

/// Memory of an accumulator: how many more of them fit into the larger limit than into the
/// smaller one, each after one batch of the largest size.
const MEMORY_LIMITS: [usize; 2] = [8 << 20, 16 << 20];
const ACCUMULATORS_MAX: usize = 8192;

const HEAD: &str = "version = 1\nname = \"costs\"\n[source.generator]\n[schema]\n\
    user_id = \"text\"\nitem_id = \"text\"\ncat_id = \"unsigned\"\nmerchant_id = \"text\"\n\
    brand_id = \"text\"\nmonth = \"unsigned\"\nday = \"unsigned\"\naction = \"unsigned\"\n\
    age_range = \"unsigned\"\ngender = \"unsigned\"\nprovince = \"text\"\n\
    [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n";

fn main() {
    let files: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    if files.is_empty() {
        eprintln!("usage: plugin_costs FILE.wasm…");
        std::process::exit(2);
    }
    let prepared = prepare(&files);
    let batches: Vec<Vec<RecordBatch>> =
        SIZES.iter().map(|(rows, count)| generate(&prepared, *rows, *count)).collect();
    let mut subjects: Vec<Subject<'_>> =
        prepared.plugins.iter().map(|plugin| Subject::new(&prepared, plugin)).collect();
    for subject in &mut subjects {
        // Once without looking: states grow, and code and memory are touched for the first time.
        subject.turn(&batches);
        subject.forget();
    }
    for _ in 0..TURNS {
        for subject in &mut subjects {
            subject.turn(&batches);
        }
    }
    let batch = &batches.last().expect("there are sizes")[0];
    print!("{}", table(&mut subjects, batch));
}

/// A pipeline of these components.
fn prepare(files: &[PathBuf]) -> Prepared {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut text = HEAD.to_owned();
    for (index, file) in files.iter().enumerate() {
        let path = file.canonicalize().unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let settings = settings_of(file);
        let path = path.display();
        writeln!(text, "[[metric]]\nid = \"m{index}\"\nplugin = \"{path}\"\n{settings}")
            .expect("writing to a string never fails");
    }
    let file = folder.path().join("pipeline.toml");
    std::fs::write(&file, text).expect("the folder can be written to");
    Prepared::load(&file, |_| ()).unwrap_or_else(|wrong| {
        eprintln!("{}", wrong.render(false));
        std::process::exit(2);
    })
}

fn settings_of(file: &Path) -> &'static str {
    let name = stem(file);
    let found = SETTINGS.iter().find(|(metric, _)| name.contains(metric));
    found.map_or("", |(_, settings)| settings)
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// `count` batches of `rows` generated events.
fn generate(prepared: &Prepared, rows: u32, count: usize) -> Vec<RecordBatch> {
    let settings = GeneratorSettings { dirt: 0.0, ..GeneratorSettings::default() };
    let generator = Generator::new(&settings);
    let projection = &prepared.plan.projection;
    let (mut decoder, mut row) = (Decoder::json(projection), Row::default());
    let mut batches = vec![RecordBatch::new(projection); count];
    let mut bytes = Vec::new();
    for (index, place) in (0..count as u64 * u64::from(rows)).enumerate() {
        bytes.clear();
        let time = generator.record(0, place, &mut bytes);
        decoder.decode(&bytes, &mut row).expect("a clean record is one");
        let meta = RecordMeta { offset: place as i64, time, cursor: 0 };
        let (event_time, placing) = (EventTime(time.0), Placing::Opens);
        let verdict = Verdict { event_time, placing, watermark: None, delay: 0 };
        batches[index / rows as usize].push(meta, verdict, &row, &bytes);
    }
    batches
}

/// One component, with an accumulator and the measured times of each size.
struct Subject<'a> {
    plugin: &'a Plugin,
    inputs: Vec<InputBinding>,
    instance: Instance,
    accumulators: Vec<Accumulator>,
    /// Nanoseconds a row, by turn, for each size of batch.
    rows: [Vec<f64>; SIZES.len()],
    /// Nanoseconds per call without rows.
    calls: Vec<f64>,
}

impl<'a> Subject<'a> {
    fn new(prepared: &Prepared, plugin: &'a Plugin) -> Self {
        let mut instance = Instance::open(plugin).expect("it opens");
        let accumulators =
            SIZES.iter().map(|_| instance.create(None).expect("it makes one")).collect();
        Self {
            plugin,
            inputs: bind_inputs(plugin.descriptor(), &prepared.plan.projection),
            instance,
            accumulators,
            rows: Default::default(),
            calls: Vec::new(),
        }
    }

    /// Every size once, and the empty calls.
    fn turn(&mut self, batches: &[Vec<RecordBatch>]) {
        for (size, batches) in batches.iter().enumerate() {
            let begun = Instant::now();
            for batch in batches {
                self.add(size, batch);
            }
            let taken = begun.elapsed().as_nanos() as f64;
            let (rows, count) = SIZES[size];
            self.rows[size].push(taken / (f64::from(rows) * count as f64));
        }
        let empty: Vec<ColumnParam<'_>> =
            self.inputs.iter().map(|input| empty_column(input, &batches[0][0])).collect();
        let (instance, accumulator) = (&mut self.instance, self.accumulators[0]);
        let begun = Instant::now();
        for _ in 0..EMPTY_CALLS {
            instance.add(accumulator, 0, black_box(&empty)).expect("no rows are taken");
        }
        self.calls.push(begun.elapsed().as_nanos() as f64 / EMPTY_CALLS as f64);
    }

    fn add(&mut self, size: usize, batch: &RecordBatch) {
        let columns = Columns::whole(black_box(batch), &self.inputs);
        columns.add_to(&mut self.instance, self.accumulators[size]).expect("clean rows are taken");
    }

    fn forget(&mut self) {
        self.rows.iter_mut().for_each(Vec::clear);
        self.calls.clear();
    }

    /// KiB of an accumulator.
    fn memory(&self, batch: &RecordBatch) -> String {
        let [few, many] = MEMORY_LIMITS.map(|limit| self.accumulators_within(limit, batch));
        let bytes = MEMORY_LIMITS[1] - MEMORY_LIMITS[0];
        match many {
            ACCUMULATORS_MAX => format!("< {}", MEMORY_LIMITS[1] / ACCUMULATORS_MAX / 1024),
            _ => format!("{:.1}", bytes as f64 / (many - few) as f64 / 1024.0),
        }
    }

    /// How many accumulators with the rows of `batch` an instance of this limit holds.
    fn accumulators_within(&self, limit: usize, batch: &RecordBatch) -> usize {
        let settings =
            MetricSettings { memory_bytes_max: Some(limit), ..self.plugin.settings().clone() };
        let plugin = Runtime::new().load(&settings).expect("it was loaded before");
        let mut instance = Instance::open(&plugin).expect("it opens");
        let mut fill = || {
            let accumulator = instance.create(None).map_err(AddError::Call)?;
            Columns::whole(batch, &self.inputs).add_to(&mut instance, accumulator)
        };
        for held in 0..ACCUMULATORS_MAX {
            match fill() {
                Ok(()) => {}
                Err(AddError::Call(CallError::MemoryLimit(_))) => return held,
                Err(error) => panic!("clean rows are taken: {error:?}"),
            }
        }
        ACCUMULATORS_MAX
    }

    fn line(&mut self, batch: &RecordBatch) -> String {
        let largest = *self.accumulators.last().expect("one per size");
        let snapshot = self.instance.snapshot(largest).expect("a state is written").len();
        let name = stem(&self.plugin.settings().plugin);
        let rows: Vec<String> =
            self.rows.iter_mut().map(|turns| format!("{:.1}", median(turns))).collect();
        let call = median(&mut self.calls) / 1000.0;
        let (rows, memory) = (rows.join(" | "), self.memory(batch));
        let file = self.plugin.file_bytes() / 1024;
        format!("| `{name}` | {rows} | {call:.2} | {snapshot} | {memory} | {file} |\n")
    }
}

/// A column of no rows, of the type that `input` has in `batch`.
fn empty_column(input: &InputBinding, batch: &RecordBatch) -> ColumnParam<'static> {
    let values = match input.column {
        InputColumn::EventTime => ValuesParam::S64s(&[]),
        InputColumn::Slot { slot, .. } => match batch.columns()[slot].values() {
            ColumnValues::Booleans(_) => ValuesParam::Booleans(&[]),
            ColumnValues::U32s(_) => ValuesParam::U32s(&[]),
            ColumnValues::S64s(_) => ValuesParam::S64s(&[]),
            ColumnValues::F64s(_) => ValuesParam::F64s(&[]),
            ColumnValues::Dictionary(_) => ValuesParam::Dictionary(DictionaryParam {
                codes: &[],
                values: StringsParam { offsets: &[0], utf8: &[] },
            }),
        },
    };
    ColumnParam { values, valid: &[] }
}

fn median(turns: &mut [f64]) -> f64 {
    turns.sort_by(f64::total_cmp);
    turns[turns.len() / 2]
}

fn table(subjects: &mut [Subject<'_>], batch: &RecordBatch) -> String {
    let sizes: Vec<String> =
        SIZES.iter().map(|(rows, _)| format!("batch {rows}, ns/row")).collect();
    let mut text = format!(
        "| metric | {} | empty call, µs | snapshot, bytes | accumulator, KiB | component, KiB |\n|---|{}\n",
        sizes.join(" | "),
        "--:|".repeat(SIZES.len() + 4)
    );
    for subject in subjects {
        text += &subject.line(batch);
    }
    text
}
