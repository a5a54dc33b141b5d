//! Arrows by what is written.

use super::*;
use crate::tidy::source;

/// The arrows as `from -> to`, without folder and extension.
fn arrows(files: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<(String, &str)> =
        files.iter().map(|(path, text)| (format!("core/src/{path}.rs"), *text)).collect();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let graph = Graph::of_crate(&source::of(&files), "core/src/");
    assert_eq!(graph.findings, []);
    let short =
        |path: &str| path.trim_start_matches("core/src/").trim_end_matches(".rs").to_owned();
    graph.arrows.keys().map(|(from, to)| format!("{} -> {}", short(from), short(to))).collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(arrows(files), expected);
}

#[test]
fn an_import_is_an_arrow_to_the_file_that_defines() {
    check(
        &[
            ("lib", "mod a; mod b; mod c;"),
            ("a", "use crate::b::B; use super::c::{self, f}; fn x(_: c::C) {}"),
            ("b", "pub struct B;"),
            ("c", "pub struct C; pub fn f() {}"),
        ],
        &["a -> b", "a -> c"],
    );
}

#[test]
fn a_module_alone_is_no_arrow() {
    check(
        &[
            ("lib", "mod a; mod b;"),
            ("a", "use crate::b; use super::b as c;"),
            ("b", "pub fn f() {}"),
        ],
        &[],
    );
}

#[test]
fn a_path_in_code_is_an_arrow() {
    for code in [
        "fn x() { crate::b::f(); }",
        "use crate::b; fn x() { b::f(); }",
        "use super::b as c; fn x() { c::E::One; }",
        "fn x(_: Vec<super::b::E>) {}",
        "fn x() { assert!(y.z > crate::b::N); }",
        "use crate::b; fn x() { println!(\"{}\", b::f()); }",
        "fn x() { match y { crate::b::E::One => 1 } }",
        "impl crate::b::T for X {}",
        "fn x() { use crate::b::f; f(); }",
        "mod inner { fn x() { super::super::b::f(); } }",
        "struct X { #[serde(with = \"crate::b::f\")] y: u8 }",
        "use crate::b::*; fn x() { f(); }",
    ] {
        check(&[("lib", "mod a; mod b;"), ("a", code), ("b", B)], &["a -> b"]);
    }
}

const B: &str = "pub fn f() {} pub enum E { One } pub const N: u8 = 1; pub trait T {}";

#[test]
fn what_only_looks_like_a_path_is_no_arrow() {
    for code in [
        "/// [`crate::b::f`]\nfn x() {}",
        "fn x() { f(); y.f(); E { N: 1 }; }",
        "fn x() { std::b::f(); ::b::f(); }",
        "pub(in crate::b) fn x() {}",
        "#[cfg(test)] fn x() { crate::b::f(); }",
        "#[cfg(test)] mod tests { use crate::b::f; }",
        "struct X; impl X { #[cfg(test)] fn x() { crate::b::f(); } }",
    ] {
        check(&[("lib", "mod a; mod b;"), ("a", code), ("b", B)], &[]);
    }
}

#[test]
fn a_re_export_leads_to_the_file_of_the_child() {
    check(
        &[
            ("lib", "mod a; mod b;"),
            ("a", "use crate::b::{C, D}; fn x() { crate::b::E::One; }"),
            ("b", "mod c; mod d; pub use c::C; pub(crate) use self::d::*;"),
            ("b/c", "pub struct C;"),
            ("b/d", "pub struct D; pub use super::c::E;"),
            ("b/e", ""),
        ],
        // `E` is nowhere, and so of the module that should have it.
        &["a -> b/c", "a -> b/d", "b/d -> b/c"],
    );
}

#[test]
fn parents_and_children_are_arrows_where_they_use_each_other() {
    let parent = |code: &str| format!("mod b; pub struct A; {code}");
    let files =
        |parent: &str, child: &str| arrows(&[("lib", "mod a;"), ("a", parent), ("a/b", child)]);
    let child = "pub struct B;";
    assert_eq!(files(&parent("pub use b::B;"), child), Vec::<String>::new());
    assert_eq!(files(&parent("use b::B;"), child), ["a -> a/b"]);
    assert_eq!(files(&parent("pub use b::B; fn x(_: B) {}"), child), ["a -> a/b"]);
    assert_eq!(files(&parent(""), "use super::A;"), ["a/b -> a"]);
    assert_eq!(files(&parent("use b::B;"), "use super::*; struct B(A);"), ["a -> a/b", "a/b -> a"]);
}

#[test]
fn a_re_export_from_elsewhere_is_an_arrow() {
    check(&[("lib", "mod a; mod b;"), ("a", "pub use crate::b::f;"), ("b", B)], &["a -> b"]);
}

#[test]
fn a_module_and_a_function_of_one_name_are_told_apart() {
    check(
        &[
            ("lib", "mod a; mod b;"),
            ("a", "use crate::b::run; fn x() { run(); }"),
            ("b", "mod run; pub use run::run;"),
            ("b/run", "pub fn run() {}"),
        ],
        &["a -> b/run"],
    );
}

#[test]
fn re_exports_in_a_circle_come_to_an_end() {
    check(
        &[
            ("lib", "mod a; mod b;"),
            ("a", "pub use crate::b::*; pub use crate::b::X;"),
            ("b", "pub use crate::a::*; pub use crate::a::X;"),
        ],
        &["a -> b", "b -> a"],
    );
}

#[test]
fn a_module_without_a_file_is_a_finding() {
    let sources = source::of(&[("core/src/lib.rs", "\nmod a;")]);
    let findings = Graph::of_crate(&sources, "core/src/").findings;
    assert_eq!(crate::tidy::finding::lines(&findings), ["core/src/lib.rs:2: `mod a;` has no file"]);
}
