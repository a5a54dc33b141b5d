//! Where dead letters are written: nowhere (counted only), a file of JSON lines, or a Kafka topic.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use thiserror::Error;

use crate::dead_letter::DeadLetter;
use crate::source::kafka::Acknowledgements;

/// How long the brokers have to acknowledge the letters of a checkpoint.
const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(10);

/// A place for dead letters.
pub struct LetterSink {
    target: Target,
    source: String,
    /// What the last confirmed checkpoint covers, and what is there now.
    confirmed: Extent,
    current: Extent,
}

/// How much has been written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Extent {
    bytes: u64,
    letters: u64,
}

enum Target {
    None,
    File(FileTarget),
    Kafka(KafkaTarget),
}

struct FileTarget {
    path: PathBuf,
    file: Box<dyn LetterFile>,
}

/// What a file of letters has to do. Tests put in one that fails where they want.
pub(crate) trait LetterFile: Send {
    /// Its length in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Makes it so long.
    fn cut(&self, bytes: u64) -> io::Result<()>;

    /// Writes at its end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns when what was written would survive a power cut.
    fn sync(&self) -> io::Result<()>;
}

impl LetterFile for File {
    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn cut(&self, bytes: u64) -> io::Result<()> {
        self.set_len(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.seek(SeekFrom::End(0))?;
        self.write_all(bytes)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

struct KafkaTarget {
    producer: ThreadedProducer<Acknowledgements>,
    topic: String,
}

/// Why letters could not be written.
#[derive(Debug, Error)]
pub enum LetterError {
    /// The file failed.
    #[error("dead letters {} could not be written: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The brokers did not take them.
    #[error("dead letters to topic `{topic}` were not acknowledged: {reason}")]
    Kafka {
        /// The topic.
        topic: String,
        /// What librdkafka says.
        reason: String,
    },
}

impl LetterSink {
    /// Letters are counted and dropped. `source` names the topic or file in them.
    pub fn none(source: &str) -> Self {
        Self::new(Target::None, source, Extent::default())
    }

    /// Letters go to the end of a file. What the last checkpoint does not cover is cut off;
    /// without a checkpoint (`covered` none), a file from before is kept and written on.
    ///
    /// # Errors
    /// The file cannot be opened or cut.
    pub fn file(
        path: &Path,
        source: &str,
        covered: Option<(u64, u64)>,
    ) -> Result<Self, LetterError> {
        let failed = |error| LetterError::File { path: path.to_path_buf(), error };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let options = OpenOptions::new().create(true).truncate(false).write(true).clone();
        let file = options.open(path).map_err(failed)?;
        Self::on_file(Box::new(file), path, source, covered)
    }

    /// The same on a file that is open.
    pub(crate) fn on_file(
        file: Box<dyn LetterFile>,
        path: &Path,
        source: &str,
        covered: Option<(u64, u64)>,
    ) -> Result<Self, LetterError> {
        let failed = |error| LetterError::File { path: path.to_path_buf(), error };
        let length = file.length().map_err(failed)?;
        let (bytes, letters) = covered.map_or((length, 0), |(b, n)| (b.min(length), n));
        let target = FileTarget { path: path.to_path_buf(), file };
        target.cut(bytes)?;
        Ok(Self::new(Target::File(target), source, Extent { bytes, letters }))
    }

    /// Letters go to a topic, at least once each.
    pub fn kafka(
        producer: ThreadedProducer<Acknowledgements>,
        topic: &str,
        source: &str,
        written: u64,
    ) -> Self {
        let target = Target::Kafka(KafkaTarget { producer, topic: topic.to_owned() });
        Self::new(target, source, Extent { bytes: 0, letters: written })
    }

    fn new(target: Target, source: &str, extent: Extent) -> Self {
        Self { target, source: source.to_owned(), confirmed: extent, current: extent }
    }

    /// Goes on counting after so many letters.
    pub fn resume(&mut self, letters: u64) {
        self.current.letters = letters;
        self.confirmed = self.current;
    }

    /// Writes `letters` so that they survive a crash. After a failure, and after a checkpoint
    /// that failed later on, the same letters may be given again: those not confirmed are
    /// overwritten in a file.
    ///
    /// # Errors
    /// They were not all written.
    pub fn write<'a>(
        &mut self,
        letters: impl Iterator<Item = &'a DeadLetter>,
    ) -> Result<(), LetterError> {
        self.current = self.confirmed;
        let mut count = 0;
        match &mut self.target {
            Target::None => count = letters.count() as u64,
            Target::File(target) => {
                target.cut(self.confirmed.bytes)?;
                let mut bytes = Vec::new();
                for letter in letters {
                    bytes.append(&mut letter.to_line(&self.source));
                    count += 1;
                }
                target.append(&bytes)?;
                self.current.bytes += bytes.len() as u64;
            }
            Target::Kafka(target) => {
                for letter in letters {
                    target.send(letter, &self.source)?;
                    count += 1;
                }
                target.acknowledge()?;
            }
        }
        self.current.letters += count;
        Ok(())
    }

    /// The checkpoint that covers what was written is stored.
    pub fn confirm(&mut self) {
        self.confirmed = self.current;
    }

    /// Length of the file.
    pub fn length_bytes(&self) -> u64 {
        self.current.bytes
    }

    /// Letters written so far.
    pub fn written(&self) -> u64 {
        self.current.letters
    }
}

impl FileTarget {
    /// Makes the file `bytes` long.
    fn cut(&self, bytes: u64) -> Result<(), LetterError> {
        let length = self.file.length().map_err(|e| self.failed(e))?;
        if length > bytes {
            self.file.cut(bytes).map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), LetterError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let done = self.file.append(bytes).and_then(|()| self.file.sync());
        done.map_err(|e| self.failed(e))
    }

    fn failed(&self, error: std::io::Error) -> LetterError {
        LetterError::File { path: self.path.clone(), error }
    }
}

impl KafkaTarget {
    fn send(&self, letter: &DeadLetter, source: &str) -> Result<(), LetterError> {
        let metric = letter.metric.as_deref().unwrap_or_default();
        let key = format!("{source}/{}/{}/{metric}", letter.partition, letter.offset);
        let (partition, offset) = (letter.partition.to_string(), letter.offset.to_string());
        let mut headers = OwnedHeaders::new();
        for (name, value) in [
            ("source", source),
            ("partition", &partition),
            ("offset", &offset),
            ("verdict", letter.verdict()),
            ("metric", metric),
            ("reason", letter.reason),
            ("detail", letter.detail.as_deref().unwrap_or_default()),
        ] {
            headers = headers.insert(Header { key: name, value: Some(value) });
        }
        let mut record = BaseRecord::<str, [u8]>::to(&self.topic).key(&key).headers(headers);
        if let Some(value) = &letter.value {
            record = record.payload(value);
        }
        self.producer.send(record).map_err(|(error, _)| self.failed(error.to_string()))
    }

    fn acknowledge(&self) -> Result<(), LetterError> {
        let flushed = self.producer.flush(ACKNOWLEDGE_TIMEOUT);
        flushed.map_err(|error| self.failed(error.to_string()))?;
        match self.producer.context().take_failure() {
            Some(reason) => Err(self.failed(reason)),
            None => Ok(()),
        }
    }

    fn failed(&self, reason: String) -> LetterError {
        LetterError::Kafka { topic: self.topic.clone(), reason }
    }
}

#[cfg(test)]
mod tests;
