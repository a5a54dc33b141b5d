//! Rows for a test, given column by column.

use std::collections::HashMap;
use std::ops::Range;

use crate::Batch;
use crate::bindings::streamgauge::metric::types as wit;
use crate::table::strings;

/// Rows for a test: one call per input of the descriptor, in order. `None` is a null.
///
/// ```
/// use streamgauge_sdk::testing::TestBatch;
///
/// let rows = TestBatch::default()
///     .unsigned([0, 2, 0])
///     .text([Some("广东"), None, Some("江苏")]);
/// let batch = rows.batch();
/// assert_eq!(batch.rows(), 3);
/// assert_eq!(batch.unsigned(0)?.get(1), Some(2));
/// assert_eq!(batch.text(1)?.get(1), None);
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct TestBatch {
    columns: Vec<Cells>,
}

#[derive(Debug, Clone)]
enum Cells {
    Booleans(Vec<Option<bool>>),
    Unsigned(Vec<Option<u32>>),
    Integers(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
}

impl TestBatch {
    /// Adds a `boolean` column.
    #[must_use]
    pub fn booleans<T: Into<Option<bool>>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(Cells::Booleans(values.into_iter().map(Into::into).collect()))
    }

    /// Adds an `unsigned` column.
    #[must_use]
    pub fn unsigned<T: Into<Option<u32>>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(Cells::Unsigned(values.into_iter().map(Into::into).collect()))
    }

    /// Adds an `integer` or `timestamp` column.
    #[must_use]
    pub fn integers<T: Into<Option<i64>>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(Cells::Integers(values.into_iter().map(Into::into).collect()))
    }

    /// Adds a `float` column.
    #[must_use]
    pub fn floats<T: Into<Option<f64>>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(Cells::Floats(values.into_iter().map(Into::into).collect()))
    }

    /// Adds a `text` column.
    #[must_use]
    pub fn text<'a, T: Into<Option<&'a str>>>(self, values: impl IntoIterator<Item = T>) -> Self {
        let values = values.into_iter().map(|value| value.into().map(str::to_owned));
        self.with(Cells::Text(values.collect()))
    }

    /// The number of rows of the first column; 0 without a column.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Cells::rows)
    }

    /// The rows whose numbers are in `rows`, as a batch of their own.
    ///
    /// # Panics
    /// The range reaches beyond the rows.
    #[must_use]
    pub fn slice(&self, rows: Range<usize>) -> Self {
        Self { columns: self.columns.iter().map(|cells| cells.slice(rows.clone())).collect() }
    }

    /// The rows with these numbers, in this order.
    pub(super) fn pick(&self, rows: impl Iterator<Item = usize>) -> Self {
        let rows: Vec<usize> = rows.collect();
        Self { columns: self.columns.iter().map(|cells| cells.pick(&rows)).collect() }
    }

    /// The batch that [`Metric::add`](crate::Metric::add) takes.
    ///
    /// # Panics
    /// The columns differ in length.
    pub fn batch(&self) -> Batch {
        let columns = self.columns.iter().map(Cells::column).collect();
        let raw = wit::Batch { rows: self.rows() as u32, columns };
        Batch::new(raw).expect("a test batch has columns of one length")
    }

    fn with(mut self, cells: Cells) -> Self {
        self.columns.push(cells);
        self
    }
}

impl Cells {
    fn rows(&self) -> usize {
        match self {
            Self::Booleans(cells) => cells.len(),
            Self::Unsigned(cells) => cells.len(),
            Self::Integers(cells) => cells.len(),
            Self::Floats(cells) => cells.len(),
            Self::Text(cells) => cells.len(),
        }
    }

    fn slice(&self, rows: Range<usize>) -> Self {
        match self {
            Self::Booleans(cells) => Self::Booleans(cells[rows].to_vec()),
            Self::Unsigned(cells) => Self::Unsigned(cells[rows].to_vec()),
            Self::Integers(cells) => Self::Integers(cells[rows].to_vec()),
            Self::Floats(cells) => Self::Floats(cells[rows].to_vec()),
            Self::Text(cells) => Self::Text(cells[rows].to_vec()),
        }
    }

    fn pick(&self, rows: &[usize]) -> Self {
        match self {
            Self::Booleans(cells) => Self::Booleans(rows.iter().map(|row| cells[*row]).collect()),
            Self::Unsigned(cells) => Self::Unsigned(rows.iter().map(|row| cells[*row]).collect()),
            Self::Integers(cells) => Self::Integers(rows.iter().map(|row| cells[*row]).collect()),
            Self::Floats(cells) => Self::Floats(rows.iter().map(|row| cells[*row]).collect()),
            Self::Text(cells) => Self::Text(rows.iter().map(|row| cells[*row].clone()).collect()),
        }
    }

    fn column(&self) -> wit::Column {
        match self {
            Self::Booleans(cells) => column(cells, |cells| {
                wit::Values::Booleans(cells.into_iter().map(u8::from).collect())
            }),
            Self::Unsigned(cells) => column(cells, wit::Values::U32s),
            Self::Integers(cells) => column(cells, wit::Values::S64s),
            Self::Floats(cells) => column(cells, wit::Values::F64s),
            Self::Text(cells) => column(cells, |cells| dictionary(&cells)),
        }
    }
}

fn column<T: Clone + Default>(
    cells: &[Option<T>],
    values: impl Fn(Vec<T>) -> wit::Values,
) -> wit::Column {
    let nulls = cells.iter().any(Option::is_none);
    let valid =
        if nulls { cells.iter().map(|cell| cell.is_some().into()).collect() } else { vec![] };
    let cells = cells.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
    wit::Column { values: values(cells), valid }
}

fn dictionary(cells: &[String]) -> wit::Values {
    let mut distinct: Vec<&String> = Vec::new();
    let mut known: HashMap<&String, u32> = HashMap::new();
    let codes = cells.iter().map(|cell| {
        *known.entry(cell).or_insert_with(|| {
            distinct.push(cell);
            (distinct.len() - 1) as u32
        })
    });
    let codes = codes.collect();
    wit::Values::Dictionary(wit::Dictionary { codes, values: strings(distinct) })
}
