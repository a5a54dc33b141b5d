//! The bytes of a file: as they stand, or unpacked where the file is compressed, which its first
//! bytes tell and not its name.
//!
//! Positions are those in the unpacked bytes, so reading on skips as many of them as were read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::{failed, open, unreadable};
use crate::SourceError;

/// The most bytes that tell what a file is.
const MAGIC_BYTES: usize = 64;

/// The memory that unpacking may take, as a power of two in bytes: what `zstd` itself writes unless
/// it is asked for `--long`.
const WINDOW_LOG_MAX: u32 = 27;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

/// An open file with its unpacked bytes.
pub(super) struct Input {
    pub(super) bytes: Box<dyn Read + Send>,
    pub(super) packing: Packing,
    /// Its length as it stands.
    pub(super) length: u64,
    /// The file as it stands; its place moves with `bytes`.
    pub(super) file: File,
}

impl Input {
    /// Opens the file, to be read from `position` of its unpacked bytes on.
    pub(super) fn open(path: &Path, position: u64) -> Result<Self, SourceError> {
        let mut file = open(path)?;
        let unreadable = |error: io::Error| unreadable(path, &error);
        let length = file.metadata().map_err(unreadable)?.len();
        let packing = packing_of(&mut file).map_err(unreadable)?;
        let whole = file.try_clone().map_err(unreadable)?;
        let start = if packing == Packing::Plain { position } else { 0 };
        file.seek(SeekFrom::Start(start)).map_err(unreadable)?;
        let mut bytes: Box<dyn Read + Send> = match packing {
            Packing::Plain => Box::new(file),
            Packing::Gzip => Box::new(MultiGzDecoder::new(file)),
            Packing::Zstd => {
                let mut decoder = zstd::Decoder::new(file).map_err(unreadable)?;
                decoder.window_log_max(WINDOW_LOG_MAX).map_err(unreadable)?;
                Box::new(decoder)
            }
        };
        if packing != Packing::Plain {
            let skipped = io::copy(&mut bytes.by_ref().take(position), &mut io::sink());
            skipped.map_err(unreadable)?;
        }
        Ok(Self { bytes, packing, length, file: whole })
    }
}

/// What `file`, which stands at its start, is.
pub(super) fn packing_of(file: &mut File) -> io::Result<Packing> {
    Ok(match beginning(file)?.as_slice() {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        _ => Packing::Plain,
    })
}

/// Refuses a file in another encoding than UTF-8, every record of which would be rejected.
pub(super) fn check_encoding(path: &Path, first: &[u8]) -> Result<(), SourceError> {
    let Some(name) = encoding(first) else { return Ok(()) };
    let from = name.trim_end_matches(" (no byte order mark)");
    Err(failed(
        path,
        &format!(
            "is {name}, not UTF-8; hint: save it as UTF-8, as with `iconv -f {from} -t UTF-8`"
        ),
    ))
}

/// The name of an encoding other than UTF-8, by the first bytes of a text.
fn encoding(first: &[u8]) -> Option<&'static str> {
    match first {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => return Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Some("UTF-16"),
        _ => {}
    }
    // Without a mark: ASCII in two bytes each has a zero in every second place, and no text in UTF-8
    // has a zero. Other letters may stand between.
    let pairs = first.as_chunks::<2>().0;
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    let is = |low: usize| pairs.len() >= 2 && zeros(low) == 0 && zeros(1 - low) * 4 >= pairs.len();
    match (is(0), is(1)) {
        (true, _) => Some("UTF-16LE (no byte order mark)"),
        (_, true) => Some("UTF-16BE (no byte order mark)"),
        _ => None,
    }
}

/// The first bytes of a text, enough to tell its encoding.
pub(super) fn beginning(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut first = Vec::with_capacity(MAGIC_BYTES);
    input.take(MAGIC_BYTES as u64).read_to_end(&mut first)?;
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_encoding_is_known_by_the_first_bytes() {
        let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let marked = [&[0xff, 0xfe][..], &utf16("{}")].concat();
        for (bytes, name) in [
            (marked.as_slice(), Some("UTF-16")),
            (&[0xfe, 0xff, 0, b'{'], Some("UTF-16")),
            (&[0xff, 0xfe, 0, 0], Some("UTF-32")),
            (&utf16("{\"a\": 1}"), Some("UTF-16LE (no byte order mark)")),
            (b"\0{\0}", Some("UTF-16BE (no byte order mark)")),
            (b"{\"a\": 1}", None),
            (b"\xEF\xBB\xBF{}", None),
            ("省,市".as_bytes(), None),
            (&utf16("{\"省\": \"浙江\"}"), Some("UTF-16LE (no byte order mark)")),
            (b"a\0", None),
            (b"ab\0\0", None),
            (b"", None),
        ] {
            assert_eq!(encoding(bytes), name, "{bytes:?}");
        }
    }
}
