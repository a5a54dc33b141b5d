//! The names of the wanted columns, to look up a key of a record.

use streamgauge_core::Projection;

use crate::value::Column;

/// The wanted columns by name.
pub(super) struct Names {
    sorted: Vec<(Box<str>, Column)>,
}

impl Names {
    pub(super) fn new(projection: &Projection) -> Self {
        let mut sorted: Vec<_> = projection
            .fields()
            .iter()
            .enumerate()
            .map(|(slot, field)| (field.name.as_str().into(), Column::new(slot, field)))
            .collect();
        sorted.sort_by(|(a, _): &(Box<str>, Column), (b, _)| a.cmp(b));
        Self { sorted }
    }

    /// The column of the field `name`; `None` means that the field is not wanted.
    pub(super) fn column(&self, name: &str) -> Option<Column> {
        let found = self.sorted.binary_search_by(|(n, _)| (**n).cmp(name)).ok()?;
        Some(self.sorted[found].1)
    }
}
