//! What runs on Node: the packages of a folder, and a browser where one is needed.

use crate::env::{Env, which};
use crate::process;
use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

const LOCK: &str = "package-lock.json";
/// Where Debian's package puts it.
const BROWSER: &str = "/usr/bin/chromium";

/// The locked npm packages of one folder.
pub struct Npm {
    name: &'static str,
    folder: &'static str,
    why: &'static str,
    what: &'static str,
    browser: bool,
}

/// The tools that build and test the package for browsers and Node, and Chromium for its tests.
pub const PACKAGE: Npm = Npm {
    name: "npm",
    folder: "bindings-wasm",
    why: "the package for browsers and Node is bundled and checked by tools from npm",
    what: "npm ci in bindings-wasm",
    browser: true,
};

/// Bundlers and runtimes, with their programs, that use the packed package.
pub const CONSUME: Npm = Npm {
    name: "consume",
    folder: "bindings-wasm/tests/consume",
    why: "the packed package is tested with bundlers, Deno, Bun and Cloudflare's workers",
    what: "npm ci in bindings-wasm/tests/consume",
    browser: false,
};

/// Frameworks and bundlers that take their time.
pub const BUNDLERS: Npm = Npm {
    name: "bundlers",
    folder: "bindings-wasm/tests/bundlers",
    why: "cargo xtask test-bundlers uses the packed package in Next, SvelteKit, Parcel and Vite",
    what: "npm ci in bindings-wasm/tests/bundlers",
    browser: true,
};

/// What the benchmark compares with.
pub const BENCH: Npm = Npm {
    name: "wasm-bench",
    folder: "bindings-wasm/bench",
    why: "the benchmark in Chromium has peers from npm",
    what: "npm ci in bindings-wasm/bench",
    browser: true,
};

/// What makes the reference of the JavaScript package.
pub const DOCS: Npm = Npm {
    name: "docs",
    folder: "docs/api",
    why: "cargo xtask docs --api makes the reference of the JavaScript package",
    what: "npm ci in docs/api",
    browser: false,
};

/// The packages of the upload page, and Chromium for its tests.
pub const WEB_DEMO: Npm = Npm {
    name: "web-demo",
    folder: "bindings-wasm/demo",
    why: "the upload page runs on Node and is tested in Chromium",
    what: "npm ci in bindings-wasm/demo",
    browser: true,
};

impl Npm {
    fn stamp(&self, env: &Env) -> PathBuf {
        env.root.join(self.folder).join("node_modules/installed-package-lock.json")
    }

    fn browser_is_missing(&self) -> bool {
        self.browser && !PathBuf::from(BROWSER).exists()
    }
}

impl Part for Npm {
    fn name(&self) -> &'static str {
        self.name
    }
    fn why(&self) -> &'static str {
        self.why
    }
    fn what(&self) -> &'static str {
        self.what
    }
    fn how_long(&self) -> &'static str {
        "about 10 s; 30 s more where Chromium is missing"
    }

    fn found(&self, setup: &Setup) -> Result<Option<String>> {
        let installed = fs::read_to_string(self.stamp(setup.env)).unwrap_or_default();
        let wanted = fs::read_to_string(setup.env.root.join(self.folder).join(LOCK))?;
        let programs = ["node", "npm", "openssl"].iter().all(|name| which(name).is_some());
        if installed != wanted || !programs || self.browser_is_missing() {
            return Ok(None);
        }
        let browser = if self.browser { ", Chromium" } else { "" };
        Ok(Some(format!("Node {}{browser}", node_version(setup.env)?)))
    }

    fn packages(&self, _setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        let mut packages = Vec::new();
        if which("npm").is_none() {
            packages.extend(["nodejs", "npm"]);
        }
        if which("openssl").is_none() {
            packages.push("openssl"); // Makes the certificate of the TLS tests.
        }
        if self.browser_is_missing() {
            packages.push("chromium");
        }
        Ok(packages)
    }

    fn install(&self, setup: &Setup, task: &Task) -> Result<String> {
        let env = setup.env;
        let folder = env.root.join(self.folder);
        let mut npm = env.program("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        process::run(&mut npm, task)?;
        // Written last: an interrupted installation is not current.
        fs::copy(folder.join(LOCK), self.stamp(env)).context("npm made no node_modules")?;
        Ok(format!("Node {}", node_version(env)?))
    }
}

fn node_version(env: &Env) -> Result<String> {
    process::ask(env.program("node").arg("--version"))
}
