//! The digest that tells whether two states are the same.

use std::fmt;

use sha2::{Digest as _, Sha256};

pub(super) const DIGEST_BYTES: usize = 32;

/// A SHA-256, shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; DIGEST_BYTES]);

impl Digest {
    /// The first link of every chain of digests.
    pub const ZERO: Self = Self([0; DIGEST_BYTES]);

    /// The chain with one more link.
    #[must_use]
    pub fn chain(self, link: Self) -> Self {
        digest_of(&[self.0, link.0].concat())
    }
}

/// The SHA-256 of `bytes`.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

/// The SHA-256 of all bytes of `pieces`, in their order.
pub fn digest_of_pieces(pieces: &[impl AsRef<[u8]>]) -> Digest {
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece.as_ref());
    }
    Digest(hasher.finalize().into())
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
