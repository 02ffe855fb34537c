//! What the upload page needs besides the Python environment: Node, its packages, a browser.

use crate::env::{Env, which};
use crate::process;
use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::{Context, Result};
use std::fs;
use std::path::PathBuf;

/// Where the page is.
const DEMO: &str = "bindings-wasm/demo";
const LOCK: &str = "package-lock.json";
/// Where Debian's package puts it.
const BROWSER: &str = "/usr/bin/chromium";

/// The packages of the upload page, and Chromium for its tests.
pub struct WebDemo;

impl Part for WebDemo {
    fn name(&self) -> &'static str {
        "web-demo"
    }
    fn why(&self) -> &'static str {
        "the upload page runs on Node and is tested in Chromium"
    }
    fn what(&self) -> &'static str {
        "npm ci in bindings-wasm/demo"
    }
    fn how_long(&self) -> &'static str {
        "about 5 s; 30 s more where Chromium is missing"
    }

    fn found(&self, setup: &Setup) -> Result<Option<String>> {
        let installed = fs::read_to_string(stamp(setup.env)).unwrap_or_default();
        let wanted = fs::read_to_string(setup.env.root.join(DEMO).join(LOCK))?;
        let programs = ["node", "npm", "openssl"].iter().all(|name| which(name).is_some());
        if installed != wanted || !programs || !PathBuf::from(BROWSER).exists() {
            return Ok(None);
        }
        Ok(Some(format!("Node {}, Chromium", node_version(setup.env)?)))
    }

    fn packages(&self, _setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        let mut packages = Vec::new();
        if which("npm").is_none() {
            packages.extend(["nodejs", "npm"]);
        }
        if which("openssl").is_none() {
            packages.push("openssl"); // Makes the certificate of the TLS tests.
        }
        if !PathBuf::from(BROWSER).exists() {
            packages.push("chromium");
        }
        Ok(packages)
    }

    fn install(&self, setup: &Setup, task: &Task) -> Result<String> {
        let env = setup.env;
        let folder = env.root.join(DEMO);
        let mut npm = env.program("npm");
        npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&folder);
        process::run(&mut npm, task)?;
        // Written last: an interrupted installation is not current.
        fs::copy(folder.join(LOCK), stamp(env)).context("npm made no node_modules")?;
        Ok(format!("Node {}", node_version(env)?))
    }
}

fn stamp(env: &Env) -> PathBuf {
    env.root.join(DEMO).join("node_modules/installed-package-lock.json")
}

fn node_version(env: &Env) -> Result<String> {
    process::ask(env.program("node").arg("--version"))
}
