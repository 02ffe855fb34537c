//! Steps for the C library: installed as users install it, then used with every compiler and
//! under every tool that finds what a test alone does not.

mod compile;
mod examples;
mod linking;
mod prefix;
mod tools;

use super::step::Step;
use compile::ALL;
pub use examples::hsm_file;
pub use prefix::path as installed;

/// Everything about bindings-c that is not `cargo test`.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new(
            "c:install",
            "libsealwax installs, and exports its API and nothing else",
            prefix::check,
        ),
        Step::new(
            "c:tests",
            "the C and C++ tests with gcc and clang, all vectors among them",
            |run| tools::run(run, ALL, &[]),
        ),
        Step::new(
            "c:sanitizers",
            "the same under address and undefined-behaviour sanitizers",
            |run| tools::run(run, tools::SANITIZED, &[]),
        ),
        Step::new("c:valgrind", "the same under valgrind: no leak, no invalid access", |run| {
            tools::run(run, tools::PLAIN, &tools::VALGRIND)
        }),
        Step::new(
            "c:races",
            "the threaded test under helgrind and the thread sanitizer",
            tools::races,
        ),
        Step::new(
            "c:examples",
            "the examples run: file, PKCS#11 token, C++, CMake project",
            examples::run,
        ),
        Step::new(
            "c:linking",
            "it links all static, beside another Rust library, and from a multiarch folder",
            linking::run,
        ),
        Step::new("c:bench", "every case of the benchmark runs, on a tiny input", examples::bench),
        Step::new("c:readme", "every example of the README compiles and runs", examples::readme),
        Step::new(
            "c:reference",
            "envelopes go to the Python reference and come back",
            examples::reference,
        ),
        Step::new(
            "c:fuzz",
            "random calls in random order find nothing, for a short while",
            tools::fuzz,
        ),
    ]
}
