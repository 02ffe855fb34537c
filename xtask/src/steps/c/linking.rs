//! Ways to link that the other steps do not take: all static, beside another Rust library, from a
//! folder of libraries with the machine's name.

use super::compile::{ALL, Variant};
use super::{examples, prefix};
use crate::install_c::relative_links;
use crate::steps::step::{Outcome, Run};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

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
pub fn run(run: &Run) -> Result<Outcome> {
    let folder = prefix::work(run, "linking")?;
    let source = folder.join("program.c");
    fs::write(&source, PROGRAM)?;
    all_static(run, &source)?;
    beside_another(run, &folder, &source)?;
    hidden(run, &folder, &source)?;
    multiarch(run, &folder, &source)?;
    let readme = fs::read_to_string(prefix::path(run)?.join("share/doc/sealwax/README.md"))?;
    if let Some(link) = relative_links(&readme).first() {
        bail!("the installed README links to {link}, which is not installed");
    }
    Ok(Outcome::Passed("static, beside another library, multiarch".to_owned()))
}

/// As `cc -static program.c $(pkg-config --static --cflags --libs sealwax)`.
fn all_static(run: &Run, source: &Path) -> Result<()> {
    for compiler in ["gcc", "clang"] {
        let target = source.with_file_name(format!("static-{compiler}"));
        let mut command = run.env.program(compiler);
        command.args(["-static", "-o"]).arg(&target).arg(source);
        run.exec(command.args(prefix::flags(run, &["--static", "--cflags", "--libs"])?))?;
        run.exec(&mut run.env.program(&target))?;
    }
    Ok(())
}

/// Two archives with a standard library in each, in either order.
fn beside_another(run: &Run, folder: &Path, source: &Path) -> Result<()> {
    let other = folder.join("libother.a");
    fs::write(folder.join("other.rs"), OTHER)?;
    let mut rustc = run.env.program(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2024", "--crate-type=staticlib", "-Cpanic=unwind", "-o"]).arg(&other);
    run.exec(rustc.arg(folder.join("other.rs")))?;
    let own = prefix::path(run)?.join("lib/libsealwax.a");
    let private = prefix::flags(run, &["--libs-only-l", "--static"])?;
    let private = private.iter().filter(|flag| *flag != "-lsealwax");
    for compiler in ["gcc", "clang"] {
        for (name, archives) in [("first", [&own, &other]), ("last", [&other, &own])] {
            let target = folder.join(format!("{name}-{compiler}"));
            let mut command = run.env.program(compiler);
            command.args(prefix::flags(run, &["--cflags"])?).args(["-DWITH_OTHER", "-o"]);
            command.arg(&target).arg(source).args(archives).args(private.clone());
            run.exec(&mut command)?;
            run.exec(&mut run.env.program(&target))?;
        }
    }
    Ok(())
}

/// With the shared library, whose functions are visible whatever the program hides.
fn hidden(run: &Run, folder: &Path, source: &Path) -> Result<()> {
    let c: &Variant = &ALL[0];
    let target = folder.join("hidden");
    c.compile(run, &[source.to_path_buf()], &[], &target)?;
    run.exec(&mut run.env.program(target)).map(drop)
}

/// pkg-config and CMake find the library below the folder that `--libdir` named.
fn multiarch(run: &Run, folder: &Path, source: &Path) -> Result<()> {
    let prefix = prefix::install(run, "c/multiarch", LIBDIR)?;
    let (lib, target): (PathBuf, PathBuf) = (prefix.join(LIBDIR), folder.join("multiarch"));
    let flags = prefix::flags_of(run, &lib, &["--cflags", "--libs"])?;
    let mut gcc = run.env.program("gcc");
    gcc.arg("-o").arg(&target).arg(source).args(flags);
    let mut path = std::ffi::OsString::from("-Wl,-rpath,");
    path.push(&lib);
    run.exec(gcc.arg(path))?;
    run.exec(&mut run.env.program(target))?;
    examples::cmake(run, &prefix)
}
