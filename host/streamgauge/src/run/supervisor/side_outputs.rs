//! Where a run writes dead letters and late records.

use std::time::Duration;

use super::Supervisor;
use super::outcome::failed;
use streamgauge_checkpoint::side_output::{Extent, SideOutput};
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_engine::LateOutput;
use streamgauge_kafka::SideProducer;
use streamgauge_outbox::Origin;
use streamgauge_pipeline::{OutletSettings, SourceSettings};
use streamgauge_source::SourceError;

/// How long the brokers have to tell of a topic for output.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// The place of a pipeline without such an outlet.
const NOWHERE: &str = "nowhere";

/// What the stored checkpoint covers of an outlet.
struct Covered {
    extent: Extent,
    /// The place of the entries; `None` in states of earlier versions.
    place: Option<String>,
}

impl Supervisor {
    /// The outlets of dead letters and of late records, cut back to what `checkpoint` covers.
    pub(super) fn outlets(
        &self,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<(SideOutput, SideOutput), SourceError> {
        let letters = checkpoint.map(|c| Covered {
            extent: Extent {
                segment: c.dead_letter_segment,
                bytes: c.dead_letter_bytes,
                entries: c.dead_letters,
            },
            place: c.dead_letters_to.clone(),
        });
        let late = checkpoint.map(|c| Covered {
            extent: Extent {
                segment: c.late_output_segment,
                bytes: c.late_output_bytes,
                entries: c.late_output_records,
            },
            place: c.late_output_to.clone(),
        });
        let pipeline = &self.pipeline;
        Ok((
            self.outlet("dead letters", pipeline.dead_letters.as_ref(), letters)?,
            self.outlet("late records", pipeline.late_output.as_ref(), late)?,
        ))
    }

    /// What becomes of late records in the workers.
    pub(super) fn late_output(&self) -> LateOutput {
        if self.write_letters && self.pipeline.late_output.is_some() {
            LateOutput::Collected
        } else {
            LateOutput::None
        }
    }

    fn outlet(
        &self,
        what: &'static str,
        settings: Option<&OutletSettings>,
        covered: Option<Covered>,
    ) -> Result<SideOutput, SourceError> {
        let settings = settings.filter(|_| self.write_letters);
        let settings = settings.map(|settings| settings.of_edition(self.edition));
        let settings = settings.as_ref();
        let place = |to: &OutletSettings| to.place(&self.pipeline.state_dir);
        let place = settings.map_or_else(|| NOWHERE.to_owned(), place);
        let is_here = |covered: &Covered| covered.place.as_ref().is_none_or(|was| *was == place);
        let mut opened = match &covered {
            Some(covered) if is_here(covered) => {
                self.opened(what, settings, Some(covered.extent))?
            }
            // A file that is there is another one, and is written on at its end.
            _ => self.opened(what, settings, None)?,
        };
        if let Some(covered) = covered {
            opened.resume(covered.extent.entries);
        }
        Ok(opened.at(place))
    }

    fn opened(
        &self,
        what: &'static str,
        settings: Option<&OutletSettings>,
        covered: Option<Extent>,
    ) -> Result<SideOutput, SourceError> {
        let pipeline = &self.pipeline;
        let origin = Origin {
            source: pipeline.source.name(),
            zone: pipeline.event_time.zone,
            edition: self.edition,
        };
        let refused = |reason: String| failed(format!("{what}: {reason}"));
        match settings {
            Some(OutletSettings::File(file)) => SideOutput::file(what, file, origin, covered)
                .map_err(|error| failed(error.to_string())),
            Some(OutletSettings::Kafka(topic)) => {
                let SourceSettings::Kafka(settings) = &pipeline.source else {
                    return Err(refused("a topic needs [source.kafka]".into()));
                };
                // Found now, and not by the first bad record, days later.
                if let Some(client) = self.topic_client.get() {
                    client.check_output(topic, ANSWER_TIMEOUT)?;
                }
                let producer = SideProducer::new(settings).map_err(|e| refused(e.to_string()))?;
                let written = covered.unwrap_or_default().entries;
                Ok(SideOutput::kafka(what, producer, topic, origin, written))
            }
            None => Ok(SideOutput::none(origin)),
        }
    }
}
