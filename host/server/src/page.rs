//! The page, embedded in the program.
//!
//! A clone built without Node has no page; then a placeholder names the command that builds it.
//! Every path is relative, so the page works below any path of a proxy. Debug builds read the files
//! of the page when asked, release builds carry the files.

pub(crate) mod files;
pub(crate) mod logo;

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../dashboard/dist"]
#[allow_missing = true]
struct Dist;

/// The place that the files of the page come from.
pub(super) struct Page {
    find: fn(&str) -> Option<File>,
}

/// One file of the page.
pub(super) struct File {
    pub(super) bytes: Cow<'static, [u8]>,
    /// The SHA-256 of the content.
    pub(super) digest: [u8; 32],
}

impl Page {
    /// The page this program was built with.
    pub(super) fn embedded() -> Self {
        Self { find: embedded }
    }

    #[cfg(test)]
    pub(super) fn of(find: fn(&str) -> Option<File>) -> Self {
        Self { find }
    }

    pub(super) fn get(&self, path: &str) -> Option<File> {
        // In a debug build the path reaches the file system.
        let inside = path.split(['/', '\\']).all(|part| part != "..");
        inside.then(|| (self.find)(path)).flatten()
    }
}

fn embedded(path: &str) -> Option<File> {
    let file = Dist::get(path)?;
    Some(File { digest: file.metadata.sha256_hash(), bytes: file.data })
}

/// The version with a digest of the embedded page, so that another page, or the same page of
/// another version, makes open pages reload.
pub fn build() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut names: Vec<_> = Dist::iter().collect();
    names.sort();
    let mut digest = Fnv::default();
    for name in &names {
        digest.add(name.as_bytes());
        if let Some(file) = embedded(name) {
            digest.add(&file.digest);
        }
    }
    if names.is_empty() { version.to_owned() } else { format!("{version}+{:08x}", digest.short()) }
}

/// FNV-1a: enough to distinguish two builds.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The upper half and the lower half folded into one.
    const fn short(&self) -> u32 {
        (self.0 >> 32) as u32 ^ self.0 as u32
    }
}
