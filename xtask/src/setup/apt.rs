//! Debian's packages through apt-get.
//!
//! Package lists may be old, so the lists are brought up to date first; another process may hold a
//! lock, so there is a wait with a limit; and no program may ask a question.

use std::{
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use super::Consent;
use crate::{process, step::step};

/// apt-get waits for dpkg's lock by itself, but not for that of the package lists.
const LOCK_WAIT_S: u32 = 120;
const UPDATE_TRIES_MAX: u32 = 24;
const UPDATE_PAUSE: Duration = Duration::from_secs(5);

/// The way in which apt-get may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Root,
    Sudo,
}

/// Installs packages if that is allowed; otherwise the error holds the exact command.
pub(super) fn install(packages: &[&str], consent: Consent) -> Result<()> {
    if !process::on_path("apt-get") {
        eprintln!("this system has no apt-get; Debian would call it: {}", packages.join(" "));
        return Ok(());
    }
    let is_root = rustix::process::geteuid().is_root();
    let Some(way) = way(is_root, consent) else {
        bail!(
            "Debian packages are installed by root or with consent only\n  hint: {} && {}\n  \
             hint: `cargo xtask setup --yes` runs exactly that",
            line(&update_args(Way::Sudo)),
            line(&install_args(Way::Sudo, packages))
        );
    };
    if way == Way::Sudo && !process::on_path("sudo") {
        bail!("program `sudo` was not found\n  hint: `cargo xtask setup` as root needs none");
    }
    step("package lists", || update(way))?;
    step(&format!("packages {}", packages.join(" ")), || {
        process::run(&mut command(&install_args(way, packages))).context(
            "apt-get could not install what is missing\n  \
             hint: if an installation was broken off earlier, `dpkg --configure -a` finishes it",
        )
    })
}

fn way(is_root: bool, consent: Consent) -> Option<Way> {
    match (is_root, consent) {
        (true, _) => Some(Way::Root),
        (false, Consent::Sudo) => Some(Way::Sudo),
        (false, Consent::Root) => None,
    }
}

/// Brings the package lists up to date. Lists that stay old are no error yet: the installation
/// may still work with them, and says so itself if not.
fn update(way: Way) -> Result<()> {
    for _ in 0..UPDATE_TRIES_MAX {
        let mut command = command(&update_args(way));
        let output = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(std::process::Child::wait_with_output)
            .map_err(|error| process::not_started(&command, error))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        if !is_locked(&said) {
            eprintln!("{}\nwarning: the package lists stay as they are", said.trim_end());
            return Ok(());
        }
        eprintln!("    another process holds the package lists; waiting for it");
        thread::sleep(UPDATE_PAUSE);
    }
    bail!("the package lists stayed locked by another process\n  hint: try again when it is done")
}

fn is_locked(said: &str) -> bool {
    said.contains("Could not get lock")
}

fn update_args(way: Way) -> Vec<String> {
    args(way, &["update".to_owned()])
}

fn install_args(way: Way, packages: &[&str]) -> Vec<String> {
    let lock = format!("DPkg::Lock::Timeout={LOCK_WAIT_S}");
    let fixed = ["install", "--yes", "--no-install-recommends", "-o", &lock];
    let all: Vec<String> = fixed.iter().chain(packages).map(|&arg| arg.to_owned()).collect();
    args(way, &all)
}

fn args(way: Way, rest: &[String]) -> Vec<String> {
    let start: &[&str] = match way {
        Way::Root => &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
        Way::Sudo => &["sudo", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"],
    };
    start.iter().map(|&arg| arg.to_owned()).chain(rest.iter().cloned()).collect()
}

fn command(args: &[String]) -> Command {
    let mut command = Command::new(&args[0]);
    // Without LC_ALL=C the message about a lock could be in any language.
    command.args(&args[1..]).env("LC_ALL", "C");
    if args[0] != "sudo" {
        // sudo may have to ask for its password; apt-get has nothing to ask.
        command.stdin(Stdio::null());
    }
    command
}

fn line(args: &[String]) -> String {
    args.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_by_root_or_with_consent_alone() {
        assert_eq!(way(true, Consent::Root), Some(Way::Root));
        assert_eq!(way(true, Consent::Sudo), Some(Way::Root));
        assert_eq!(way(false, Consent::Sudo), Some(Way::Sudo));
        assert_eq!(way(false, Consent::Root), None);
    }

    #[test]
    fn the_commands_wait_for_locks_and_ask_nothing() {
        assert_eq!(
            line(&install_args(Way::Sudo, &["chromium", "maven"])),
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes \
             --no-install-recommends -o DPkg::Lock::Timeout=120 chromium maven"
        );
        assert_eq!(
            line(&update_args(Way::Root)),
            "env DEBIAN_FRONTEND=noninteractive apt-get update"
        );
    }

    #[test]
    fn a_held_lock_is_told_from_other_failures() {
        assert!(is_locked(
            "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 1 (apt-get)"
        ));
        assert!(!is_locked("E: The repository does not have a Release file."));
    }
}
