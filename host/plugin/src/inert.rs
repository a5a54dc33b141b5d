//! The inert profile: WASI for language runtimes that insist on it, with nothing behind it.
//!
//! The profile has no arguments, variables, files or sockets; the clocks stand still at the Unix
//! epoch, randomness is the same in every instance, and what is printed goes into the log. Waiting
//! ends at once. Results therefore depend on the rows alone, as without WASI. Invariant: no call
//! reaches the operating system, and none can wait, since a call of the host is not bounded by
//! `time_max`.
//!
//! A function that a runtime imports and never calls (of sockets, above all) is there by name only:
//! calling it ends the call, with an error that names the function. WASI in general is left to
//! other hosts: see `wasmtime-wasi`.

use wasmtime::component::{Component, ComponentType, Lift, Linker, Lower, Resource, ResourceType};
use wasmtime::{Result, StoreContextMut, bail};

use super::host_state::HostState;

/// The interfaces that a component may import, in any version 0.2.
const INTERFACES: [&str; 27] = [
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stderr",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stderr",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/preopens",
    "wasi:filesystem/types",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/insecure",
    "wasi:random/insecure-seed",
    "wasi:random/random",
    // There by name only: every call ends in an error.
    "wasi:sockets/instance-network",
    "wasi:sockets/ip-name-lookup",
    "wasi:sockets/network",
    "wasi:sockets/tcp",
    "wasi:sockets/tcp-create-socket",
    "wasi:sockets/udp",
    "wasi:sockets/udp-create-socket",
];

/// The most bytes that a runtime may print or draw at a time.
const CHUNK_BYTES_MAX: u64 = 64 << 10;

/// Any resource of WASI. All are of one type, that of the resources of interfaces that are there by
/// name only: such an interface may name one of another interface, and the two must be equal.
type Handle = Resource<()>;

/// The number of the output stream that stands for standard output.
const OUT: u32 = 1;
const ERR: u32 = 2;

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    Failed(Handle),
    #[component(name = "closed")]
    Closed,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

/// True if the profile has the interface that `import` names.
pub(super) fn has(import: &str) -> bool {
    let (interface, version) = import.split_once('@').unwrap_or((import, ""));
    version.starts_with("0.2.") && INTERFACES.contains(&interface)
}

/// Defines the interfaces that `component` imports.
pub(super) fn define(
    linker: &mut Linker<HostState>,
    component: &Component,
    imports: &[String],
) -> Result<()> {
    for import in imports.iter().filter(|import| has(import)) {
        let interface = import.split('@').next().unwrap_or_default();
        match interface.split_once('/').unwrap_or_default() {
            ("wasi:cli", part) => define_cli(linker, import, part)?,
            ("wasi:clocks", part) => define_clock(linker, import, part)?,
            ("wasi:filesystem", part) => define_filesystem(linker, import, part)?,
            ("wasi:io", part) => define_io(linker, import, part)?,
            ("wasi:random", part) => define_random(linker, import, part)?,
            _ => {}
        }
    }
    linker.define_unknown_imports_as_traps(component)
}

type Store<'a> = StoreContextMut<'a, HostState>;

fn define_cli(linker: &mut Linker<HostState>, import: &str, part: &str) -> Result<()> {
    let mut at = linker.instance(import)?;
    let terminal = ResourceType::host::<()>();
    let none = |_: Store<'_>, ()| Ok((None::<Handle>,));
    match part {
        "environment" => {
            at.func_wrap("get-environment", |_, ()| Ok((Vec::<(String, String)>::new(),)))?;
            at.func_wrap("get-arguments", |_, ()| Ok((Vec::<String>::new(),)))?;
            at.func_wrap("initial-cwd", |_, ()| Ok((None::<String>,)))
        }
        "exit" => at.func_wrap("exit", |_, (_,): (Result<(), ()>,)| -> Result<()> {
            bail!("it asked to exit")
        }),
        "stdin" => at.func_wrap("get-stdin", |_, ()| Ok((Handle::new_own(0),))),
        "stdout" => at.func_wrap("get-stdout", |_, ()| Ok((Handle::new_own(OUT),))),
        "stderr" => at.func_wrap("get-stderr", |_, ()| Ok((Handle::new_own(ERR),))),
        "terminal-input" => at.resource("terminal-input", terminal, |_, _| Ok(())),
        "terminal-output" => at.resource("terminal-output", terminal, |_, _| Ok(())),
        "terminal-stdin" => at.func_wrap("get-terminal-stdin", none),
        "terminal-stdout" => at.func_wrap("get-terminal-stdout", none),
        "terminal-stderr" => at.func_wrap("get-terminal-stderr", none),
        _ => Ok(()),
    }
}

fn define_clock(linker: &mut Linker<HostState>, import: &str, part: &str) -> Result<()> {
    let mut at = linker.instance(import)?;
    if part == "wall-clock" {
        let epoch = |_: Store<'_>, ()| Ok((Datetime { seconds: 0, nanoseconds: 0 },));
        at.func_wrap("now", epoch)?;
        return at.func_wrap("resolution", |_, ()| Ok((Datetime { seconds: 1, nanoseconds: 0 },)));
    }
    at.func_wrap("now", |_, ()| Ok((0_u64,)))?;
    at.func_wrap("resolution", |_, ()| Ok((1_u64,)))?;
    let ready = |_: Store<'_>, (_,): (u64,)| Ok((Handle::new_own(0),));
    at.func_wrap("subscribe-instant", ready)?;
    at.func_wrap("subscribe-duration", ready)
}

