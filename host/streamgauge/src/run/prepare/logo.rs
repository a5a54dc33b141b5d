//! The file of the page's logo, read when a pipeline is: at the start and at each reload.
//!
//! What it is is told by its beginning and not by its name, because browsers are told.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use streamgauge_core::digest_of;
use streamgauge_pipeline::{Diagnostic, Diagnostics, Document, Pipeline};
use streamgauge_wire::Logo;

/// The largest logo, in bytes.
const BYTES_MAX: u64 = 256 << 10;

/// The digits of the digest that tell two logos apart.
const TAG_DIGITS: usize = 16;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// How far into a file the element `svg` begins, behind comments and declarations.
const SVG_BEGINS_WITHIN: usize = 4096;

/// The logo of `pipeline`, if it has one.
///
/// # Errors
/// The file cannot be read, is too large, or is no picture that a page may show.
pub(super) fn read(pipeline: &Pipeline, document: &Document) -> Result<Option<Logo>, Diagnostics> {
    let Some(path) = &pipeline.page.logo else { return Ok(None) };
    of_file(path).map(Some).map_err(|(message, hint)| {
        let mut diagnostics = document.diagnostics();
        let diagnostic = Diagnostic::error(format!("the logo {} {message}", path.display()));
        diagnostics.push(diagnostic.at(document.place("page.logo")).help(hint));
        diagnostics
    })
}

/// The logo in a file; else what is wrong with it, and what to do.
fn of_file(path: &Path) -> Result<Logo, (String, &'static str)> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            ("was not found".to_owned(), "the path starts at the folder of the pipeline file")
        }
        _ => (format!("could not be read: {error}"), "make it a file that the host may read"),
    })?;
    if bytes.len() as u64 > BYTES_MAX {
        let message = format!("is larger than {} KiB", BYTES_MAX >> 10);
        return Err((message, "an SVG, or a PNG of a few hundred pixels, is enough"));
    }
    let media_type = media_type(&bytes).ok_or_else(|| {
        ("is neither an SVG nor a PNG".to_owned(), "convert it to one of the two")
    })?;
    let tag = digest_of(&bytes).to_string()[..TAG_DIGITS].to_owned();
    Ok(Logo { media_type, bytes: bytes.into(), tag })
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(PNG) {
        return Some("image/png");
    }
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    let start = &text[..text.floor_char_boundary(SVG_BEGINS_WITHIN)];
    let is_svg = text.starts_with('<') && start.contains("<svg");
    is_svg.then_some("image/svg+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logo_is_what_its_beginning_says() {
        for (bytes, expected) in [
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>".as_slice(), Some("image/svg+xml")),
            (b"\xef\xbb\xbf <?xml version='1.0'?><!-- x --><svg/>", Some("image/svg+xml")),
            (b"\x89PNG\r\n\x1a\n\0\0", Some("image/png")),
            (b"<html><body>", None),
            (b"GIF89a", None),
            (b"", None),
            (b"\xff\xfe<svg", None),
            (b"a <svg>", None),
        ] {
            assert_eq!(media_type(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn another_content_has_another_tag_and_a_large_file_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logo.svg");
        let tag = |text: &str| {
            std::fs::write(&path, text).expect("it can be written");
            of_file(&path).map(|logo| logo.tag)
        };
        assert_ne!(tag("<svg>1</svg>"), tag("<svg>2</svg>"));
        let (message, _) = tag(&format!("<svg>{}", "x".repeat(256 << 10))).expect_err("too large");
        assert_eq!(message, "is larger than 256 KiB");
        let (message, hint) = of_file(&folder.path().join("none.png")).expect_err("no file");
        assert_eq!(message, "was not found");
        assert!(hint.contains("folder of the pipeline file"));
    }
}
