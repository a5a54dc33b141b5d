//! Dirt as it occurs in access logs, one kind a record, each with the effect it must have where
//! `status` is a number up to 599 and `bytes` one from 0.

use super::super::json::Object;
#[cfg(test)]
use super::super::testing::DirtEffect;
use super::request::Request;
use streamgauge_core::random::Random;

/// A kind of dirt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::models) enum Dirt {
    /// All numbers as strings.
    QuotedNumbers,
    /// `\/` in the path.
    EscapedPath,
    /// Fields that the schema does not know.
    ExtraFields,
    /// Cut off in the middle.
    Truncated,
    /// A line that is no JSON at all.
    PlainText,
    /// A text as the status: `"status":"abc"`.
    StatusText,
    /// A status that there is not.
    StatusBeyondMax,
    /// A negative size: `"bytes":-1`.
    BytesNegative,
    /// `"bytes":"-"`, as some servers write where there is no body.
    BytesDash,
    /// A record without a country.
    CountryMissing,
    /// A null as the country: `"country":null`.
    CountryNull,
    /// A record without a time.
    TimeMissing,
    /// A time in words.
    TimeText,
}

impl Dirt {
    /// All kinds.
    pub(super) const ALL: [Self; 13] = [
        Self::QuotedNumbers,
        Self::EscapedPath,
        Self::ExtraFields,
        Self::Truncated,
        Self::PlainText,
        Self::StatusText,
        Self::StatusBeyondMax,
        Self::BytesNegative,
        Self::BytesDash,
        Self::CountryMissing,
        Self::CountryNull,
        Self::TimeMissing,
        Self::TimeText,
    ];

    /// What it does to a record.
    #[cfg(test)]
    pub(super) fn effect(self) -> DirtEffect {
        match self {
            Self::QuotedNumbers | Self::EscapedPath | Self::ExtraFields => DirtEffect::Read,
            Self::Truncated | Self::PlainText => DirtEffect::Rejected,
            Self::StatusText | Self::StatusBeyondMax => DirtEffect::Unusable("status"),
            Self::BytesNegative | Self::BytesDash => DirtEffect::Unusable("bytes"),
            Self::CountryMissing | Self::CountryNull => DirtEffect::Missing("country"),
            Self::TimeMissing | Self::TimeText => DirtEffect::Fallback,
        }
    }

    /// Appends `request` with this dirt.
    pub(super) fn write(self, request: &Request, random: &mut Random, out: &mut Vec<u8>) {
        let mut object = object(request);
        match self {
            Self::Truncated => {
                let text = object.text();
                let cut = 1 + random.below(text.len() as u32 - 1) as usize;
                return out.extend_from_slice(&text.as_bytes()[..cut]);
            }
            Self::PlainText => {
                let Request { path, status, bytes, .. } = request;
                let line = format!("192.0.2.7 - - \"GET {path} HTTP/1.1\" {status} {bytes}");
                return out.extend_from_slice(line.as_bytes());
            }
            Self::QuotedNumbers => object.change_numbers(|number| format!("\"{number}\"")),
            Self::EscapedPath => {
                object.set("path", &format!("\"{}\"", request.path.replace('/', "\\/")));
            }
            Self::ExtraFields => object.insert(2, "agent", r#"{"name":"curl","status":1}"#),
            Self::StatusText => object.set("status", "\"abc\""),
            Self::StatusBeyondMax => object.set("status", "999"),
            Self::BytesNegative => object.set("bytes", "-1"),
            Self::BytesDash => object.set("bytes", "\"-\""),
            Self::CountryMissing => object.remove("country"),
            Self::CountryNull => object.set("country", "null"),
            Self::TimeMissing => object.remove("time"),
            Self::TimeText => object.set("time", "\"just now\""),
        }
        out.extend_from_slice(object.text().as_bytes());
    }
}

/// `request` as an object that can be changed.
fn object(request: &Request) -> Object {
    let fields = vec![
        ("time", request.time.to_string()),
        ("path", format!("\"{}\"", request.path)),
        ("status", request.status.to_string()),
        ("bytes", request.bytes.to_string()),
        ("country", format!("\"{}\"", request.country)),
    ];
    Object { fields }
}
