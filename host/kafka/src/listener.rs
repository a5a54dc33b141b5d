//! The ear of a client: what librdkafka says in its log and in its errors about brokers, kept until
//! somebody asks why there is no answer.
//!
//! librdkafka speaks only while the client's queue is polled, and tells the same fault of a broker
//! once in 30 seconds. So a fault stays until the brokers have answered for longer than that. What
//! is kept here is told once, by whoever asks; the log of this program has librdkafka's own lines
//! only where `"debug"` asks for them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use streamgauge_pipeline::KafkaSettings;

use super::client::shows_debug;
use super::fault::{self, Spoken};
use super::{BrokerFault, FaultKind};

/// How long librdkafka keeps a fault to itself that it has told.
const TOLD_AGAIN: Duration = Duration::from_secs(35);

/// For how long a broker that was reached before may close connections without a word until that
/// is taken for another way of speaking: one that is being stopped closes some, and then refuses.
pub(crate) const CLOSING: Duration = Duration::from_millis(1500);

/// The port of a broker that is named without one.
const PORT: &str = ":9092";

/// The context of a client that keeps what it hears.
#[derive(Clone)]
pub(crate) struct Listener {
    heard: Arc<Heard>,
    shows_debug: bool,
}

/// What was heard, shared by a client and whoever asks.
pub(crate) struct Heard {
    /// The brokers as the settings name them.
    brokers: String,
    /// The same, one by one and each with its port.
    addresses: Vec<String>,
    /// Settings whose values begin or end with white space.
    padded: Vec<String>,
    spoken: Spoken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last fault of each broker, the newest one last.
    faults: Vec<Told>,
    answered: Option<Instant>,
    /// True if every broker that the cluster names was reached.
    is_open: bool,
    /// The addresses of the brokers that this client has reached, as the cluster names them.
    reached: BTreeSet<String>,
}

/// A fault as it was told.
struct Told {
    fault: BrokerFault,
    at: Instant,
    /// What the fault is from then on, if nothing else is told of this broker until then.
    guesses: Vec<(FaultKind, Instant)>,
    /// The broker was reached since then.
    has_passed: bool,
}

impl State {
    /// The fault that `broker` was said to have last.
    fn told_of(&mut self, broker: &str) -> Option<&mut Told> {
        self.faults.iter_mut().find(|told| told.fault.broker == broker)
    }
}

impl Told {
    fn kind(&self) -> FaultKind {
        let now = Instant::now();
        let holds = self.guesses.iter().rev().find(|(_, from)| now >= *from);
        holds.map_or(self.fault.kind, |(kind, _)| *kind)
    }
}

impl Told {
    /// Takes in that a connection was closed without a word, which may let something be guessed.
    /// False where that says more than what was told.
    fn takes(&mut self, guess: Option<(FaultKind, Instant)>) -> bool {
        if self.has_passed || self.at.elapsed() >= TOLD_AGAIN {
            return false;
        }
        let Some((kind, from)) = guess.filter(|_| self.fault.kind == FaultKind::Unreachable) else {
            return true;
        };
        let is_closed = !self.guesses.is_empty();
        if is_closed && self.guesses.last().is_none_or(|(last, _)| *last != kind) {
            // What is known of it is told until the new guess holds.
            let now = Instant::now();
            let held = self.guesses.iter().rposition(|(_, from)| now >= *from);
            self.guesses.drain(..held.unwrap_or_default());
            self.guesses.truncate(1);
            self.guesses.push((kind, from));
        }
        is_closed
    }
}

/// True if all that was told is that a connection ended, maybe in the middle of a request.
fn is_wordless(kind: FaultKind, text: &str) -> bool {
    let words = ["Disconnected", "Broker transport failure"];
    kind == FaultKind::Unreachable && words.iter().any(|word| text.contains(word))
}

impl Listener {
    pub(crate) fn new(settings: &KafkaSettings) -> Self {
        Self { heard: Arc::new(Heard::new(settings)), shows_debug: shows_debug(settings) }
    }

