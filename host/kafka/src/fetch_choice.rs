//! Which client fetches the records, and why.

use std::fmt;

use streamgauge_fetch::{FetchSettings, NotHonoured};
use streamgauge_pipeline::{Fetch, KafkaSettings};

/// A client that fetches records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchClient {
    /// Connections of our own.
    Own,
    /// librdkafka, which takes all of its settings.
    Librdkafka,
}

/// The client that fetches, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchChoice {
    /// The client that reads at this moment.
    pub client: FetchClient,
    /// The reason, in words for people.
    pub reason: String,
}

impl FetchClient {
    /// The name that the pipeline, page and API know it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Librdkafka => "librdkafka",
        }
    }
}

impl fmt::Display for FetchChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.client.name(), self.reason)
    }
}

impl FetchChoice {
    /// The client that a pipeline's settings lead to. Which one reads may change while it runs.
    pub fn of(settings: &KafkaSettings) -> Self {
        choose(settings).0
    }
}

/// The choice, and the settings of own fetch where that is what was chosen.
pub(crate) fn choose(settings: &KafkaSettings) -> (FetchChoice, Option<FetchSettings>) {
    let chosen = |client, reason: String| FetchChoice { client, reason };
    let said = |name: &str| format!("`fetch = \"{name}\"`");
    match settings.fetch {
        Fetch::Librdkafka => (chosen(FetchClient::Librdkafka, said("librdkafka")), None),
        Fetch::Own => (chosen(FetchClient::Own, said("own")), read(settings).ok()),
        Fetch::Auto => match read(settings) {
            Ok(own) => {
                let reason = "it honours all settings of this pipeline".to_owned();
                (chosen(FetchClient::Own, reason), Some(own))
            }
            Err(refused) => {
                let refused: Vec<_> = refused.iter().map(ToString::to_string).collect();
                (chosen(FetchClient::Librdkafka, refused.join("; ")), None)
            }
        },
    }
}

/// The settings that own fetch does not honour, where a pipeline wants it.
pub fn not_honoured(settings: &KafkaSettings) -> Vec<NotHonoured> {
    match settings.fetch {
        Fetch::Own => read(settings).err().unwrap_or_default(),
        Fetch::Auto | Fetch::Librdkafka => Vec::new(),
    }
}

/// The settings of own fetch.
///
/// # Errors
/// All settings of the pipeline that are not honoured.
pub(crate) fn read(settings: &KafkaSettings) -> Result<FetchSettings, Vec<NotHonoured>> {
    let given = settings.librdkafka.iter();
    let given = given.map(|(key, secret)| (key.as_str(), secret.value.as_str()));
    FetchSettings::read(&settings.brokers, &settings.topic, given)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOBODY, settings, with};

    fn choice(fetch: Fetch, key: Option<&str>) -> String {
        let mut settings = KafkaSettings { fetch, ..settings(NOBODY) };
        if let Some(key) = key {
            settings = with(settings, key, "x", false);
        }
        FetchChoice::of(&settings).to_string()
    }

    #[test]
    fn own_fetch_reads_where_it_honours_everything() {
        let own = "own (it honours all settings of this pipeline)";
        assert_eq!(choice(Fetch::Auto, None), own);
        assert_eq!(choice(Fetch::Auto, Some("client.id")), own);
        let other = "librdkafka (own fetch does not know `client.rack`)";
        assert_eq!(choice(Fetch::Auto, Some("client.rack")), other);
        assert_eq!(choice(Fetch::Librdkafka, None), "librdkafka (`fetch = \"librdkafka\"`)");
        assert_eq!(choice(Fetch::Own, None), "own (`fetch = \"own\"`)");
    }

    #[test]
    fn where_it_is_wanted_what_it_does_not_honour_is_named() {
        let racked = with(settings(NOBODY), "client.rack", "x", false);
        for (fetch, expected) in [(Fetch::Own, 1), (Fetch::Auto, 0), (Fetch::Librdkafka, 0)] {
            let settings = KafkaSettings { fetch, ..racked.clone() };
            assert_eq!(not_honoured(&settings).len(), expected, "{fetch:?}");
        }
    }
}
