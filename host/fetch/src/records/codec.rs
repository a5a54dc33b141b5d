//! The records of a batch as plain bytes, piece by piece, so that what a batch unpacks to is never
//! in memory as a whole.
//!
//! The state of a codec is large and is kept from batch to batch.

use std::io::{Cursor, Read};

use bytes::Bytes;
use flate2::bufread::MultiGzDecoder;
use lz4_flex::frame::FrameDecoder;
use zstd::stream::raw::{Decoder as ZstdDecoder, InBuffer, Operation as _, OutBuffer};

use super::codec_error::CodecError;
use super::snappy::Snappy;

/// A zstd frame may ask for so much memory, as a power of two: more than any producer's level does.
const ZSTD_WINDOW_LOG_MAX: u32 = 27;

/// Unpacks one batch after the other.
#[derive(Default)]
pub(crate) struct Unpacker {
    current: Current,
    lz4: Option<Box<FrameDecoder<Cursor<Bytes>>>>,
    zstd: Option<ZstdDecoder<'static>>,
}

#[derive(Default)]
enum Current {
    #[default]
    Nothing,
    Plain(Cursor<Bytes>),
    Gzip(Box<MultiGzDecoder<Cursor<Bytes>>>),
    Snappy(Snappy),
    Lz4(Box<FrameDecoder<Cursor<Bytes>>>),
    Zstd(ZstdDecoder<'static>, Cursor<Bytes>),
}

impl Unpacker {
    /// Begins with the records of another batch.
    pub(crate) fn open(&mut self, codec: u8, packed: Bytes) -> Result<(), CodecError> {
        self.close();
        let packed = Cursor::new(packed);
        self.current = match codec {
            0 => Current::Plain(packed),
            1 => Current::Gzip(Box::new(MultiGzDecoder::new(packed))),
            2 => Current::Snappy(Snappy::new(packed.into_inner())?),
            3 => match self.lz4.take() {
                Some(mut kept) => {
                    *kept.get_mut() = packed;
                    Current::Lz4(kept)
                }
                None => Current::Lz4(Box::new(FrameDecoder::new(packed))),
            },
            4 => Current::Zstd(self.fresh_zstd()?, packed),
            other => return Err(CodecError::Unknown(other)),
        };
        Ok(())
    }

    /// The state of zstd at the beginning of a frame.
    fn fresh_zstd(&mut self) -> Result<ZstdDecoder<'static>, CodecError> {
        if let Some(mut kept) = self.zstd.take() {
            kept.reinit()?;
            return Ok(kept);
        }
        let mut fresh = ZstdDecoder::new()?;
        let window = zstd::zstd_safe::DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX);
        fresh.set_parameter(window)?;
        Ok(fresh)
    }

    /// Writes the next plain bytes into `to`, and says how many; 0 means that the batch is over.
    pub(crate) fn read(&mut self, to: &mut [u8]) -> Result<usize, CodecError> {
        Ok(match &mut self.current {
            Current::Nothing => 0,
            Current::Plain(plain) => plain.read(to)?,
            Current::Gzip(gzip) => gzip.read(to)?,
            Current::Snappy(snappy) => snappy.read(to)?,
            Current::Lz4(lz4) => lz4.read(to)?,
            Current::Zstd(zstd, packed) => read_zstd(zstd, packed, to)?,
        })
    }

    /// Lets go of everything, after a batch that could not be read.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Lets the bytes of the batch go, and keeps the state of the codec unless it stands in the
    /// middle of a batch.
    pub(crate) fn close(&mut self) {
        match std::mem::take(&mut self.current) {
            Current::Lz4(mut lz4) => {
                // Only a decoder that has read the mark at the end of a frame can begin another one.
                let is_over = matches!(lz4.read(&mut [0]), Ok(0));
                let packed = std::mem::take(lz4.get_mut());
                let is_read = packed.position() as usize == packed.get_ref().len();
                let is_whole = is_over && is_read && packed.get_ref().ends_with(&[0; 4]);
                self.lz4 = Some(lz4).filter(|_| is_whole);
            }
            Current::Zstd(zstd, _) => self.zstd = Some(zstd),
            _ => {}
        }
    }
}

fn read_zstd(
    zstd: &mut ZstdDecoder<'static>,
    packed: &mut Cursor<Bytes>,
    to: &mut [u8],
) -> Result<usize, CodecError> {
    loop {
        let at = packed.position() as usize;
        let mut from = InBuffer::around(&packed.get_ref()[at..]);
        let mut plain = OutBuffer::around(&mut *to);
        zstd.run(&mut from, &mut plain)?;
        let (read, written) = (from.pos(), plain.pos());
        packed.set_position((at + read) as u64);
        // Where nothing is read and nothing written, there is nothing more.
        if written > 0 || read == 0 {
            return Ok(written);
        }
    }
}
