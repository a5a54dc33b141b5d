//! The places of things: the repository root, and the packages in it that cargo knows.
//!
//! Build products always go to `target/` under the root, whatever `CARGO_TARGET_DIR` says,
//! because `pipeline.toml` names the plugins there.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::process;

/// The target triple of the plugins.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The package of the program.
pub(crate) const HOST: &str = "streamgauge";

/// The folder of the product's metrics.
const PLUGINS: &str = "plugins";

/// The folder of the host's crates, and the folder below one of them with metrics for its tests.
const HOST_FOLDER: &str = "host";
const TEST_PLUGINS: &str = "tests/plugins";

/// A clone of the repository.
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the clone that this program was started for, or else was built in.
    pub(crate) fn find() -> Result<Self> {
        let manifest_dir =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest_dir)
            .parent()
            .context("the folder of xtask has no parent")?
            .to_owned();
        ensure!(
            root.join("xtask/Cargo.toml").is_file(),
            "{} is not a clone of the repository\n  hint: start me as `cargo xtask` inside it",
            root.display()
        );
        Ok(Self { root })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    pub(crate) fn dashboard(&self) -> PathBuf {
        self.root.join("dashboard")
    }

    pub(crate) fn binary(&self) -> PathBuf {
        self.target().join("release/streamgauge")
    }

    /// `cargo build` of the program. All packages of the workspace are chosen, so that each
    /// dependency has the features here that it has where everything is tested.
    pub(crate) fn build_of_program(&self) -> Command {
        let mut cargo = self.cargo();
        cargo.args(["build", "--release", "--workspace", "--bin", HOST]);
        cargo
    }

    /// A cargo command at the root, with the shared target folder, as from a shell: without what cargo
    /// told this program of its package. Build scripts look at that, so that a build from a shell would
    /// compile anew what one from here has compiled.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).env("CARGO_TARGET_DIR", self.target());
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_of_a_package) {
                command.env_remove(name);
            }
        }
        command
    }

    /// Asks cargo about the packages of the workspace.
    pub(crate) fn packages(&self) -> Result<Packages> {
        let text =
            process::output(self.cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
        Ok(Packages { metadata })
    }
}

/// A metric plugin of the workspace.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plugin {
    /// The package's name, and so the component's.
    pub(crate) package: String,
    /// The file name that cargo gives to the component.
    pub(crate) artifact: String,
}

/// A test or an example, with the package that has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    pub(crate) package: String,
    pub(crate) name: String,
    /// The folder of the package, as an absolute path.
    pub(crate) folder: PathBuf,
}

/// The workspace's own packages, as `cargo metadata` gives them.
pub(crate) struct Packages {
    metadata: Value,
}

impl Packages {
    /// Every package in a folder of plugins whose library is a component; examples are not meant.
    pub(crate) fn plugins(&self, root: &Path) -> Vec<Plugin> {
        let is_plugin = |package: &&Value| {
            Path::new(text(package, "manifest_path")).strip_prefix(root).is_ok_and(has_plugins)
        };
        let mut plugins: Vec<Plugin> = self
            .packages()
            .filter(is_plugin)
            .filter_map(|package| {
                let target = targets(package).find(|target| has(target, "kind", "cdylib"))?;
                Some(Plugin {
                    package: text(package, "name").to_owned(),
                    artifact: format!("{}.wasm", text(target, "name").replace('-', "_")),
                })
            })
            .collect();
        plugins.sort_by(|a, b| a.package.cmp(&b.package));
        plugins
    }

    /// The test targets of all packages that run only by their name: `test = false`.
    pub(crate) fn tests_by_name(&self) -> Vec<Target> {
        let mut tests: Vec<Target> = self
            .targets("test")
            .filter(|(_, target)| target["test"] == false)
            .map(|(package, target)| Target::of(package, target))
            .collect();
        tests.sort();
        tests
    }

    /// The example of this name, in whichever package it is.
    pub(crate) fn example(&self, name: &str) -> Result<Target> {
        let (package, target) = self
            .targets("example")
            .find(|(_, target)| text(target, "name") == name)
            .with_context(|| format!("no package of the workspace has an example `{name}`"))?;
        Ok(Target::of(package, target))
    }

    /// All targets of a kind, with their packages.
    fn targets(&self, kind: &'static str) -> impl Iterator<Item = (&Value, &Value)> {
        self.packages().flat_map(move |package| {
            let of_kind = targets(package).filter(move |target| has(target, "kind", kind));
            of_kind.map(move |target| (package, target))
        })
    }

    /// The whole document of `cargo metadata`.
    pub(crate) fn metadata(&self) -> &Value {
        &self.metadata
    }

    fn packages(&self) -> impl Iterator<Item = &Value> {
        items(&self.metadata, "packages")
    }
}

