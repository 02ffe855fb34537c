//! The static library as one object whose only global names are those of the API.
//!
//! The archive that rustc makes holds the standard library with global names: two such archives,
//! of Sealwax and of any other Rust library, could not be linked into one program.

use crate::env::Env;
use crate::process;
use crate::ui::Task;
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;

/// Where to run binutils.
pub struct Tools<'a> {
    pub env: &'a Env,
    pub task: &'a Task,
    pub strip: bool,
}

impl Tools<'_> {
    /// Makes `target` of rustc's `archive`, with the names that `shared` exports.
    pub fn build(&self, archive: &Path, shared: &Path, target: &Path) -> Result<()> {
        let names = exported(self.env, shared)?;
        let work = tempfile::tempdir()?;
        let (list, whole) = (work.path().join("names"), work.path().join("whole.o"));
        let object = work.path().join("sealwax.o");
        fs::write(&list, names.join("\n"))?;
        let mut ld = self.env.program("ld");
        ld.args(["-r", "--gc-sections"]);
        names.iter().for_each(|name| {
            ld.args(["-u", name]);
        });
        process::run(ld.arg("-o").arg(&whole).arg(archive), self.task)?;
        let mut objcopy = self.env.program("objcopy");
        // Bitcode for link-time optimisation is of no use here, and some linkers' plug-ins fail
        // on what `ld -r` makes of it.
        objcopy.args(["--remove-section", ".llvmbc", "--remove-section", ".llvmcmd"]);
        objcopy.arg("--keep-global-symbols").arg(&list).arg(&whole).arg(&object);
        if self.strip {
            objcopy.arg("--strip-debug");
        }
        process::run(&mut objcopy, self.task)?;
        if target.exists() {
            fs::remove_file(target)?;
        }
        process::run(self.env.program("ar").arg("crs").arg(target).arg(&object), self.task)?;
        Ok(())
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
    Ok(output.lines().filter(|line| line.contains(' ')).filter_map(last_word).collect())
}

fn last_word(line: &str) -> Option<String> {
    line.split_whitespace().last().map(str::to_owned)
}
