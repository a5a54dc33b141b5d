//! The messages of the stream, as docs/wire.md says; parts that many pages share are handed over as
//! JSON text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Clock, Localized, PROTO, TickerFields, TickerLine};

/// The host's introduction to each page that connects.
#[derive(Clone, Debug, PartialEq)]
pub struct Hello {
    /// Another text at each start of the host.
    pub epoch: String,
    /// The build of the page that the host carries.
    pub build: String,
    /// The zone of the pipeline, an IANA name.
    pub tz: String,
    /// The name of the pipeline, which is the title of the page.
    pub name: String,
    /// The title of the page by language.
    pub names: Localized,
    /// What the pipeline file says of the looks of the page.
    pub look: Look,
    /// The longest silence on the stream, in milliseconds.
    pub heartbeat_ms: u64,
    /// The most updates a second that a page may ask for.
    pub max_hz: f64,
    /// True if a client with the token may change the pipeline.
    pub control: bool,
}

/// The looks of the page that the pipeline file chooses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Look {
    /// The path of the logo on this host, another one for each content; `None` means that there is
    /// no logo.
    pub logo: Option<String>,
    /// The colour of what stands out, as `#rrggbb`; `None` means the page's own.
    pub accent: Option<String>,
}

/// From the host to a page.
#[derive(Debug, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum ToPage<'a> {
    /// The first message of a stream.
    Hello {
        /// The version of the wire, [`PROTO`](crate::PROTO).
        proto: u32,
        /// Another text at each start of the host.
        epoch: &'a str,
        /// The build of the page that the host carries.
        build: &'a str,
        /// The longest silence, in milliseconds.
        heartbeat_ms: u64,
        /// The zone of the pipeline, an IANA name.
        tz: &'a str,
        /// The title of the page in the first language that the pipeline file has.
        name: &'a str,
        /// The title of the page by language.
        names: &'a Localized,
        /// The looks of the page.
        look: &'a Look,
        /// True if a page with the token may change the pipeline.
        control: bool,
    },
    /// The panels, at first and whenever the panels change.
    Schema {
        /// Raised at each change of the panels or the figures.
        rev: u64,
        /// The panels, serialised once for all pages.
        #[cfg_attr(test, ts(type = "Array<Panel>"))]
        panels: &'a RawValue,
        /// The figures above the panels, serialised once for all pages.
        #[cfg_attr(test, ts(type = "Array<Headline>"))]
        headlines: &'a RawValue,
        /// The places of tiles that panels name, serialised once for all pages.
        #[cfg_attr(test, ts(type = "Array<Layout>"))]
        layouts: &'a RawValue,
        /// What the sentences of single records are made of; `None` means that there are none.
        ticker: Option<&'a TickerFields>,
    },
    /// Everything, after each schema.
    Snapshot {
        /// The number of the state, raised at each change.
        seq: u64,
        /// The clocks of the state.
        clock: Clock,
        /// Frames by panel, serialised.
        #[cfg_attr(test, ts(type = "{ [key in string]: Frame }"))]
        frames: BTreeMap<&'a str, &'a RawValue>,
        /// What every figure is worth, in the order of the schema, serialised.
        #[cfg_attr(test, ts(type = "Array<HeadlineValue>"))]
        headlines: &'a RawValue,
        /// The newest sentences of single records, the newest last; left out where there are none.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        #[cfg_attr(test, ts(optional, type = "Array<TickerLine>"))]
        ticker: &'a [TickerLine],
        /// The series of the last five minutes.
        #[cfg_attr(test, ts(type = "{ [key in string]: Array<[number, number]> }"))]
        series: Points<'a>,
        /// A [`Status`](crate::Status), serialised once for all pages.
        #[cfg_attr(test, ts(type = "Status"))]
        status: &'a RawValue,
    },
    /// Changes since the message before.
    Update {
        /// The number of the state, raised at each change.
        seq: u64,
        /// The clocks of the state.
        clock: Clock,
        /// Frames by panel, serialised.
        #[cfg_attr(test, ts(type = "{ [key in string]: Frame }"))]
        frames: BTreeMap<&'a str, &'a RawValue>,
        /// What every figure is worth, where one of them changed; else left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional, type = "Array<HeadlineValue>"))]
        headlines: Option<&'a RawValue>,
        /// Sentences since the message before, the newest last; left out where there are none.
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        #[cfg_attr(test, ts(optional, type = "Array<TickerLine>"))]
        ticker: &'a [TickerLine],
        /// Points since the message before.
        #[cfg_attr(test, ts(type = "{ [key in string]: Array<[number, number]> }"))]
        points: Points<'a>,
        /// A [`Status`](crate::Status), serialised once for all pages.
        #[cfg_attr(test, ts(type = "Status"))]
        status: &'a RawValue,
    },
    /// A sign of life in silence.
    Hb {
        /// The number of the state, raised at each change.
        seq: u64,
        /// The wall clock of the host, in milliseconds since the Unix epoch.
        now: i64,
    },
    /// The last message, sent when the host stops.
    Bye {
        /// The reason for the end, such as `shutdown`.
        reason: &'a str,
        /// The time after which a page should connect again, in milliseconds.
        retry_ms: u64,
    },
}

/// The series of the host, by name.
pub type Points<'a> = BTreeMap<&'a str, &'a [(i64, f64)]>;

impl<'a> ToPage<'a> {
    /// The first message, made from `hello`.
    pub fn hello(hello: &'a Hello) -> Self {
        Self::Hello {
            proto: PROTO,
            epoch: &hello.epoch,
            build: &hello.build,
            heartbeat_ms: hello.heartbeat_ms,
            tz: &hello.tz,
            name: &hello.name,
            names: &hello.names,
            look: &hello.look,
            control: hello.control,
        }
    }

    /// The message as JSON.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("numbers, texts and string keys serialise")
    }
}

/// From a page to the host.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum FromPage {
    /// The wish of a page for the rate of updates.
    Sub {
        /// The most updates a second that the page wants.
        hz: f64,
    },
}
