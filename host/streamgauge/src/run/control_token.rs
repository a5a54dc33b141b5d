//! The token of the command line: the host writes it beside its state, for its own user alone, and a
//! command of that user shows it. Who can read it could as well end the process with a signal.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

const FILE: &str = "control.token";

/// Only the owner may read or write it.
const MODE: u32 = 0o600;

/// The longest token that is read, in bytes.
const BYTES_MAX: usize = 256;

/// Takes the token back when dropped.
pub struct ControlToken {
    token: String,
    path: PathBuf,
}

impl ControlToken {
    /// Writes a new token beside the state in `dir`. A failure is no reason not to run: the commands
    /// then say that they find no token.
    pub fn write(dir: &Path) -> Self {
        let this = Self { token: streamgauge_server::new_token(), path: dir.join(FILE) };
        this.store();
        this
    }

    /// The secret, in 64 hexadecimal digits.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Writes the token again where it was removed and the folder is there.
    pub fn keep(&self) {
        if !self.path.exists() && self.path.parent().is_some_and(Path::is_dir) {
            self.store();
        }
    }

    fn store(&self) {
        if let Err(error) = self.make() {
            tracing::warn!(
                "{} could not be written, so commands cannot change the pipeline: {error}",
                self.path.display()
            );
        }
    }

    /// Made anew each time: a file that is there could have another owner, or be a link.
    fn make(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(MODE).open(&self.path)?;
        file.write_all(self.token.as_bytes())
    }
}

impl Drop for ControlToken {
    fn drop(&mut self) {
        // The token of a process that is gone opens nothing.
        let _ = fs::remove_file(&self.path);
    }
}

/// The token beside the state in `dir`.
///
/// # Errors
/// There is none, or this user may not read it.
pub fn read(dir: &Path) -> io::Result<String> {
    let mut text = fs::read_to_string(dir.join(FILE))?;
    text.truncate(text.floor_char_boundary(BYTES_MAX));
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_token_is_for_its_owner_and_lasts_as_long_as_its_host() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join(FILE), folder.path().join("other"));
        fs::write(&other, "kept").expect("it can be written");
        symlink(&other, &path).expect("links can be made");
        let token = ControlToken::write(folder.path());
        assert_eq!(fs::read_to_string(&other).expect("it is there"), "kept", "a link is replaced");
        let mode = || fs::symlink_metadata(&path).expect("it is there").permissions().mode();
        assert_eq!(mode() & 0o177_777, 0o100_600);
        assert_eq!(read(folder.path()).expect("it is ours"), token.token());
        fs::remove_file(&path).expect("it is ours");
        token.keep();
        assert_eq!((mode() & 0o777, token.token().len()), (MODE, 64));
        drop(token);
        assert!(read(folder.path()).is_err());
    }
}
