//! The project's own virtual environment for Python, with `python-requirements.txt` in it.

use crate::env::Env;
use crate::process;
use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::Result;
use std::fs;
use std::path::PathBuf;

const REQUIREMENTS: &str = "xtask/python-requirements.txt";

/// The virtual environment; it is current when the list that it was made from is the list of now.
pub struct Venv;

impl Part for Venv {
    fn name(&self) -> &'static str {
        "python"
    }
    fn why(&self) -> &'static str {
        "the independent reading of the format and the Python bindings are tested"
    }
    fn what(&self) -> &'static str {
        "a virtual environment with python-requirements.txt"
    }
    fn how_long(&self) -> &'static str {
        "about 60 s"
    }

    fn found(&self, setup: &Setup) -> Result<Option<String>> {
        let made_from = fs::read_to_string(stamp(setup.env)).unwrap_or_default();
        let wanted = fs::read_to_string(setup.env.root.join(REQUIREMENTS))?;
        if made_from != wanted {
            return Ok(None);
        }
        Ok(process::ask(setup.env.python().arg("--version")).ok())
    }

    fn packages(&self, setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        let complete =
            process::ask(setup.env.program("python3").args(["-c", "import ensurepip, venv"]))
                .is_ok();
        Ok(if complete { Vec::new() } else { vec!["python3", "python3-venv"] })
    }

    fn install(&self, setup: &Setup, task: &Task) -> Result<String> {
        let env = setup.env;
        let venv = env.venv();
        process::run(env.program("python3").args(["-m", "venv", "--clear"]).arg(&venv), task)?;
        // uv installs many packages several times as fast as pip does.
        process::run(env.python().args(["-m", "pip", "install", "--quiet", "uv"]), task)?;
        let mut uv = env.program(venv.join("bin/uv"));
        uv.args(["pip", "install", "--requirement", REQUIREMENTS, "--python"]);
        process::run(uv.arg(venv.join("bin/python")), task)?;
        fs::copy(env.root.join(REQUIREMENTS), stamp(env))?;
        process::ask(env.python().arg("--version"))
    }
}

/// The copy of the list, written last: an interrupted installation is not current.
fn stamp(env: &Env) -> PathBuf {
    env.venv().join("installed-requirements.txt")
}
