//! `[server]`, and whether a server of these settings may be started: a page that other computers
//! reach is for everybody only if somebody said so.

use std::net::SocketAddr;

use super::context::Context;
use super::kafka::setting;
use super::reader::{Problem, Read, Table, Value};
use super::server_settings::ServerSettings;
use super::values::{line, number};

/// A shorter token could be guessed.
pub const TOKEN_CHARS_MIN: usize = 16;

/// The most origins of either list.
const ORIGINS_MAX: usize = 64;

pub(super) fn read(root: &mut Table<'_>, context: &Context<'_>) -> ServerSettings {
    let mut settings = ServerSettings::default();
    let Some(mut table) = root.section("server") else { return settings };
    settings.listen = table.or("listen", settings.listen, listen);
    settings.max_hz = table.or("max_hz", settings.max_hz, number(0.1..=50.0));
    settings.token = table.optional("token", |value| setting("token", value, context)).flatten();
    settings.control = table.or("control", false, Value::boolean);
    settings.allow_origins = table.or("allow_origins", Vec::new(), origins);
    settings.frame_ancestors = table.or("frame_ancestors", Vec::new(), origins);
    settings.public = table.or("public", false, Value::boolean);
    settings.show_records = table.or("show_records", true, Value::boolean);
    table.finish();
    settings
}

fn listen(value: &Value<'_>) -> Read<SocketAddr> {
    let text = line(value)?;
    text.parse().map_err(|_| {
        Problem::new(format!("is not an address and a port: `{text}`")).hint(
            "write digits, as in \"127.0.0.1:5001\"; \"0.0.0.0:5001\" lets other computers in",
        )
    })
}

/// Reads a list of origins; each wrong origin is reported at its place.
fn origins(value: &Value<'_>) -> Read<Vec<String>> {
    let items = value.items()?;
    if items.len() > ORIGINS_MAX {
        return Err(Problem::new(format!("must have at most {ORIGINS_MAX} origins")));
    }
    Ok(items.iter().filter_map(|item| item.read(origin)).collect())
}

/// Reads a scheme and a host, as browsers send them: the origin becomes part of a header.
fn origin(value: &Value<'_>) -> Read<String> {
    let text = line(value)?;
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    match host {
        Some(host) if !host.is_empty() && host.chars().all(legal) => Ok(text.to_ascii_lowercase()),
        _ => Err(Problem::new(format!("is not an origin: `{text}`"))
            .hint("write scheme and host, as in \"https://gauge.example\", and nothing after it")),
    }
}

/// The reason why a server must not be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exposure {
    /// The server is reached by other computers, and nothing keeps anyone out.
    #[error("the page at {listen} would be open to everyone who reaches this computer")]
    Open {
        /// The address and port that the server would listen at.
        listen: SocketAddr,
    },
    /// The token is no obstacle, or cannot be sent in a header.
    #[error(
        "the server's token must have at least {TOKEN_CHARS_MIN} characters, all of them \
         printable ASCII without spaces"
    )]
    WeakToken,
    /// Clients may change the pipeline, and nothing tells who they are.
    #[error("everyone who reaches the page could change the pipeline, as there is no token")]
    OpenControl,
}

impl Exposure {
    /// The setting that is to blame.
    pub const fn setting(&self) -> &'static str {
        match self {
            Self::Open { .. } => "server.listen",
            Self::WeakToken => "server.token",
            Self::OpenControl => "server.control",
        }
    }

    /// The remedy, as settings of `[server]`.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => {
                "set `token = { env = \"STREAMGAUGE_TOKEN\" }` in `[server]`, or, if anyone may \
                 see the page, `public = true` there or `--public`"
            }
            Self::WeakToken => {
                "make one with `openssl rand -hex 32` and put it into the environment variable"
            }
            Self::OpenControl => {
                "set `token = { env = \"STREAMGAUGE_TOKEN\" }` in `[server]`; the command line on \
                 the host's computer needs neither"
            }
        }
    }
}

impl ServerSettings {
    /// Checks that a server of these settings may be started.
    ///
    /// # Errors
    /// The server would be open to everyone, as [`Exposure`] describes.
    pub fn check_exposure(&self) -> Result<(), Exposure> {
        let listen = self.listen;
        match &self.token {
            Some(token) if !is_strong(&token.value) => Err(Exposure::WeakToken),
            None if !self.public && !listen.ip().to_canonical().is_loopback() => {
                Err(Exposure::Open { listen })
            }
            None if self.control => Err(Exposure::OpenControl),
            _ => Ok(()),
        }
    }
}

fn is_strong(token: &str) -> bool {
    token.len() >= TOKEN_CHARS_MIN && token.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 5001)),
            max_hz: 10.0,
            token: None,
            control: false,
            allow_origins: Vec::new(),
            frame_ancestors: Vec::new(),
            public: false,
            show_records: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    #[test]
    fn only_this_computer_is_let_in_without_a_word() {
        let long = "0123456789abcdef";
        for (listen, token, public, refused) in [
            ("127.0.0.1:5001", None, false, None),
            ("[::1]:5001", None, false, None),
            ("[::ffff:127.0.0.1]:5001", None, false, None),
            ("0.0.0.0:5001", None, false, Some("server.listen")),
            ("[::]:5001", None, false, Some("server.listen")),
            ("192.0.2.1:5001", None, false, Some("server.listen")),
            ("0.0.0.0:5001", None, true, None),
            ("0.0.0.0:5001", Some(long), false, None),
            ("127.0.0.1:5001", Some("short"), false, Some("server.token")),
            ("127.0.0.1:5001", Some(""), true, Some("server.token")),
            ("0.0.0.0:5001", Some("0123456789 abcdef"), true, Some("server.token")),
        ] {
            let token = token.map(|text| Secret { value: text.to_owned(), hidden: true });
            let listen = listen.parse().expect("an address");
            let settings = ServerSettings { listen, token, public, ..Default::default() };
            let found = settings.check_exposure().err();
            assert_eq!(found.map(|e| e.setting()), refused, "{settings:?}");
        }
    }

    #[test]
    fn nobody_controls_without_a_token() {
        let token = Secret { value: "0123456789abcdef".to_owned(), hidden: true };
        let open = ServerSettings { control: true, ..Default::default() };
        let found = open.check_exposure().expect_err("it is open");
        assert_eq!((found.clone(), found.setting()), (Exposure::OpenControl, "server.control"));
        let guarded = ServerSettings { token: Some(token), ..open };
        assert_eq!(guarded.check_exposure(), Ok(()));
    }
}
