//! A text that is written piece by piece, with the values in it escaped for a terminal.

use std::io::{Result, Write};

use streamgauge_core::words;

/// Hands on to `out` what people can look at.
pub(super) struct Harmless<W> {
    out: W,
    /// The beginning of a character whose end is not written yet.
    rest: Vec<u8>,
}

impl<W: Write> Harmless<W> {
    pub(super) fn over(out: W) -> Self {
        Self { out, rest: Vec::new() }
    }
}

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
        if self.rest.is_empty() && bytes.iter().all(is_plain) {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        self.rest.extend_from_slice(bytes);
        let end = match std::str::from_utf8(&self.rest) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            _ => self.rest.len(),
        };
        let text = String::from_utf8_lossy(&self.rest[..end]);
        self.out.write_all(words::lines(&text).as_bytes())?;
        self.rest.drain(..end);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_is_whole_wherever_the_pieces_end() {
        let text = "a洪\u{202e}\n\u{1b}[2J\u{2029}é";
        for size in 1..8 {
            let mut harmless = Harmless::over(Vec::new());
            for piece in text.as_bytes().chunks(size) {
                harmless.write_all(piece).expect("memory takes it");
            }
            let written = String::from_utf8(harmless.out).expect("it is text");
            assert_eq!(written, "a洪\\u202e\n\\u001b[2J\\u2029é", "{size}");
        }
    }
}
