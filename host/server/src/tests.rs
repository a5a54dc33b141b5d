//! The server over real sockets: every test has a port, a runtime and a state of its own, and
//! waits on what arrives.

mod access;
mod bounds;
mod control;
pub(crate) mod fixture;
mod host;
mod http;
mod openapi;
mod page;
mod stream;

use super::{BindError, Server};

#[test]
fn a_taken_port_is_told_with_the_way_out() {
    let first = Server::bind(host::loopback()).expect("any free port");
    let address = first.local_addr();
    assert_ne!(address.port(), 0, "the real port is told");
    let error = Server::bind(address).expect_err("the port is taken");
    assert!(matches!(error, BindError::Taken { address: taken } if taken == address));
    let text = error.to_string();
    assert!(text.contains(&address.to_string()), "{text}");
    assert!(text.contains("`--listen 127.0.0.1:0`"), "{text}");
}

#[test]
fn an_address_of_another_computer_is_told_as_such() {
    // 192.0.2.0/24 is reserved for examples: no computer has such an address.
    let elsewhere = "192.0.2.1:5001".parse().expect("an address");
    let error = Server::bind(elsewhere).expect_err("the address is not ours");
    assert!(matches!(error, BindError::NotOurs { .. }), "{error}");
    assert!(error.to_string().contains("`--listen 127.0.0.1:5001`"), "{error}");
}
