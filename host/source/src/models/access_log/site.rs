//! What the site has: its paths by popularity, and what kind each is, which decides on statuses
//! and sizes.

use super::super::zipf::Zipf;
use streamgauge_core::random::{Lottery, Random, mix, scale};

/// Paths that are asked for again and again.
const PATHS: u32 = 400;

/// Mandelbrot's `q` of [`PATHS`]: the most popular one gets about 7 % of the requests.
const PATHS_Q: f64 = 3.0;

/// The long tail, and the share of the requests that go there, in thousandths.
const ARCHIVE: u32 = 20_000;
const ARCHIVE_Q: f64 = 100.0;
const ARCHIVE_PER_MILLE: u32 = 60;

/// What every site is asked for most.
const HEAD: [(&str, Kind); 10] = [
    ("/", Kind::Page),
    ("/static/app.js", Kind::Asset),
    ("/static/style.css", Kind::Asset),
    ("/api/session", Kind::Api),
    ("/favicon.ico", Kind::Asset),
    ("/login", Kind::Page),
    ("/search", Kind::Page),
    ("/wp-login.php", Kind::Missing),
    ("/home", Kind::Moved),
    ("/admin", Kind::Closed),
];

/// The other paths by kind: weight, what precedes their number, and what follows it.
const REST: [(Kind, u32, &str, &str); 7] = [
    (Kind::Page, 40, "/products/", ""),
    (Kind::Image, 25, "/img/", ".webp"),
    (Kind::Api, 18, "/api/items/", ""),
    (Kind::Download, 5, "/files/", ".pdf"),
    (Kind::Missing, 6, "/old/", ".html"),
    (Kind::Moved, 4, "/p/", ""),
    (Kind::Closed, 2, "/admin/reports/", ""),
];

/// The statuses that occur.
const STATUSES: [u16; 7] = [200, 304, 301, 404, 403, 500, 503];

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Page,
    Asset,
    Image,
    Api,
    Download,
    Archive,
    Missing,
    Moved,
    Closed,
}

impl Kind {
    /// Thousandths of each of [`STATUSES`].
    fn weights(self) -> [u32; 7] {
        match self {
            Self::Page => [930, 40, 5, 5, 2, 12, 6],
            Self::Asset => [560, 436, 0, 2, 0, 1, 1],
            Self::Image => [690, 300, 0, 7, 0, 1, 2],
            Self::Api => [930, 0, 0, 20, 10, 28, 12],
            Self::Download => [950, 30, 0, 5, 5, 2, 8],
            Self::Archive => [760, 60, 80, 95, 0, 3, 2],
            Self::Missing => [0, 0, 0, 985, 12, 2, 1],
            Self::Moved => [0, 0, 990, 5, 0, 3, 2],
            Self::Closed => [60, 0, 0, 10, 915, 10, 5],
        }
    }

    /// The size around which its answers lie, in bytes.
    fn bytes_typical(self) -> u32 {
        match self {
            Self::Page | Self::Closed | Self::Missing | Self::Moved => 18_000,
            Self::Asset => 60_000,
            Self::Image => 90_000,
            Self::Api => 1200,
            Self::Download => 2_500_000,
            Self::Archive => 9000,
        }
    }

    /// The status that 64 random bits stand for.
    pub(super) fn status(self, bits: u64) -> u16 {
        let mut ticket = scale(bits, 1000);
        for (status, weight) in STATUSES.iter().zip(self.weights()) {
            match ticket.checked_sub(weight) {
                Some(rest) => ticket = rest,
                None => return *status,
            }
        }
        unreachable!("the weights of {self:?} come to 1000")
    }
}

/// The paths of a seed.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// The paths, the most popular first.
    paths: Vec<(Kind, String)>,
    popular: Zipf,
    archive: Zipf,
}

impl Site {
    pub(super) fn new(seed: u64) -> Self {
        let kinds = Lottery::new(&REST.map(|(_, weight, _, _)| weight));
        let rest = |rank: u32| {
            let bits = mix(seed ^ u64::from(rank) ^ 0x7369_7465_0000_0000);
            let (kind, _, before, after) = REST[usize::from(kinds.pick(bits))];
            (kind, format!("{before}{rank}{after}"))
        };
        let head = HEAD.iter().map(|(path, kind)| (*kind, (*path).to_owned()));
        Self {
            paths: head.chain((HEAD.len() as u32..PATHS).map(rest)).collect(),
            popular: Zipf::new(PATHS, PATHS_Q, 0),
            archive: Zipf::new(ARCHIVE, ARCHIVE_Q, mix(seed)),
        }
    }

    /// A path that somebody asks for.
    pub(super) fn path(&self, random: &mut Random) -> (Kind, String) {
        if random.below(1000) < ARCHIVE_PER_MILLE {
            let page = self.archive.id(random.bits());
            return (Kind::Archive, format!("/archive/{page}"));
        }
        let (kind, path) = &self.paths[self.popular.rank(random.bits()) as usize];
        (*kind, path.clone())
    }
}

/// The size of an answer. A path has a size of its own, around which its answers vary; what is
/// not there or not allowed is small.
pub(super) fn bytes_of(kind: Kind, path: &str, status: u16, bits: u64) -> u64 {
    match status {
        200 => {
            let of_path = path.bytes().fold(7, |hash, byte| mix(hash ^ u64::from(byte)));
            varied(varied(kind.bytes_typical().into(), of_path), bits)
        }
        304 => 0,
        301 => 178,
        status => varied(u64::from(status), bits),
    }
}

/// `typical` times four even factors from a half to one and a half: skewed to the right, as
/// sizes are, by whole numbers alone.
fn varied(typical: u64, bits: u64) -> u64 {
    let factor = |shift: u32| 128 + (bits >> shift) % 256;
    (0..4).map(|i| factor(8 * i)).fold(typical, |bytes, factor| (bytes * factor).div_ceil(256))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_come_to_the_whole() {
        let all = HEAD.map(|(_, kind)| kind).into_iter().chain(REST.map(|(kind, ..)| kind));
        for kind in all.chain([Kind::Archive]) {
            assert_eq!(kind.weights().iter().sum::<u32>(), 1000, "{kind:?}");
            kind.status(u64::MAX);
        }
    }

    #[test]
    fn paths_are_different_and_a_seed_has_its_own() {
        let site = Site::new(1);
        let mut paths: Vec<&String> = site.paths.iter().map(|(_, path)| path).collect();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), PATHS as usize);
        assert_eq!(site.paths, Site::new(1).paths);
        assert_ne!(site.paths, Site::new(2).paths);
    }

    #[test]
    fn sizes_follow_path_and_status() {
        let sizes = |status| {
            let of = |i: u64| bytes_of(Kind::Page, "/", status, mix(i));
            let mut sizes: Vec<u64> = (0..999).map(of).collect();
            sizes.sort_unstable();
            (sizes[0], sizes[499], sizes[998])
        };
        assert_eq!((sizes(304), sizes(301)), ((0, 0, 0), (178, 178, 178)));
        let (least, middle, most) = sizes(200);
        assert!(least > 300 && most > 3 * middle && middle > 3 * least, "{:?}", sizes(200));
        assert!(sizes(404).2 < 3000);
    }
}
