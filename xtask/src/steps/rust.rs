//! Steps for the Rust crates: tests, lints, documentation, dependencies.

use super::step::{Run, Step};
use crate::{fuzz, junit, public_api, toolchain};
use anyhow::{Result, bail};
use std::collections::BTreeSet;
use xshell::cmd;

/// The steps.
pub const STEPS: &[Step] = &[
    Step::new("test", "unit, integration and documentation tests", test).compiles(),
    Step::new("clippy", "no lint in any target of the workspace", clippy).compiles().early(),
    Step::new("test:portable", "the core's tests without AWS-LC, and of its async face", portable)
        .compiles(),
    Step::new(
        "features",
        "no lint and no broken link in the core with none, each and all features",
        features,
    )
    .compiles(),
    Step::new("oldest-rust", "the core compiles with the oldest Rust that it promises", oldest)
        .compiles(),
    Step::new("doc", "the documentation builds without a warning", doc).compiles(),
    Step::new("public-api", "the core's public API is the saved one", public_api::check).compiles(),
    Step::new("fuzz", "the fuzz targets compile without a lint", fuzz_targets).compiles(),
    Step::new("deny", "licences, sources and duplicates of all crates", |run| {
        let deny = run.env.checker("cargo-deny")?;
        let sh = &run.sh;
        // Advisories change without a change of ours: `.github/workflows/nightly.yml` checks them.
        run.pass(cmd!(sh, "{deny} --workspace --all-features check licenses bans sources"))
    }),
    Step::new("dependencies", "below the core are only the crates of the list", dependencies),
    Step::new("bare-metal", "the core builds without an operating system", bare_metal),
];

fn clippy(run: &Run) -> Result<String> {
    let sh = &run.sh;
    run.pass(cmd!(sh, "cargo clippy --profile checked --workspace --all-targets -- -D warnings"))
}

fn doc(run: &Run) -> Result<String> {
    let sh = &run.sh;
    let doc = cmd!(sh, "cargo doc --profile checked --workspace --no-deps");
    run.pass(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn test(run: &Run) -> Result<String> {
    nextest(run, &["--workspace"])
}

fn portable(run: &Run) -> Result<String> {
    nextest(run, &["--package", "sealwax", "--no-default-features", "--features", "async,hpke"])
}

/// Runs the tests, including those in the documentation.
fn nextest(run: &Run, packages: &[&str]) -> Result<String> {
    let (sh, nextest) = (&run.sh, run.env.checker("cargo-nextest")?);
    let profiles = ["--cargo-profile", "checked", "--profile", "gate"];
    run.exec(cmd!(sh, "{nextest} nextest run {profiles...} {packages...}"))?;
    let tests = junit::keep(&run.env.target.join("nextest/gate/junit.xml"), &run.junit())?;
    run.exec(cmd!(sh, "cargo test --profile checked --doc {packages...}"))?;
    Ok(tests.to_string())
}

/// `fips` needs Go and CMake: `cargo xtask fips` checks it.
fn features(run: &Run) -> Result<String> {
    let (sh, hack) = (&run.sh, run.env.checker("cargo-hack")?);
    let each = ["--each-feature", "--exclude-features", "default,fips", "--profile", "checked"];
    run.exec(cmd!(sh, "{hack} hack clippy --package sealwax {each...} -- -D warnings"))?;
    let doc = cmd!(sh, "{hack} hack doc --package sealwax {each...} --no-deps");
    run.pass(doc.env("RUSTDOCFLAGS", "-D warnings"))
}

fn oldest(run: &Run) -> Result<String> {
    let (sh, version) = (&run.sh, toolchain::oldest(run.env)?);
    if !toolchain::has(run.env, &version)? {
        bail!("Rust {version} is missing: run `cargo xtask setup --only oldest-rust`");
    }
    let core = ["--profile", "checked", "--package", "sealwax", "--features", "async"];
    run.exec(cmd!(sh, "cargo check {core...}").env("RUSTUP_TOOLCHAIN", &version))?;
    Ok(version)
}

fn fuzz_targets(run: &Run) -> Result<String> {
    fuzz::seed_lock_file(run.env)?;
    let (sh, targets) = (&run.sh, ["--manifest-path", "core/fuzz/Cargo.toml"]);
    let targets = targets.into_iter().chain(["--no-default-features"]);
    run.pass(cmd!(sh, "cargo clippy {targets...} --profile checked -- -D warnings"))
}

fn bare_metal(run: &Run) -> Result<String> {
    let cargo = toolchain::BARE_METAL.cargo(run.env)?;
    for features in ["", "alloc", "hpke"] {
        let mut build = cargo.command(run.env, "build")?;
        build.args(["--package", "sealwax", "--no-default-features", "--features", features]);
        run.exec(build)?;
    }
    Ok("without features, with alloc, with hpke".to_owned())
}

/// Checks the dependencies of the core without features. cargo-deny cannot do this, because it sees
/// the features that other members of the workspace enable.
fn dependencies(run: &Run) -> Result<String> {
    const LIST: &str = "xtask/core-dependencies.txt";
    let list = std::fs::read_to_string(run.env.root.join(LIST))?;
    let allowed: BTreeSet<&str> = list.lines().filter(|line| !line.starts_with('#')).collect();
    // Fixed targets give the same answer on every machine.
    let targets = ["--target", "x86_64-unknown-linux-gnu", "--target", "thumbv7em-none-eabi"];
    let (sh, core) =
        (&run.sh, ["--package", "sealwax", "--edges", "normal", "--no-default-features"]);
    let tree =
        run.exec(cmd!(sh, "cargo tree {core...} {targets...} --prefix none --format '{p}'"))?;
    let found: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let strangers: Vec<&str> = found.difference(&allowed).copied().collect();
    if strangers != ["sealwax"] {
        bail!("not in {LIST}: {}\n{tree}", strangers.join(", "));
    }
    Ok(format!("{} crates", found.len() - 1))
}
