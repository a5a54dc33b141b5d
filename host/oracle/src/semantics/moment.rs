//! The place of a record in event time, which decides its panes and the panes that become final.

/// Event time and verdict of a record, with the watermarks around it.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) event_time: i64,
    pub(super) is_late: bool,
    pub(super) before: Option<i64>,
    pub(super) after: Option<i64>,
}
