//! Few users and items with most of the events, and a long tail: Zipf's law in Mandelbrot's form,
//! the weight of rank `k` being 1 / (k + q).
//!
//! A draw is one look-up in a table of quantiles with a straight line between its entries. The
//! table is built with additions and divisions alone, which every machine rounds alike, so a seed
//! means the same records everywhere.

/// Entries of the table of quantiles, less one.
const CELLS: usize = 4096;

/// Binary digits after the point of a quantile.
const FRACTION_BITS: u32 = 16;

/// Ranks are added up one by one below this rank, and in blocks of this share of a rank above.
const BLOCK_SHARE: u64 = 1024;

/// Draws ids from 1 to `count`, each with the frequency of its rank.
#[derive(Clone, Debug)]
pub(super) struct Zipf {
    /// Rank at each 4,096th of the whole weight, with [`FRACTION_BITS`] after the point.
    quantiles: Vec<u64>,
    count: u64,
    multiplier: u64,
    shift: u64,
}

impl Zipf {
    /// The law over `count` ranks (at least one) with Mandelbrot's `q` (above 0): the larger,
    /// the flatter the head. `salt` decides which id has which rank.
    pub(super) fn new(count: u32, q: f64, salt: u64) -> Self {
        let count = u64::from(count.max(1));
        let total: f64 = blocks(count, q).map(|block| block.weight).sum();
        let mut quantiles = Vec::with_capacity(CELLS + 1);
        let mut below = 0.0;
        for block in blocks(count, q) {
            while quantiles.len() < CELLS {
                let wanted = total * quantiles.len() as f64 / CELLS as f64;
                if wanted >= below + block.weight {
                    break;
                }
                let part = (wanted - below) / block.weight * block.ranks as f64;
                let fine = f64::from(1_u32 << FRACTION_BITS);
                quantiles.push(((block.first as f64 + part) * fine) as u64);
            }
            below += block.weight;
        }
        quantiles.resize(CELLS + 1, count << FRACTION_BITS);
        Self { quantiles, count, multiplier: multiplier(count), shift: salt % count }
    }

    /// The id that 64 random bits stand for.
    pub(super) fn id(&self, bits: u64) -> u32 {
        let id = (self.rank(bits) * self.multiplier + self.shift) % self.count;
        (id + 1) as u32
    }

    /// The rank, from 0, that 64 random bits stand for.
    pub(super) fn rank(&self, bits: u64) -> u64 {
        let cell = (bits >> 52) as usize;
        let within = u128::from(bits & ((1 << 52) - 1));
        let low = self.quantiles[cell];
        let width = u128::from(self.quantiles[cell + 1] - low);
        (low + ((width * within) >> 52) as u64) >> FRACTION_BITS
    }
}

/// Neighbouring ranks that are taken together.
struct Block {
    first: u64,
    ranks: u64,
    weight: f64,
}

/// All ranks in blocks: single at the head, wider where neighbours hardly differ.
fn blocks(count: u64, q: f64) -> impl Iterator<Item = Block> {
    let mut first = 0;
    std::iter::from_fn(move || {
        if first >= count {
            return None;
        }
        let ranks = (first / BLOCK_SHARE).clamp(1, count - first);
        let middle = first as f64 + (ranks - 1) as f64 / 2.0;
        let block = Block { first, ranks, weight: ranks as f64 / (middle + q) };
        first += ranks;
        Some(block)
    })
}

/// A number without a common divisor with `count`, near its golden section: multiplying by it
/// scatters neighbouring ranks over all ids.
fn multiplier(count: u64) -> u64 {
    let start = (count * 618 / 1000).max(1);
    (start..=count).find(|m| common_divisor(*m, count) == 1).unwrap_or(1)
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use streamgauge_core::random::Random;

    #[test]
    fn frequencies_follow_the_law() {
        let (count, q, draws) = (10_000, 10.0, 400_000);
        let zipf = Zipf::new(count, q, 0);
        let total: f64 = (0..count).map(|k| 1.0 / (f64::from(k) + q)).sum();
        let mut seen = vec![0_u32; count as usize];
        for index in 0..draws {
            seen[zipf.rank(Random::of(7, 0, index).bits()) as usize] += 1;
        }
        let check = |ranks: std::ops::Range<u32>| {
            let found: u32 = ranks.clone().map(|k| seen[k as usize]).sum();
            let law: f64 = ranks.map(|k| 1.0 / (f64::from(k) + q)).sum::<f64>() / total;
            let share = f64::from(found) / draws as f64;
            assert!((share - law).abs() < law * 0.04, "{share} instead of {law}");
        };
        for ranks in [0..1, 1..2, 10..12, 100..120, 1000..1500, 5000..10_000] {
            check(ranks);
        }
    }

    #[test]
    fn every_rank_has_an_id_of_its_own() {
        for count in [1, 2, 3, 10, 1000, 4096] {
            let zipf = Zipf::new(count, 5.0, 12_345);
            let id = |rank: u64| (rank * zipf.multiplier + zipf.shift) % zipf.count + 1;
            let mut ids: Vec<u64> = (0..u64::from(count)).map(id).collect();
            ids.sort_unstable();
            assert_eq!(ids, (1..=u64::from(count)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_largest_count_is_no_effort_and_stays_in_range() {
        let zipf = Zipf::new(u32::MAX, 10.0, u64::MAX);
        assert_eq!(zipf.rank(0), 0);
        assert_eq!(zipf.rank(u64::MAX), u64::from(u32::MAX) - 1);
        assert!((1..=u32::MAX).contains(&zipf.id(u64::MAX)));
        assert_eq!(Zipf::new(1, 10.0, 3).id(u64::MAX), 1);
    }
}
