//! Little-endian bytes in and out, for snapshots. Reading never panics and never reserves more
//! than the input could hold.

use std::sync::Arc;

/// Appends values to a byte string.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
    /// What stands before `bytes`, where large values are shared and not copied.
    pieces: Option<Vec<Arc<[u8]>>>,
}

/// Takes values off the front of a byte string; `None` means that the string is too short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl Writer {
    /// A writer that shares accumulators, and gives [pieces](Self::into_pieces).
    pub(crate) fn of_pieces() -> Self {
        Self { bytes: Vec::new(), pieces: Some(Vec::new()) }
    }

    pub(crate) fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// A length in 32 bits, then the bytes.
    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.u32(u32::try_from(value.len()).expect("a state is smaller than 4 GiB"));
        self.bytes.extend_from_slice(value);
    }

    /// Bytes whose length the format fixes.
    pub(crate) fn raw(&mut self, value: &[u8]) {
        self.bytes.extend_from_slice(value);
    }

    /// The byte 0 for `None`, else the byte 1 and the value.
    pub(crate) fn option(&mut self, value: Option<i64>) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            self.i64(value);
        }
    }

    /// The byte 0 for `None`, else the byte 1 and the value as by [`Writer::bytes`].
    pub(crate) fn option_shared(&mut self, value: Option<&Arc<[u8]>>) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            self.shared(value);
        }
    }

    /// The same as by [`Writer::bytes`].
    pub(crate) fn shared(&mut self, value: &Arc<[u8]>) {
        if self.pieces.is_none() {
            self.bytes(value);
            return;
        }
        self.u32(u32::try_from(value.len()).expect("a state is smaller than 4 GiB"));
        let before = std::mem::take(&mut self.bytes).into();
        if let Some(pieces) = &mut self.pieces {
            pieces.extend([before, Arc::clone(value)]);
        }
    }

    /// All bytes, in their order.
    pub(crate) fn into_pieces(self) -> Vec<Arc<[u8]>> {
        let mut pieces = self.pieces.unwrap_or_default();
        pieces.push(self.bytes.into());
        pieces
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn raw(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(head)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn i64(&mut self) -> Option<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.raw(length as usize)
    }

    #[expect(clippy::option_option, reason = "the outer one says that the bytes ran out")]
    pub(crate) fn option(&mut self) -> Option<Option<i64>> {
        match self.u8()? {
            0 => Some(None),
            1 => self.i64().map(Some),
            _ => None,
        }
    }

    #[expect(clippy::option_option, reason = "the outer one says that the bytes ran out")]
    pub(crate) fn option_bytes(&mut self) -> Option<Option<&'a [u8]>> {
        match self.u8()? {
            0 => Some(None),
            1 => self.bytes().map(Some),
            _ => None,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}
