//! Events from a seed, in the shape of one log or another: each shape is a [`Model`] in a folder
//! of its own.
//!
//! **Invariant**: the bytes and the stamp of a record are a pure function of the settings, its
//! partition and its index. Nothing is remembered between records, so a source can go on at any
//! offset, and threads can share one generator. Deliberately absent: the wall clock; pacing is
//! up to `source/generator.rs`.

mod access_log;
mod json;
mod model;
mod shop;
mod zipf;

use streamgauge_core::RecordTime;

use streamgauge_pipeline::{GeneratorSettings, Shape};

use self::access_log::AccessLog;
use self::model::{Model, Place};
use self::shop::Shop;
use streamgauge_core::random::{Random, mix, scale, threshold};

/// The stamp of the first record: 2015-05-11T00:00:00+08:00.
const ORIGIN_MS: i64 = 1_431_273_600_000;

/// Events per second of the stamps where the rate is unlimited.
const STAMP_RATE: f64 = 1000.0;

/// The fields that the records of a shape have.
pub fn fields(shape: Shape) -> &'static [&'static str] {
    match shape {
        Shape::Shop => Shop::FIELDS,
        Shape::AccessLog => AccessLog::FIELDS,
    }
}

/// The shapes that there are; a further one is a variant here and in [`Shape`].
#[derive(Clone, Debug)]
enum AnyModel {
    Shop(Box<Shop>),
    AccessLog(Box<AccessLog>),
}

/// Writes the records of a seed.
#[derive(Clone, Debug)]
pub struct Generator {
    seed: u64,
    partitions: u32,
    dirt_below: u64,
    stamp_ms: f64,
    model: AnyModel,
}

impl Generator {
    /// A generator for `settings`; `limit` and `swing` are the source's business.
    pub fn new(settings: &GeneratorSettings) -> Self {
        let paced = settings.rate.is_finite() && settings.rate > 0.0;
        let model = match settings.shape {
            Shape::Shop => AnyModel::Shop(Box::new(Shop::new(settings))),
            Shape::AccessLog => AnyModel::AccessLog(Box::new(AccessLog::new(settings))),
        };
        Self {
            seed: settings.seed,
            partitions: settings.partitions.max(1),
            dirt_below: threshold(settings.dirt),
            stamp_ms: 1000.0 / if paced { settings.rate } else { STAMP_RATE },
            model,
        }
    }

    /// Appends the record at `index` of `partition` to `out` and returns its stamp.
    pub fn record(&self, partition: u32, index: u64, out: &mut Vec<u8>) -> RecordTime {
        let place = self.place(partition, index);
        let mut random = Random::of(self.seed, partition, index);
        // The first draw decides whether and how the record is dirty.
        let chance = random.bits();
        let dirt = (chance < self.dirt_below).then(|| mix(chance));
        match &self.model {
            AnyModel::Shop(model) => append(model.as_ref(), place, dirt, &mut random, out),
            AnyModel::AccessLog(model) => append(model.as_ref(), place, dirt, &mut random, out),
        }
        place.stamp
    }

    fn place(&self, partition: u32, index: u64) -> Place {
        let position =
            index.saturating_mul(u64::from(self.partitions)).saturating_add(u64::from(partition));
        let since_origin = (position as f64 * self.stamp_ms) as i64;
        Place { position, stamp: RecordTime(ORIGIN_MS.saturating_add(since_origin)) }
    }
}

/// Appends a record of `model`; the bits of `dirt` decide which kind, none: a clean one.
fn append<M: Model>(
    model: &M,
    place: Place,
    dirt: Option<u64>,
    random: &mut Random,
    out: &mut Vec<u8>,
) {
    let event = model.event(place, random);
    match dirt {
        None => model.write(&event, out),
        Some(bits) => {
            let kind = M::DIRT[scale(bits, M::DIRT.len() as u32) as usize];
            model.write_dirty(&event, kind, random, out);
        }
    }
}

#[cfg(test)]
mod testing;
