//! The bytes of a component's file, up to a size that no component needs.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file of a component, in bytes.
const FILE_BYTES_MAX: u64 = 128 << 20;

/// The content of the file at `path`.
///
/// # Errors
/// The file cannot be read, or is larger than any component.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_up_to(path, FILE_BYTES_MAX)
}

/// What is no file, such as a device, has no size before its end.
fn read_up_to(path: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        let words = format!("it is larger than {} MiB", bytes_max >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `plugin = "/dev/zero"` was read until the memory was full.
    #[test]
    fn a_file_without_an_end_is_refused() {
        let error = read_up_to(Path::new("/dev/zero"), 3 << 20).expect_err("it has no end");
        assert_eq!(error.to_string(), "it is larger than 3 MiB");
        let place = tempfile::tempdir().expect("temporary folders can be made");
        let file = place.path().join("four");
        std::fs::write(&file, [1; 4]).expect("it is ours");
        assert_eq!(read_up_to(&file, 4).expect("it fits"), [1; 4]);
        assert!(read_up_to(&file, 3).is_err());
    }
}
