//! The verdict on a record, and pairs of values with one value per verdict. Results are merged in
//! the order of [`Lateness::ALL`], so the value for records on time comes first.

use std::ops::{Index, IndexMut};

/// The verdict on a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lateness {
    /// Not behind the watermark.
    OnTime,
    /// Behind the watermark as it stood before the record.
    Late,
}

impl Lateness {
    /// The verdicts in the order in which results are merged.
    pub const ALL: [Self; 2] = [Self::OnTime, Self::Late];
}

/// One value per verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByLateness<T>([T; 2]);

impl<T> ByLateness<T> {
    /// A pair of the value for records on time and the value for late ones.
    pub fn new(on_time: T, late: T) -> Self {
        Self([on_time, late])
    }

    /// A pair of what `value` gives, asked in the order of [`Lateness::ALL`].
    pub fn from_fn(value: impl FnMut(Lateness) -> T) -> Self {
        Self(Lateness::ALL.map(value))
    }

    /// The pair of references to both values.
    pub fn as_ref(&self) -> ByLateness<&T> {
        ByLateness(self.0.each_ref())
    }

    /// The pair of references through which both values can be changed.
    pub fn as_mut(&mut self) -> ByLateness<&mut T> {
        ByLateness(self.0.each_mut())
    }

    /// The pair of what `change` makes of each value.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> ByLateness<U> {
        ByLateness(self.0.map(change))
    }

    /// The values with their verdicts, in the order of [`Lateness::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Lateness, &T)> {
        Lateness::ALL.into_iter().zip(&self.0)
    }

    /// As [`ByLateness::iter`], with values that can be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (Lateness, &mut T)> {
        Lateness::ALL.into_iter().zip(&mut self.0)
    }

    /// The value for records on time, then the value for late ones.
    pub fn into_array(self) -> [T; 2] {
        self.0
    }
}

impl<T> Index<Lateness> for ByLateness<T> {
    type Output = T;

    fn index(&self, lateness: Lateness) -> &T {
        &self.0[lateness as usize]
    }
}

impl<T> IndexMut<Lateness> for ByLateness<T> {
    fn index_mut(&mut self, lateness: Lateness) -> &mut T {
        &mut self.0[lateness as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verdict_finds_its_own_value() {
        let mut pair = ByLateness::new("on time", "late");
        assert_eq!((pair[Lateness::OnTime], pair[Lateness::Late]), ("on time", "late"));
        pair[Lateness::Late] = "later";
        assert_eq!(pair.into_array(), ["on time", "later"]);
    }

    #[test]
    fn what_is_on_time_comes_first_in_every_walk() {
        let mut asked = Vec::new();
        let mut pair = ByLateness::from_fn(|lateness| {
            asked.push(lateness);
            asked.len()
        });
        assert_eq!(asked, Lateness::ALL);
        pair.iter_mut().for_each(|(lateness, value)| {
            if lateness == Lateness::Late {
                *value *= 10;
            }
        });
        let walked: Vec<_> = pair.iter().collect();
        assert_eq!(walked, [(Lateness::OnTime, &1), (Lateness::Late, &20)]);
        assert_eq!(pair.as_ref().map(|value| *value + 1), ByLateness::new(2, 21));
    }
}
