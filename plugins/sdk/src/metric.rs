//! The two traits that a metric implements.
//!
//! The words are those of Flink's `AggregateFunction`: create an accumulator, add, merge, get the
//! result. The host owns everything else (Kafka, event time, windows, lateness, checkpoints), so
//! a metric knows neither the order in which it is called nor how many accumulators there are.

use crate::codec::{Reader, Writer, bad_state};
use crate::{Batch, Config, Descriptor, Largest, Result, Schema, Table};

/// A half-open event-time interval `[start, end)`, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside, in milliseconds.
    pub start: i64,
    /// The first instant after the interval, in milliseconds.
    pub end: i64,
}

/// A metric with its configuration.
///
/// ```
/// use streamgauge_sdk::prelude::*;
///
/// /// The largest price seen.
/// #[derive(Default)]
/// struct LargestPrice;
///
/// #[derive(Default)]
/// struct Largest(Option<i64>);
///
/// impl Accumulator for Largest {
///     fn merge(&mut self, other: &Self) -> Result<()> {
///         self.0 = self.0.max(other.0);
///         Ok(())
///     }
///     fn write(&self, writer: &mut Writer) {
///         writer.u64(self.0.is_some().into());
///         writer.i64(self.0.unwrap_or_default());
///     }
///     fn read(reader: &mut Reader<'_>) -> Result<Self> {
///         let known = reader.u64()? != 0;
///         let price = reader.i64()?;
///         Ok(Self(known.then_some(price)))
///     }
/// }
///
/// impl Metric for LargestPrice {
///     type Accumulator = Largest;
///
///     fn describe(&self) -> Descriptor {
///         Descriptor::new("largest-price", "0.1.0", ("最高价", "Largest price"))
///             .input("price", FieldType::Integer)
///             .output(Output::measure("price", ("价格", "Price")).unit("CNY").not_additive())
///             .view(View::new("number", "largest", ("最高价", "Largest price"), &["price"]))
///     }
///     fn add(&self, largest: &mut Largest, batch: &Batch) -> Result<()> {
///         largest.0 = largest.0.max(batch.integers(0)?.iter().flatten().max());
///         Ok(())
///     }
///     fn result(&self, largest: &Largest) -> Result<Table> {
///         Ok(Table::default().integers(largest.0))
///     }
/// }
///
/// let prices = streamgauge_sdk::testing::TestBatch::default().integers([300, -5, 900, 20]);
/// streamgauge_sdk::testing::check_laws::<LargestPrice>("{}", &prices);
/// ```
pub trait Metric: Default + 'static {
    /// State of this metric over one window of one partition.
    type Accumulator: Accumulator;

    /// The keys of the `[metric.config]` table; the default has none. Before [`open`](Self::open)
    /// the host checks a configuration against this schema and shows each mistake at its place.
    fn config_schema() -> Schema {
        Schema::default()
    }

    /// Makes the metric from its `[metric.config]` table. The default is for a metric without
    /// configuration.
    ///
    /// # Errors
    /// [`Error::BadConfig`](crate::Error::BadConfig), naming the key.
    fn open(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        Ok(Self::default())
    }

    /// The columns that the metric reads, the columns of its result and the ways to show the
    /// result. The same every time.
    fn describe(&self) -> Descriptor;

    /// The state before any event. Only a metric whose state depends on the configuration or the
    /// window implements `create`.
    fn create(&self, window: Option<Window>) -> Self::Accumulator {
        let _ = window;
        Self::Accumulator::default()
    }

    /// Folds the rows of a batch into the state: all of them, or on an error none.
    ///
    /// # Errors
    /// [`Error::BadRows`](crate::Error::BadRows) with all rows that cannot be used.
    fn add(&self, accumulator: &mut Self::Accumulator, batch: &Batch) -> Result<()>;

    /// The result so far. The host may ask at any time, and more than once.
    ///
    /// # Errors
    /// The metric has no answer, for a reason that the text gives.
    fn result(&self, accumulator: &Self::Accumulator) -> Result<Table>;

    /// Of the [`result`](Self::result) of the first of `accumulators`, the `rows` rows with the
    /// largest first measure, equal ones by key, smallest first; of the others the rows at the same
    /// keys; and of each what its other rows add up to. `None` means that the whole result serves as
    /// well.
    ///
    /// Only a metric whose result may have many thousands of rows implements `largest`, mostly by
    /// [`Counter::largest`](crate::Counter::largest): pages show few rows and ask often.
    ///
    /// # Errors
    /// As [`result`](Self::result).
    fn largest(&self, accumulators: &[&Self::Accumulator], rows: usize) -> Result<Option<Largest>> {
        let _ = (accumulators, rows);
        Ok(None)
    }

    /// Reads a snapshot that state version `version` of the metric wrote. The default accepts
    /// exactly [`Accumulator::VERSION`]; a metric that reads older versions implements `restore`.
    ///
    /// # Errors
    /// [`Error::BadState`](crate::Error::BadState) where the metric did not write the bytes, or
    /// does not read this version.
    fn restore(
        &self,
        window: Option<Window>,
        version: u32,
        bytes: &[u8],
    ) -> Result<Self::Accumulator> {
        let _ = window;
        read_state(version, bytes)
    }
}

/// Reads a snapshot of exactly [`Accumulator::VERSION`], as [`Metric::restore`] does unless a
/// metric has more to check.
///
/// # Errors
/// [`Error::BadState`](crate::Error::BadState) where the version is another one, or the accumulator
/// did not write the bytes.
pub fn read_state<A: Accumulator>(version: u32, bytes: &[u8]) -> Result<A> {
    if version != A::VERSION {
        let own = A::VERSION;
        return Err(bad_state(&format!("has state version {version}; supported is {own}")));
    }
    let mut reader = Reader::new(bytes);
    let accumulator = A::read(&mut reader)?;
    reader.finish()?;
    Ok(accumulator)
}

/// The state that a metric folds events into.
///
/// The laws, which [`testing::check_laws`](crate::testing::check_laws) checks on a metric:
/// the default state changes nothing when merged; `merge` is associative and commutative (or
/// bounded, where the descriptor says so); folding two lists of rows one after the other equals
/// merging the folds of each; a written state is read as an equal one; equal states write equal
/// bytes. The last law rules out iterating a `HashMap`: use a `BTreeMap`, or sort.
pub trait Accumulator: Default + 'static {
    /// The version of the written bytes, from 1. An author raises the version when the meaning of
    /// the bytes changes; the host then rebuilds the metric from the log.
    const VERSION: u32 = 1;

    /// Folds another state into this one.
    ///
    /// # Errors
    /// The two states cannot belong together, for instance sketches of different sizes.
    fn merge(&mut self, other: &Self) -> Result<()>;

    /// Writes the whole state; equal states write equal bytes.
    fn write(&self, writer: &mut Writer);

    /// Writes the whole state in whatever form costs least, for a reader that only merges it: of a
    /// large state the host asks often for what came since. Equal states need not write equal bytes.
    /// The default writes the one form.
    fn write_difference(&self, writer: &mut Writer) {
        self.write(writer);
    }

    /// Reads what [`write`](Self::write) or [`write_difference`](Self::write_difference) wrote.
    ///
    /// # Errors
    /// [`Error::BadState`](crate::Error::BadState) where neither of them writes such bytes.
    fn read(reader: &mut Reader<'_>) -> Result<Self>;
}
