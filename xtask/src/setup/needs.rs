//! The table of tools: the purpose of each, the question for its version, and its origin.

use std::{env, path::Path};

use super::{Scope, version::Version};
use crate::{
    process,
    workspace::{WASM_TARGET, Workspace},
};

/// One tool.
pub(super) struct Need {
    pub(super) name: &'static str,
    pub(super) purpose: &'static str,
    pub(super) scope: Scope,
    pub(super) probe: fn(&Workspace) -> Found,
    pub(super) remedy: Remedy,
}

/// The result of a look for a tool.
pub(super) enum Found {
    /// The version of the tool, or other words that identify it.
    Present(String),
    TooOld {
        found: Version,
        wanted: Version,
    },
    Missing,
}

/// The origin of a tool.
#[derive(Clone, Copy)]
pub(super) enum Remedy {
    /// A call of rustup.
    Rustup(&'static [&'static str]),
    /// Packages of Debian, and what to do where these do not help.
    Debian { packages: &'static [&'static str], otherwise: &'static str },
}

/// Debian's Python lacks `ensurepip`, and so environments with pip, unless asked for them.
const PYTHON_VERSION: &str = "import ensurepip, sys; print('Python', sys.version.split()[0])";

const PACKAGE_MANAGER: &str = "elsewhere the package of the same purpose";

/// Every tool, in the order in which they are used.
pub(super) fn all() -> Vec<Need> {
    [rust(), native(), page(), broker(), tests()].into_iter().flatten().collect()
}

fn rust() -> Vec<Need> {
    let need = |name, purpose, scope, probe, args| Need {
        name,
        purpose,
        scope,
        probe,
        remedy: Remedy::Rustup(args),
    };
    vec![
        need("rustc", "everything", Scope::Build, rustc, &["toolchain", "install"]),
        need(
            "Wasm target of Rust",
            "the metric plugins",
            Scope::Build,
            wasm_target,
            &["target", "add", WASM_TARGET],
        ),
        need(
            "rustfmt",
            "the check of the format",
            Scope::Test,
            |w| cargo(w, "fmt", "rustfmt "),
            &["component", "add", "rustfmt"],
        ),
        need(
            "clippy",
            "the lints",
            Scope::Test,
            |w| cargo(w, "clippy", "clippy "),
            &["component", "add", "clippy"],
        ),
    ]
}

fn native() -> Vec<Need> {
    let need = |name, purpose, probe, packages| Need {
        name,
        purpose,
        scope: Scope::Build,
        probe,
        remedy: Remedy::Debian { packages, otherwise: PACKAGE_MANAGER },
    };
    vec![
        need(
            "C compiler",
            "the Kafka client librdkafka",
            |_| tool("cc", &["--version"], ") ", Version(0, 0, 0)),
            &["build-essential"],
        ),
        need(
            "C++ compiler",
            "the Kafka client librdkafka",
            |_| tool("c++", &["--version"], ") ", Version(0, 0, 0)),
            &["build-essential"],
        ),
        need(
            "make",
            "the Kafka client librdkafka",
            |_| tool("make", &["--version"], "Make ", Version(0, 0, 0)),
            &["make"],
        ),
        need(
            "pkg-config",
            "finding libraries",
            |_| tool("pkg-config", &["--version"], "", Version(0, 0, 0)),
            &["pkg-config"],
        ),
        need("OpenSSL headers", "TLS and SASL to Kafka", |_| library("openssl"), &["libssl-dev"]),
        need("zlib headers", "compressed Kafka messages", |_| library("zlib"), &["zlib1g-dev"]),
    ]
}

fn page() -> Vec<Need> {
    let need = |name, probe, packages| Need {
        name,
        purpose: "the page",
        scope: Scope::Build,
        probe,
        remedy: Remedy::Debian {
            packages,
            otherwise: "where it is too old there: https://nodejs.org or a version manager",
        },
    };
    vec![
        need("Node.js", |_| tool("node", &["--version"], "v", Version(20, 19, 0)), &["nodejs"]),
        need("npm", |_| tool("npm", &["--version"], "", Version(9, 0, 0)), &["npm"]),
    ]
}

fn broker() -> Vec<Need> {
    let need = |name, purpose, probe, packages| Need {
        name,
        purpose,
        scope: Scope::Broker,
        probe,
        remedy: Remedy::Debian { packages, otherwise: PACKAGE_MANAGER },
    };
    vec![
        need(
            "Java",
            "a real Kafka to try and to test with",
            |_| tool("java", &["-version"], " version ", Version(17, 0, 0)),
            &["default-jre-headless"],
        ),
        need(
            "Maven",
            "fetching Kafka",
            |_| tool("mvn", &["--version"], "Maven ", Version(3, 6, 3)),
            &["maven"],
        ),
    ]
}

