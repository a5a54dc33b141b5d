//! Records that could not be used, with reason, place and original bytes. They travel with the
//! state of their partition and are written out just before the checkpoint that covers them, so
//! none is lost and, in a file, none is there twice.

use std::borrow::Cow;

use serde::Serialize;

use streamgauge_core::{Flaw, Gap, Projection, RecordMeta, RecordTime, Rejection};

use crate::entry::{json_line, text_or_base64};
use crate::{Entry, Origin};

/// One unusable record; it may lend its texts from where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    /// The number of the record's partition.
    pub partition: u32,
    /// The record's offset in its partition.
    pub offset: i64,
    /// The stamp of the record.
    pub time: RecordTime,
    /// Of which metric it was left out; none: it was rejected as a whole.
    pub metric: Option<Cow<'a, str>>,
    /// A stable name of the reason.
    pub reason: Cow<'a, str>,
    /// The field, the numbers or the plugin's words.
    pub detail: Option<Cow<'a, str>>,
    /// The original bytes; none where there were none.
    pub value: Option<Cow<'a, [u8]>>,
}

/// A letter as a JSON line.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    partition: u32,
    offset: i64,
    timestamp: Option<i64>,
    verdict: &'static str,
    metric: Option<&'a str>,
    reason: &'a str,
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl<'a> DeadLetter<'a> {
    /// A row of `metric` at which its plugin crashes, with its last words.
    pub fn poisoned(
        partition: u32,
        meta: RecordMeta,
        metric: &'a str,
        words: &'a str,
        value: &'a [u8],
    ) -> Self {
        Self::left_out(partition, meta, metric, ("plugin_crashed", words), value)
    }

    /// A record that was rejected as a whole.
    pub fn rejected(
        partition: u32,
        meta: RecordMeta,
        rejection: &Rejection,
        projection: &'a Projection,
        value: Option<&'a [u8]>,
    ) -> Self {
        let field = |slot: usize| projection.fields()[slot].name.as_str();
        let detail = match rejection {
            Rejection::FieldCount { expected, found } => {
                Some(Cow::Owned(format!("{found} fields instead of {expected}")))
            }
            Rejection::RequiredMissing(slot) => Some(Cow::Borrowed(field(*slot))),
            Rejection::RequiredInvalid(slot, flaw) => {
                Some(Cow::Owned(format!("{}: {flaw}", field(*slot))))
            }
            _ => None,
        };
        Self {
            partition,
            offset: meta.offset,
            time: meta.time,
            metric: None,
            reason: Cow::Borrowed(rejection.name()),
            detail,
            value: value.map(Cow::Borrowed),
        }
    }

    /// A record that `metric` could not use because of `field`.
    pub fn excluded(
        partition: u32,
        meta: RecordMeta,
        metric: &'a str,
        field: &'a str,
        gap: Gap,
        value: &'a [u8],
    ) -> Self {
        let reason = match gap {
            Gap::Missing => "missing",
            Gap::Invalid(flaw) => Flaw::name(flaw),
        };
        Self::left_out(partition, meta, metric, (reason, field), value)
    }

    /// A record that the plugin of `metric` refused, in its own words.
    pub fn refused(
        partition: u32,
        meta: RecordMeta,
        metric: &'a str,
        words: &'a str,
        value: &'a [u8],
    ) -> Self {
        Self::left_out(partition, meta, metric, ("refused_by_plugin", words), value)
    }

    fn left_out(
        partition: u32,
        meta: RecordMeta,
        metric: &'a str,
        (reason, detail): (&'static str, &'a str),
        value: &'a [u8],
    ) -> Self {
        Self {
            partition,
            offset: meta.offset,
            time: meta.time,
            metric: Some(Cow::Borrowed(metric)),
            reason: Cow::Borrowed(reason),
            detail: Some(Cow::Borrowed(detail)),
            value: Some(Cow::Borrowed(value)),
        }
    }

    /// The verdict in words: `rejected` or `excluded`.
    pub fn verdict(&self) -> &'static str {
        if self.metric.is_some() { "excluded" } else { "rejected" }
    }
}

impl Entry for DeadLetter<'_> {
    fn to_line(&self, origin: &Origin) -> Vec<u8> {
        let (value, value_base64) = self.value.as_deref().map(text_or_base64).unwrap_or_default();
        json_line(&Line {
            source: &origin.source,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.time.millis(),
            verdict: self.verdict(),
            metric: self.metric.as_deref(),
            reason: &self.reason,
            detail: self.detail.as_deref(),
            value,
            value_base64,
        })
    }

    fn key(&self, origin: &Origin) -> String {
        let metric = self.metric.as_deref().unwrap_or_default();
        format!("{}/{}/{}/{metric}", origin.source, self.partition, self.offset)
    }

    fn headers(&self, origin: &Origin) -> Vec<(&'static str, String)> {
        vec![
            ("source", origin.source.clone()),
            ("partition", self.partition.to_string()),
            ("offset", self.offset.to_string()),
            ("verdict", self.verdict().to_owned()),
            ("metric", self.metric.as_deref().unwrap_or_default().to_owned()),
            ("reason", self.reason.clone().into_owned()),
            ("detail", self.detail.as_deref().unwrap_or_default().to_owned()),
            ("edition", origin.edition.to_string()),
        ]
    }

    fn payload(&self) -> Option<&[u8]> {
        self.value.as_deref()
    }
}

#[cfg(test)]
mod tests;
