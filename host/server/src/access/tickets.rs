//! Tickets of the stream: random, good once and not for long.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq;

/// The time for which a ticket is good.
pub(crate) const TICKET_LIFE: Duration = Duration::from_secs(10);
/// Tickets that were not used yet.
pub(crate) const TICKETS_MAX: usize = 256;
const TICKET_BYTES: usize = 32;

/// The tickets that were given out and not used yet, oldest first.
#[derive(Default)]
pub(crate) struct Tickets {
    open: Mutex<VecDeque<(String, Instant)>>,
}

impl Tickets {
    /// A new ticket; `None` means that too many are open.
    pub(crate) fn give(&self, now: Instant) -> Option<String> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, until)| *until > now);
        if open.len() >= TICKETS_MAX {
            return None;
        }
        let ticket = random();
        open.push_back((ticket.clone(), now + TICKET_LIFE));
        Some(ticket)
    }

    /// Takes `ticket` back, and returns whether it was good.
    pub(crate) fn take(&self, ticket: &str, now: Instant) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|(_, until)| *until > now);
        let is_it =
            |(known, _): &(String, Instant)| known.as_bytes().ct_eq(ticket.as_bytes()).into();
        open.iter().position(is_it).and_then(|at| open.remove(at)).is_some()
    }
}

pub(super) fn random() -> String {
    use std::fmt::Write;

    let mut bytes = [0; TICKET_BYTES];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_good_once_and_not_for_long() {
        let tickets = Tickets::default();
        let now = Instant::now();
        let first = tickets.give(now).expect("a ticket");
        let second = tickets.give(now).expect("another ticket");
        assert_ne!(first, second);
        assert!(tickets.take(&first, now) && !tickets.take(&first, now));
        assert!(!tickets.take("", now));
        assert!(!tickets.take(&second, now + TICKET_LIFE));
    }

    #[test]
    fn tickets_are_limited_until_they_end() {
        let tickets = Tickets::default();
        let now = Instant::now();
        assert!((0..TICKETS_MAX).all(|_| tickets.give(now).is_some()));
        assert_eq!(tickets.give(now), None);
        assert!(tickets.give(now + TICKET_LIFE).is_some());
    }
}
