//! The cause of a wait, of a failure or of a warning: a typed reason with its words, and a remedy
//! that fits the situation.

use std::collections::BTreeMap;
use std::net::IpAddr;

use streamgauge_checkpoint::FailureKind;
use streamgauge_core::GapKind;
use streamgauge_kafka::FaultKind;
use streamgauge_pipeline::{KafkaSettings, Pipeline, SourceSettings};
use streamgauge_source::{Missing, SourceError};

/// A reason that the page knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CauseCode {
    /// No broker gives an answer.
    BrokerUnreachable,
    /// The brokers cannot be asked, or do not let this user, for a reason that is known.
    Broker(FaultKind),
    /// The brokers have no such topic.
    TopicMissing,
    /// The topic has no partition that can be read.
    NoPartitions,
    /// There is no such file.
    FileMissing,
    /// Reading cannot continue, and a retry does not help.
    SourceFailed,
    /// The log moved while it was read.
    LogMoved,
    /// The log does not continue where the state does.
    Gap(GapKind),
    /// The stored state is being read.
    Restoring,
    /// The last checkpoint could not be stored.
    CheckpointFailing,
    /// The state could not be copied to the folder of backups.
    BackupFailing,
    /// The file of dead letters or of late records is full, and its setting says to stop.
    OutputFull,
    /// More than half of the records are late.
    MostlyLate,
    /// More than half of the records are from the future.
    MostlyFuture,
    /// `year = "current"` over records of another year.
    YearCurrentOnOldData,
    /// More than half of the records are rejected.
    MostlyRejected,
    /// A metric leaves out more than half of its rows.
    MostlyExcluded,
    /// More than half of the records have no usable event time.
    MostlyFallback,
    /// More than half of the records are older than `event_time.earliest`.
    MostlyPast,
    /// More than half of a metric's rows are in no window.
    MostlyExpired,
    /// Records wait for a transaction that does not end.
    TransactionOpen,
    /// A metric stopped, and its last good result is shown.
    MetricStopped,
    /// A metric is being counted from the log, and is not at its partitions' places yet.
    MetricLagging,
    /// A metric counts, but its plugin gives no result.
    MetricUnreadable,
    /// A metric uses most of its memory.
    MemoryNearLimit,
    /// A plugin takes most of a worker's time.
    PluginBusy,
    /// A changed pipeline was not taken over.
    ReloadRefused,
    /// The file has settings that are in force after a restart only.
    RestartNeeded,
    /// More records come than are counted in the background.
    CatchUpSlow,
    /// Another edition of the state is being built in the background.
    Rebuilding,
}

/// The meaning of a cause for the readiness of the pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Records wait and are not counted, or counts cannot be kept.
    Stands,
    /// Every record is counted, and a result is incomplete.
    Degrades,
    /// Nothing is missing yet.
    Warns,
}

/// A reason with all that is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The reason that the page knows by name.
    pub code: CauseCode,
    /// English, complete by itself.
    pub message: String,
    /// The names and numbers in the message, for a page in another language.
    pub args: BTreeMap<String, String>,
    /// One command to try.
    pub remedy: Option<String>,
}

impl CauseCode {
    /// The meaning for the readiness of the pipeline.
    pub fn weight(self) -> Weight {
        match self {
            // Offsets in the group are for lag tools only.
            Self::Broker(FaultKind::GroupForbidden | FaultKind::GroupShared)
            | Self::BackupFailing
            | Self::MemoryNearLimit
            | Self::PluginBusy
            | Self::CatchUpSlow
            | Self::ReloadRefused
            | Self::RestartNeeded
            | Self::Rebuilding => Weight::Warns,
            Self::BrokerUnreachable
            | Self::Broker(_)
            | Self::TopicMissing
            | Self::NoPartitions
            | Self::FileMissing
            | Self::SourceFailed
            | Self::LogMoved
            | Self::Gap(_)
            | Self::Restoring
            | Self::TransactionOpen
            | Self::CheckpointFailing
            | Self::OutputFull => Weight::Stands,
            Self::MostlyLate
            | Self::MostlyFuture
            | Self::YearCurrentOnOldData
            | Self::MostlyRejected
            | Self::MostlyExcluded
            | Self::MostlyFallback
            | Self::MostlyPast
            | Self::MostlyExpired
            | Self::MetricStopped
            | Self::MetricLagging
            | Self::MetricUnreadable => Weight::Degrades,
        }
    }

