//! Many pages at once, and the updates that they received.

use std::{
    net::{Shutdown, SocketAddr, TcpStream},
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use super::socket::Socket;

/// The updates a second that a page asks for.
const HZ: u32 = 2;

/// A slow page's pause after each message, and its receive buffer.
const SLOW_PAUSE: Duration = Duration::from_secs(1);
const SLOW_BUFFER_BYTES: usize = 4096;

/// Open connections, each read by a thread of its own.
pub(super) struct Crowd {
    fast: Vec<Page>,
    slow: Vec<Page>,
    /// Once raised, updates that have come stay unread.
    over: Arc<AtomicBool>,
}

struct Page {
    handle: TcpStream,
    /// Every update, when it came and how long it was.
    updates: JoinHandle<Vec<(Instant, u64)>>,
}

/// The updates that pages of one kind received.
#[derive(Default)]
pub(super) struct Received {
    per_second: Vec<f64>,
    gaps_ms: Vec<f64>,
    updates: u64,
    bytes: u64,
}

impl Crowd {
    pub(super) fn open(address: SocketAddr, fast: u16, slow: u16) -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let open = |count, pause: Option<Duration>| -> Result<Vec<Page>> {
            (0..count).map(|_| Page::open(address, pause, Arc::clone(&over))).collect()
        };
        Ok(Self { fast: open(fast, None)?, slow: open(slow, Some(SLOW_PAUSE))?, over })
    }

    /// Ends all connections, and adds the updates that came in that time.
    pub(super) fn close(
        self,
        time: Range<Instant>,
        fast: &mut Received,
        slow: &mut Received,
    ) -> Result<()> {
        for page in self.fast.iter().chain(&self.slow) {
            page.ensure_open()?;
        }
        self.over.store(true, Ordering::Relaxed);
        for (pages, received) in [(self.fast, fast), (self.slow, slow)] {
            for page in pages {
                received.add(&page.close()?, &time);
            }
        }
        Ok(())
    }
}

impl Page {
    fn open(address: SocketAddr, pause: Option<Duration>, over: Arc<AtomicBool>) -> Result<Self> {
        let socket = Socket::open(address, HZ, pause.map(|_| SLOW_BUFFER_BYTES))?;
        let handle = socket.handle()?;
        Ok(Self { handle, updates: thread::spawn(move || updates(socket, pause, &over)) })
    }

    fn ensure_open(&self) -> Result<()> {
        ensure!(!self.updates.is_finished(), "the host let a page go while it was measured");
        Ok(())
    }

    fn close(self) -> Result<Vec<(Instant, u64)>> {
        self.handle.shutdown(Shutdown::Both).context("could not end a connection")?;
        Ok(self.updates.join().expect("reading does not panic"))
    }
}

/// Reads until the connection is ended.
fn updates(mut socket: Socket, pause: Option<Duration>, over: &AtomicBool) -> Vec<(Instant, u64)> {
    let mut updates = Vec::new();
    while let Ok(message) = socket.next() {
        if over.load(Ordering::Relaxed) {
            break;
        }
        if message.is_update {
            updates.push((Instant::now(), message.text.len() as u64));
        }
        if let Some(pause) = pause {
            thread::sleep(pause);
        }
    }
    updates
}

impl Received {
    fn add(&mut self, updates: &[(Instant, u64)], time: &Range<Instant>) {
        let within: Vec<_> = updates.iter().filter(|(at, _)| time.contains(at)).collect();
        self.per_second.push(within.len() as f64 / (time.end - time.start).as_secs_f64());
        let gaps = within.windows(2).map(|pair| (pair[1].0 - pair[0].0).as_secs_f64() * 1e3);
        self.gaps_ms.extend(gaps);
        self.updates += within.len() as u64;
        self.bytes += within.iter().map(|(_, bytes)| bytes).sum::<u64>();
    }

    /// Updates per second of a page, on average.
    pub(super) fn per_second(&self) -> Option<f64> {
        let pages = self.per_second.len();
        (pages > 0).then(|| self.per_second.iter().sum::<f64>() / pages as f64)
    }

    /// Updates per second of the page that received the fewest.
    pub(super) fn per_second_min(&self) -> Option<f64> {
        self.per_second.iter().copied().min_by(f64::total_cmp)
    }

    /// The pause between two updates that this share of all pauses stays below.
    pub(super) fn gap_ms(&self, share: f64) -> Option<f64> {
        let mut gaps = self.gaps_ms.clone();
        gaps.sort_by(f64::total_cmp);
        gaps.get(((gaps.len() as f64 * share) as usize).min(gaps.len().saturating_sub(1))).copied()
    }

    /// The length of an update, on average.
    pub(super) fn bytes(&self) -> Option<f64> {
        (self.updates > 0).then(|| self.bytes as f64 / self.updates as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_in_the_measured_time_counts() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut received = Received::default();
        assert_eq!((received.per_second(), received.gap_ms(0.99)), (None, None));
        let updates: Vec<_> = [0, 1000, 1500, 2100, 3000].map(|ms| (at(ms), 10)).to_vec();
        received.add(&updates, &(at(1000)..at(3000)));
        assert_eq!(received.per_second(), Some(1.5));
        assert_eq!(received.bytes(), Some(10.0));
        let longest = received.gap_ms(0.99).expect("there were two gaps");
        assert!((longest - 600.0).abs() < 1e-6, "{longest}");
    }
}
