//! The bytes of an accumulator: whole ones, and where these are large, the differences since.

use std::sync::Arc;

/// What a plugin's `snapshot` gave for an accumulator, in parts. The first part is of the accumulator
/// as it was once; each further one is of an accumulator that folded only the rows since the part
/// before. Merged in their order they are the accumulator, so where its merge law is `exact`, the
/// bytes of the merged one are those of a `snapshot` of the whole.
///
/// Parts are shared: what did not change is the same `Arc` from one export to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccumulatorBytes {
    /// The whole, then each difference.
    parts: Arc<[Arc<[u8]>]>,
}

impl AccumulatorBytes {
    /// The least bytes for which it is worth to export, store and merge what changed apart.
    pub const LARGE_BYTES: usize = 64 << 10;

    /// The bytes of a whole accumulator.
    pub fn whole(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { parts: [bytes.into()].into() }
    }

    /// A whole accumulator and differences; `None` where there is no part at all.
    pub fn of_parts(parts: impl Into<Arc<[Arc<[u8]>]>>) -> Option<Self> {
        let parts = parts.into();
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// These and one more difference.
    #[must_use]
    pub fn with(&self, difference: impl Into<Arc<[u8]>>) -> Self {
        let parts = self.parts.iter().cloned().chain([difference.into()]);
        Self { parts: parts.collect() }
    }

    /// All parts, in the order in which they are merged; the first one is the whole.
    pub fn parts(&self) -> &[Arc<[u8]>] {
        &self.parts
    }

    /// The bytes of the whole accumulator, where there is no difference.
    pub fn as_whole(&self) -> Option<&Arc<[u8]>> {
        self.differences().is_empty().then_some(&self.parts[0])
    }

    /// What came after the whole.
    pub fn differences(&self) -> &[Arc<[u8]>] {
        &self.parts[1..]
    }

    /// The length of all parts, in bytes.
    pub fn size_bytes(&self) -> usize {
        self.parts.iter().map(|part| part.len()).sum()
    }

    /// The length of all parts of all of these, in bytes.
    pub fn total_bytes<'a>(all: impl IntoIterator<Item = &'a Self>) -> usize {
        all.into_iter().map(Self::size_bytes).sum()
    }

    /// The length of the differences, in bytes.
    pub fn difference_bytes(&self) -> usize {
        self.differences().iter().map(|part| part.len()).sum()
    }

    /// True if these are the very parts of `other`: nothing has changed.
    pub fn is(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len() && self.follows(other)
    }

    /// True if these are the very parts of `other`, or those and later ones.
    fn follows(&self, other: &Self) -> bool {
        let same = |(a, b): (&Arc<[u8]>, &Arc<[u8]>)| Arc::ptr_eq(a, b);
        self.parts.len() >= other.parts.len() && self.parts.iter().zip(&*other.parts).all(same)
    }

    /// The parts that came after `former`; `None` where these did not come of `former`, or it
    /// cannot be seen that they did.
    pub fn since(&self, former: &Self) -> Option<&[Arc<[u8]>]> {
        // The parts before it may have become one meanwhile.
        let last = former.parts.last()?;
        let at = self.parts.iter().rposition(|part| Arc::ptr_eq(part, last))?;
        (at > 0 || former.parts.len() == 1).then_some(&self.parts[at + 1..])
    }

    /// These, with `whole` in the place of the parts of `of`; `None` where these are not those
    /// parts and later ones.
    pub fn compacted(&self, of: &Self, whole: impl Into<Arc<[u8]>>) -> Option<Self> {
        self.follows(of).then(|| {
            let later = self.parts[of.parts.len()..].iter().cloned();
            Self { parts: [whole.into()].into_iter().chain(later).collect() }
        })
    }
}

impl<B: AsRef<[u8]>> From<B> for AccumulatorBytes
where
    Arc<[u8]>: From<B>,
{
    fn from(bytes: B) -> Self {
        Self::whole(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_follow_the_whole_until_they_become_one_with_it() {
        let whole = AccumulatorBytes::whole(*b"abc");
        assert_eq!(whole.as_whole().map(|bytes| &**bytes), Some(b"abc".as_slice()));
        let two = whole.with(*b"d").with(*b"ef");
        assert_eq!((two.as_whole(), two.size_bytes(), two.difference_bytes()), (None, 6, 3));
        assert_eq!(two.since(&whole).map(<[_]>::len), Some(2));
        assert_eq!(two.since(&two).map(<[_]>::len), Some(0));
        let three = two.with(*b"g");
        let compacted = three.compacted(&two, *b"abcdef").expect("they are its first parts");
        assert_eq!(compacted.parts().len(), 2);
        assert!(Arc::ptr_eq(&compacted.parts()[1], &three.parts()[3]));
        assert_eq!(compacted.since(&three).map(<[_]>::len), Some(0), "the last part is seen");
        assert_eq!(compacted.since(&two), None, "what it followed on cannot be seen");
        assert_eq!(two.compacted(&three, *b""), None, "a part is not there yet");
        assert_eq!(two.compacted(&whole.with(*b"d"), *b""), None, "equal bytes are not the same");
    }

    #[test]
    fn equal_bytes_are_equal_and_the_same_parts_are_the_same() {
        let (one, other) = (AccumulatorBytes::whole(*b"a"), AccumulatorBytes::whole(*b"a"));
        assert_eq!(one, other);
        assert!(!one.is(&other));
        assert!(one.is(&one.clone()));
        assert!(!one.with(*b"b").is(&one));
        assert_eq!(one.with(*b"b").since(&other), None);
        assert_eq!(AccumulatorBytes::of_parts(Vec::new()), None);
    }
}
