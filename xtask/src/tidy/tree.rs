//! Reads the files that the rules are about.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::{
    finding::Finding,
    links::Document,
    source::{self, Source},
};

/// The folders with Rust of the project.
const FOLDERS: [&str; 4] = ["core", "host", "plugins", "xtask"];

/// The files and folders with documents.
const DOCUMENTS: [&str; 7] = [
    "README.md",
    "README.zh-CN.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs",
    "plugins",
    "dashboard",
];

/// The folder of the page, and its folder of tests.
const PAGE: [&str; 2] = ["dashboard", "dashboard/test"];

/// Folders without sources: products, and the text of plugins that do not exist yet.
const SKIPPED: [&str; 5] = ["target", "node_modules", "dist", "templates", "vendor"];

/// Every file that the rules are about.
pub(super) struct Tree {
    pub(super) sources: Vec<Source>,
    pub(super) pages: Vec<Page>,
    pub(super) documents: Vec<Document>,
    /// Files that could not be understood.
    pub(super) findings: Vec<Finding>,
}

/// A TypeScript file of the page.
pub(super) struct Page {
    pub(super) is_test: bool,
    pub(super) lines: usize,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Result<Self> {
        let (mut sources, mut findings) = (Vec::new(), Vec::new());
        for folder in FOLDERS {
            for (path, text) in files(root, folder, "rs")? {
                match Source::parse(&path, &text) {
                    Ok(source) => sources.push(source),
                    Err(finding) => findings.push(finding),
                }
            }
        }
        source::mark_tests(&mut sources);
        let [page, tests] = PAGE;
        let pages = files(root, page, "ts")?.into_iter().map(|(path, text)| Page {
            is_test: Path::new(&path).starts_with(tests),
            lines: text.lines().count(),
        });
        let pages = pages.collect();
        let mut documents = Vec::new();
        for place in DOCUMENTS.iter().filter(|place| root.join(place).exists()) {
            documents.extend(files(root, place, "md")?);
        }
        Ok(Self { sources, pages, documents, findings })
    }
}

/// Paths below the root and texts of the files with an extension, in the order of their paths.
/// `folder` may be a file itself.
fn files(root: &Path, folder: &str, extension: &str) -> Result<Vec<(String, String)>> {
    let mut paths = Vec::new();
    match root.join(folder) {
        file if file.is_file() => paths.push(file),
        folder => collect(&folder, extension, &mut paths)?,
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path)
            .with_context(|| format!("could not read {}", path.display()))?;
        let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        Ok((below, text))
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, extension: &str, paths: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("could not read {}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_hidden = name.starts_with('.');
        if path.is_symlink() || is_hidden || SKIPPED.contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, extension, paths)?;
        } else if path.extension().is_some_and(|had| had == extension) {
            paths.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_and_products_are_not() {
        let root = std::env::temp_dir().join(format!("xtask-tidy-{}", std::process::id()));
        for (path, text) in [
            ("core/src/lib.rs", "mod a;\n"),
            ("core/target/x.rs", "not Rust"),
            ("host/view/src/lib.rs", "fn {"),
            ("plugins/templates/rust/lib.rs", "{{name}}"),
            ("xtask/src/main.rs", "fn main() {}\n"),
            ("dashboard/src/app.ts", "a\nb\n"),
            ("dashboard/test/unit/app.test.ts", "c\n"),
            ("dashboard/node_modules/x.ts", "d\n"),
        ] {
            let path = root.join(path);
            fs::create_dir_all(path.parent().expect("it has a folder"))
                .and_then(|()| fs::write(path, text))
                .expect("the folder of temporary files is writable");
        }
        let tree = Tree::read(&root).expect("it is readable");
        fs::remove_dir_all(&root).expect("it is ours");
        let paths: Vec<&str> = tree.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(paths, ["core/src/lib.rs", "xtask/src/main.rs"]);
        assert_eq!(tree.findings.len(), 1);
        let lines: Vec<(bool, usize)> = tree.pages.iter().map(|p| (p.is_test, p.lines)).collect();
        assert_eq!(lines, [(false, 2), (true, 1)]);
    }
}
