//! The test programs of `bindings-c/tests`, by CMake and CTest, with the presets of that folder.

use super::prefix;
use crate::junit;
use crate::steps::step::Run;
use anyhow::Result;
use xshell::cmd;

/// Compiles and runs every program, with each of the presets.
pub fn run(run: &Run, presets: &[&str]) -> Result<String> {
    let mut count = 0;
    for preset in presets {
        count += with_preset(run, preset)?;
    }
    Ok(format!("{count} programs"))
}

fn with_preset(run: &Run, preset: &str) -> Result<usize> {
    let (sh, prefix) = (run.env.shell_in("bindings-c/tests")?, prefix::path(run)?);
    let jobs = std::thread::available_parallelism()?.to_string();
    let build = run.env.fresh_folder(&format!("c/tests/{preset}"))?;
    run.exec(cmd!(sh, "cmake --preset {preset} -B {build} -DCMAKE_PREFIX_PATH={prefix}"))?;
    run.exec(cmd!(sh, "cmake --build {build} --parallel {jobs}"))?;
    let report = junit::file(run.env, &format!("{}-{preset}", run.name));
    let how = ["--output-on-failure", "--no-tests=error", "--parallel", &jobs];
    run.exec(cmd!(sh, "ctest --test-dir {build} {how...} --output-junit {report}"))?;
    Ok(junit::read(&report)?.passed)
}
