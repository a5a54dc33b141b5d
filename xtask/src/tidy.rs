//! `cargo xtask tidy`: holds the sources against the structure that ARCHITECTURE.md states.
//!
//! Each rule is a function of files that were read before, and has no exceptions but the tables of
//! ARCHITECTURE.md. Two numbers and the share of tests are printed, then every breach of a rule.

mod architecture;
mod bounds;
mod circles;
mod clocks;
mod finding;
mod floors;
mod graph;
mod links;
mod markdown;
mod opening;
mod packages;
mod padding;
mod places;
mod sizes;
mod source;
mod tree;

use std::fs;

use anyhow::{Context as _, Result, ensure};

use self::{
    architecture::Architecture, finding::Finding, graph::Graph, packages::Crate, sizes::Share,
    tree::Tree,
};
use crate::workspace::Workspace;

/// Everything that is printed.
struct Report {
    arrows_back_up: usize,
    circles: usize,
    dependencies_for_tests: usize,
    sources: Share,
    page: Share,
    findings: Vec<Finding>,
}

pub(crate) fn command(workspace: &Workspace) -> Result<()> {
    let root = workspace.root();
    let text = fs::read_to_string(root.join(architecture::FILE))
        .with_context(|| format!("could not read {}", architecture::FILE))?;
    let packages = workspace.packages()?;
    let manifest = |path: &std::path::Path| fs::read_to_string(path).unwrap_or_default();
    let crates = packages::crates(packages.metadata(), root, manifest);
    let tree = Tree::read(root)?;
    let links = links::check(&tree.documents, |path| root.join(path).exists());
    let mut report = check(&text, &crates, tree);
    report.findings.extend(links);
    print(&report);
    let count = report.findings.len();
    ensure!(count == 0, "{count} findings\n  hint: each has its remedy above");
    Ok(())
}

fn check(architecture: &str, crates: &[Crate], tree: Tree) -> Report {
    let (architecture, mut findings) = Architecture::read(architecture);
    let Tree { sources, pages, documents, findings: unreadable } = tree;
    findings.extend(unreadable);
    let floors = floors::check(&architecture, crates);
    findings.extend(floors.findings);
    findings.extend(places::dependencies(&architecture, crates));
    findings.extend(places::unsafe_code(&architecture, &sources));
    let mut circles = Vec::new();
    for each in crates {
        let graph = Graph::of_crate(&sources, &each.sources());
        circles.extend(circles::check(&graph));
        findings.extend(graph.findings);
    }
    let count = circles.len();
    findings.extend(circles);
    findings.extend(bounds::check(&documents, &sources));
    findings.extend(sizes::check(&sources));
    findings.extend(padding::check(&sources));
    findings.extend(clocks::check(&architecture, &sources));
    findings.extend(opening::check(crates, &sources));
    Report {
        arrows_back_up: floors.back_up,
        circles: count,
        dependencies_for_tests: floors.for_tests,
        sources: sizes::share(&sources),
        page: sizes::share_of_page(&pages),
        findings,
    }
}

fn print(report: &Report) {
    println!("arrows back up: {}, circles: {}", report.arrows_back_up, report.circles);
    println!("dependencies for tests beside the table: {}", report.dependencies_for_tests);
    let (sources, page) = (report.sources.percent(), report.page.percent());
    println!("test lines: core and host {sources:.1} %, page {page:.1} %");
    for finding in &report.findings {
        println!("{finding}");
    }
}

#[cfg(test)]
mod tests;
