//! The READMEs show a plugin that compiles: the example, which the crate's documentation also
//! compiles and runs. Here the texts are compared.

#[test]
fn both_readmes_show_the_example_in_at_most_25_lines() {
    let example = include_str!("../examples/merchants.rs");
    assert!(example.lines().count() <= 25, "the example has grown beyond 25 lines");
    let shown = format!("```rust\n{example}```\n");
    for readme in [
        include_str!("../../README.md"),
        include_str!("../../README.zh-CN.md"),
        include_str!("../../../README.md"),
        include_str!("../../../README.zh-CN.md"),
    ] {
        assert!(readme.contains(&shown), "a README shows another example");
    }
}
