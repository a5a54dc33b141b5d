//! Record batches as brokers send them: found in an answer, checked, unpacked and walked in place.
//! Nothing here knows of connections.

mod aborted;
mod codec;
mod codec_error;
mod header;
mod snappy;
mod walk;
mod whole;

pub(crate) use aborted::Aborted;
pub(crate) use codec::Unpacker;
pub(crate) use codec_error::CodecError;
pub(crate) use header::{HEADER_BYTES, Header, NoBatch};
pub(crate) use walk::{Plain, Step, Walk, WalkError};
pub use whole::records_of;

#[cfg(test)]
mod tests;