    fn of(error: &SourceError) -> Self {
        match error {
            SourceError::Unavailable { missing, .. } => match missing {
                Missing::Brokers => Self::BrokerUnreachable,
                Missing::Topic => Self::TopicMissing,
                Missing::Partitions => Self::NoPartitions,
                Missing::File => Self::FileMissing,
                Missing::FirstLine => Self::SourceFailed,
            },
            SourceError::Broker(fault) => Self::Broker(fault.kind),
            SourceError::Gap(gap) => Self::Gap(gap.gap.kind),
            SourceError::Moved { .. } => Self::LogMoved,
            SourceError::Failed { .. } => Self::SourceFailed,
        }
    }
}

impl Cause {
    /// The cause of `error` in `pipeline`.
    pub fn of(error: &SourceError, pipeline: &Pipeline) -> Self {
        let source = &pipeline.source;
        let code = CauseCode::of(error);
        let mut args = args(source);
        if let SourceError::Gap(gap) = error {
            args.extend(gap.args());
        }
        let mut message = error.to_string();
        if let SourceError::Broker(fault) = error {
            args.insert("broker".to_owned(), fault.broker.clone());
            args.insert("reason".to_owned(), fault.reason.clone());
            args.insert("advice".to_owned(), fault.kind.advice().to_owned());
            message = format!("{message}; {}", fault.kind.advice());
        }
        let remedy =
            remedy(code, source).map(|command| format!("{command}{}", pipeline.config_option()));
        Self { code, message, args, remedy }.naming(pipeline)
    }

    /// The same cause, whose commands name `pipeline`.
    #[must_use]
    pub fn naming(mut self, pipeline: &Pipeline) -> Self {
        self.message = pipeline.naming_itself(&self.message);
        self.remedy = self.remedy.map(|remedy| pipeline.naming_itself(&remedy));
        self
    }

    /// True if `other` is the same trouble at the same place. The words of a reason may change
    /// from one try to the next.
    pub fn is_same_trouble(&self, other: &Self) -> bool {
        let place = |cause: &Self| (cause.code, cause.args.get("broker").cloned());
        place(self) == place(other)
    }

    /// No checkpoint can be stored, with the reason.
    pub fn checkpoint_failing(kind: FailureKind, reason: String) -> Self {
        let args = [("error", reason.clone())];
        let code = match kind {
            FailureKind::Failed => CauseCode::CheckpointFailing,
            FailureKind::OutputFull => CauseCode::OutputFull,
        };
        Self::warning(code, reason, &args)
    }

    /// A warning, with the names and numbers in its message.
    pub fn warning(code: CauseCode, message: String, args: &[(&str, String)]) -> Self {
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { code, message, args, remedy: None }
    }
}

/// One command to try. Made-up events are only for a broker on this computer: another one may hold
/// a topic that somebody else is about to create.
fn remedy(code: CauseCode, source: &SourceSettings) -> Option<&'static str> {
    match code {
        CauseCode::TopicMissing | CauseCode::NoPartitions if is_on_loopback(source) => {
            Some("streamgauge produce --generate 100000 --partitions 4")
        }
        CauseCode::BrokerUnreachable
        | CauseCode::Broker(_)
        | CauseCode::TopicMissing
        | CauseCode::NoPartitions
        | CauseCode::FileMissing => Some("streamgauge check"),
        CauseCode::Gap(_) => Some("streamgauge state rebuild --accept-loss"),
        CauseCode::SourceFailed
        | CauseCode::LogMoved
        | CauseCode::Restoring
        | CauseCode::CheckpointFailing
        | CauseCode::BackupFailing
        | CauseCode::OutputFull
        | CauseCode::MostlyLate
        | CauseCode::MostlyFuture
        | CauseCode::YearCurrentOnOldData
        | CauseCode::MostlyRejected
        | CauseCode::MostlyExcluded
        | CauseCode::MostlyFallback
        | CauseCode::MostlyPast
        | CauseCode::MostlyExpired
        | CauseCode::TransactionOpen
        | CauseCode::MetricStopped
        | CauseCode::MetricLagging
        | CauseCode::MetricUnreadable
        | CauseCode::MemoryNearLimit
        | CauseCode::PluginBusy
        | CauseCode::CatchUpSlow
        | CauseCode::ReloadRefused
        | CauseCode::RestartNeeded
        | CauseCode::Rebuilding => None,
    }
}

