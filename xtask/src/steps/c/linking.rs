//! Ways to link that the other steps do not take: all static, beside another Rust library, from a
//! folder of libraries with the machine's name.

use super::{examples, prefix};
use crate::steps::step::Run;
use anyhow::{Result, bail};
use std::fs;
use std::path::Path;
use xshell::cmd;

/// Where Debian has the libraries of one of several machines.
const LIBDIR: &str = "lib/x86_64-linux-gnu";

/// A library with the whole standard library in it, which unwinds.
const OTHER: &str = "\
#[unsafe(no_mangle)]
pub extern \"C\" fn other_answer() -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    std::panic::catch_unwind(|| panic!(\"caught\")).map_or(42, |()| 0)
}
";

/// Uses both libraries; the header is read where declarations are hidden, as large programs do.
const PROGRAM: &str = "\
#pragma GCC visibility push(hidden)
#include <sealwax.h>
#pragma GCC visibility pop
#ifdef WITH_OTHER
int other_answer(void);
#else
#define other_answer() 42
#endif
int main(void) {
  uint8_t dek[SEALWAX_KEY_LEN];
  return sealwax_generate_dek(dek, sizeof dek) == SEALWAX_OK && other_answer() == 42 ? 0 : 1;
}
";

/// Links and runs each way.
pub fn run(run: &Run) -> Result<String> {
    let folder = prefix::work(run, "linking")?;
    let source = folder.join("program.c");
    fs::write(&source, PROGRAM)?;
    all_static(run, &source)?;
    beside_another(run, &folder, &source)?;
    hidden(run, &folder, &source)?;
    multiarch(run, &folder, &source)?;
    let readme = fs::read_to_string(prefix::path(run)?.join("share/doc/sealwax/README.md"))?;
    let mut links = readme.split("```").step_by(2).flat_map(|prose| prose.split("](").skip(1));
    if let Some(link) = links.find(|link| !link.starts_with("https://") && !link.starts_with('#')) {
        let link = link.split(')').next().unwrap_or_default();
        bail!("the installed README links to {link}, which is not installed");
    }
    Ok("static, beside another library, multiarch".to_owned())
}

/// As `cc -static program.c $(pkg-config --static --cflags --libs sealwax)`.
fn all_static(run: &Run, source: &Path) -> Result<()> {
    let (sh, flags) = (&run.sh, &prefix::flags(run, &["--static", "--cflags", "--libs"])?);
    for compiler in ["gcc", "clang"] {
        let target = source.with_file_name(format!("static-{compiler}"));
        run.exec(cmd!(sh, "{compiler} -static -o {target} {source} {flags...}"))?;
        run.exec(cmd!(sh, "{target}"))?;
    }
    Ok(())
}

/// Two archives with a standard library in each, in either order.
fn beside_another(run: &Run, folder: &Path, source: &Path) -> Result<()> {
    let (sh, rust, other) = (&run.sh, folder.join("other.rs"), folder.join("libother.a"));
    fs::write(&rust, OTHER)?;
    let kind = ["--edition=2024", "--crate-type=staticlib", "-Cpanic=unwind"];
    run.exec(cmd!(sh, "rustc {kind...} -o {other} {rust}"))?;
    let own = &prefix::fixed(run)?;
    for compiler in ["gcc", "clang"] {
        let target = folder.join(format!("first-{compiler}"));
        run.exec(cmd!(sh, "{compiler} -DWITH_OTHER -o {target} {source} {other} {own...}"))?;
        run.exec(cmd!(sh, "{target}"))?;
        let target = folder.join(format!("last-{compiler}"));
        run.exec(cmd!(sh, "{compiler} -DWITH_OTHER -o {target} {source} {own...} {other}"))?;
        run.exec(cmd!(sh, "{target}"))?;
    }
    Ok(())
}

/// With the shared library, whose functions are visible whatever the program hides.
fn hidden(run: &Run, folder: &Path, source: &Path) -> Result<()> {
    let (sh, target, shared) = (&run.sh, folder.join("hidden"), prefix::shared(run)?);
    run.exec(cmd!(sh, "gcc -o {target} {source} {shared...}"))?;
    run.exec(cmd!(sh, "{target}")).map(drop)
}

/// pkg-config and CMake find the library below the folder that `--libdir` named.
fn multiarch(run: &Run, folder: &Path, source: &Path) -> Result<()> {
    let prefix = prefix::install(run, "c/multiarch", LIBDIR)?;
    let (lib, target) = (prefix.join(LIBDIR), folder.join("multiarch"));
    let flags = prefix::flags_of(run, &lib, &["--cflags", "--libs"])?;
    let (sh, rpath) = (&run.sh, format!("-Wl,-rpath,{}", lib.display()));
    run.exec(cmd!(sh, "gcc -o {target} {source} {flags...} {rpath}"))?;
    run.exec(cmd!(sh, "{target}"))?;
    examples::cmake(run, &prefix)
}
