//! Steps for the C library: installed as users install it, then used with every compiler and
//! under every tool that finds what a test alone does not.

mod ctest;
mod examples;
mod linking;
mod prefix;

use super::step::{Run, Step};
use anyhow::{Context, Result};
pub use examples::hsm_file;
pub use prefix::path as installed;
use xshell::cmd;

/// Everything about bindings-c that is not `cargo test`.
pub const STEPS: &[Step] = &[
    Step::new(
        "c:install",
        "libsealwax installs, and exports its API and nothing else",
        prefix::check,
    )
    .compiles(),
    step("c:tests", "the C and C++ tests with gcc and clang, all vectors among them", |run| {
        ctest::run(run, ctest::PLAIN)
    }),
    step("c:sanitizers", "the same under address and undefined-behaviour sanitizers", |run| {
        ctest::run(run, ctest::SANITIZED)
    }),
    step("c:valgrind", "the same under valgrind: no leak, no invalid access", |run| {
        ctest::run(run, &[ctest::VALGRIND])
    }),
    step("c:races", "the threaded test under helgrind and the thread sanitizer", races),
    step("c:examples", "the examples run: file, token, C++, CMake project", examples::run),
    step("c:linking", "it links all static, beside other Rust, from multiarch", linking::run)
        .compiles(),
    step("c:bench", "every case of the benchmark runs, on a tiny input", examples::bench),
    step("c:readme", "every example of the README compiles and runs", examples::readme),
    step("c:reference", "envelopes go to the Python reference and back", examples::reference),
    step("c:fuzz", "random calls in random order find nothing, for a short while", fuzz),
];

/// A step that uses the installed library.
const fn step(name: &'static str, what: &'static str, check: fn(&Run) -> Result<String>) -> Step {
    Step::new(name, what, check).needs(&["c:install"])
}

/// Helgrind sees all machine code, Rust's too; the thread sanitizer sees C's accesses exactly. Both
/// run what they can see the locks of; tests/c/threads.c says more.
fn races(run: &Run) -> Result<String> {
    let (sh, source) = (&run.sh, "bindings-c/tests/c/threads.c");
    let program = |name: &str| run.env.target.join("c/bin").join(name);
    let (plain, sanitized) = (program("threads-plain"), program("threads-tsan"));
    let shared = prefix::shared(run)?;
    run.exec(cmd!(sh, "gcc -std=c99 -g -O1 {source} -o {plain} {shared...}"))?;
    run.exec(cmd!(sh, "valgrind -q --tool=helgrind --error-exitcode=9 {plain} lock-free"))?;
    let fixed = prefix::fixed(run)?;
    run.exec(cmd!(sh, "clang -std=c99 -g -fsanitize=thread {source} -o {sanitized} {fixed...}"))?;
    run.pass(cmd!(sh, "{sanitized} lock-free"))
}

/// Builds the fuzz target with clang's libFuzzer and runs it for a short while: the same inputs each
/// time, so that the verdict is about the change and not about luck.
fn fuzz(run: &Run) -> Result<String> {
    let (sh, fixed) = (&run.sh, prefix::fixed(run)?);
    let (program, source) = (run.env.target.join("c/bin/fuzz-calls"), "bindings-c/fuzz/calls.c");
    let flags = ["-std=c99", "-g", "-O1", "-fsanitize=fuzzer,address,undefined"];
    run.exec(cmd!(sh, "clang {flags...} {source} -o {program} {fixed...}"))?;
    let corpus = prefix::work(run, "fuzz-corpus")?;
    let _there = sh.push_dir(prefix::work(run, "fuzz")?);
    let limits = ["-runs=20000", "-seed=1", "-max_len=4096", "-len_control=0"];
    let output = run.exec(cmd!(sh, "{program} {corpus} {limits...}"))?;
    let runs = output.lines().rev().find(|line| line.starts_with("Done "));
    Ok(runs.context("the fuzzer did not finish")?.to_owned())
}
