//! What belongs to a user and to an item for good: age, gender and province; category, merchant
//! and brand. All of it is looked up by hash, so a million users take no memory.

use streamgauge_core::random::{Lottery, mix, scale};

/// Categories, merchants and brands in the log that the shape is taken from.
const CATEGORIES: u32 = 1658;
const MERCHANTS: u32 = 4995;
const BRANDS: u32 = 8477;

/// The provinces by population in hundreds of thousands. As in the log, the four municipalities
/// carry 市 and all others are bare.
pub(super) const PROVINCES: [(&str, u32); 34] = [
    ("广东", 1260),
    ("山东", 1015),
    ("河南", 994),
    ("江苏", 848),
    ("四川", 837),
    ("河北", 746),
    ("湖南", 664),
    ("浙江", 646),
    ("安徽", 610),
    ("湖北", 578),
    ("广西", 501),
    ("云南", 472),
    ("江西", 452),
    ("辽宁", 426),
    ("福建", 415),
    ("陕西", 395),
    ("贵州", 386),
    ("山西", 349),
    ("重庆市", 321),
    ("黑龙江", 319),
    ("新疆", 259),
    ("甘肃", 250),
    ("上海市", 249),
    ("吉林", 241),
    ("内蒙古", 240),
    ("台湾", 236),
    ("北京市", 219),
    ("天津市", 139),
    ("海南", 101),
    ("香港", 75),
    ("宁夏", 72),
    ("青海", 59),
    ("西藏", 36),
    ("澳门", 7),
];

/// Weights of the age ranges 0 (unknown) to 8.
const AGES: [u32; 9] = [120, 60, 230, 250, 150, 95, 70, 20, 5];

/// Weights of the genders: women, men, unknown.
const GENDERS: [u32; 3] = [56, 36, 8];

/// A user's own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) age_range: u8,
    pub(super) gender: u8,
    /// The position of the province in [`PROVINCES`].
    pub(super) province: u8,
}

/// An item's own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) category: u32,
    pub(super) merchant: u32,
    pub(super) brand: u32,
}

/// Tells who a user is and what an item is.
#[derive(Clone, Debug)]
pub(super) struct Catalog {
    salt: u64,
    ages: Lottery,
    genders: Lottery,
    provinces: Lottery,
}

impl Catalog {
    /// The catalog of a seed.
    pub(super) fn new(seed: u64) -> Self {
        Self {
            salt: mix(seed ^ 0x0063_6174_616c_6f67),
            ages: Lottery::new(&AGES),
            genders: Lottery::new(&GENDERS),
            provinces: Lottery::new(&PROVINCES.map(|(_, weight)| weight)),
        }
    }

    /// The fields of the user `id`.
    pub(super) fn user(&self, id: u32) -> User {
        let bits = mix(self.salt ^ u64::from(id));
        User {
            age_range: self.ages.pick(bits),
            gender: self.genders.pick(bits >> 12),
            province: self.provinces.pick(bits >> 24),
        }
    }

    /// The fields of the item `id`. Some categories and merchants are far larger than others, and
    /// a merchant sells few brands.
    pub(super) fn item(&self, id: u32) -> Item {
        let bits = mix(self.salt ^ (u64::from(id) | 1 << 32));
        let merchant = 1 + skewed(mix(bits), MERCHANTS);
        let brand_bits = u64::from(merchant) << 2 | (bits & 0b11);
        Item {
            category: 1 + skewed(bits, CATEGORIES),
            merchant,
            brand: 1 + scale(mix(self.salt ^ (brand_bits | 1 << 33)), BRANDS),
        }
    }
}

/// A number below `bound`, the low ones more often: the product of two even draws.
fn skewed(bits: u64, bound: u32) -> u32 {
    let (a, b) = (bits >> 32, bits & 0xffff_ffff);
    scale(a * b, bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provinces_follow_their_weights() {
        let catalog = Catalog::new(3);
        let mut users = [0_u32; 34];
        for id in 1..=100_000 {
            users[usize::from(catalog.user(id).province)] += 1;
        }
        let total: u32 = PROVINCES.iter().map(|(_, weight)| weight).sum();
        for ((name, weight), found) in PROVINCES.iter().zip(users) {
            let expected = f64::from(*weight) / f64::from(total);
            let share = f64::from(found) / 100_000.0;
            assert!((share - expected).abs() < 0.002 + expected * 0.05, "{name}: {share}");
            assert!(found > 0, "{name} is empty");
        }
    }

    #[test]
    fn users_and_items_stay_in_the_ranges_of_the_schema() {
        let catalog = Catalog::new(4);
        let mut ages = [false; 9];
        for id in 1..=20_000 {
            let user = catalog.user(id);
            assert!(user.gender <= 2 && usize::from(user.province) < PROVINCES.len());
            ages[usize::from(user.age_range)] = true;
            let item = catalog.item(id);
            assert!((1..=CATEGORIES).contains(&item.category));
            assert!((1..=MERCHANTS).contains(&item.merchant));
            assert!((1..=BRANDS).contains(&item.brand));
        }
        assert_eq!(ages, [true; 9]);
    }

    #[test]
    fn a_seed_has_its_own_people() {
        let (one, two) = (Catalog::new(1), Catalog::new(2));
        assert_eq!(one.user(77), Catalog::new(1).user(77));
        assert!((1..100).any(|id| one.user(id) != two.user(id)));
    }
}
