//! `cargo xtask test-c-full`: the C library as it is released, here and for other systems.

mod wine;

use crate::env::Env;
use crate::install_c::{self, Options, paths, platform::Platform};
use crate::process;
use crate::setup::apt;
use crate::ui::{Task, task};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use walkdir::WalkDir;
use xshell::cmd;

/// Small, and of every kind of call: a key, a provider, a message there and back.
const PROGRAM: &str = "bindings-c/examples/cmake-project/main.c";

/// The compilers of the other systems, and what runs their programs.
const PACKAGES: [&str; 9] = [
    "gcc-aarch64-linux-gnu",
    "libc6-dev-arm64-cross",
    "qemu-user",
    "gcc-i686-linux-gnu",
    "libc6-dev-i386-cross",
    "musl-tools",
    "gcc-mingw-w64-x86-64",
    "nasm",
    "wine64",
];

/// Installs the release for each system whose tools are here, and uses it.
pub fn run(env: &Env) -> Result<ExitCode> {
    if let Err(error) = set_up(env) {
        println!("{error:#}");
    }
    let mut all_well = part("this machine", || {
        let prefix = install(env, None)?;
        names_no_folder(env, &prefix)?;
        use_it(env, None, &prefix)
    });
    for target in install_c::TARGETS {
        let compiler = Platform::of(env, Some(target))?.compiler.unwrap_or("cc");
        if which::which(compiler).is_err() || !has_std(env, target)? {
            println!("{target}: left out, needs {compiler} and rustup target add {target}");
            continue;
        }
        all_well &= part(target, || {
            let prefix = install(env, Some(target))?;
            names_no_folder(env, &prefix)?;
            use_it(env, Some(target), &prefix)
        });
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Installs the tools of the other systems. A system whose tools are not to be had is left out.
fn set_up(env: &Env) -> Result<()> {
    let (sh, targets) = (env.shell()?, install_c::TARGETS);
    apt::install(env, apt::missing(env, &PACKAGES)?)?;
    let add = cmd!(sh, "rustup target add {targets...}");
    task("rustup target add", |task| process::run(add, task).map(drop))
}

/// One system, with its result on a line of its own.
fn part(name: &str, check: impl FnOnce() -> Result<String>) -> bool {
    match check() {
        Ok(note) => println!("{name}: {note}"),
        Err(error) => {
            println!("{name}: FAILED\n{error:#}");
            return false;
        }
    }
    true
}

/// Whether Rust's standard library is there for the target.
fn has_std(env: &Env, target: &str) -> Result<bool> {
    let sh = env.shell()?;
    let folder = process::ask(cmd!(sh, "rustc --print target-libdir --target {target}"))?;
    Ok(Path::new(&folder).is_dir())
}

fn install(env: &Env, target: Option<&str>) -> Result<PathBuf> {
    let prefix = env.fresh_folder(&format!("c/full/{}", target.unwrap_or("host")))?;
    let mut options = Options::new(prefix.clone(), "release");
    options.target = target.map(str::to_owned);
    let name = format!("install-c for {}", target.unwrap_or("this machine"));
    task(&name, |task| install_c::install(env, &options, task))?;
    Ok(prefix)
}

/// No installed file holds the name of a folder of this machine.
fn names_no_folder(env: &Env, prefix: &Path) -> Result<()> {
    let home = std::env::home_dir();
    let folders = paths::folders(env)?.into_iter().map(|(folder, _)| folder).chain(home);
    // With a slash behind it, as the name of a file in the folder begins.
    let name = |folder: PathBuf| folder.join("").into_os_string().into_encoded_bytes();
    let names: Vec<Vec<u8>> = folders.map(name).collect();
    let files = WalkDir::new(prefix).into_iter().collect::<Result<Vec<_>, _>>()?;
    for file in files.iter().filter(|entry| entry.file_type().is_file()) {
        let content = fs::read(file.path())?;
        let holds = |name: &&Vec<u8>| content.windows(name.len()).any(|part| part == *name);
        if let Some(name) = names.iter().filter(|name| name.len() > 1).find(holds) {
            bail!("{} holds {}", file.path().display(), String::from_utf8_lossy(name));
        }
    }
    Ok(())
}

/// Links a program all static, and runs it where this machine can.
fn use_it(env: &Env, target: Option<&str>, prefix: &Path) -> Result<String> {
    let (sh, platform) = (env.shell()?, Platform::of(env, target)?);
    let program = prefix.join("program");
    task("linking and running a program", |task| {
        let compiler = platform.compiler.unwrap_or("gcc");
        let (include, library) = (prefix.join("include"), prefix.join("lib/libsealwax.a"));
        let libraries = platform.private_libraries.iter().map(|name| format!("-l{name}"));
        let link = cmd!(sh, "{compiler} -static -o {program} {PROGRAM} -I {include} {library}");
        process::run(link.args(libraries), task)?;
        let output = run_it(env, &platform, target.unwrap_or_default(), &program, task)?;
        Ok(output.trim().to_owned())
    })
}

/// Runs a program of the target, or says that nothing here can.
fn run_it(
    env: &Env,
    platform: &Platform,
    target: &str,
    program: &Path,
    task: &Task,
) -> Result<String> {
    let find = |name: &str| which::which(name).ok();
    if target.contains("windows") {
        let (Some(wine), Some(compiler)) = (wine::find(), platform.compiler) else {
            return Ok("linked, not run".to_owned());
        };
        return wine::run(env, &wine, compiler, &program.with_extension("exe"), task);
    }
    let runner = match target.starts_with("aarch64") {
        true => ["qemu-aarch64-static", "qemu-aarch64"].into_iter().find_map(find),
        false => find("env"),
    };
    let Some(runner) = runner else { return Ok("linked, not run".to_owned()) };
    let sh = env.shell()?;
    process::run(cmd!(sh, "{runner} {program}"), task)
}
