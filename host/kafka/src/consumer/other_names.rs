//! Certificates that are not trusted while records are read: is it the name only? The second look
//! takes a handshake, so it is made in the background, and the fault is named anew when it is done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use streamgauge_pipeline::KafkaSettings;

use crate::name_probe::is_for_another_name;
use crate::{BrokerFault, FaultKind};

/// What is known of the certificate of each broker, by its address.
pub(super) struct OtherNames {
    settings: KafkaSettings,
    looked: Mutex<HashMap<String, Arc<OnceLock<bool>>>>,
}

impl OtherNames {
    pub(super) fn new(settings: &KafkaSettings) -> Self {
        Self { settings: settings.clone(), looked: Mutex::default() }
    }

    /// `fault`, with the name or the trust as its kind once it is known which of them.
    pub(super) fn named(&self, fault: BrokerFault) -> BrokerFault {
        if fault.kind != FaultKind::CertificateUntrusted {
            return fault;
        }
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let found = looked.entry(fault.broker.clone()).or_insert_with(|| self.look(&fault.broker));
        let kind = match found.get() {
            Some(true) => FaultKind::HostNameWrong,
            Some(false) => fault.kind,
            None => FaultKind::Unreachable,
        };
        BrokerFault { kind, ..fault }
    }

    fn look(&self, broker: &str) -> Arc<OnceLock<bool>> {
        let answer = Arc::new(OnceLock::new());
        let (told, settings, broker) =
            (Arc::clone(&answer), self.settings.clone(), broker.to_owned());
        let look = move || {
            let _ = told.set(is_for_another_name(&settings, &broker));
        };
        if let Err(error) = thread::Builder::new().name("certificate".into()).spawn(look) {
            tracing::debug!(%error, "no thread looks at the certificate");
        }
        answer
    }

    /// Records come again: the next fault may be another one.
    pub(super) fn forget(&self) {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
