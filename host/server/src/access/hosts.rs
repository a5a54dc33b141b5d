//! The names under which a server without a token may be asked.
//!
//! A page of any site can have a name that it owns point to 127.0.0.1, and then read what a browser
//! on this computer reaches (DNS rebinding). The browser says the name that the page asked for, so a
//! server that relies on being reached from this computer alone answers to no other names.

use std::net::{IpAddr, SocketAddr};

use super::Access;

/// The names that are answered.
#[derive(Debug)]
pub(crate) enum Hosts {
    /// All: a token is asked for, or the address is there for other computers.
    Any,
    /// Loopback names, and these, in lower case and without a port.
    Loopback(Vec<String>),
}

impl Hosts {
    /// The names under which a server at `address` is asked.
    pub(crate) fn of(access: &Access, address: SocketAddr) -> Self {
        if access.token.is_some() || !address.ip().is_loopback() {
            return Self::Any;
        }
        let host = |origin: &String| Some(name(origin.split_once("://")?.1).to_lowercase());
        Self::Loopback(access.allow_origins.iter().filter_map(host).collect())
    }

    /// True if a request under this name, the value of its `Host`, is answered.
    pub(crate) fn answer(&self, host: &str) -> bool {
        let Self::Loopback(further) = self else { return true };
        let name = name(host).to_lowercase();
        is_loopback(&name) || further.contains(&name)
    }
}

/// The name in the value of a `Host` header, without the port.
fn name(host: &str) -> &str {
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    }
}

/// Browsers take all of `.localhost` for this computer, whatever a name server says.
fn is_loopback(name: &str) -> bool {
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse().is_ok_and(|address: IpAddr| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(token: Option<&str>, address: &str) -> Hosts {
        let access = Access {
            token: token.map(str::to_owned),
            allow_origins: vec![
                "https://Gauge.example".to_owned(),
                "http://[2001:db8::1]:8080".to_owned(),
            ],
            ..Access::default()
        };
        Hosts::of(&access, address.parse().expect("an address"))
    }

    #[test]
    fn without_a_token_only_loopback_names_and_those_of_the_settings_are_answered() {
        let hosts = hosts(None, "127.0.0.1:5001");
        for (host, answered) in [
            ("127.0.0.1:5001", true),
            ("127.8.9.1", true),
            ("localhost:5001", true),
            ("LocalHost", true),
            ("gauge.localhost:5001", true),
            ("[::1]:5001", true),
            ("[::ffff:127.0.0.1]", true),
            ("gauge.example", true),
            ("GAUGE.example:443", true),
            ("[2001:db8::1]:8080", true),
            ("evil.example", false),
            ("evil.example:5001", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
            ("notlocalhost", false),
            ("gauge.example.evil.example", false),
            ("10.0.0.1:5001", false),
            ("", false),
        ] {
            assert_eq!(hosts.answer(host), answered, "{host}");
        }
    }

    #[test]
    fn a_token_or_an_address_for_others_decides_without_names() {
        assert!(hosts(Some("0123456789abcdef"), "127.0.0.1:5001").answer("evil.example"));
        assert!(hosts(None, "10.0.0.1:5001").answer("gauge.intern"));
        assert!(!hosts(None, "[::1]:5001").answer("gauge.intern"));
    }
}
