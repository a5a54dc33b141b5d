//! The kinds of settings that are more than a number, and what is not honoured.

use std::fmt;
use std::fs;
use std::path::PathBuf;

/// Certificates, as texts or in files.
#[derive(Clone, Debug, Default)]
pub(crate) struct TlsSettings {
    /// Who signed the brokers' certificates; nothing means whom this computer trusts.
    pub(crate) authorities: Option<Pem>,
    pub(crate) certificate: Option<Pem>,
    pub(crate) key: Option<Pem>,
    /// Whether a certificate has to be for the name that is connected to.
    pub(crate) checks_names: bool,
}

/// A text with certificates or a key.
#[derive(Clone)]
pub(crate) enum Pem {
    File(PathBuf),
    Text(String),
}

/// A user, and the way to prove who it is.
#[derive(Clone)]
pub(crate) struct SaslSettings {
    pub(crate) mechanism: Mechanism,
    pub(crate) user: String,
    pub(crate) password: String,
}

/// The ways that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    Plain,
    ScramSha256,
    ScramSha512,
}

/// The kinds of addresses that are connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Families {
    Any,
    V4,
    V6,
}

/// A setting that own fetch does not honour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotHonoured {
    /// The key is not known.
    Key(String),
    /// The key is known and the value is not.
    Value {
        /// The key, by librdkafka's name.
        key: String,
        /// What would be taken, in words.
        takes: &'static str,
    },
}

impl NotHonoured {
    /// The key that is not honoured, or whose value is not.
    pub fn key(&self) -> &str {
        match self {
            Self::Key(key) | Self::Value { key, .. } => key,
        }
    }
}

impl fmt::Display for NotHonoured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(f, "own fetch does not know `{key}`"),
            Self::Value { key, takes } => write!(f, "of `{key}` own fetch takes {takes}"),
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "File({})", path.display()),
            Self::Text(_) => write!(f, "Text"),
        }
    }
}

impl fmt::Debug for SaslSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SaslSettings({:?})", self.mechanism)
    }
}

impl Pem {
    /// The text, from its file where it stands in one.
    pub(crate) fn read(&self) -> Result<String, String> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => fs::read_to_string(path)
                .map_err(|error| format!("{} cannot be read: {error}", path.display())),
        }
    }
}
