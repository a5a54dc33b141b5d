//! Certificates of an authority that lives for a test: of a broker, of a client, and one that nobody
//! trusts. Made by `keytool`, which comes with the Java that runs the broker: once, as each of its
//! dozen calls starts a Java of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::process::finish;

/// The password of all stores.
pub(crate) const PASSWORD: &str = "of-the-stores";

/// The files of one authority.
pub(crate) struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// The certificates of a broker at 127.0.0.1 and of a client, and their authority; all tests of
    /// a process have the same, each in a folder of its own.
    pub(crate) fn new() -> Self {
        static FILES: OnceLock<Vec<(PathBuf, Vec<u8>)>> = OnceLock::new();
        let files = FILES.get_or_init(|| Self::made().files());
        let own = Self::nothing();
        for (name, content) in files {
            fs::write(own.folder.path().join(name), content).expect("the folder can be written to");
        }
        own
    }

    fn nothing() -> Self {
        let folder = tempfile::Builder::new().prefix("streamgauge-certificates-").tempdir();
        Self { folder: folder.expect("a temporary folder can be made") }
    }

    /// The files by their names.
    fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there");
        let file = |entry: fs::DirEntry| {
            let content = fs::read(entry.path()).expect("the file is there");
            (PathBuf::from(entry.file_name()), content)
        };
        entries.map(|entry| file(entry.expect("the folder can be read"))).collect()
    }

    fn made() -> Self {
        let made = Self::nothing();
        made.pair("ca", "CN=Authority", &["-ext", "bc:c"]);
        made.pair("other", "CN=Another authority", &["-ext", "bc:c"]);
        made.pair("broker", "CN=broker", &["-signer", "ca", "-ext", "san=ip:127.0.0.1"]);
        made.pair("strange", "CN=broker", &["-signer", "other", "-ext", "san=ip:127.0.0.1"]);
        made.pair("misnamed", "CN=broker", &["-signer", "ca", "-ext", "san=ip:127.0.0.2"]);
        made.pair("client", "CN=reader", &["-signer", "ca"]);
        for authority in ["ca", "other"] {
            let file = made.path(&format!("{authority}.pem"));
            let mut command = made.keytool("-exportcert");
            finish(command.args(["-rfc", "-alias", authority, "-file"]).arg(file)).ok();
        }
        for owner in ["broker", "strange", "misnamed", "client"] {
            made.store_of(owner);
        }
        made
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The authority that signed the certificates of broker and client.
    pub(crate) fn authority(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// An authority that signed nothing that clients trust.
    pub(crate) fn another_authority(&self) -> PathBuf {
        self.path("other.pem")
    }

    /// The broker's certificate and key.
    pub(crate) fn broker(&self) -> PathBuf {
        self.path("broker.p12")
    }

    /// The broker's certificate and key, signed by the authority that signed nothing else.
    pub(crate) fn strange(&self) -> PathBuf {
        self.path("strange.p12")
    }

    /// The broker's certificate and key, for another address than its own.
    pub(crate) fn misnamed(&self) -> PathBuf {
        self.path("misnamed.p12")
    }

    /// The client's certificate and key.
    pub(crate) fn client(&self) -> PathBuf {
        self.path("client.p12")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A key with its certificate.
    fn pair(&self, alias: &str, subject: &str, more: &[&str]) {
        let mut command = self.keytool("-genkeypair");
        command.args(["-keyalg", "EC", "-groupname", "secp256r1", "-validity", "3"]);
        finish(command.args(["-alias", alias, "-dname", subject]).args(more)).ok();
    }

    /// Puts the pair of `owner` into a store of its own.
    fn store_of(&self, owner: &str) {
        let mut command = keytool("-importkeystore");
        command.arg("-srckeystore").arg(self.all()).args(["-srcstorepass", PASSWORD]);
        command.args(["-srcalias", owner, "-deststorepass", PASSWORD, "-destkeystore"]);
        finish(command.arg(self.path(&format!("{owner}.p12")))).ok();
    }

    fn keytool(&self, what: &str) -> Command {
        let mut command = keytool(what);
        command.arg("-keystore").arg(self.all()).args(["-storepass", PASSWORD]);
        command
    }

    fn all(&self) -> PathBuf {
        self.path("all.p12")
    }
}

fn keytool(what: &str) -> Command {
    let mut command = Command::new("keytool");
    command.args(["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", what]);
    command
}

/// A path as a value of TOML or of properties.
pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}
