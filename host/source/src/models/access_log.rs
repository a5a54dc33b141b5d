//! The access log of a web site: a few hundred paths of which some get most of the requests, a
//! long tail of archived ones, statuses and sizes that follow from the path, and countries that
//! come and go with their daylight.
//!
//! Its clock is that of the stamps, so `time` goes on at the pace of `rate`; late events have an
//! older one.

mod countries;
mod dirt;
mod request;
mod site;

use super::json::push_number;
use super::model::{Model, Place};
use streamgauge_core::random::{Random, scale, threshold};
use streamgauge_pipeline::GeneratorSettings;

use self::countries::Countries;
use self::dirt::Dirt;
use self::request::Request;
use self::site::{Site, bytes_of};

/// How far back a late event lies, in seconds.
const LATE_SECONDS: std::ops::Range<u32> = 600..7200;

/// The access log.
#[derive(Clone, Debug)]
pub(super) struct AccessLog {
    late_below: u64,
    site: Site,
    countries: Countries,
}

impl AccessLog {
    pub(super) fn new(settings: &GeneratorSettings) -> Self {
        Self {
            late_below: threshold(settings.late),
            site: Site::new(settings.seed),
            countries: Countries::new(),
        }
    }
}

impl Model for AccessLog {
    type Event = Request;
    type Dirt = Dirt;
    const FIELDS: &'static [&'static str] = &["time", "path", "status", "bytes", "country"];
    const DIRT: &'static [Dirt] = &Dirt::ALL;

    fn event(&self, place: Place, random: &mut Random) -> Request {
        let now = u64::try_from(place.stamp.0).expect("stamps begin in 2015") / 1000;
        let (kind, path) = self.site.path(random);
        let status = kind.status(random.bits());
        let bytes = bytes_of(kind, &path, status, random.bits());
        let country = self.countries.pick(now, random.bits());
        let is_late = random.bits() < self.late_below;
        let back = if is_late { LATE_SECONDS.start + late_part(random) } else { 0 };
        Request { time: now - u64::from(back), path, status, bytes, country }
    }

    fn write(&self, request: &Request, out: &mut Vec<u8>) {
        out.reserve(128);
        out.extend_from_slice(b"{\"time\":");
        push_number(out, request.time);
        out.extend_from_slice(b",\"path\":\"");
        out.extend_from_slice(request.path.as_bytes());
        out.extend_from_slice(b"\",\"status\":");
        push_number(out, request.status.into());
        out.extend_from_slice(b",\"bytes\":");
        push_number(out, request.bytes);
        out.extend_from_slice(b",\"country\":\"");
        out.extend_from_slice(request.country.as_bytes());
        out.extend_from_slice(b"\"}");
    }

    fn write_dirty(&self, request: &Request, dirt: Dirt, random: &mut Random, out: &mut Vec<u8>) {
        dirt.write(request, random, out);
    }
}

fn late_part(random: &mut Random) -> u32 {
    scale(random.bits(), LATE_SECONDS.end - LATE_SECONDS.start)
}

#[cfg(test)]
mod tests;
