//! Steps that hold the core to what it promises: no operating system, few dependencies.

use super::step::{Outcome, Run, Step};
use crate::toolchain;
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;

/// Every crate that may be below the core without features. All of them are `no_std`: a crate
/// that needs the standard library, randomness or files does not belong here.
const DEPENDENCIES: &str = include_str!("../../core-dependencies.txt");

/// The same answer on every machine: one system with all of its libraries, and none at all.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "thumbv7em-none-eabi"];

/// Bare metal and dependencies.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new(
            "dependencies",
            "below the core are only the crates of the allow-list",
            dependencies,
        ),
        bare_metal("none", &[]),
        bare_metal("alloc", &["--features=alloc"]),
    ]
}

fn bare_metal(name: &str, features: &'static [&'static str]) -> Step {
    Step::new(
        format!("bare-metal:{name}"),
        format!("the core builds without an operating system, features: {name}"),
        move |run| {
            let compiler = toolchain::bare_metal(run.env)?;
            let mut cargo = compiler.cargo(run.env, "build");
            cargo.args(["--package", "sealwax", "--no-default-features"]).args(features);
            run.exec(&mut cargo)?;
            Ok(Outcome::Passed(format!("route {}", compiler.route.name())))
        },
    )
}

fn dependencies(run: &Run) -> Result<Outcome> {
    let mut cargo = run.env.cargo("tree");
    cargo.args(["--package", "sealwax", "--edges", "normal", "--no-default-features"]);
    for target in TARGETS {
        cargo.args(["--target", target]);
    }
    let tree = run.exec(cargo.args(["--prefix", "none", "--format", "{p}"]))?;
    let allowed: BTreeSet<&str> = allowed().collect();
    let found: BTreeSet<&str> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    if !found.contains("sealwax") {
        bail!("cargo tree has an unknown form:\n{tree}");
    }
    let strangers: Vec<&str> =
        found.difference(&allowed).copied().filter(|name| *name != "sealwax").collect();
    if !strangers.is_empty() {
        bail!("not in xtask/core-dependencies.txt: {}\n{tree}", strangers.join(", "));
    }
    let below = found.len().checked_sub(1).context("an empty tree")?;
    Ok(Outcome::Passed(format!("{below} crates")))
}

fn allowed() -> impl Iterator<Item = &'static str> {
    DEPENDENCIES.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}
