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
        let mut nm = self.program("nm");
        let output = process::ask(nm.args(["--extern-only", "--defined-only"]).arg(archive))?;
        let names: Vec<String> = defined(&output).filter(|name| name.starts_with(API)).collect();
        if names.is_empty() {
            bail!("{} defines nothing of the API", archive.display());
        }
        let work = tempfile::tempdir()?;
        let (list, whole) = (work.path().join("names"), work.path().join("whole.o"));
        let (unused, object) = (work.path().join("undefined"), work.path().join("sealwax.o"));
        fs::write(&list, names.join("\n"))?;
        self.link(&names, archive, &whole)?;
        // Bitcode for link-time optimisation is of no use here, and some linkers' plug-ins fail
        // on what `ld -r` makes of it.
        let mut objcopy = self.program("objcopy");
        objcopy.args(["--remove-section", ".llvmbc", "--remove-section", ".llvmcmd"]).arg(&whole);
        process::run(&mut objcopy, self.task)?;
        // What only code without use has asked for: weak names, which `ld -r` writes as strong ones.
        let mut nm = self.program("nm");
        let undefined = process::ask(nm.arg("--undefined-only").arg(&whole))?;
        let undefined: Vec<String> = undefined.lines().filter_map(last_word).collect();
        fs::write(&unused, undefined.join("\n"))?;
        let mut objcopy = self.program("objcopy");
        objcopy.arg("--strip-unneeded-symbols").arg(&unused);
        objcopy.arg("--keep-global-symbols").arg(&list).arg(&whole).arg(&object);
        if self.strip {
            objcopy.arg("--strip-debug");
        }
        process::run(&mut objcopy, self.task)?;
        if target.exists() {
            fs::remove_file(target)?;
        }
        process::run(self.program("ar").arg("crs").arg(target).arg(&object), self.task)?;
        Ok(())
    }

    /// Removes debug information from an archive. NASM writes the names of its sources into it, and
    /// no flag of the compilers changes those.
    pub fn strip_debug(&self, archive: &Path) -> Result<()> {
        // Members with debug information alone, which objcopy cannot read.
        let members = process::ask(self.program("ar").arg("t").arg(archive))?;
        let debug = members.lines().filter(|name| name.ends_with(".dwo"));
        process::run(self.program("ar").arg("d").arg(archive).args(debug), self.task)?;
        let mut objcopy = self.program("objcopy");
        process::run(objcopy.arg("--strip-debug").arg(archive), self.task).map(drop)
    }

    /// One object of all that the names need.
    fn link(&self, names: &[String], archive: &Path, whole: &Path) -> Result<()> {
        let mut ld = self.program("ld");
        // A group of sections is there once in a program, whoever brings it: what the names that
        // become local here refer to would be thrown away beside another Rust library.
        ld.args(["-r", "--gc-sections", "--force-group-allocation"]);
        names.iter().for_each(|name| {
            ld.args(["-u", name]);
        });
        ld.arg("-o").arg(whole).arg(archive).args(&self.platform.inner);
        process::run(&mut ld, self.task).map(drop)
    }

    fn program(&self, name: &str) -> std::process::Command {
        self.env.program(self.platform.tool(name))
    }
}

/// The names that a shared library exports.
pub fn exported(env: &Env, shared: &Path) -> Result<Vec<String>> {
    let mut nm = env.program("nm");
    let output = process::ask(nm.args(["--dynamic", "--defined-only"]).arg(shared))?;
    let names: Vec<String> = output.lines().filter_map(last_word).collect();
    if names.is_empty() {
        bail!("{} exports nothing", shared.display());
    }
    Ok(names)
}

/// The names that an archive lets a program use.
pub fn global(env: &Env, archive: &Path) -> Result<Vec<String>> {
    let mut nm = env.program("nm");
    let output = process::ask(nm.args(["--extern-only", "--defined-only"]).arg(archive))?;
    Ok(defined(&output).collect())
}

/// The names in what `nm` says of an archive, between lines with the names of its members.
fn defined(output: &str) -> impl Iterator<Item = String> {
    output.lines().filter(|line| line.contains(' ')).filter_map(last_word)
}

fn last_word(line: &str) -> Option<String> {
    line.split_whitespace().last().map(str::to_owned)
}
