//! Lines on their way to the reader of the log, and the thread that writes them.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// The number of lines that wait for the reader of the log.
const LINES_MAX: usize = 8192;

/// The bytes of the lines that wait.
const BYTES_MAX: usize = 4 << 20;

/// The pause before an output that does not block is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// The lines that wait; nobody who adds one waits.
pub(super) struct Queue {
    sender: SyncSender<Item>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// The bytes of the lines that wait.
    bytes: AtomicUsize,
    /// Lines lost since the loss was told last.
    lost: AtomicU64,
}

enum Item {
    Line(Vec<u8>),
    /// Answered when all lines before it are written or lost.
    Flush(SyncSender<()>),
}

impl Queue {
    /// Starts the thread that writes to `output`. `told` makes the line that tells how many lines
    /// were lost.
    pub(super) fn start(output: Box<dyn Write + Send>, told: fn(u64) -> Vec<u8>) -> Self {
        let (sender, items) = sync_channel(LINES_MAX);
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        thread::Builder::new()
            .name("log".into())
            .spawn(move || of_thread.write(&items, output, told))
            .expect("a thread can be started");
        Self { sender, shared }
    }

    /// Adds a line, or counts it as lost where the queue is full.
    pub(super) fn push(&self, line: Vec<u8>) {
        let length = line.len();
        let before = self.shared.bytes.fetch_add(length, Ordering::Relaxed);
        if before + length > BYTES_MAX || self.sender.try_send(Item::Line(line)).is_err() {
            self.shared.bytes.fetch_sub(length, Ordering::Relaxed);
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all lines so far are written or lost, but no longer than `within`.
    pub(super) fn flush(&self, within: Duration) {
        let until = Instant::now() + within;
        let (done, is_done) = sync_channel(1);
        while self.sender.try_send(Item::Flush(done.clone())).is_err() {
            if Instant::now() >= until {
                return;
            }
            thread::sleep(PAUSE.min(within));
        }
        // No answer in time is an answer too.
        let _ = is_done.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

impl Shared {
    fn write(
        &self,
        items: &Receiver<Item>,
        output: Box<dyn Write + Send>,
        told: fn(u64) -> Vec<u8>,
    ) {
        let mut writer = Writer { output, is_within_line: false };
        // The reader took the last line that was given to it.
        let mut is_back = false;
        loop {
            let item = match items.try_recv() {
                Ok(item) => item,
                Err(TryRecvError::Empty) => {
                    if is_back {
                        is_back = self.tell_loss(&mut writer, told);
                    }
                    let Ok(item) = items.recv() else { return };
                    item
                }
                Err(TryRecvError::Disconnected) => return,
            };
            match item {
                Item::Line(line) => {
                    is_back = writer.write(&line).is_ok();
                    self.lost.fetch_add(u64::from(!is_back), Ordering::Relaxed);
                    self.bytes.fetch_sub(line.len(), Ordering::Relaxed);
                }
                Item::Flush(done) => {
                    is_back = is_back && self.tell_loss(&mut writer, told);
                    // Who asked may be gone.
                    let _ = done.try_send(());
                }
            }
        }
    }

    /// Tells how many lines were lost, if any. Whether the reader takes lines.
    fn tell_loss(&self, writer: &mut Writer, told: fn(u64) -> Vec<u8>) -> bool {
        let lost = self.lost.load(Ordering::Relaxed);
        if lost == 0 {
            return true;
        }
        let is_told = writer.write(&told(lost)).is_ok();
        if is_told {
            self.lost.fetch_sub(lost, Ordering::Relaxed);
        }
        is_told
    }
}

struct Writer {
    output: Box<dyn Write + Send>,
    /// The last write stopped within its line.
    is_within_line: bool,
}

impl Writer {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_within_line {
            self.put(b"\n")?;
        }
        self.put(line)
    }

    fn put(&mut self, mut rest: &[u8]) -> io::Result<()> {
        let whole = rest.len();
        while !rest.is_empty() {
            match self.output.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    self.is_within_line = !rest.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // An output that does not block, as that of some terminals, is full.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
                Err(error) => {
                    self.is_within_line |= rest.len() < whole;
                    return Err(error);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, pipe};

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    fn told(lost: u64) -> Vec<u8> {
        format!("{lost} lost\n").into_bytes()
    }

    #[test]
    fn a_reader_that_is_gone_costs_lines_and_no_time() {
        let (reader, writer) = pipe().expect("a pipe");
        drop(reader);
        let queue = Queue::start(Box::new(writer), told);
        for _ in 0..100_000 {
            queue.push(b"a line\n".to_vec());
        }
        queue.flush(SOON);
        assert_eq!(queue.shared.lost.load(Ordering::Relaxed), 100_000);
        assert_eq!(queue.shared.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_stuck_reader_costs_lines_and_hears_of_them_when_it_reads_again() {
        let (mut reader, writer) = pipe().expect("a pipe");
        let queue = Queue::start(Box::new(writer), told);
        let line = [b"x".repeat(999), b"\n".to_vec()].concat();
        for _ in 0..20_000 {
            queue.push(line.clone());
        }
        assert!(queue.shared.bytes.load(Ordering::Relaxed) <= BYTES_MAX);
        let lost = queue.shared.lost.load(Ordering::Relaxed);
        assert!(lost > 10_000, "{lost}");
        queue.flush(Duration::from_millis(50));
        let reading = thread::spawn(move || {
            let mut text = String::new();
            reader.read_to_string(&mut text).map(|_| text)
        });
        queue.flush(SOON);
        drop(queue);
        let text = reading.join().expect("no panic").expect("the lines are text");
        let (told, whole) =
            text.lines().next_back().zip(Some(text.lines().count())).expect("lines");
        assert!(told == format!("{lost} lost"), "{lost}");
        assert_eq!(whole as u64, 20_000 - lost + 1, "each line is there or counted");
    }
}
