//! Where a run writes dead letters and late records.

use std::time::Duration;

use super::Supervisor;
use super::outcome::failed;
use super::reloading::Outlet;
use streamgauge_checkpoint::side_output::{Extent, SideOutput};
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_engine::LateOutput;
use streamgauge_kafka::SideProducer;
use streamgauge_outbox::Origin;
use streamgauge_pipeline::{OutletSettings, SourceSettings};
use streamgauge_source::SourceError;

/// How long the brokers have to tell of a topic for output.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// What the stored checkpoint covers of an outlet.
#[derive(Clone, Copy)]
struct Covered {
    extent: Option<Extent>,
    /// False where the entries went elsewhere before: a file that is there is another one, and is
    /// written on at its end.
    is_here: bool,
}

impl Covered {
    fn here(self) -> Option<Extent> {
        self.extent.filter(|_| self.is_here)
    }
}

impl Supervisor {
    /// The outlets of dead letters and of late records, cut back to what `checkpoint` covers.
    pub(super) fn outlets(
        &self,
        checkpoint: Option<&Checkpoint>,
    ) -> Result<(SideOutput, SideOutput), SourceError> {
        let letters = checkpoint.map(|c| Extent {
            segment: c.dead_letter_segment,
            bytes: c.dead_letter_bytes,
            entries: c.dead_letters,
        });
        let late = checkpoint.map(|c| Extent {
            segment: c.late_output_segment,
            bytes: c.late_output_bytes,
            entries: c.late_output_records,
        });
        let pipeline = &self.pipeline;
        let (letters_to, late_to) = (pipeline.dead_letters.as_ref(), pipeline.late_output.as_ref());
        let go_on = |is, what| self.is_same_place(is, what);
        let letters = Covered { extent: letters, is_here: go_on(letters_to, Outlet::DeadLetters) };
        let late = Covered { extent: late, is_here: go_on(late_to, Outlet::LateRecords) };
        Ok((
            self.outlet("dead letters", letters_to, letters)?,
            self.outlet("late records", late_to, late)?,
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
        covered: Covered,
    ) -> Result<SideOutput, SourceError> {
        let mut opened = self.opened(what, settings, covered.here())?;
        if let (false, Some(extent)) = (covered.is_here, covered.extent) {
            opened.resume(extent.entries);
        }
        Ok(opened)
    }

    fn opened(
        &self,
        what: &'static str,
        settings: Option<&OutletSettings>,
        covered: Option<Extent>,
    ) -> Result<SideOutput, SourceError> {
        let pipeline = &self.pipeline;
        let origin = Origin { source: pipeline.source.name(), zone: pipeline.event_time.zone };
        let refused = |reason: String| failed(format!("{what}: {reason}"));
        match settings {
            Some(OutletSettings::File(file)) if self.write_letters => {
                SideOutput::file(what, file, origin, covered)
                    .map_err(|error| failed(error.to_string()))
            }
            Some(OutletSettings::Kafka(topic)) if self.write_letters => {
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
            _ => Ok(SideOutput::none(origin)),
        }
    }
}
