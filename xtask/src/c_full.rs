//! `cargo xtask test-c-full`: the C library as it is released, here and for other systems.

mod wine;

use crate::env::{Env, which};
use crate::install_c::{self, Options, paths, platform::Platform};
use crate::process;
use crate::setup;
use crate::ui::{Mark, Task};
use anyhow::{Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
    set_up(env);
    let mut all_well = part("this machine", || {
        let prefix = install(env, None)?;
        names_no_folder(env, &prefix)?;
        use_it(env, None, &prefix)
    });
    for target in install_c::TARGETS {
        let compiler = Platform::of(env, Some(target))?.compiler.unwrap_or("cc");
        if which(compiler).is_none() || !has_std(env, target)? {
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
fn set_up(env: &Env) {
    let mut rustup = env.program("rustup");
    rustup.args(["target", "add"]).args(install_c::TARGETS);
    let installed = setup::packages(env, &PACKAGES).and_then(|()| {
        let task = Task::start("rustup target add");
        let added = process::run(&mut rustup, &task);
        task.end(if added.is_ok() { Mark::Ok } else { Mark::Failed }, "");
        added.map(drop)
    });
    if let Err(error) = installed {
        println!("{error:#}");
    }
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
    let mut rustc = env.program(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "target-libdir", "--target", target]);
    Ok(Path::new(&process::ask(&mut rustc)?).is_dir())
}

fn install(env: &Env, target: Option<&str>) -> Result<PathBuf> {
    let prefix = env.target.join("c/full").join(target.unwrap_or("host"));
    if prefix.is_dir() {
        fs::remove_dir_all(&prefix)?;
    }
    let mut options = Options::new(prefix.clone(), "release");
    options.target = target.map(str::to_owned);
    let task = Task::start(format!("install-c for {}", target.unwrap_or("this machine")));
    let installed = install_c::install(env, &options, &task);
    task.end(if installed.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    installed.map(|()| prefix)
}

/// No installed file holds the name of a folder of this machine.
fn names_no_folder(env: &Env, prefix: &Path) -> Result<()> {
    let home = std::env::home_dir();
    let folders = paths::folders(env)?.into_iter().map(|(folder, _)| folder).chain(home);
    // With a slash behind it, as the name of a file in the folder begins.
    let name = |folder: PathBuf| folder.join("").into_os_string().into_encoded_bytes();
    let names: Vec<Vec<u8>> = folders.map(name).collect();
    for file in files(prefix)? {
        let content = fs::read(&file)?;
        let holds = |name: &&Vec<u8>| content.windows(name.len()).any(|part| part == *name);
        if let Some(name) = names.iter().filter(|name| name.len() > 1).find(holds) {
            bail!("{} holds {}", file.display(), String::from_utf8_lossy(name));
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            all.extend(files(&path)?);
        } else {
            all.push(path);
        }
    }
    Ok(all)
}

/// Links a program all static, and runs it where this machine can.
fn use_it(env: &Env, target: Option<&str>, prefix: &Path) -> Result<String> {
    let platform = Platform::of(env, target)?;
    let program = prefix.join("program");
    let task = Task::start("linking and running a program");
    let linked = link(env, &platform, prefix, &program, &task)
        .and_then(|()| run_it(env, &platform, target.unwrap_or_default(), &program, &task));
    task.end(if linked.is_ok() { Mark::Ok } else { Mark::Failed }, "");
    linked.map(|output| output.trim().to_owned())
}

fn link(env: &Env, platform: &Platform, prefix: &Path, program: &Path, task: &Task) -> Result<()> {
    let mut compiler = env.program(platform.compiler.unwrap_or("gcc"));
    compiler.args(["-static", "-o"]).arg(program).arg(env.root.join(PROGRAM));
    compiler.arg("-I").arg(prefix.join("include")).arg(prefix.join("lib/libsealwax.a"));
    compiler.args(platform.private_libraries.iter().map(|name| format!("-l{name}")));
    process::run(&mut compiler, task).map(drop)
}

/// Runs a program of the target, or says that nothing here can.
fn run_it(
    env: &Env,
    platform: &Platform,
    target: &str,
    program: &Path,
    task: &Task,
) -> Result<String> {
    let not_run = || Ok("linked, not run".to_owned());
    if target.contains("windows") {
        let (Some(wine), Some(compiler)) = (wine::find(), platform.compiler) else {
            return not_run();
        };
        return wine::run(env, &wine, compiler, &program.with_extension("exe"), task);
    }
    let runner = match target.starts_with("aarch64") {
        true => ["qemu-aarch64-static", "qemu-aarch64"].into_iter().find_map(which),
        false => which("env"),
    };
    let Some(runner) = runner else { return not_run() };
    process::run(env.program(runner).arg(program), task)
}