    pub(crate) fn heard(&self) -> &Arc<Heard> {
        &self.heard
    }
}

impl ClientContext for Listener {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        if self.shows_debug {
            tracing::info!(target: "kafka", "librdkafka: {facility} {message}");
        } else {
            tracing::debug!(target: "librdkafka", "{facility} {message}");
        }
        // Faults that librdkafka takes for an error come as an error too.
        if facility == "FAIL" && level as i32 > RDKafkaLogLevel::Error as i32 {
            self.heard.note(Code::BrokerTransportFailure, message);
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, "{reason}");
        if let Some(code) = error.rdkafka_error_code() {
            self.heard.note(code, reason);
        }
    }
}

impl ConsumerContext for Listener {}

impl Heard {
    fn new(settings: &KafkaSettings) -> Self {
        let with_port = |broker: &str| {
            let broker = broker.trim();
            let has_port = broker.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
            if has_port { broker.to_owned() } else { format!("{broker}{PORT}") }
        };
        let protocol = settings.librdkafka.get("security.protocol");
        let padded = settings.librdkafka.iter().filter(|(_, secret)| secret.is_padded());
        Self {
            brokers: settings.brokers.clone(),
            addresses: settings.brokers.split(',').map(with_port).collect(),
            padded: padded.map(|(key, _)| key.clone()).collect(),
            spoken: Spoken::by(protocol.map_or("", |protocol| &protocol.value)),
            state: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a fault that librdkafka tells.
    pub(crate) fn note(&self, code: Code, text: &str) {
        let Some(kind) = fault::kind_of(code, text) else { return };
        let (broker, reason) = split(text);
        let is_known = broker.is_none_or(|broker| self.addresses.iter().any(|a| a == broker));
        let mut state = self.lock();
        // A broker that was reached before is gone, wherever it is; one at another address than
        // those that were reached is where the cluster sends its clients now.
        let was_reached = match broker {
            Some(broker) if !state.reached.is_empty() => state.reached.contains(broker),
            _ => state.is_open,
        };
        let strays = !is_known && !kind.is_telling() && !was_reached;
        let kind = if strays { FaultKind::AdvertisedUnreachable } else { kind };
        let broker = broker.unwrap_or(&self.brokers);
        let at = Instant::now();
        // What librdkafka says of a connection that was closed without a word is a guess too.
        let (kind, guessed) = match kind {
            FaultKind::Unreachable => (kind, fault::by_state(text, self.spoken)),
            kind if kind.is_telling() && text.contains("Disconnected") => {
                (FaultKind::Unreachable, Some(kind))
            }
            kind => (kind, None),
        };
        let since = if state.is_open { at + CLOSING } else { at };
        let guess = guessed.map(|guess| (guess, since));
        let known = state.told_of(broker);
        if is_wordless(kind, text) && known.is_some_and(|known| known.takes(guess)) {
            return;
        }
        let fault = self.fault_at(kind, broker, reason);
        state.faults.retain(|known| known.fault.broker != broker);
        state.faults.push(Told { fault, at, guesses: Vec::from_iter(guess), has_passed: false });
    }

    /// A fault of one of the brokers, or of all of them.
    fn fault_at(&self, kind: FaultKind, broker: &str, reason: &str) -> BrokerFault {
        let note = match &self.padded[..] {
            padded @ [_, ..] if kind == FaultKind::CredentialsRefused => {
                format!("the value of `{}` begins or ends with white space", padded.join("`, `"))
            }
            _ => String::new(),
        };
        let (broker, reason) = (broker.to_owned(), reason.to_owned());
        BrokerFault { kind, broker, reason, note }
    }

    /// A broker has answered.
    pub(crate) fn answered(&self) {
        self.lock().answered = Some(Instant::now());
    }

    /// Every broker that the cluster names has answered, this client or another one.
    pub(crate) fn opened(&self) {
        self.lock().is_open = true;
    }

    /// Brokers are connected and have answered.
    pub(crate) fn passed<'a>(&self, brokers: impl Iterator<Item = &'a str>) {
        let mut state = self.lock();
        for broker in brokers {
            if let Some(told) = state.told_of(broker) {
                told.has_passed = true;
            }
        }
    }

    /// Brokers have answered at these addresses, which the cluster names.
    pub(crate) fn reached(&self, addresses: Vec<String>) {
        if !addresses.is_empty() {
            self.lock().reached.extend(addresses);
        }
    }

    /// A broker takes connections and then says nothing, so it does not close them for what is said
    /// on them.
    pub(crate) fn hangs(&self, broker: &str) {
        if let Some(told) = self.lock().told_of(broker) {
            told.guesses.clear();
        }
    }

    /// The reason why `error` came instead of an answer, as far as librdkafka told it.
    pub(crate) fn fault(&self, error: &KafkaError) -> BrokerFault {
        self.fault_of(error.rdkafka_error_code(), &error.to_string())
    }

    /// The reason behind a failure with this code and these words.
    pub(crate) fn fault_of(&self, code: Option<Code>, words: &str) -> BrokerFault {
        let by_code = code.and_then(|code| fault::kind_of(code, words));
        let is_forbidden =
            matches!(by_code, Some(FaultKind::TopicForbidden | FaultKind::GroupForbidden));
        let told = (!is_forbidden).then(|| self.told()).flatten();
        told.unwrap_or_else(|| {
            let kind = match by_code {
                // The codes of brokers are positive, those of librdkafka negative.
                None if code.is_some_and(|code| code as i32 > 0) => FaultKind::ReadFailing,
                // Nothing was said, so nothing is known but that no answer came.
                None | Some(FaultKind::Unreachable) => FaultKind::Silent,
                Some(kind) => kind,
            };
            self.fault_at(kind, &self.brokers, words)
        })
    }

    /// The fault that says most, of those that still hold.
    pub(crate) fn told(&self) -> Option<BrokerFault> {
        let state = self.lock();
        let holds = |at: &Instant| {
            state.answered.is_none_or(|answered| *at > answered) || at.elapsed() < TOLD_AGAIN
        };
        let faults = state.faults.iter().rev().filter(|told| holds(&told.at));
        let rank = |told: &&Told| match told.kind() {
            _ if told.has_passed => 3,
            kind if kind.is_telling() => 0,
            // Where no named broker answers any more, nobody sent this client anywhere.
            FaultKind::AdvertisedUnreachable => 2,
            _ => 1,
        };
        let told = faults.min_by_key(rank)?;
        Some(BrokerFault { kind: told.kind(), ..told.fault.clone() })
    }

    /// True if each of the named brokers has said what is wrong, so that waiting longer would tell
    /// nothing new. A broker that is only out of reach may be starting.
    pub(crate) fn is_settled(&self) -> bool {
        let state = self.lock();
        let is_new = |at: &Instant| state.answered.is_none_or(|answered| *at > answered);
        let told = state.faults.iter().filter(|told| is_new(&told.at) && told.kind().is_telling());
        told.count() >= self.addresses.len()
    }
}

/// The broker that a text of librdkafka is about, if it is about one, and the text without it and
/// without what changes from one time to the next.
fn split(text: &str) -> (Option<&str>, &str) {
    let text = match text.strip_prefix("[thrd:").and_then(|rest| rest.split_once("]: ")) {
        Some((_, rest)) => rest,
        None => text,
    };
    let told = text.rfind(" (after ").map_or(text, |at| &text[..at]);
    // The connection to the coordinator of the group is told without the id of the broker.
    let of_group = told.strip_prefix("GroupCoordinator: ").and_then(|rest| rest.split_once(": "));
    if let Some((address, reason)) = of_group {
        return (Some(address), reason);
    }
    let Some((name, reason)) = told.split_once(": ") else { return (None, told) };
    let name = name.rsplit_once("://").map_or(name, |(_, name)| name);
    match name.rsplit_once('/') {
        Some((address, id)) if id == "bootstrap" || id.parse::<i32>().is_ok() => {
            (Some(address), reason)
        }
        _ => (None, told),
    }
}
