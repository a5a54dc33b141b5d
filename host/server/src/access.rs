//! Who may see the data: everyone who reaches the server, or clients that know the server's token.
//!
//! A program sends the token with each request. A browser cannot with a WebSocket, so its page buys
//! a ticket with the token: random, good once, for ten seconds, which makes it worthless in the log
//! of a proxy. Deliberately absent: users and rights, which belong to a proxy in front.

pub(crate) mod guard;
pub(crate) mod hosts;
pub(crate) mod tickets;

use std::fmt;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use streamgauge_pipeline::ServerSettings;
use subtle::ConstantTimeEq;

use crate::control::Asker;

/// Who may see what the server has.
#[derive(Clone, Default)]
pub struct Access {
    /// The secret that a client must show; `None` means that everyone may see everything.
    pub token: Option<String>,
    /// True if the token lets its client change the pipeline too.
    pub control: bool,
    /// The secret of the command line on the host's computer; `None` means that it has none.
    pub control_token: Option<String>,
    /// Further origins whose pages may open the stream, in lower case.
    pub allow_origins: Vec<String>,
    /// Further origins whose pages may show the dashboard in a frame.
    pub frame_ancestors: Vec<String>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("token", &self.token.as_ref().map(|_| "***"))
            .field("control", &self.control)
            .field("control_token", &self.control_token.as_ref().map(|_| "***"))
            .field("allow_origins", &self.allow_origins)
            .field("frame_ancestors", &self.frame_ancestors)
            .finish()
    }
}

impl From<&ServerSettings> for Access {
    fn from(settings: &ServerSettings) -> Self {
        Self {
            token: settings.token.as_ref().map(|token| token.value.clone()),
            control: settings.control,
            control_token: None,
            allow_origins: settings.allow_origins.clone(),
            frame_ancestors: settings.frame_ancestors.clone(),
        }
    }
}

impl Access {
    /// True if a request shows the token, or if no token is set.
    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        shows(headers, token)
    }

    /// Who asks for a change, if the request may.
    pub(crate) fn asker(&self, headers: &HeaderMap) -> Result<Asker, Denied> {
        let is_shown = |token: &Option<String>| token.as_ref().is_some_and(|t| shows(headers, t));
        if is_shown(&self.control_token) {
            return Ok(Asker::CommandLine);
        }
        match (is_shown(&self.token), self.control) {
            (true, true) => Ok(Asker::Client),
            (true, false) => Err(Denied::NoControl),
            (false, _) => Err(Denied::NoToken),
        }
    }
}

/// The reason why a request may not change anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// It shows no token that is known.
    NoToken,
    /// It shows the token of a server that takes no changes from outside.
    NoControl,
}

/// A secret that nobody can guess.
pub fn new_token() -> String {
    tickets::random()
}

fn shows(headers: &HeaderMap, token: &str) -> bool {
    let shown = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes()));
    shown.is_some_and(|shown| shown.ct_eq(token.as_bytes()).into())
}

/// The text after `Bearer `, which may be in any case.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_known() {
        let access = Access { token: Some("0123456789abcdef".to_owned()), ..Access::default() };
        for (value, known) in [
            ("Bearer 0123456789abcdef", true),
            ("bearer 0123456789abcdef", true),
            ("Bearer 0123456789abcde", false),
            ("Bearer 0123456789abcdef0", false),
            ("Basic 0123456789abcdef", false),
            ("Bearer ", false),
            ("Bearer", false),
            ("", false),
        ] {
            let header = (AUTHORIZATION, value.parse().expect("a header"));
            assert_eq!(access.knows_token(&HeaderMap::from_iter([header])), known, "{value}");
        }
        assert!(!access.knows_token(&HeaderMap::new()));
        assert!(Access::default().knows_token(&HeaderMap::new()));
        assert!(!format!("{access:?}").contains("0123"));
    }

    #[test]
    fn a_change_needs_the_token_and_the_leave_of_the_server_or_the_command_lines_own_token() {
        let (server, own) = ("0123456789abcdef", "fedcba9876543210");
        let access = |token: Option<&str>, control| Access {
            token: token.map(str::to_owned),
            control,
            control_token: Some(own.to_owned()),
            ..Access::default()
        };
        let none: Option<&str> = None;
        for (token, control, shown, expected) in [
            (Some(server), true, Some(server), Ok(Asker::Client)),
            (Some(server), false, Some(server), Err(Denied::NoControl)),
            (Some(server), true, none, Err(Denied::NoToken)),
            (Some(server), true, Some("0123456789abcdeX"), Err(Denied::NoToken)),
            (None, true, none, Err(Denied::NoToken)),
            (None, true, Some(""), Err(Denied::NoToken)),
            (None, false, Some(own), Ok(Asker::CommandLine)),
            (Some(server), false, Some(own), Ok(Asker::CommandLine)),
        ] {
            let header =
                |shown| (AUTHORIZATION, format!("Bearer {shown}").parse().expect("a header"));
            let headers: HeaderMap = shown.map(header).into_iter().collect();
            let found = access(token, control).asker(&headers);
            assert_eq!(found, expected, "{token:?} {control} {shown:?}");
        }
        let closed = Access { token: Some(server.to_owned()), ..Access::default() };
        let header = (AUTHORIZATION, "Bearer ".parse().expect("a header"));
        assert_eq!(closed.asker(&HeaderMap::from_iter([header])), Err(Denied::NoToken));
        assert!(!format!("{:?}", access(None, true)).contains(own));
    }
}
