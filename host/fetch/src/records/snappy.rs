//! Snappy as Kafka's clients write it: one block of its own format, or Java's frames of several.

use bytes::{Buf as _, Bytes};
use snap::raw::{Decoder, decompress_len};

use super::codec_error::CodecError;

/// What begins the frames of Java's library; two version numbers follow.
const FRAMED: &[u8] = b"\x82SNAPPY\0";

/// The bytes of the two version numbers.
const VERSIONS: usize = 8;

/// One block may unpack to so many bytes. Java writes blocks of 32 KiB, and librdkafka one block
/// for a batch.
const BLOCK_BYTES_MAX: usize = 128 << 20;

/// A batch that is being unpacked, block by block.
pub(super) struct Snappy {
    packed: Bytes,
    is_framed: bool,
    /// The plain bytes of one block, and how many of them were handed out.
    block: Vec<u8>,
    taken: usize,
}

impl Snappy {
    pub(super) fn new(mut packed: Bytes) -> Result<Self, CodecError> {
        let is_framed = packed.starts_with(FRAMED);
        if is_framed {
            if packed.len() < FRAMED.len() + VERSIONS {
                return Err(broken("the frame is cut off"));
            }
            packed.advance(FRAMED.len() + VERSIONS);
        }
        Ok(Self { packed, is_framed, block: Vec::new(), taken: 0 })
    }

    pub(super) fn read(&mut self, to: &mut [u8]) -> Result<usize, CodecError> {
        while self.taken == self.block.len() {
            if self.packed.is_empty() {
                return Ok(0);
            }
            self.unpack()?;
        }
        let left = &self.block[self.taken..];
        let length = left.len().min(to.len());
        to[..length].copy_from_slice(&left[..length]);
        self.taken += length;
        Ok(length)
    }

    fn unpack(&mut self) -> Result<(), CodecError> {
        let length = if self.is_framed {
            if self.packed.len() < 4 {
                return Err(broken("a block is cut off"));
            }
            self.packed.get_u32() as usize
        } else {
            self.packed.len()
        };
        if self.packed.len() < length {
            return Err(broken("a block is cut off"));
        }
        let packed = self.packed.split_to(length);
        let plain = decompress_len(&packed).map_err(|error| broken(&error.to_string()))?;
        if plain > BLOCK_BYTES_MAX {
            return Err(broken("a block unpacks to more than 128 MiB"));
        }
        self.block.resize(plain, 0);
        self.taken = 0;
        let written = Decoder::new().decompress(&packed, &mut self.block);
        written.map(|_| ()).map_err(|error| broken(&error.to_string()))
    }
}

fn broken(reason: &str) -> CodecError {
    CodecError::Broken(format!("snappy: {reason}"))
}
