//! Versions as tools print them.

use std::fmt;

/// The first three numbers of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version(pub(super) u32, pub(super) u32, pub(super) u32);

impl Version {
    /// Reads the first number after `marker`, and the two that follow it by dots.
    ///
    /// The marker skips what stands before, such as a terminal's colours or a line that Java
    /// prints about its environment.
    pub(super) fn after(text: &str, marker: &str) -> Option<Self> {
        let (_, rest) = text.split_once(marker)?;
        let rest = &rest[rest.find(|c: char| c.is_ascii_digit())?..];
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let mut numbers = rest[..end].split('.').map(|number| number.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Some(Self(next(), next(), next()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(major, minor, patch) = self;
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_tools_print_them() {
        let rows = [
            ("v20.20.2\n", "v", Some(Version(20, 20, 2))),
            ("rustc 1.95.0 (59807616e 2026-04-14)", "rustc ", Some(Version(1, 95, 0))),
            ("\x1b[1mApache Maven 3.8.7\x1b[m\n", "Maven ", Some(Version(3, 8, 7))),
            (
                "Picked up JAVA_TOOL_OPTIONS: -Xmx512m\nopenjdk version \"17.0.15\" 2025-04-15",
                " version ",
                Some(Version(17, 0, 15)),
            ),
            ("openjdk version \"21\" 2023-09-19", " version ", Some(Version(21, 0, 0))),
            ("java version \"1.8.0_402\"", " version ", Some(Version(1, 8, 0))),
            ("3.0.19\n", "", Some(Version(3, 0, 19))),
            ("no digits", "", None),
            ("command not found", "v", None),
        ];
        for (text, marker, expected) in rows {
            assert_eq!(Version::after(text, marker), expected, "{text:?}");
        }
    }

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        assert!(Version(20, 9, 0) < Version(20, 19, 0));
        assert!(Version(1, 8, 0) < Version(17, 0, 0));
    }
}
