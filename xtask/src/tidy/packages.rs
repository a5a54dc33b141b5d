//! The crates of the product, as cargo knows them.

use std::path::Path;

use serde_json::Value;

/// The folders with the product's crates.
pub(super) const ROOMS: [&str; 2] = ["core", "host"];

/// A crate below one of the [`ROOMS`].
#[derive(Debug)]
pub(super) struct Crate {
    pub(super) folder: String,
    /// The text of its `Cargo.toml`, for the lines of findings.
    pub(super) manifest: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// A dependency of a crate.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// `None` means that the dependency comes from outside.
    pub(super) folder: Option<String>,
    pub(super) is_for_tests: bool,
}

impl Crate {
    pub(super) fn manifest_path(&self) -> String {
        format!("{}/Cargo.toml", self.folder)
    }

    /// The line of the manifest that begins with the name of a dependency.
    pub(super) fn line_of(&self, dependency: &str) -> usize {
        let is_meant = |line: &str| {
            let line = line.trim_start().trim_start_matches("[dependencies.");
            let rest = line.strip_prefix(dependency);
            rest.is_some_and(|rest| rest.starts_with([' ', '=', '.', ']']))
        };
        self.manifest.lines().position(is_meant).map_or(1, |line| line + 1)
    }

    /// The folder with the sources of the library, with a `/` at its end.
    pub(super) fn sources(&self) -> String {
        format!("{}/src/", self.folder)
    }
}

/// The crates below core/ and host/; plugins that tests need are none of them. `manifest` gives
/// the text of a manifest.
pub(super) fn crates(
    metadata: &Value,
    root: &Path,
    manifest: impl Fn(&Path) -> String,
) -> Vec<Crate> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let mut crates: Vec<Crate> = packages
        .filter_map(|package| {
            let path = Path::new(package["manifest_path"].as_str()?);
            let folder = below(path.parent()?, root)?;
            let mut parts = folder.split('/');
            let is_ours = parts.next().is_some_and(|first| ROOMS.contains(&first));
            let is_for_tests = parts.any(|part| part == "tests");
            (is_ours && !is_for_tests).then(|| Crate {
                folder,
                manifest: manifest(path),
                dependencies: dependencies(package, root),
            })
        })
        .collect();
    crates.sort_by(|a, b| a.folder.cmp(&b.folder));
    crates
}

fn dependencies(package: &Value, root: &Path) -> Vec<Dependency> {
    let all = package["dependencies"].as_array().into_iter().flatten();
    all.map(|dependency| Dependency {
        name: dependency["name"].as_str().unwrap_or_default().to_owned(),
        folder: dependency["path"].as_str().and_then(|path| below(Path::new(path), root)),
        is_for_tests: dependency["kind"] == "dev",
    })
    .collect()
}

fn below(path: &Path, root: &Path) -> Option<String> {
    Some(path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/"))
}

/// A crate of a test: its folder, then the folders it depends on; `dev:` before one for tests, and
/// a name without a `/` that is not `core` is a dependency from outside.
#[cfg(test)]
pub(super) fn of(folder: &str, dependencies: &[&str]) -> Crate {
    let dependency = |written: &&str| {
        let path = written.trim_start_matches("dev:");
        let is_from_here = path.contains('/') || path == "core";
        Dependency {
            name: path.rsplit('/').next().unwrap_or(path).to_owned(),
            folder: is_from_here.then(|| path.to_owned()),
            is_for_tests: written.starts_with("dev:"),
        }
    };
    let dependencies: Vec<Dependency> = dependencies.iter().map(dependency).collect();
    let lines = dependencies.iter().map(|dependency| format!("{} = {{}}\n", dependency.name));
    let manifest = format!("[dependencies]\n{}", lines.collect::<String>());
    Crate { folder: folder.to_owned(), manifest, dependencies }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn crates_and_their_dependencies_come_from_cargo() {
        let package = |folder: &str, dependencies: Value| {
            json!({
            "manifest_path": format!("/clone/{folder}/Cargo.toml"), "dependencies": dependencies})
        };
        let metadata = json!({"packages": [
            package("xtask", json!([])),
            package("host/plugin/tests/plugins/broken", json!([])),
            package("host/engine", json!([
                {"name": "streamgauge-core", "kind": null, "path": "/clone/core"},
                {"name": "proptest", "kind": "dev"}])),
            package("core", json!([])),
        ]});
        let found = crates(&metadata, Path::new("/clone"), |_| "a = 1\nproptest = 1\n".to_owned());
        let folders: Vec<&str> = found.iter().map(|each| each.folder.as_str()).collect();
        assert_eq!(folders, ["core", "host/engine"]);
        let [core, proptest] = &found[1].dependencies[..] else { panic!("{found:?}") };
        assert_eq!((core.folder.as_deref(), core.is_for_tests), (Some("core"), false));
        assert_eq!((proptest.folder.as_deref(), proptest.is_for_tests), (None, true));
        assert_eq!(found[1].line_of("proptest"), 2);
    }
}
