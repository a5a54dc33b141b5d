//! The settings of the outlets for dead letters and late records.

use std::path::{Path, PathBuf, absolute};

/// `[dead_letters.…]` and `[late_output.…]`: at most one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutletSettings {
    /// A file of JSON lines.
    File(OutletFile),
    /// A topic on the source's brokers (only with `[source.kafka]`).
    Kafka(String),
}

/// A file that entries go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutletFile {
    /// The file, resolved against the pipeline file's folder.
    pub path: PathBuf,
    /// How large the file may become; `None` means as large as it may.
    pub limit: Option<FileLimit>,
}

/// The size at which a file of entries is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileLimit {
    /// The size of one file, in bytes.
    pub bytes_max: u64,
    /// How it goes on where the file is that large.
    pub when_full: WhenFull,
}

/// What happens where a file of entries is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// A new file begins, and this one gets a number in its name.
    Rotate {
        /// How many of the files with a number are kept; older ones are removed.
        keep: u32,
    },
    /// No entry is written, so no checkpoint is stored, until somebody makes room.
    Stop,
}

impl OutletFile {
    /// A file without a limit.
    pub fn unlimited(path: PathBuf) -> Self {
        Self { path, limit: None }
    }
}

impl OutletSettings {
    /// Whether entries of both would go to one place.
    pub fn is_same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File(file), Self::File(other)) => file.path == other.path,
            (Self::Kafka(topic), Self::Kafka(other)) => topic == other,
            (Self::File(_), Self::Kafka(_)) | (Self::Kafka(_), Self::File(_)) => false,
        }
    }

    /// The outlet of edition `edition` of the state. Each edition after the first has files of its
    /// own, as what is in them belongs to its counts: the number stands before the ending of the name.
    #[must_use]
    pub fn of_edition(&self, edition: u32) -> Self {
        match self {
            Self::File(OutletFile { path, limit }) if edition > 1 => {
                let mut name = path.file_stem().unwrap_or_default().to_owned();
                name.push(format!(".edition-{edition}"));
                if let Some(ending) = path.extension() {
                    name.push(".");
                    name.push(ending);
                }
                Self::File(OutletFile { path: path.with_file_name(name), limit: *limit })
            }
            _ => self.clone(),
        }
    }

    /// The place as a state in `state_dir` names it. A file is named by its way from there, so that
    /// both may be moved together.
    pub fn place(&self, state_dir: &Path) -> String {
        match self {
            Self::File(OutletFile { path, .. }) => {
                let whole = |path: &Path| absolute(path).unwrap_or_else(|_| path.to_path_buf());
                let path = whole(path);
                let way = pathdiff::diff_paths(&path, whole(state_dir)).unwrap_or(path);
                format!("file {}", way.display())
            }
            Self::Kafka(topic) => format!("topic {topic}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_edition_after_the_first_has_files_of_its_own() {
        let named = |path: &str, edition| {
            let outlet = OutletSettings::File(OutletFile::unlimited(path.into()));
            match outlet.of_edition(edition) {
                OutletSettings::File(file) => file.path.display().to_string(),
                OutletSettings::Kafka(topic) => topic,
            }
        };
        assert_eq!(named("out/letters.jsonl", 1), "out/letters.jsonl");
        assert_eq!(named("out/letters.jsonl", 2), "out/letters.edition-2.jsonl");
        assert_eq!(named("letters", 12), "letters.edition-12");
        let topic = OutletSettings::Kafka("letters".to_owned());
        assert_eq!(topic.of_edition(2), topic);
    }
}
