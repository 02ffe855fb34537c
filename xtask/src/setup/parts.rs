//! The parts of the set-up, in the order in which they are made. A new one is a row here.

use super::apt;
use crate::env::Env;
use crate::process;
use crate::toolchain::{self, Target};
use crate::ui::Task;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// One thing that the tests need on the machine.
pub struct Part {
    /// The name for `--only`.
    pub name: &'static str,
    /// What needs it.
    pub why: &'static str,
    /// What installing costs on an ordinary machine.
    pub takes: &'static str,
    /// Programs, or files, and the Debian packages that have them. They may come from elsewhere.
    programs: &'static [(&'static str, &'static str)],
    /// Debian packages that are no programs.
    packages: &'static [&'static str],
    made: Made,
    /// Whether only a task beside the tests needs it, which sets it up itself.
    pub optional: bool,
}

/// What is made once the packages are there.
enum Made {
    /// Nothing.
    Packages,
    /// rustfmt and clippy of the native toolchain.
    Components,
    /// The standard library for another target.
    Library(Target),
    /// A virtual environment for Python in a folder of the tools, from a list of requirements.
    Venv(&'static str, &'static str),
    /// The locked npm packages of a folder.
    Npm(&'static str),
}

const NODE: &[(&str, &str)] = &[("node", "nodejs"), ("npm", "npm"), ("openssl", "openssl")];
const BROWSER: &[(&str, &str)] = &[
    ("node", "nodejs"),
    ("npm", "npm"),
    ("openssl", "openssl"),
    ("/usr/bin/chromium", "chromium"),
];
const PYTHON: &[(&str, &str)] = &[("python3", "python3")];

const fn part(name: &'static str, why: &'static str, takes: &'static str, made: Made) -> Part {
    Part { name, why, takes, programs: &[], packages: &[], made, optional: false }
}

const fn npm(name: &'static str, why: &'static str, folder: &'static str, optional: bool) -> Part {
    let part = part(name, why, "10 s; 30 s more where Chromium is missing", Made::Npm(folder));
    Part { programs: BROWSER, optional, ..part }
}

const fn venv(
    name: &'static str,
    why: &'static str,
    folder: &'static str,
    list: &'static str,
) -> Part {
    let part = part(name, why, "30 s", Made::Venv(folder, list));
    Part { programs: PYTHON, packages: &["python3-venv"], ..part }
}

/// Every part.
pub const ALL: &[Part] = &[
    part("components", "rustfmt and clippy", "10 s", Made::Components),
    part("wasm", "bindings-wasm is built for WebAssembly", "30 s", Made::Library(toolchain::WASM)),
    part(
        "bare-metal",
        "the core must build where there is no operating system",
        "20 s",
        Made::Library(toolchain::BARE_METAL),
    ),
    venv(
        "python",
        "the reference of the format and the Python package are tested",
        "venv",
        "xtask/python-requirements.txt",
    ),
    npm("npm", "the JavaScript package is built and tested", "bindings-wasm", false),
    Part {
        programs: NODE,
        ..npm(
            "consume",
            "the packed package is tested with bundlers, Deno, Bun and Cloudflare's workers",
            "bindings-wasm/tests/consume",
            false,
        )
    },
    npm("web-demo", "the upload page is tested in Chromium", "bindings-wasm/demo", false),
    venv(
        "tools",
        "formatters, linters and the tools of cargo",
        "checkers",
        "xtask/tool-requirements.txt",
    ),
    Part {
        programs: NODE,
        ..npm("eslint", "eslint and prettier check JavaScript", "bindings-wasm/lint", false)
    },
    Part {
        // Of valgrind only its programs: its recommendations include a debugger.
        packages: &[
            "binutils",
            "clang",
            "cmake",
            "g++",
            "gcc",
            "libclang-rt-14-dev",
            "libjansson-dev",
            "libp11-kit-dev",
            "libsodium-dev",
            "libssl-dev",
            "make",
            "pkg-config",
            "softhsm2",
            "valgrind",
        ],
        ..part(
            "c",
            "the C library is tested with gcc, clang, valgrind, CMake and SoftHSM2",
            "25 s",
            Made::Packages,
        )
    },
    Part {
        programs: &[("/usr/lib/softhsm/libsofthsm2.so", "softhsm2")],
        ..part("softhsm", "the PKCS #11 providers are tested with a token", "5 s", Made::Packages)
    },
    Part {
        optional: true,
        ..venv(
            "python-bench",
            "cargo xtask bench python compares with peers",
            "bench-python",
            "bindings-python/bench/requirements.txt",
        )
    },
    npm("wasm-bench", "cargo xtask bench wasm compares with peers", "bindings-wasm/bench", true),
    npm(
        "bundlers",
        "cargo xtask test-bundlers uses Next, SvelteKit, Parcel and Vite",
        "bindings-wasm/tests/bundlers",
        true,
    ),
    Part {
        programs: NODE,
        ..npm("docs", "cargo xtask docs --api makes the reference of JavaScript", "docs/api", true)
    },
    Part {
        programs: &[("/usr/bin/firefox-esr", "firefox-esr")],
        optional: true,
        ..part("firefox", "cargo xtask test-firefox runs the suite in it", "30 s", Made::Packages)
    },
];

impl Part {
    /// The Debian packages that this part lacks.
    pub fn missing_packages(&self, env: &Env) -> Result<Vec<&'static str>> {
        let is_missing = |name: &str| which::which(name).is_err() && !Path::new(name).exists();
        let programs = self.programs.iter().filter(|(program, _)| is_missing(program));
        let mut missing = apt::missing(env, self.packages)?;
        missing.extend(programs.map(|(_, package)| *package));
        Ok(missing)
    }