impl Target {
    fn of(package: &Value, target: &Value) -> Self {
        let folder = Path::new(text(package, "manifest_path")).parent();
        Self {
            package: text(package, "name").to_owned(),
            name: text(target, "name").to_owned(),
            folder: folder.map(Path::to_owned).unwrap_or_default(),
        }
    }
}

/// True for a path below the root that is in a folder of plugins.
fn has_plugins(path: &Path) -> bool {
    let is_for_tests = || path.ancestors().any(|folder| folder.ends_with(TEST_PLUGINS));
    path.starts_with(PLUGINS) || path.starts_with(HOST_FOLDER) && is_for_tests()
}

fn targets(package: &Value) -> impl Iterator<Item = &Value> {
    items(package, "targets")
}

/// True for variables in which cargo tells a program or a build script of its package.
fn is_of_a_package(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start))
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value[key].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn has(value: &Value, key: &str, wanted: &str) -> bool {
    items(value, key).any(|item| item == wanted)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn packages() -> Packages {
        let package = |name: &str, folder: &str, targets: Value| {
            let manifest_path = format!("/clone/{folder}/Cargo.toml");
            json!({"name": name, "manifest_path": manifest_path, "targets": targets})
        };
        Packages {
            metadata: json!({"packages": [
                package("top-items", "plugins/top-items", json!([
                    {"name": "top_items", "kind": ["cdylib"], "crate_types": ["cdylib", "rlib"]}])),
                package("age", "plugins/age", json!([
                    {"name": "age", "kind": ["cdylib"], "crate_types": ["cdylib"]}])),
                package("sdk", "plugins/sdk", json!([
                    {"name": "sdk", "kind": ["lib"], "crate_types": ["lib"]},
                    {"name": "sample", "kind": ["example"], "crate_types": ["cdylib"]}])),
                package("faulty", "host/tests/plugins/faulty", json!([
                    {"name": "faulty", "kind": ["cdylib"], "crate_types": ["cdylib"]}])),
                package("looping", "host/plugin/tests/plugins/looping", json!([
                    {"name": "looping", "kind": ["cdylib"], "crate_types": ["cdylib"]}])),
                package("streamgauge", "host/streamgauge", json!([
                    {"name": "streamgauge", "kind": ["bin"], "crate_types": ["bin"]},
                    {"name": "system", "kind": ["test"], "crate_types": ["bin"],
                     "test": false},
                    {"name": "replay", "kind": ["test"], "crate_types": ["bin"],
                     "test": true}])),
                package("streamgauge-plugin", "host/plugin", json!([
                    {"name": "costs", "kind": ["example"], "crate_types": ["bin"]},
                    {"name": "sandbox", "kind": ["test"], "crate_types": ["bin"],
                     "test": false}])),
            ]}),
        }
    }

    #[test]
    fn builds_from_here_and_from_a_shell_have_the_same_variables() {
        // Cargo tells the test what it tells xtask.
        assert!(env::var_os("CARGO_MANIFEST_DIR").is_some());
        let workspace = Workspace::find().expect("the tests run in a clone");
        let cargo = workspace.cargo();
        let env: Vec<_> = cargo.get_envs().filter(|(_, value)| value.is_none()).collect();
        for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION_MAJOR"] {
            assert!(env.iter().any(|(removed, _)| *removed == name), "{name} is kept: {env:?}");
        }
    }

    #[test]
    fn plugins_are_the_components_below_the_folders_of_plugins() {
        let plugin = |package: &str, artifact: &str| Plugin {
            package: package.to_owned(),
            artifact: artifact.to_owned(),
        };
        assert_eq!(
            packages().plugins(Path::new("/clone")),
            [
                plugin("age", "age.wasm"),
                plugin("faulty", "faulty.wasm"),
                plugin("looping", "looping.wasm"),
                plugin("top-items", "top_items.wasm"),
            ]
        );
    }

    fn target(package: &str, name: &str, folder: &str) -> Target {
        let folder = Path::new("/clone").join(folder);
        Target { package: package.to_owned(), name: name.to_owned(), folder }
    }

    #[test]
    fn tests_that_run_by_name_come_from_all_packages() {
        assert_eq!(
            packages().tests_by_name(),
            [
                target("streamgauge", "system", "host/streamgauge"),
                target("streamgauge-plugin", "sandbox", "host/plugin"),
            ]
        );
    }

    #[test]
    fn an_example_is_found_in_its_package() {
        let costs = packages().example("costs").expect("there is one");
        assert_eq!(costs, target("streamgauge-plugin", "costs", "host/plugin"));
        assert_eq!(
            packages().example("none").expect_err("there is none").to_string(),
            "no package of the workspace has an example `none`"
        );
    }
}
