//! Steps for the C library. It is installed as users install it, then used with several compilers and
//! under tools that find memory errors and races.

mod ctest;
mod prefix;

use super::python;
use super::step::{Run, Step};
use anyhow::Result;
pub use prefix::path as installed;

/// Everything about bindings-c that is not `cargo test`.
pub const STEPS: &[Step] = &[
    Step::new(
        "c:install",
        "libsealwax installs, and exports its API and nothing else",
        prefix::check,
    )
    .compiles(),
    step("c:tests", "the C and C++ tests with gcc and clang, all vectors among them", |run| {
        ctest::run(run, &["gcc", "g++", "clang", "clang++"])
    }),
    step("c:sanitizers", "the same under address and undefined-behaviour sanitizers", |run| {
        ctest::run(run, &["gcc-sanitized", "clang-sanitized"])
    }),
    step("c:valgrind", "the same under valgrind: no leak, no invalid access", |run| {
        ctest::run(run, &["valgrind"])
    }),
    step("c:races", "the threaded test under helgrind and the thread sanitizer", |run| {
        ctest::run(run, &["helgrind", "thread-sanitizer"])
    }),
    step("c:examples", "the examples run: file, token, C++, CMake project", programs),
    step("c:linking", "it links all static, beside other Rust, from multiarch", |run| {
        let multiarch = prefix::install(run, "c/multiarch", "lib/x86_64-linux-gnu")?;
        pytest(run, &[("SEALWAX_C_MULTIARCH", &multiarch)])
    })
    .compiles(),
    step("c:bench", "every case of the benchmark runs, on a tiny input", programs),
    step("c:readme", "every example of the README compiles and runs", programs),
    step("c:reference", "envelopes go to the Python reference and back", programs),
    step("c:fuzz", "random calls in random order find nothing, for a short while", programs),
];

/// A step that uses the installed library.
const fn step(name: &'static str, what: &'static str, check: fn(&Run) -> Result<String>) -> Step {
    Step::new(name, what, check).needs(&["c:install"])
}

fn programs(run: &Run) -> Result<String> {
    pytest(run, &[])
}

/// Runs the tests in `bindings-c/tests/programs` that have the name of the step.
fn pytest(run: &Run, variables: &[(&str, &std::path::Path)]) -> Result<String> {
    let prefix = installed(run)?;
    let variables = [&[("SEALWAX_C_PREFIX", prefix.as_path())], variables].concat();
    let file = run.name.replace("c:", "bindings-c/tests/programs/test_") + ".py";
    python::pytest(run, "", &[&file], &variables)
}
