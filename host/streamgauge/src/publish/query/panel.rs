//! The data of one panel over one window, from the published states and the stored history.

use streamgauge_core::{EventTime, TimeWindow, WindowAsk};
use streamgauge_outbox::Take;
use streamgauge_server::query::{CompareQuestion, PanelQuestion, Refused};
use streamgauge_view::{
    ComparedRows, MetricReader, NoSpan, NoWindow, NotCompared, Published, offsets,
};
use streamgauge_wire::{Compared, Frame, Panel};

use crate::run::current::Active;

/// The most stored panes that are looked at for one window.
const PANES_MAX: usize = 100_000;

/// The frame of the panel `id` over the window that is asked for. `newest` is the largest event time
/// so far.
pub(super) fn draw(
    active: &Active,
    mut published: Published,
    newest: Option<EventTime>,
    (id, question): (&str, &PanelQuestion),
) -> Result<Frame, Refused> {
    let unknown = || Refused::Unknown(format!("there is no panel `{id}`"));
    let (metric, panel) = active.results.panel(id).ok_or_else(unknown)?;
    let ask = asked(metric, panel, question.window)?;
    look_up(&mut published, metric, ask, newest)?;
    let window = metric.find(&published, ask).map_err(|error| refused(&error))?;
    let mut frame = match &question.key {
        None => metric.draw(&published, &window, panel, question.top),
        Some(key) => metric.draw_key(&published, &window, panel, key).ok_or_else(|| {
            Refused::Malformed(format!(
                "panel `{id}` has one row and no keys; hint: leave `key` out"
            ))
        })?,
    };
    frame.missing = offsets(&published.missing(metric.id()));
    if let (WindowAsk::Last(_, count), Some(window)) = (ask, &mut frame.window) {
        window["last"] = count.into();
    }
    Ok(frame)
}

/// The panel `id` over the window that is asked for, beside what it was before.
pub(super) fn compare(
    active: &Active,
    published: &Published,
    (id, question): (&str, &CompareQuestion),
) -> Result<Compared, Refused> {
    let unknown = || Refused::Unknown(format!("there is no panel `{id}`"));
    let (metric, panel) = active.results.panel(id).ok_or_else(unknown)?;
    let CompareQuestion { of: PanelQuestion { window, key, top }, to } = question;
    let ask = asked(metric, panel, *window)?;
    let rows = match key {
        Some(key) => ComparedRows::OfKey(key),
        None => ComparedRows::Largest(*top),
    };
    let compared = metric.compare(published, panel, (ask, *to), rows);
    let mut compared = compared.map_err(|error| match &error {
        NotCompared::NoWindow(error) => refused(error),
        NotCompared::NotInARow(_) | NotCompared::NoKeys => Refused::Malformed(error.to_string()),
        NotCompared::TooMany => Refused::TooMuch(error.to_string()),
        NotCompared::History(error) => Refused::failed(error),
    })?;
    let missing = offsets(&published.missing(metric.id()));
    for frame in [&mut compared.now, &mut compared.before].into_iter().flatten() {
        frame.missing = missing;
    }
    Ok(compared)
}

/// The window that is asked for, of a kind that the metric has.
fn asked(
    metric: &MetricReader,
    panel: &Panel,
    window: Option<WindowAsk>,
) -> Result<WindowAsk, Refused> {
    let kinds = &metric.plugin().settings().shown_windows;
    let ask = window.unwrap_or(WindowAsk::Present(kinds[0]));
    let spec = ask.spec();
    if kinds.contains(&spec) {
        return Ok(ask);
    }
    let kinds: Vec<_> = kinds.iter().map(ToString::to_string).collect();
    let (id, kinds) = (&panel.metric, kinds.join(", "));
    Err(Refused::Unknown(format!("metric `{id}` has no windows `{spec}`; hint: {kinds}")))
}

/// Finds the stored panes that the window may be made of.
fn look_up(
    published: &mut Published,
    metric: &MetricReader,
    ask: WindowAsk,
    newest: Option<EventTime>,
) -> Result<(), Refused> {
    let (Some(history), Some(pane)) = (&published.history, ask.spec().pane()) else {
        return Ok(());
    };
    let TimeWindow { start, end } = ask.reach(newest);
    let starts = TimeWindow { start: start.minus(pane.saturating_mul(2)), end };
    let series = published.series(metric.id());
    let found = history.find(&series, ask.spec(), starts, Take::Newest(PANES_MAX));
    let found = found.map_err(|error| Refused::failed(&error))?;
    if found.len() == PANES_MAX && matches!(ask, WindowAsk::Span(..)) {
        let text = format!(
            "more than {PANES_MAX} stored windows of partitions lie in that time; hint: a shorter \
             time, or larger windows"
        );
        return Err(Refused::TooMuch(text));
    }
    published.stored = found;
    Ok(())
}

fn refused(error: &NoWindow) -> Refused {
    let text = error.to_string();
    match error {
        NoWindow::NoRow(_) | NoWindow::NoSpan(NoSpan::NotKept { .. }) => Refused::Unknown(text),
        NoWindow::NoSpan(_) => Refused::Malformed(text),
    }
}
