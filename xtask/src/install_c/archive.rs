//! The static library as one object whose only global names are those of the API.
//!
//! The archive that rustc makes holds the standard library with global names: two such archives,
//! of Sealwax and of any other Rust library, could not be linked into one program.

use super::platform::Platform;
use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;
use xshell::cmd;

/// What the names of the API begin with.
const API: &str = "sealwax_";

/// Where to run binutils.
pub struct Tools<'a> {
    pub env: &'a Env,
    pub task: &'a Task,
    pub platform: &'a Platform,
    pub strip: bool,
}

impl Tools<'_> {
    /// Makes `target` of rustc's `archive`.
    pub fn build(&self, archive: &Path, target: &Path) -> Result<()> {
        let (sh, [nm, objcopy, ar]) = (self.env.shell()?, self.programs(["nm", "objcopy", "ar"]));
        let output = process::ask(cmd!(sh, "{nm} --extern-only --defined-only {archive}"))?;
        let names: Vec<String> = defined(&output).filter(|name| name.starts_with(API)).collect();
        if names.is_empty() {
            bail!("{} defines nothing of the API", archive.display());
        }
        let work = tempfile::tempdir()?;
        let file = |name: &str| work.path().join(name);
        let (list, whole, unused, object) =
            (file("names"), file("whole.o"), file("undefined"), file("sealwax.o"));
        fs::write(&list, names.join("\n"))?;
        self.link(&names, archive, &whole)?;
        // Bitcode for link-time optimisation is useless here, and the plug-ins of some linkers fail
        // on the output of `ld -r`.
        let bitcode = ["--remove-section", ".llvmbc", "--remove-section", ".llvmcmd"];
        process::run(cmd!(sh, "{objcopy} {bitcode...} {whole}"), self.task)?;
        // Weak names that only unused code refers to; `ld -r` makes them strong.
        let undefined = process::ask(cmd!(sh, "{nm} --undefined-only {whole}"))?;
        let undefined: Vec<String> = undefined.lines().filter_map(last_word).collect();
        fs::write(&unused, undefined.join("\n"))?;
        let strip = self.strip.then_some("--strip-debug");
        let names =
            ["--strip-unneeded-symbols", "--keep-global-symbols"].into_iter().zip([&unused, &list]);
        let names = names.map(|(option, list)| format!("{option}={}", list.display()));
        process::run(cmd!(sh, "{objcopy} {names...} {strip...} {whole} {object}"), self.task)?;
        if target.exists() {
            fs::remove_file(target)?;
        }
        process::run(cmd!(sh, "{ar} crs {target} {object}"), self.task).map(drop)
    }

    /// Removes debug information from an archive. NASM writes the names of its sources into it, and
    /// no flag of the compilers changes those.
    pub fn strip_debug(&self, archive: &Path) -> Result<()> {
        let (sh, [ar, objcopy]) = (self.env.shell()?, self.programs(["ar", "objcopy"]));
        // objcopy cannot read members that have only debug information.
        let members = process::ask(cmd!(sh, "{ar} t {archive}"))?;
        let debug = members.lines().filter(|name| name.ends_with(".dwo"));
        process::run(cmd!(sh, "{ar} d {archive} {debug...}"), self.task)?;
        process::run(cmd!(sh, "{objcopy} --strip-debug {archive}"), self.task).map(drop)
    }

    /// One object of all that the names need.
    fn link(&self, names: &[String], archive: &Path, whole: &Path) -> Result<()> {
        let (sh, [ld], inner) = (self.env.shell()?, self.programs(["ld"]), &self.platform.inner);
        // A program keeps one copy of each section group. Beside another Rust library, the linker would
        // discard sections that the names made local here refer to.
        let how = ["-r", "--gc-sections", "--force-group-allocation"];
        let wanted = names.iter().flat_map(|name| ["-u", name]);
        let link = cmd!(sh, "{ld} {how...} {wanted...} -o {whole} {archive} {inner...}");
        process::run(link, self.task).map(drop)
    }

    fn programs<const N: usize>(&self, names: [&str; N]) -> [String; N] {
        names.map(|name| self.platform.tool(name))
    }
}

/// The names that a shared library exports.
pub fn exported(env: &Env, shared: &Path) -> Result<Vec<String>> {
    let sh = env.shell()?;
    let output = process::ask(cmd!(sh, "nm --dynamic --defined-only {shared}"))?;
    let names: Vec<String> = output.lines().filter_map(last_word).collect();
    if names.is_empty() {
        bail!("{} exports nothing", shared.display());
    }
    Ok(names)
}

/// The names that an archive lets a program use.
pub fn global(env: &Env, archive: &Path) -> Result<Vec<String>> {
    let sh = env.shell()?;
    let output = process::ask(cmd!(sh, "nm --extern-only --defined-only {archive}"))?;
    Ok(defined(&output).collect())
}

/// The names in what `nm` says of an archive, between lines with the names of its members.
fn defined(output: &str) -> impl Iterator<Item = String> {
    output.lines().filter(|line| line.contains(' ')).filter_map(last_word)
}

fn last_word(line: &str) -> Option<String> {
    line.split_whitespace().last().map(str::to_owned)
}
