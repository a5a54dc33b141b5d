//! A network that swallows what is sent: a namespace of the kernel's with a cable to this machine,
//! whose far end can lose the way back. Connections stay open then, and nothing comes.
//!
//! Making one takes root's rights and the program `ip`; what cannot be tried is said to be left out.

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::process::{Ended, finish};

/// A network with one machine in it; it ends when dropped.
pub(crate) struct Network {
    name: String,
    near: Ipv4Addr,
    far: Ipv4Addr,
}

impl Network {
    /// A new network; `None` where this machine lets nobody make one.
    pub(crate) fn new() -> Option<Self> {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        let (pid, number) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // Four addresses of a range that is kept for trials (RFC 2544), by the process.
        let base = u32::from(Ipv4Addr::new(198, 18, 0, 0));
        let base = base + (pid % 0x4000) * 8 + u32::from(number) * 4;
        let (near, far) = (Ipv4Addr::from(base + 1), Ipv4Addr::from(base + 2));
        let name = format!("sg{pid}-{number}");
        if let Err(why) = may_make(&name) {
            eprintln!("left out, as no network can be made here: {why}");
            return None;
        }
        let network = Self { name, near, far };
        let Self { name, near, far } = &network;
        let (outer, inner) = (format!("{name}a"), format!("{name}b"));
        for line in [
            format!("link add {outer} type veth peer name {inner} netns {name}"),
            format!("address add {near}/30 dev {outer}"),
            format!("link set {outer} up"),
            format!("-n {name} address add {far}/30 dev {inner}"),
            format!("-n {name} link set {inner} up"),
            format!("-n {name} link set lo up"),
        ] {
            ip(&line).ok();
        }
        Some(network)
    }

    /// The address of the machine in the network.
    pub(crate) fn far(&self) -> Ipv4Addr {
        self.far
    }

    /// A command that is run on the machine in the network.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name, program]);
        command
    }

    /// Nothing that the machine sends arrives any more.
    pub(crate) fn swallow(&self) {
        ip(&format!("-n {} route add blackhole {}/32", self.name, self.near)).ok();
    }

    /// What the machine sends arrives again.
    pub(crate) fn mend(&self) {
        ip(&format!("-n {} route delete blackhole {}/32", self.name, self.near)).ok();
    }
}

/// Fails with the words of `ip` where nobody may make one.
fn may_make(name: &str) -> Result<(), String> {
    let made = Command::new("ip").args(["netns", "add", name]).output();
    let made = made.map_err(|error| format!("`ip`: {error}"))?;
    if made.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&made.stderr).into_owned())
}

impl Drop for Network {
    fn drop(&mut self) {
        ip(&format!("netns delete {}", self.name));
    }
}

fn ip(arguments: &str) -> Ended {
    finish(Command::new("ip").args(arguments.split(' ')))
}
