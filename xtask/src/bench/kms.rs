//! `cargo xtask bench kms`: a loader of many objects under a real KMS, with and without a cache.

use super::Bench;
use crate::env::Env;
use crate::process;
use crate::python;
use crate::ui::Task;
use anyhow::Result;
use std::path::PathBuf;

pub const BENCH: Bench = Bench {
    file: "bindings-python/bench/KMS.md",
    title: "\
# A loader under a KMS, measured

`cargo xtask bench kms --save` writes this part; the notes below are written by hand. How it is
measured is told in [kms.py](kms.py).
",
    program: |env, _options, task| {
        let package = package(env, task)?;
        let mut program = env.python();
        program.env("PYTHONPATH", package).arg(env.root.join("bindings-python/bench/kms.py"));
        Ok(program)
    },
};

/// A folder with a release of the package, to be put before the one under test.
fn package(env: &Env, task: &Task) -> Result<PathBuf> {
    let wheel = python::wheel(env, "release", "bench-wheels", task)?;
    let package = python::fresh_folder(env, "bench-package")?;
    let mut pip = env.python();
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]);
    process::run(pip.arg(&package).arg(wheel), task)?;
    Ok(package)
}
