//! The test programs of `bindings-c/tests`, by CMake and CTest, in several variants.

use super::prefix;
use crate::junit;
use crate::steps::step::Run;
use anyhow::Result;
use xshell::cmd;

/// One way to compile and run all programs.
#[derive(Clone, Copy)]
pub struct Variant {
    name: &'static str,
    /// The compilers of C and of C++.
    compilers: [&'static str; 2],
    /// What `SEALWAX_TESTS` of the CMake project says.
    language: &'static str,
    /// Whether the library is linked into the program.
    fixed: bool,
    flags: &'static str,
    launcher: &'static str,
}

const GCC: Variant = Variant {
    name: "gcc",
    compilers: ["gcc", "g++"],
    language: "c",
    fixed: false,
    flags: "",
    launcher: "",
};
const CLANG: Variant =
    Variant { name: "clang", compilers: ["clang", "clang++"], fixed: true, ..GCC };

/// Both compilers, both languages, both libraries.
pub const PLAIN: &[Variant] = &[
    GCC,
    CLANG,
    Variant { name: "g++", language: "c++", fixed: true, ..GCC },
    Variant { name: "clang++", language: "c++", fixed: false, ..CLANG },
];

const SANITIZERS: &str = "-fsanitize=address,undefined -fno-sanitize-recover=all";

/// The sanitizers of both compilers.
pub const SANITIZED: &[Variant] = &[
    Variant { name: "gcc-sanitized", fixed: true, flags: SANITIZERS, ..GCC },
    Variant { name: "clang-sanitized", language: "c++", flags: SANITIZERS, ..CLANG },
];

/// Memory that is lost for certain, or not there, ends the program with an error. Rust's thread
/// handles are held by pointers into their middle, which counts as possibly lost and is not.
pub const VALGRIND: Variant = Variant {
    name: "valgrind",
    language: "each",
    flags: "-O1",
    launcher: "valgrind;-q;--error-exitcode=9;--leak-check=full;\
               --show-leak-kinds=definite,indirect;--errors-for-leak-kinds=definite,indirect",
    ..GCC
};

/// Compiles and runs every program in every variant.
pub fn run(run: &Run, variants: &[Variant]) -> Result<String> {
    let mut count = 0;
    for variant in variants {
        count += variant.run(run)?;
    }
    Ok(format!("{count} programs"))
}

impl Variant {
    fn run(&self, run: &Run) -> Result<usize> {
        let (sh, jobs) = (&run.sh, std::thread::available_parallelism()?.to_string());
        let build = run.env.fresh_folder(&format!("c/tests/{}", self.name))?;
        let options = self.options(run)?;
        run.exec(cmd!(sh, "cmake -S bindings-c/tests -B {build} {options...}"))?;
        run.exec(cmd!(sh, "cmake --build {build} --parallel {jobs}"))?;
        let report = junit::file(run.env, &format!("{}-{}", run.name, self.name));
        let how = ["--output-on-failure", "--no-tests=error", "--parallel", &jobs];
        run.exec(cmd!(sh, "ctest --test-dir {build} {how...} --output-junit {report}"))?;
        Ok(junit::read(&report)?.passed)
    }

    fn options(&self, run: &Run) -> Result<Vec<String>> {
        let [c, cpp] = self.compilers;
        let prefix = prefix::path(run)?;
        Ok(vec![
            format!("-DCMAKE_PREFIX_PATH={}", prefix.display()),
            format!("-DCMAKE_C_COMPILER={c}"),
            format!("-DCMAKE_CXX_COMPILER={cpp}"),
            format!("-DCMAKE_C_FLAGS={}", self.flags),
            format!("-DCMAKE_CXX_FLAGS={}", self.flags),
            format!("-DSEALWAX_TESTS={}", self.language),
            format!("-DSEALWAX_STATIC={}", if self.fixed { "ON" } else { "OFF" }),
            format!("-DSEALWAX_LAUNCHER={}", self.launcher),
        ])
    }
}
