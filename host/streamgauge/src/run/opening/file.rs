//! Opening the file of a pipeline: where it goes on, and what is read first where it was renamed and
//! another one took its place.

use super::{Opening, Shares, go_on};
use streamgauge_core::{PartitionSnapshot, Position};
use streamgauge_pipeline::FileSettings;
use streamgauge_source::SourceError;
use streamgauge_source::file::Place;

impl Opening<'_> {
    pub(super) fn file(&self, settings: &FileSettings) -> Result<Shares, SourceError> {
        let mut state = self.state(0, 0);
        let path = &settings.path;
        if state.position == Position::default() && state.state.next_offset == 0 {
            start(settings, &mut state)?;
        }
        match Place::find(path, &state)? {
            Place::Here => self.open_file(settings, state, None),
            Place::Rest(rest) => {
                let (from, to) = (path.display(), rest.display());
                tracing::info!(
                    "file `{from}` was renamed to `{to}`, which is read to its end first"
                );
                let rest = FileSettings { path: rest, follow: true, ..settings.clone() };
                self.open_file(&rest, state, Some(settings))
            }
            Place::Next => {
                tracing::info!(
                    "file `{}` is another one now, and is read from its start",
                    path.display()
                );
                start(settings, &mut state)?;
                self.open_file(settings, state, None)
            }
            Place::Gap(gap) => {
                let mut state = go_on(settings.on_gap, state, gap)
                    .map_err(|parked| SourceError::Gap(parked.gap))?;
                start(settings, &mut state)?;
                self.open_file(settings, state, None)
            }
        }
    }

    /// Reads a file on. `home` is where its log goes on, if that is another file.
    fn open_file(
        &self,
        settings: &FileSettings,
        state: PartitionSnapshot,
        home: Option<&FileSettings>,
    ) -> Result<Shares, SourceError> {
        let (source, columns) = self.open_files(std::slice::from_ref(settings))?;
        let mut source = source.resume(&state.position, state.state.next_offset)?;
        if let Some(home) = home {
            source = source.renamed_from(home.path.clone());
        }
        Ok(self.share_of_files(source, settings.format, columns.as_ref(), vec![state]))
    }
}

/// The state goes on at the start of the file.
fn start(settings: &FileSettings, state: &mut PartitionSnapshot) -> Result<(), SourceError> {
    state.position = Place::start(&settings.path, state.state.next_offset)?;
    Ok(())
}
