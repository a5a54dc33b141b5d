//! What the service manager is told (`sd_notify`): that the program is ready, that it stops, and, as
//! long as all of its threads are alive, that it is. Where nobody asks, nothing is told.

use std::env;
use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::pulse::Pulses;
use super::status::{Phase, RunStatus};

/// The variable with the address of the service manager.
const ADDRESS: &str = "NOTIFY_SOCKET";

/// The variable with the time in which the program has to say that it is alive, in microseconds.
const WATCHDOG: &str = "WATCHDOG_USEC";

/// The variable with the process that has to say so.
const WATCHDOG_PROCESS: &str = "WATCHDOG_PID";

/// How often it is looked at whether there is something to tell.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Tells the service manager, if there is one, how the run is, to the end of the process.
pub fn attend(
    pulses: &Pulses,
    run_status: &Arc<RunStatus>,
    requested: Arc<AtomicBool>,
) -> Attendance {
    let service = Service::of_environment();
    let is_asked = service.socket.is_some();
    let service = Arc::new(Mutex::new(service));
    if !is_asked {
        return Attendance(service);
    }
    let attendance = Attendance(Arc::clone(&service));
    let (pulses, run_status) = (pulses.clone(), Arc::clone(run_status));
    let attending = move || {
        loop {
            let mut service = service.lock().unwrap_or_else(PoisonError::into_inner);
            // The page is up by then; a broker that is away is no reason to start anew.
            if run_status.lock().phase != Phase::Restoring {
                service.ready();
            }
            if requested.load(Ordering::Relaxed) {
                service.stopping();
            }
            service.alive(Instant::now(), &pulses);
            drop(service);
            thread::sleep(LOOK_EVERY);
        }
    };
    let named = thread::Builder::new().name("service".into());
    named.spawn(attending).expect("a thread can be started");
    attendance
}

/// The service manager is told how the run is.
pub struct Attendance(Arc<Mutex<Service>>);

impl Attendance {
    /// The run ends. A run that ends sooner than it is looked at tells this by itself.
    pub fn stopping(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).stopping();
    }
}

/// The service manager.
#[derive(Default)]
struct Service {
    socket: Option<(UnixDatagram, SocketAddr)>,
    /// How often it wants to hear that the program is alive.
    every: Option<Duration>,
    told_alive: Option<Instant>,
    is_told_ready: bool,
    is_told_stopping: bool,
    is_silent: bool,
}

impl Service {
    /// The service manager that started the program, if one did.
    fn of_environment() -> Self {
        let address = env::var(ADDRESS).ok().filter(|address| !address.is_empty());
        let socket = address.and_then(|address| {
            connect(&address)
                .inspect_err(|error| tracing::warn!("{ADDRESS} `{address}`: {error}"))
                .ok()
        });
        let every = interval(
            env::var(WATCHDOG).ok().as_deref(),
            env::var(WATCHDOG_PROCESS).ok().as_deref(),
            std::process::id(),
        );
        Self { socket, every, ..Self::default() }
    }

    /// Tells once that the program is ready.
    fn ready(&mut self) {
        if !self.is_told_ready {
            self.is_told_ready = true;
            self.tell("READY=1");
        }
    }

    /// Tells once that the program stops.
    fn stopping(&mut self) {
        if !self.is_told_stopping {
            self.is_told_stopping = true;
            self.tell("STOPPING=1");
        }
    }

    /// Tells, where it is time to, that the program is alive: each of its threads gave a sign of
    /// life within the interval.
    fn alive(&mut self, now: Instant, pulses: &Pulses) {
        let Some(every) = self.every else { return };
        if self.told_alive.is_some_and(|told| now.duration_since(told) < every) {
            return;
        }
        let silent = pulses.oldest(now).filter(|(_, age)| *age > every);
        if let Some((thread, age)) = &silent
            && !self.is_silent
        {
            let seconds = age.as_secs_f64();
            tracing::error!(
                "thread `{thread}` gave no sign of life for {seconds:.1} s, so the service manager hears none"
            );
        }
        self.is_silent = silent.is_some();
        if !self.is_silent {
            self.told_alive = Some(now);
            self.tell("WATCHDOG=1");
        }
    }

    fn tell(&self, words: &str) {
        let Some((socket, address)) = &self.socket else { return };
        if let Err(error) = socket.send_to_addr(words.as_bytes(), address) {
            tracing::debug!("the service manager was not told `{words}`: {error}");
        }
    }
}

fn connect(address: &str) -> io::Result<(UnixDatagram, SocketAddr)> {
    let socket = UnixDatagram::unbound()?;
    // Nobody waits for a service manager that does not read.
    socket.set_nonblocking(true)?;
    Ok((socket, parse(address)?))
}

/// A path, or after an `@` a name without a file.
fn parse(address: &str) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = address.strip_prefix('@') {
        use std::os::linux::net::SocketAddrExt;
        return SocketAddr::from_abstract_name(name);
    }
    SocketAddr::from_pathname(address)
}

/// Half of the time that the service manager gives, if it gives one to this process.
fn interval(micros: Option<&str>, process: Option<&str>, own: u32) -> Option<Duration> {
    let is_meant = process.is_none_or(|process| process.parse() == Ok(own));
    let micros: u64 = micros?.parse().ok().filter(|micros| is_meant && *micros > 0)?;
    Some(Duration::from_micros(micros) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_manager_hears_what_it_asked_for() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("notify");
        let manager = UnixDatagram::bind(&path).expect("a socket");
        manager.set_nonblocking(true).expect("a socket that does not wait");
        let socket = Some(connect(path.to_str().expect("a path")).expect("an address"));
        let every = Some(Duration::from_secs(5));
        let mut service = Service { socket, every, ..Service::default() };
        let (pulses, now) = (Pulses::default(), Instant::now());
        let beat = pulses.watch("worker-0");
        service.ready();
        service.ready();
        for second in 0..40 {
            let now = now + Duration::from_secs(second);
            // It hangs after 12 s, and comes back after 30.
            if !(12..30).contains(&second) {
                beat.beat(now);
            }
            service.alive(now, &pulses);
        }
        service.stopping();
        service.stopping();
        let mut buffer = [0; 64];
        let heard: Vec<String> = std::iter::from_fn(|| {
            manager
                .recv(&mut buffer)
                .ok()
                .map(|n| String::from_utf8_lossy(&buffer[..n]).into_owned())
        })
        .collect();
        // At 0, 5, 10 and 15 s, and from 30 s on.
        let alive = heard.iter().filter(|words| *words == "WATCHDOG=1").count();
        assert_eq!((alive, heard.len()), (6, 8), "{heard:?}");
        assert_eq!([heard[0].as_str(), heard[7].as_str()], ["READY=1", "STOPPING=1"]);
    }

    #[test]
    fn half_of_the_given_time_is_the_interval_of_the_named_process() {
        let second = Some(Duration::from_millis(500));
        assert_eq!(interval(Some("1000000"), None, 7), second);
        assert_eq!(interval(Some("1000000"), Some("7"), 7), second);
        assert_eq!(interval(Some("1000000"), Some("8"), 7), None);
        for micros in [None, Some("0"), Some("soon")] {
            assert_eq!(interval(micros, None, 7), None);
        }
    }
}
