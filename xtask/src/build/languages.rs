//! The example plugins in Python and JavaScript, with compilers of their own below `target/tools`.
//!
//! Only the tests need them: the product is built without Python and without these compilers.
//! The built host compiles the examples, as it does for anybody who writes one.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use super::fingerprint;
use crate::{process, workspace::Workspace};

/// The compiler of Python, as in the template of a new plugin.
const PYTHON_COMPILER: &str = "componentize-py==0.25.1";

/// An example, below `plugins/examples`.
struct Example {
    folder: &'static str,
    /// The name of the component.
    name: &'static str,
    /// The SDK, below `plugins`.
    sdk: &'static str,
}

const EXAMPLES: [Example; 2] = [
    Example { folder: "python/province", name: "province-py", sdk: "sdk-python" },
    Example { folder: "js/behavior", name: "behavior-js", sdk: "sdk-js" },
];

/// Files among the sources that are no sources.
const NOT_SOURCES: [&str; 3] = ["node_modules", "__pycache__", ".venv"];

/// Runs the tests of SDKs and examples that need no Wasm, then builds the examples' components
/// into `target/plugins`.
pub(crate) fn all(workspace: &Workspace) -> Result<()> {
    for example in &EXAMPLES {
        for folder in [folder(workspace, example.sdk), example_folder(workspace, example)] {
            process::run(&mut unit_tests(&folder))?;
        }
    }
    let path = path_with(&[provide_python(workspace)?, provide_javascript(workspace)?])?;
    EXAMPLES.iter().try_for_each(|example| component(workspace, example, &path))
}

/// The command that runs the tests in `folder`, by its language.
fn unit_tests(folder: &Path) -> Command {
    let (program, argument): (_, &[&str]) = if folder.join("package.json").is_file() {
        ("node", &["--test"])
    } else {
        ("python3", &["-m", "unittest"])
    };
    let mut command = Command::new(program);
    command.args(argument).current_dir(folder).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// A virtual environment with the compiler of Python; its programs' folder.
fn provide_python(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.target().join("tools/python");
    let stamp = tools.join("installed");
    if !fs::read_to_string(&stamp).is_ok_and(|had| had == PYTHON_COMPILER) {
        process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&tools))?;
        let mut pip = Command::new(tools.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", PYTHON_COMPILER]);
        process::run(&mut pip).context(
            "the compiler of Python could not be installed\n  hint: pip says why above; a mirror is set in ~/.config/pip/pip.conf",
        )?;
        fs::write(&stamp, PYTHON_COMPILER).context("could not note what was installed")?;
    }
    Ok(tools.join("bin"))
}

/// The packages that the example in JavaScript locks; their programs' folder.
fn provide_javascript(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.target().join("tools/js");
    let example = folder(workspace, "examples/js/behavior");
    let lock = fs::read(example.join("package-lock.json"))
        .context("could not read the lock file of the example in JavaScript")?;
    let stamp = tools.join("node_modules/.installed-from.json");
    if !fs::read(&stamp).is_ok_and(|had| had == lock) {
        fs::create_dir_all(&tools).context("could not make target/tools/js")?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(example.join(file), tools.join(file))
                .with_context(|| format!("could not copy {file}"))?;
        }
        process::run(Command::new("npm").arg("ci").current_dir(&tools)).context(
            "the compiler of JavaScript could not be installed\n  hint: npm says why above; a mirror is set in ~/.npmrc",
        )?;
        fs::write(&stamp, lock).context("could not note what was installed")?;
    }
    Ok(tools.join("node_modules/.bin"))
}

/// Builds the component of an example unless it is there and was built from these sources.
fn component(workspace: &Workspace, example: &Example, path: &str) -> Result<()> {
    let file = format!("{}.wasm", example.name);
    let placed = workspace.target().join("plugins").join(&file);
    let stamp = workspace.target().join(format!("xtask/{}.stamp", example.name));
    let folder = example_folder(workspace, example);
    let state = state(workspace, example)?;
    if placed.is_file() && fs::read_to_string(&stamp).is_ok_and(|had| had == state) {
        return Ok(());
    }
    let mut host = Command::new(workspace.binary());
    process::run(host.args(["plugin", "build"]).arg(&folder).env("PATH", path))?;
    let parent = stamp.parent().context("the stamp has no folder")?;
    fs::rename(folder.join(&file), &placed)
        .and_then(|()| fs::create_dir_all(parent))
        .and_then(|()| fs::write(&stamp, state))
        .with_context(|| format!("could not place {file}"))
}

/// A number for everything that the component is made of.
fn state(workspace: &Workspace, example: &Example) -> Result<String> {
    let parts = [
        example_folder(workspace, example),
        folder(workspace, example.sdk),
        folder(workspace, "wit"),
    ];
    let numbers: Vec<String> = parts
        .iter()
        .map(|part| Ok(format!("{:016x}", fingerprint::of(part, &NOT_SOURCES)?)))
        .collect::<std::io::Result<_>>()
        .context("could not read the sources of an example")?;
    Ok(format!("{} {PYTHON_COMPILER}\n", numbers.join(" ")))
}

fn folder(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.root().join("plugins").join(name)
}

fn example_folder(workspace: &Workspace, example: &Example) -> PathBuf {
    folder(workspace, "examples").join(example.folder)
}

/// `PATH` with these folders before all others.
fn path_with(folders: &[PathBuf]) -> Result<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(env::split_paths(&path));
    let joined = env::join_paths(all).context("a folder of PATH has a colon in its name")?;
    joined.into_string().ok().context("PATH is not a text")
}
