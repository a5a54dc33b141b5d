//! The names of machines as one process knows them: it gets its own `/etc/hosts`, which a test may
//! change, and no other way to ask.
//!
//! That takes root's rights and the program `unshare`; what cannot be tried is said to be left out.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

/// The files of names.
pub(crate) struct Names {
    folder: TempDir,
}

impl Names {
    /// No names at all; `None` where this machine lets nobody hide its own.
    pub(crate) fn new() -> Option<Self> {
        let tried = Command::new("unshare").args(["--mount", "true"]).output();
        let why = match tried {
            Ok(ended) if ended.status.success() => {
                let folder = tempfile::tempdir().expect("a temporary folder can be made");
                let names = Self { folder };
                names.know("");
                // Nobody answers there, and at once.
                let asked = fs::write(names.path("resolv.conf"), "nameserver 127.0.0.1\n");
                asked.expect("the folder can be written to");
                return Some(names);
            }
            Ok(ended) => String::from_utf8_lossy(&ended.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        eprintln!("left out, as names cannot be hidden here: `unshare`: {why}");
        None
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// From now on `name` is this machine; no name is, if it is empty.
    pub(crate) fn know(&self, name: &str) {
        let line = if name.is_empty() { String::new() } else { format!("127.0.0.1 {name}\n") };
        // The file stays the one that the process sees.
        fs::write(self.path("hosts"), line).expect("the folder can be written to");
    }

    /// What stands before a command that is to know these names only.
    pub(crate) fn before(&self) -> [String; 5] {
        let mount = |name: &str| format!("mount --bind {} /etc/{name}", self.path(name).display());
        let script =
            format!("{} && {} && exec \"$0\" \"$@\"", mount("hosts"), mount("resolv.conf"));
        ["unshare", "--mount", "sh", "-c", &script].map(str::to_owned)
    }
}