fn tests() -> Vec<Need> {
    let need = |name, purpose, probe, packages, otherwise| Need {
        name,
        purpose,
        scope: Scope::Test,
        probe,
        remedy: Remedy::Debian { packages, otherwise },
    };
    vec![
        need(
            "Chromium",
            "the tests of the page",
            |_| chromium_found(),
            &["chromium"],
            "another browser of its kind is named by the variable CHROMIUM",
        ),
        need(
            "Chinese font",
            "the tests and screenshots of the page",
            |_| chinese_font(),
            &["fontconfig", "fonts-wqy-microhei"],
            "any font that `fc-list :lang=zh-cn` shows",
        ),
        need(
            "nginx",
            "the tests of the page behind a proxy",
            |_| nginx_found(),
            &["nginx-light"],
            "one that lies elsewhere is named by the variable NGINX",
        ),
        need(
            "Prometheus",
            "the tests of alert rules and scraping",
            |_| tool("promtool", &["--version"], "version ", Version(2, 33, 0)),
            &["prometheus"],
            PACKAGE_MANAGER,
        ),
        need(
            "Valgrind",
            "counting instructions",
            |_| tool("valgrind", &["--version"], "valgrind-", Version(3, 15, 0)),
            &["valgrind"],
            PACKAGE_MANAGER,
        ),
        need(
            "Python with venv",
            "the tests of plugins in Python",
            |_| tool("python3", &["-c", PYTHON_VERSION], "Python ", Version(3, 10, 0)),
            &["python3", "python3-venv"],
            PACKAGE_MANAGER,
        ),
    ]
}

/// The browser for the tests of the page: the user's choice, or else the one installed.
pub(crate) fn chromium() -> Option<String> {
    if let Ok(chosen) = env::var("CHROMIUM") {
        return Path::new(&chosen).is_file().then_some(chosen);
    }
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| {
        let dirs = env::var_os("PATH")?;
        let path = env::split_paths(&dirs).map(|dir| dir.join(name)).find(|path| path.is_file())?;
        path.into_os_string().into_string().ok()
    })
}

/// The proxy for the tests of the page: the user's choice, or else the one installed, which Debian
/// keeps where only root looks.
pub(crate) fn nginx() -> Option<String> {
    if let Ok(chosen) = env::var("NGINX") {
        return Path::new(&chosen).is_file().then_some(chosen);
    }
    let dirs = env::var_os("PATH")?;
    let dirs = env::split_paths(&dirs).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    let path = dirs.map(|dir| dir.join("nginx")).find(|path| path.is_file())?;
    path.into_os_string().into_string().ok()
}

fn tool(program: &str, args: &[&str], marker: &str, wanted: Version) -> Found {
    judge(process::probe(program, args).as_deref(), marker, wanted)
}

fn judge(said: Option<&str>, marker: &str, wanted: Version) -> Found {
    match said.map(|said| Version::after(said, marker)) {
        Some(Some(found)) if found < wanted => Found::TooOld { found, wanted },
        Some(Some(found)) => Found::Present(found.to_string()),
        // A tool that runs but words its version in its own way is not worth refusing.
        Some(None) => Found::Present("version unknown".to_owned()),
        None => Found::Missing,
    }
}

fn rustc(workspace: &Workspace) -> Found {
    let mut command = std::process::Command::new("rustc");
    let said = process::output(command.arg("--version").current_dir(workspace.root())).ok();
    judge(said.as_deref(), "rustc ", Version(1, 95, 0))
}

fn cargo(workspace: &Workspace, subcommand: &str, marker: &str) -> Found {
    let said = workspace.cargo().args([subcommand, "--version"]).output().ok();
    let said = said.filter(|output| output.status.success());
    let said = said.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    judge(said.as_deref(), marker, Version(0, 0, 0))
}

fn library(name: &str) -> Found {
    tool("pkg-config", &["--modversion", name], "", Version(0, 0, 0))
}

/// Looks at the toolchain's own folder, which also works for a Rust without rustup.
fn wasm_target(workspace: &Workspace) -> Found {
    let mut command = std::process::Command::new("rustc");
    let Ok(sysroot) =
        process::output(command.args(["--print", "sysroot"]).current_dir(workspace.root()))
    else {
        return Found::Missing;
    };
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        Found::Present(WASM_TARGET.to_owned())
    } else {
        Found::Missing
    }
}

fn chromium_found() -> Found {
    let Some(path) = chromium() else { return Found::Missing };
    judge(process::probe(path, &["--version"]).as_deref(), "m", Version(0, 0, 0))
}

fn nginx_found() -> Found {
    let Some(path) = nginx() else { return Found::Missing };
    judge(process::probe(path, &["-v"]).as_deref(), "nginx/", Version(1, 19, 5))
}

fn chinese_font() -> Found {
    let fonts = process::probe("fc-list", &["--format", "%{family[0]}\n", ":lang=zh-cn"]);
    match fonts.as_deref().and_then(|fonts| fonts.lines().next()) {
        Some(font) if !font.is_empty() => Found::Present(font.to_owned()),
        _ => Found::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_judged_by_its_version() {
        let wanted = Version(20, 19, 0);
        assert!(
            matches!(judge(Some("v20.19.0"), "v", wanted), Found::Present(found) if found == "20.19.0")
        );
        assert!(matches!(
            judge(Some("v18.20.4"), "v", wanted),
            Found::TooOld { found: Version(18, 20, 4), .. }
        ));
        assert!(matches!(judge(None, "v", wanted), Found::Missing));
    }

    #[test]
    fn every_need_has_a_name_of_its_own_and_a_remedy() {
        let needs = all();
        let mut names: Vec<&str> = needs.iter().map(|need| need.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), needs.len());
        for need in needs {
            let parts = match need.remedy {
                Remedy::Rustup(args) => args,
                Remedy::Debian { packages, .. } => packages,
            };
            assert!(!parts.is_empty(), "{}", need.name);
        }
    }
}