/// Whether all brokers are named by a loopback address.
fn is_on_loopback(source: &SourceSettings) -> bool {
    let SourceSettings::Kafka(KafkaSettings { brokers, .. }) = source else { return false };
    brokers.split(',').all(|broker| {
        let host = broker.trim().rsplit_once(':').map_or(broker.trim(), |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

fn args(source: &SourceSettings) -> BTreeMap<String, String> {
    let pairs = match source {
        SourceSettings::Kafka(kafka) => {
            vec![("brokers", kafka.brokers.clone()), ("topic", kafka.topic.clone())]
        }
        SourceSettings::File(file) => vec![("path", file.path.display().to_string())],
        SourceSettings::Generator(_) => Vec::new(),
    };
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kafka(brokers: &str) -> Pipeline {
        let text = format!(
            "version = 1\nname = \"t\"\n[source.kafka]\nbrokers = \"{brokers}\"\ntopic = \"events\"\n\
             [schema]\nts = \"integer\"\n[event_time]\nfield = \"ts\"\nunit = \"ms\"\n\
             [[metric]]\nid = \"m\"\nplugin = \"m.wasm\"\n"
        );
        let path = std::path::Path::new("pipeline.toml");
        let parsed = streamgauge_pipeline::Pipeline::parse_with(&text, path, &|_| None);
        parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false))).0
    }

    fn absent(missing: Missing) -> SourceError {
        SourceError::Unavailable { missing, message: "gone".to_owned() }
    }

    #[test]
    fn made_up_events_are_suggested_for_brokers_on_this_computer_only() {
        for (brokers, expected) in [
            ("127.0.0.1:9092", "streamgauge produce --generate 100000 --partitions 4"),
            ("localhost:9092,[::1]:9093", "streamgauge produce --generate 100000 --partitions 4"),
            ("kafka.example:9092", "streamgauge check"),
            ("127.0.0.1:9092,kafka.example:9092", "streamgauge check"),
        ] {
            let cause = Cause::of(&absent(Missing::Topic), &kafka(brokers));
            assert_eq!(cause.remedy.as_deref(), Some(expected), "{brokers}");
        }
    }

    #[test]
    fn a_command_names_the_pipeline_that_is_not_found_by_itself() {
        let mut pipeline = kafka("a:1");
        for (path, expected) in [
            ("pipeline.toml", "streamgauge check"),
            ("/etc/shop.toml", "streamgauge check --config /etc/shop.toml"),
            ("my shop's.toml", r"streamgauge check --config 'my shop'\''s.toml'"),
        ] {
            pipeline.path = path.into();
            let remedy = Cause::of(&absent(Missing::Brokers), &pipeline).remedy;
            assert_eq!(remedy.as_deref(), Some(expected));
        }
    }

    #[test]
    fn no_remedy_is_a_command_of_developers() {
        for missing in [Missing::Brokers, Missing::Topic, Missing::Partitions, Missing::File] {
            let remedy = Cause::of(&absent(missing), &kafka("localhost:9092")).remedy;
            assert!(remedy.is_some_and(|remedy| remedy.starts_with("streamgauge ")), "{missing:?}");
        }
    }

    #[test]
    fn a_cause_names_where_it_was_looked_for() {
        let cause = Cause::of(&absent(Missing::Brokers), &kafka("a:1"));
        assert_eq!(cause.code, CauseCode::BrokerUnreachable);
        assert_eq!(cause.args["brokers"], "a:1");
        assert_eq!(cause.args["topic"], "events");
    }
}
