//! The fuzz target of the C library: clang's libFuzzer drives it, and follows the Rust code too.

use crate::env::Env;
use crate::process;
use crate::ui::{Task, task};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::cmd;

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

/// Runs it; inputs that found something new are kept below `target` for the next time.
pub fn run(env: &Env, seconds: u32) -> Result<()> {
    let (sh, folder) = (env.shell()?, env.target.join("c/fuzz"));
    let program = task("building the C library for the fuzzer", |task| build(env, &folder, task))?;
    let corpus = folder.join("corpus");
    std::fs::create_dir_all(&corpus)?;
    sh.change_dir(&folder);
    let limits = ["-max_len=4096", "-print_final_stats=1", &format!("-max_total_time={seconds}")];
    if process::show(cmd!(sh, "{program} {corpus} {limits...}"))? == ExitCode::SUCCESS {
        return Ok(());
    }
    bail!("{TARGET} has found something: see above, and {}", folder.display())
}

fn build(env: &Env, folder: &Path, task: &Task) -> Result<PathBuf> {
    let sh = env.shell()?;
    let version = process::ask(cmd!(sh, "rustc -vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc names no host")?;
    // Overflows and assertions are found, too. With a target named, the flags are for the library
    // and not for build scripts.
    let profile = ["--package", "sealwax-c", "--profile", "checked", "--target", host];
    let cargo = cmd!(sh, "cargo build {profile...} --target-dir {folder}");
    process::run(cargo.env("RUSTFLAGS", COVERAGE.join(" ")), task)?;
    let (program, library) =
        (folder.join("calls"), folder.join(host).join("checked/libsealwax_c.a"));
    let flags = ["-std=c99", "-g", "-O1", "-fsanitize=fuzzer,address,undefined"];
    let sources = ["-I", "bindings-c/include", "bindings-c/fuzz/calls.c"];
    let libraries = ["-lgcc_s", "-lpthread", "-lm", "-ldl"];
    let link = cmd!(sh, "clang {flags...} {sources...} {library} -o {program} {libraries...}");
    process::run(link, task)?;
    Ok(program)
}
