//! Many small things of different lengths as bytes in few large buffers. One allocation for each
//! text of each letter costs more memory than the texts, and leaves holes when it is given back.

/// The bytes of a buffer that is not for one thing alone.
const CHUNK_BYTES: usize = 64 << 10;

/// The first buffer of a sequence, as most of them stay small.
const FIRST_BYTES: usize = 512;

/// Things as bytes, in the order in which they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Packed {
    chunks: Vec<Chunk>,
    len: usize,
    /// The memory that the buffers take.
    heap_bytes: usize,
}

/// Things one after the other, each with its length before it.
#[derive(Clone, Debug, Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// Where the last thing begins.
    last: usize,
}

impl Packed {
    /// Adds what `write` appends to the bytes it is given, about `size` bytes.
    pub(crate) fn push(&mut self, size: usize, write: impl FnOnce(&mut Vec<u8>)) {
        let size = size + size_of::<u32>();
        if self.chunks.last().is_none_or(|chunk| chunk.bytes.len() + size > CHUNK_BYTES) {
            let first = if self.chunks.is_empty() { FIRST_BYTES } else { CHUNK_BYTES };
            self.add_chunk(Chunk { bytes: Vec::with_capacity(first.max(size)), last: 0 });
        }
        let chunk = self.chunks.last_mut().expect("there is one now");
        let before = chunk.bytes.capacity();
        chunk.last = chunk.bytes.len();
        chunk.bytes.extend_from_slice(&[0; size_of::<u32>()]);
        let start = chunk.bytes.len();
        write(&mut chunk.bytes);
        let length = (chunk.bytes.len() - start) as u32;
        chunk.bytes[chunk.last..start].copy_from_slice(&length.to_le_bytes());
        self.heap_bytes += chunk.bytes.capacity() - before;
        self.len += 1;
    }

    /// Moves all of `other` behind what is here. Small buffers become one.
    pub(crate) fn append(&mut self, other: Self) {
        for chunk in other.chunks {
            let last = self.chunks.last_mut();
            let room = last.filter(|last| last.bytes.len() + chunk.bytes.len() <= CHUNK_BYTES);
            let Some(room) = room else {
                self.add_chunk(chunk);
                continue;
            };
            let before = room.bytes.capacity();
            room.last = room.bytes.len() + chunk.last;
            room.bytes.extend_from_slice(&chunk.bytes);
            self.heap_bytes += room.bytes.capacity() - before;
        }
        self.len += other.len;
    }

    fn add_chunk(&mut self, chunk: Chunk) {
        self.heap_bytes += size_of::<Chunk>() + chunk.bytes.capacity();
        self.chunks.push(chunk);
    }

    /// How many things there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// How much memory they take, in bytes.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.heap_bytes
    }

    /// Forgets all, and gives the memory back.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The things, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.chunks.iter().flat_map(|chunk| Things(&chunk.bytes))
    }

    /// The thing that came last.
    pub(crate) fn last(&self) -> Option<&[u8]> {
        let chunk = self.chunks.last()?;
        Things(&chunk.bytes[chunk.last..]).next()
    }
}

struct Things<'a>(&'a [u8]);

impl<'a> Iterator for Things<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        take_bytes(&mut self.0)
    }
}

/// Appends `bytes` with their length before them.
pub(crate) fn put_bytes(into: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a part of a record is smaller than 4 GiB");
    into.extend_from_slice(&length.to_le_bytes());
    into.extend_from_slice(bytes);
}

/// Appends `bytes`, or that there are none.
pub(crate) fn put_optional(into: &mut Vec<u8>, bytes: Option<&[u8]>) {
    into.push(u8::from(bytes.is_some()));
    if let Some(bytes) = bytes {
        put_bytes(into, bytes);
    }
}

/// Takes what [`put_bytes`] appended off the front.
pub(crate) fn take_bytes<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk()?;
    let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *from = rest;
    Some(bytes)
}

/// Takes what [`put_optional`] appended off the front.
pub(crate) fn take_optional<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (is_there, rest) = from.split_first()?;
    *from = rest;
    if *is_there == 1 { take_bytes(from) } else { None }
}

/// Takes a number off the front.
pub(crate) fn take_i64(from: &mut &[u8]) -> i64 {
    let (number, rest) = from.split_first_chunk().expect("what was packed is unpacked alike");
    *from = rest;
    i64::from_le_bytes(*number)
}

/// The text that was packed as bytes.
pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("a text was packed")
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn packed(things: &[Vec<u8>]) -> Packed {
        let mut packed = Packed::default();
        for thing in things {
            packed.push(thing.len(), |bytes| bytes.extend_from_slice(thing));
        }
        packed
    }

    fn held(packed: &Packed) -> usize {
        packed.chunks.iter().map(|chunk| size_of::<Chunk>() + chunk.bytes.capacity()).sum()
    }

    #[test]
    fn small_things_take_little_more_than_their_bytes() {
        let packed = packed(&vec![vec![7; 170]; 10_000]);
        let heap = packed.heap_bytes();
        assert!(heap < 10_000 * 178, "{heap}");
        assert_eq!(heap, held(&packed));
    }

    #[test]
    fn few_things_of_many_sequences_share_buffers() {
        let mut all = Packed::default();
        (0..1000).for_each(|_| all.append(packed(&[vec![1; 20]])));
        assert_eq!((all.len(), all.heap_bytes()), (1000, held(&all)));
        assert!(all.heap_bytes() < 2 * CHUNK_BYTES, "{}", all.heap_bytes());
    }

    proptest! {
        #[test]
        fn things_come_back_as_they_went_in(
            parts in vec(vec(vec(any::<u8>(), 0..200), 0..300), 0..12),
        ) {
            let mut all = Packed::default();
            for part in &parts {
                all.append(packed(part));
            }
            let things: Vec<&[u8]> = parts.iter().flatten().map(Vec::as_slice).collect();
            prop_assert_eq!(all.iter().collect::<Vec<_>>(), things.clone());
            prop_assert_eq!((all.last(), all.len()), (things.last().copied(), things.len()));
            prop_assert_eq!(all.heap_bytes(), held(&all));
            all.clear();
            prop_assert_eq!((all.iter().next(), all.last(), all.heap_bytes()), (None, None, 0));
        }
    }
}
