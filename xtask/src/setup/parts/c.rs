//! What the C library's tests compile and run with.

use crate::env::which;
use crate::process;
use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::{Result, bail};

/// Compilers, checkers, a PKCS#11 token in software, and libraries of the tests and benchmarks.
const PACKAGES: [&str; 13] = [
    "binutils",
    "clang",
    "cmake",
    "g++",
    "gcc",
    "libclang-rt-14-dev",
    "libjansson-dev",
    "libp11-kit-dev",
    "libsodium-dev",
    "libssl-dev",
    "make",
    "pkg-config",
    "softhsm2",
];
/// Only for its programs; its recommendations include a debugger.
const VALGRIND: &str = "valgrind";

/// Everything for `cargo xtask test --only c`.
pub struct Tools;

impl Part for Tools {
    fn name(&self) -> &'static str {
        "c"
    }
    fn why(&self) -> &'static str {
        "the C library is tested with gcc, clang, valgrind, CMake and SoftHSM2"
    }
    fn what(&self) -> &'static str {
        "compilers, checkers and libraries for C"
    }
    fn how_long(&self) -> &'static str {
        "about 25 s"
    }

    fn found(&self, setup: &Setup) -> Result<Option<String>> {
        let mut query = setup.env.program("dpkg-query");
        query.args(["-W", "-f=${db:Status-Status}\n"]).args(PACKAGES).arg(VALGRIND);
        let Ok(states) = process::ask(&mut query) else { return Ok(None) };
        if states.lines().any(|state| state != "installed") {
            return Ok(None);
        }
        let version = process::ask(setup.env.program("clang").arg("--version"))?;
        Ok(Some(version.lines().next().unwrap_or_default().to_owned()))
    }

    fn packages(&self, _setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        Ok(PACKAGES.into_iter().chain([VALGRIND]).collect())
    }

    fn install(&self, setup: &Setup, _task: &Task) -> Result<String> {
        match (which("clang"), self.found(setup)?) {
            (Some(_), Some(found)) => Ok(found),
            _ => bail!("packages are missing still: {}", PACKAGES.join(" ")),
        }
    }
}
