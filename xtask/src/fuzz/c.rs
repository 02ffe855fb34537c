//! The fuzz target of the C library: clang's libFuzzer drives it, and follows the Rust code too.

use crate::env::Env;
use crate::process;
use crate::ui::{Mark, Task};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// As it is named beside the targets of the core.
pub const TARGET: &str = "c_calls";

/// Has every branch and comparison of the Rust code reported to libFuzzer, so that it searches
/// there and not only in the target itself. The sanitizers watch the C side and the heap.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];
/// Overflows and assertions are found, too.
const PROFILE: &str = "checked";

/// Runs it; inputs that found something new are kept below `target` for the next time.
pub fn run(env: &Env, seconds: u32) -> Result<()> {
    let folder = env.target.join("c/fuzz");
    let task = Task::start("building the C library for the fuzzer");
    let built = build(env, &folder, &task);
    task.end(if built.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    let corpus = folder.join("corpus");
    std::fs::create_dir_all(&corpus)?;
    let mut fuzz = env.program(built?);
    fuzz.current_dir(&folder).arg(&corpus).arg(format!("-max_total_time={seconds}"));
    fuzz.args(["-max_len=4096", "-print_final_stats=1"]);
    if fuzz.status()?.success() {
        return Ok(());
    }
    bail!("{TARGET} has found something: see above, and {}", folder.display())
}

fn build(env: &Env, folder: &Path, task: &Task) -> Result<PathBuf> {
    let host = host(env)?;
    let mut cargo = env.cargo("build");
    // With a target named, the flags are for the library and not for build scripts.
    cargo.args(["--package", "sealwax-c", "--profile", PROFILE, "--target", &host]);
    cargo.arg("--target-dir").arg(folder).env("RUSTFLAGS", COVERAGE.join(" "));
    process::run(&mut cargo, task)?;
    let program = folder.join("calls");
    process::run(&mut link(env, &folder.join(host).join(PROFILE), &program), task)?;
    Ok(program)
}

fn link(env: &Env, built: &Path, program: &Path) -> Command {
    let binding = env.root.join("bindings-c");
    let mut clang = env.program("clang");
    clang.args(["-std=c99", "-g", "-O1", "-fsanitize=fuzzer,address,undefined"]);
    clang.arg("-I").arg(binding.join("include")).arg(binding.join("fuzz/calls.c"));
    clang.arg(built.join("libsealwax_c.a")).arg("-o").arg(program);
    clang.args(["-lgcc_s", "-lpthread", "-lm", "-ldl"]);
    clang
}

fn host(env: &Env) -> Result<String> {
    let version = process::ask(env.program("rustc").arg("-vV"))?;
    let line = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc names no host")?.to_owned())
}
