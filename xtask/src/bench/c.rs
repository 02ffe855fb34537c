//! `cargo xtask bench c`: the C library against the Rust core, OpenSSL and libsodium.

use super::Bench;
use crate::env::Env;
use crate::install_c;
use crate::process;
use crate::ui::Task;
use anyhow::Result;
use std::path::PathBuf;

pub const BENCH: Bench = Bench {
    file: "bindings-c/BENCH.md",
    title: "\
# Speed of the C library

`cargo xtask bench c --save` writes this part; the notes below are written by hand. The Rust core, the
C library, OpenSSL EVP (one AES-256-GCM message of all bytes) and libsodium (secretstream, 64 KiB at
once) take turns on buffers of the same size; streams are given 256 KiB at once. The best time of each
counts: [bench/compare.rs](bench/compare.rs) says why. Both sides are built with the profile
`release`.
",
    program: |env, _options, task| {
        let other = build(env, task)?;
        let mut compare = env.program(env.target.join("release/examples/compare"));
        compare.arg(other);
        Ok(compare)
    },
};

/// Compiles the C side against an installed release, and the Rust side, which asks it in turn.
fn build(env: &Env, task: &Task) -> Result<PathBuf> {
    let prefix = env.target.join("c/bench");
    let options = install_c::Options::new(prefix.clone(), "release");
    install_c::install(env, &options, task)?;
    let mut cargo = env.cargo("build");
    cargo.args(["--package", "sealwax-c", "--release", "--example", "compare"]);
    process::run(&mut cargo, task)?;
    let program = prefix.join("speed");
    let mut gcc = env.program("gcc");
    gcc.args(["-std=c99", "-O2", "-o"]).arg(&program);
    gcc.arg(env.root.join("bindings-c/bench/speed.c")).arg("-I").arg(prefix.join("include"));
    gcc.arg(prefix.join("lib/libsealwax.a"));
    gcc.args(["-lcrypto", "-lsodium", "-lpthread", "-lm", "-ldl"]);
    process::run(&mut gcc, task)?;
    Ok(program)
}