    /// Whether what is made is there, and of the newest list.
    pub fn is_made(&self, env: &Env) -> Result<bool> {
        let sh = env.shell()?;
        Ok(match self.made {
            Made::Packages => true,
            Made::Components => {
                let tools = ["rustfmt", "cargo-clippy"];
                tools.iter().all(|tool| process::ask(cmd!(sh, "{tool} --version")).is_ok())
            }
            Made::Library(target) => target.find(env)?.is_some(),
            Made::Venv(folder, list) => {
                let python = env.tool(folder).join("bin/python");
                let works = process::ask(cmd!(sh, "{python} --version")).is_ok();
                works && is_current(&env.root.join(list), &stamp(&env.tool(folder)))
            }
            Made::Npm(folder) => {
                let folder = env.root.join(folder);
                is_current(&folder.join(LOCK), &stamp(&folder.join("node_modules")))
            }
        })
    }

    /// Makes it.
    pub fn make(&self, env: &Env, task: &Task) -> Result<()> {
        let sh = env.shell()?;
        match self.made {
            Made::Packages => Ok(()),
            Made::Components => {
                let _alone = toolchain::alone_with_rustup();
                process::run(cmd!(sh, "rustup component add rustfmt clippy"), task).map(drop)
            }
            Made::Library(target) => target.install(env, task),
            Made::Venv(folder, list) => {
                let venv = env.tool(folder);
                let python = venv.join("bin/python");
                process::run(cmd!(sh, "python3 -m venv --clear {venv}"), task)?;
                // uv installs many packages several times as fast as pip does.
                process::run(cmd!(sh, "{python} -m pip install --quiet uv"), task)?;
                let install = ["-m", "uv", "pip", "install", "--requirement"];
                process::run(cmd!(sh, "{python} {install...} {list}"), task)?;
                finish(&env.root.join(list), &venv)
            }
            Made::Npm(folder) => {
                let sh = env.shell_in(folder)?;
                process::run(cmd!(sh, "npm ci --no-audit --no-fund"), task)?;
                let folder = env.root.join(folder);
                finish(&folder.join(LOCK), &folder.join("node_modules"))
            }
        }
    }
}

const LOCK: &str = "package-lock.json";

/// The copy of the list that a folder was made from.
fn stamp(folder: &Path) -> PathBuf {
    folder.join("made-from.txt")
}

fn is_current(list: &Path, stamp: &Path) -> bool {
    fs::read(stamp).is_ok_and(|made| fs::read(list).is_ok_and(|wanted| wanted == made))
}

/// Writes the stamp last: an interrupted installation is not current.
fn finish(list: &Path, folder: &Path) -> Result<()> {
    fs::copy(list, stamp(folder)).with_context(|| list.display().to_string()).map(drop)
}
