//! The place of a record in event time, which decides its panes and the panes that become final.

/// Event time and verdict of a record, with the watermarks around it.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    /// `None` means that the record has neither an event time of its own nor a stamp.
    pub(super) event_time: Option<i64>,
    /// True if the event time may move the watermark, so that the record may open a pane.
    pub(super) may_open: bool,
    pub(super) is_late: bool,
    pub(super) before: Option<i64>,
    pub(super) after: Option<i64>,
}
