//! The text of a record, before its format is looked at.

use streamgauge_core::Rejection;

/// Checks the bytes of a record as both formats ask: UTF-8, and not only white space.
pub(super) fn checked_text(bytes: &[u8]) -> Result<&str, Rejection> {
    let text = std::str::from_utf8(bytes).map_err(|_| Rejection::NotUtf8)?;
    if text.trim_ascii_start().is_empty() { Err(Rejection::Empty) } else { Ok(text) }
}
