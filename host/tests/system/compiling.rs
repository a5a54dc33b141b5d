//! Components that a compiler needs minutes and gigabytes for: each is refused at its limit, by its
//! name, and is nobody else's trouble.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::events::generated;
use crate::process::{Ended, finish};
use crate::workplace::{Settings, Workplace, plugin};

/// A whole number as Wasm writes it.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn section(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind], &leb(content.len())[..], content].concat()
}

/// A component of one module with so many functions with this code.
fn functions(count: usize, code: &[u8]) -> Vec<u8> {
    let body = [&leb(code.len() + 2)[..], &[0], code, &[0x0b]].concat();
    let module = [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 1, 0x7f]),
        section(3, &[leb(count), vec![0; count]].concat()),
        section(10, &[leb(count), body.repeat(count)].concat()),
    ];
    [b"\0asm\x0d\0\x01\0".to_vec(), section(1, &module.concat())].concat()
}

/// `1 + 2 + 3`.
const SUM: [u8; 8] = [0x41, 1, 0x41, 2, 0x6a, 0x41, 3, 0x6a];

/// A metric of the component beside a healthy one.
fn place(component: &[u8]) -> (Workplace, PathBuf) {
    let healthy = format!("[[metric]]\nid = \"a\"\nplugin = \"{}\"\n", plugin("age").display());
    let bomb = "[[metric]]\nid = \"b\"\nplugin = \"bomb.wasm\"\n";
    let place = Workplace::of_records(&generated(200, 7, 0.0), &format!("{healthy}{bomb}"));
    let file = place.write("bomb.wasm", component);
    (place, file)
}

fn program(arguments: &[&str], file: &Path, cache: &Path) -> Ended {
    let mut command = Command::new(streamgauge_tests::program());
    command.args(arguments).arg(file).env("STREAMGAUGE_CACHE", cache);
    finish(&mut command)
}

/// A megabyte of small functions took 20 s, and ten of them gigabytes.
#[test]
fn a_component_that_takes_too_long_to_compile_is_refused_by_name() {
    let (place, file) = place(&functions(100_000, &SUM));
    // So much memory that only the time can be over, on any machine.
    let memory = ["--compile-memory-max", "8GiB"];
    let tight = [&["plugin", "inspect", "--compile-time-max", "1s"][..], &memory].concat();
    let cache = place.path("cache");
    let refused = program(&tight, &file, &cache);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    for words in [
        "bomb.wasm of 1172 KiB was not compiled: over its limit of 1s",
        "hint: raise `compile_time_max`",
    ] {
        assert!(refused.stderr.contains(words), "no {words:?} in\n{}", refused.stderr);
    }
    // The same without a cache, and for a pipeline, at the line of the plugin.
    let text = fs::read_to_string(place.path("pipeline.toml")).expect("it is there");
    place.set_text(&format!("{text}compile_time_max = \"1s\"\ncompile_memory_max = \"8GiB\"\n"));
    for cache in [cache.as_path(), Path::new("")] {
        let mut check = place.command("check --offline");
        let ended = finish(check.env("STREAMGAUGE_CACHE", cache));
        assert_eq!(ended.code, Some(2), "{}", ended.stderr);
        let line = text.lines().position(|l| l == "plugin = \"bomb.wasm\"").expect("the line") + 1;
        for words in ["over its limit of 1s", &format!("pipeline.toml:{line}:")] {
            assert!(ended.stderr.contains(words), "no {words:?} in\n{}", ended.stderr);
        }
    }
}

/// Where memory was out inside of one part of the compiler, that part was said to have crashed, and
/// the hint to try again.
#[test]
fn a_component_that_takes_too_much_memory_to_compile_is_refused_by_name() {
    let sum = [&[0x41, 1][..], &[0x41, 2, 0x6a].repeat(300_000)].concat();
    let blocks = [&[0x02, 0x40, 0x41, 7, 0x1a, 0x0b].repeat(200_000)[..], &[0x41, 1]].concat();
    for (code, limits) in [(sum, &[64][..]), (blocks, &[64, 72, 80, 88, 96, 104])] {
        let (place, file) = place(&functions(1, &code));
        for limit in limits {
            let most = format!("{limit}MiB");
            let tight = ["plugin", "inspect", "--compile-memory-max", &most];
            // So much time that only the memory can be over, on any machine.
            let tight = [&tight[..], &["--compile-time-max", "10m"]].concat();
            let refused = program(&tight, &file, &place.path("cache"));
            assert_eq!(refused.code, Some(2), "{}", refused.stderr);
            let limit = format!("over its limit of {limit} MiB of memory");
            for words in [limit.as_str(), "hint: raise `compile_memory_max`"] {
                assert!(refused.stderr.contains(words), "no {words:?} in\n{}", refused.stderr);
            }
        }
    }
}

/// A limit that nothing fits in is met by the process alone, so it tells whether there was one.
#[test]
fn what_was_compiled_once_needs_no_process() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let inspect = |more: &[&str], cache: &Path| {
        program(&[&["plugin", "inspect", "--json"], more].concat(), &plugin("age"), cache)
    };
    let none: &[&str] = &["--compile-memory-max", "4MiB"];
    let cache = place.path("cache");
    let document: Value = inspect(&[], &cache).json();
    assert_eq!(document["name"], "age");
    inspect(none, &cache).ok();
    let marks = fs::read_dir(cache.join("compiled")).expect("it was compiled").flatten();
    marks.for_each(|mark| fs::remove_file(mark.path()).expect("it is ours"));
    assert_eq!(inspect(none, &cache).code, Some(2));
    inspect(&[], Path::new("")).ok();
    assert_eq!(inspect(none, Path::new("")).code, Some(2), "an empty variable keeps nothing");
}

/// A file without an end was read until the memory was full.
#[test]
fn a_plugin_that_is_no_file_has_an_end() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let ended = program(&["plugin", "inspect"], Path::new("/dev/zero"), &place.path("cache"));
    assert_eq!(ended.code, Some(2));
    assert!(ended.stderr.contains("larger than 128 MiB"), "{}", ended.stderr);
}