fn define_filesystem(linker: &mut Linker<HostState>, import: &str, part: &str) -> Result<()> {
    let mut at = linker.instance(import)?;
    if part == "preopens" {
        let none = |_: Store<'_>, ()| Ok((Vec::<(Handle, String)>::new(),));
        return at.func_wrap("get-directories", none);
    }
    at.resource("descriptor", ResourceType::host::<()>(), |_, _| Ok(()))?;
    let entries = ResourceType::host::<()>();
    at.resource("directory-entry-stream", entries, |_, _| Ok(()))
}

fn define_io(linker: &mut Linker<HostState>, import: &str, part: &str) -> Result<()> {
    let mut at = linker.instance(import)?;
    match part {
        "error" => at.resource("error", ResourceType::host::<()>(), |_, _| Ok(())),
        "poll" => {
            at.resource("pollable", ResourceType::host::<()>(), |_, _| Ok(()))?;
            at.func_wrap("[method]pollable.ready", |_, (_,): (Handle,)| Ok((true,)))?;
            at.func_wrap("[method]pollable.block", |_, (_,): (Handle,)| Ok(()))?;
            at.func_wrap("poll", |_, (all,): (Vec<Handle>,)| {
                Ok(((0..all.len() as u32).collect::<Vec<u32>>(),))
            })
        }
        _ => {
            at.resource("input-stream", ResourceType::host::<()>(), |_, _| Ok(()))?;
            at.resource("output-stream", ResourceType::host::<()>(), |_, _| Ok(()))?;
            for read in ["[method]input-stream.read", "[method]input-stream.blocking-read"] {
                at.func_wrap(read, |_, (_, _): (Handle, u64)| {
                    Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
                })?;
            }
            at.func_wrap("[method]input-stream.subscribe", |_, (_,): (Handle,)| {
                Ok((Handle::new_own(0),))
            })?;
            define_output(linker, import)
        }
    }
}

fn define_output(linker: &mut Linker<HostState>, import: &str) -> Result<()> {
    let mut at = linker.instance(import)?;
    at.func_wrap("[method]output-stream.check-write", |_, (_,): (Handle,)| {
        Ok((Ok::<_, StreamError>(CHUNK_BYTES_MAX),))
    })?;
    let print = |mut store: Store<'_>, (stream, bytes): (Handle, Vec<u8>)| {
        store.data_mut().print(stream.rep() == ERR, &bytes);
        Ok((Ok::<(), StreamError>(()),))
    };
    at.func_wrap("[method]output-stream.write", print)?;
    at.func_wrap("[method]output-stream.blocking-write-and-flush", print)?;
    for flush in ["[method]output-stream.flush", "[method]output-stream.blocking-flush"] {
        at.func_wrap(flush, |_, (_,): (Handle,)| Ok((Ok::<(), StreamError>(()),)))?;
    }
    at.func_wrap("[method]output-stream.subscribe", |_, (_,): (Handle,)| Ok((Handle::new_own(0),)))
}

fn define_random(linker: &mut Linker<HostState>, import: &str, part: &str) -> Result<()> {
    let mut at = linker.instance(import)?;
    let bytes = |mut store: Store<'_>, (length,): (u64,)| {
        if length > CHUNK_BYTES_MAX {
            bail!("it asked for {length} random bytes, more than {CHUNK_BYTES_MAX}");
        }
        Ok(((0..length).map(|_| store.data_mut().inert.draw() as u8).collect::<Vec<u8>>(),))
    };
    let number = |mut store: Store<'_>, ()| Ok((store.data_mut().inert.draw(),));
    match part {
        "random" => {
            at.func_wrap("get-random-bytes", bytes)?;
            at.func_wrap("get-random-u64", number)
        }
        "insecure" => {
            at.func_wrap("get-insecure-random-bytes", bytes)?;
            at.func_wrap("get-insecure-random-u64", number)
        }
        _ => at.func_wrap("insecure-seed", |mut store: Store<'_>, ()| {
            let inert = &mut store.data_mut().inert;
            Ok(((inert.draw(), inert.draw()),))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_is_had_by_its_whole_name_in_every_version_0_2() {
        for import in ["wasi:cli/exit@0.2.0", "wasi:cli/exit@0.2.12", "wasi:sockets/udp@0.2.3-rc"] {
            assert!(has(import), "{import}");
        }
        for import in [
            "wasi:cli/exit",
            "wasi:cli/exit@0.20.0",
            "wasi:cli/exit@0.3.0",
            "wasi:cli/exit@1.0.2.0",
            "wasi:cli/run@0.2.0",
            "wasi:cli@0.2.0",
            "wasi:filesystem/types@",
            "evil:cli/exit@0.2.0",
            "",
        ] {
            assert!(!has(import), "{import}");
        }
    }
}
