//! The messages of the stream, as docs/wire.md says; parts that many clients share come in
//! serialised.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::ws::Message;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::Hello;
use super::wire::{Clock, PROTO};

/// Text of one part of a message.
pub(super) type Part = Arc<RawValue>;

/// From the host to a page.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum ToPage<'a> {
    Hello {
        proto: u32,
        epoch: &'a str,
        build: &'a str,
        heartbeat_ms: u64,
        tz: &'a str,
        name: &'a str,
    },
    Schema {
        rev: u64,
        #[cfg_attr(test, ts(type = "Array<Panel>"))]
        panels: &'a RawValue,
    },
    Snapshot {
        seq: u64,
        clock: Clock,
        #[cfg_attr(test, ts(type = "{ [key in string]: Frame }"))]
        frames: BTreeMap<&'a str, &'a RawValue>,
        #[cfg_attr(test, ts(type = "{ [key in string]: Array<[number, number]> }"))]
        series: Points<'a>,
        #[cfg_attr(test, ts(type = "Status"))]
        status: &'a RawValue,
    },
    Update {
        seq: u64,
        clock: Clock,
        #[cfg_attr(test, ts(type = "{ [key in string]: Frame }"))]
        frames: BTreeMap<&'a str, &'a RawValue>,
        #[cfg_attr(test, ts(type = "{ [key in string]: Array<[number, number]> }"))]
        points: Points<'a>,
        #[cfg_attr(test, ts(type = "Status"))]
        status: &'a RawValue,
    },
    Hb {
        seq: u64,
        now: i64,
    },
    Bye {
        reason: &'a str,
        retry_ms: u64,
    },
}

/// The series of the host, by name.
pub(super) type Points<'a> = BTreeMap<&'a str, &'a [(i64, f64)]>;

impl<'a> ToPage<'a> {
    /// The greeting.
    pub(super) fn hello(hello: &'a Hello) -> Self {
        Self::Hello {
            proto: PROTO,
            epoch: &hello.epoch,
            build: &hello.build,
            heartbeat_ms: hello.heartbeat_ms,
            tz: &hello.tz,
            name: &hello.name,
        }
    }

    /// As one text message.
    pub(super) fn text(&self) -> Message {
        let text = serde_json::to_string(self).expect("numbers, texts and string keys serialise");
        Message::text(text)
    }
}

/// From a page to the host.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(super) enum FromPage {
    /// How many updates a second it wants.
    Sub { hz: f64 },
}

/// A value as shareable text.
pub(super) fn part(value: &impl Serialize) -> Part {
    serde_json::value::to_raw_value(value).expect("the types of the wire serialise").into()
}
