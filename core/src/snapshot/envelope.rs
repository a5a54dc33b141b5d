//! The bytes around a state: magic and version before it, and its digest behind it.

use std::ops::RangeInclusive;

use thiserror::Error;

use super::digest::{DIGEST_BYTES, digest_of};

pub(super) const MAGIC: &[u8; 4] = b"SGSP";
pub(super) const VERSION: u32 = 8;

/// The first version that can still be read.
pub(super) const OLDEST: u32 = 2;

/// Why bytes are not a snapshot that can be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SnapshotError {
    /// The bytes do not begin as Streamgauge writes them.
    #[error("not a snapshot")]
    NotASnapshot,
    /// The bytes are in this version of the format, which the program does not know.
    #[error("snapshot format {0} is not known here")]
    UnknownVersion(u32),
    /// The bytes were cut short or changed.
    #[error("the snapshot is damaged")]
    Damaged,
}

/// `body` with its digest behind it.
pub fn seal(mut body: Vec<u8>) -> Vec<u8> {
    let digest = digest_of(&body);
    body.extend_from_slice(&digest.0);
    body
}

/// The body of what [`seal`] gave.
///
/// # Errors
/// The digest is another one.
pub fn unseal(bytes: &[u8]) -> Result<&[u8], SnapshotError> {
    let (body, digest) = bytes.split_last_chunk::<DIGEST_BYTES>().ok_or(SnapshotError::Damaged)?;
    if digest_of(body).0 == *digest { Ok(body) } else { Err(SnapshotError::Damaged) }
}

/// The bytes between the version and the digest.
///
/// # Errors
/// Magic, version or digest is another one.
pub fn unseal_version<'a>(
    bytes: &'a [u8],
    magic: &[u8],
    version: u32,
) -> Result<&'a [u8], SnapshotError> {
    unseal_versions(bytes, magic, version..=version).map(|(_, body)| body)
}

/// The version, which is one of `versions`, and the bytes between it and the digest.
pub(super) fn unseal_versions<'a>(
    bytes: &'a [u8],
    magic: &[u8],
    versions: RangeInclusive<u32>,
) -> Result<(u32, &'a [u8]), SnapshotError> {
    let rest = bytes.strip_prefix(magic).ok_or(SnapshotError::NotASnapshot)?;
    let (found, _) = rest.split_first_chunk::<4>().ok_or(SnapshotError::Damaged)?;
    let found = u32::from_le_bytes(*found);
    if !versions.contains(&found) {
        return Err(SnapshotError::UnknownVersion(found));
    }
    let body = unseal(bytes)?.get(magic.len() + size_of::<u32>()..);
    Ok((found, body.ok_or(SnapshotError::Damaged)?))
}
