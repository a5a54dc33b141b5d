//! The two traits that a metric implements.
//!
//! The words are those of Flink's `AggregateFunction`: create an accumulator, add, merge, get the
//! result. The host owns everything else (Kafka, event time, windows, lateness, checkpoints), so
//! a metric knows neither the order in which it is called nor how many accumulators there are.

use crate::codec::{Reader, Writer, bad_state};
use crate::{Batch, Config, Descriptor, Result, Schema, Table};

/// A half-open event-time interval `[start, end)`, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First instant inside.
    pub start: i64,
    /// First instant after.
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

    /// The keys of the `[metric.config]` table; the default has none. The host holds a
    /// configuration against it, and shows each mistake at its place, before [`open`](Self::open).
    fn config_schema() -> Schema {
        Schema::default()
    }

    /// Takes the `[metric.config]` table. The default is for a metric without configuration.
    ///
    /// # Errors
    /// [`Error::BadConfig`](crate::Error::BadConfig), naming the key.
    fn open(config: &Config) -> Result<Self> {
        Self::config_schema().check(config)?;
        Ok(Self::default())
    }

    /// What is read, what comes out and how it is shown. Pure.
    fn describe(&self) -> Descriptor;

    /// The state before any event. Only a state that depends on the configuration or the window
    /// needs its own.
    fn create(&self, window: Option<Window>) -> Self::Accumulator {
        let _ = window;
        Self::Accumulator::default()
    }

    /// Folds the rows of a batch into the state: all of them, or on an error none.
    ///
    /// # Errors
    /// [`Error::BadRows`](crate::Error::BadRows) where some rows cannot be used.
    fn add(&self, accumulator: &mut Self::Accumulator, batch: &Batch) -> Result<()>;

    /// The result so far. May be asked at any time, and more than once.
    ///
    /// # Errors
    /// Whatever keeps the metric from an answer.
    fn result(&self, accumulator: &Self::Accumulator) -> Result<Table>;

    /// Reads a snapshot. The default accepts exactly [`Accumulator::VERSION`]; a metric that can
    /// read older versions has its own.
    ///
    /// # Errors
    /// [`Error::BadState`](crate::Error::BadState) where the version or the bytes are not ours.
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

/// Reads a snapshot of exactly [`Accumulator::VERSION`]: what [`Metric::restore`] does unless it
/// has more to check.
///
/// # Errors
/// [`Error::BadState`](crate::Error::BadState) where the version or the bytes are not ours.
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
/// merging the folds of each; reading what was written gives an equal state; equal states write
/// equal bytes. The last rules out iterating a `HashMap`: use a `BTreeMap`, or sort.
pub trait Accumulator: Default + 'static {
    /// Version of the written bytes, from 1. Raise it when their meaning changes; the host then
    /// rebuilds the metric from the log.
    const VERSION: u32 = 1;

    /// Folds another state into this one.
    ///
    /// # Errors
    /// Where the two cannot belong together, for instance sketches of different sizes.
    fn merge(&mut self, other: &Self) -> Result<()>;

    /// Writes the whole state.
    fn write(&self, writer: &mut Writer);

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// [`Error::BadState`](crate::Error::BadState) where the bytes are not ours.
    fn read(reader: &mut Reader<'_>) -> Result<Self>;
}
