//! The examples as a user runs them, the README's too, and the exchange with the reference.

use super::compile::{ALL, Variant};
use super::prefix;
use crate::process;
use crate::steps::step::{Outcome, Run};
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// gcc and g++ as they are in the matrix of the tests.
const C: &Variant = &ALL[0];
const CPP: &Variant = &Variant {
    name: "g++",
    compiler: "g++",
    flags: &["-std=c++17", "-g"],
    cpp: true,
    fixed: false,
};
/// The PKCS#11 token in software, where Debian puts it.
const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// Files with a local key, a PKCS#11 token, C++ in parallel, and a CMake project elsewhere.
pub fn run(run: &Run) -> Result<Outcome> {
    files(run)?;
    token(run)?;
    parallel(run)?;
    cmake(run, &prefix::path(run)?)?;
    Ok(Outcome::Passed("file, token, parallel, CMake".to_owned()))
}

/// The measuring program, each of its cases once, on 1 MiB: it checks what it measures.
pub fn bench(run: &Run) -> Result<Outcome> {
    let program = binary(run, "bench-speed");
    let file = run.env.root.join("bindings-c/bench/speed.c");
    let libraries = ["-lcrypto", "-lsodium", "-lpthread"];
    C.compile(run, std::slice::from_ref(&file), &libraries, &program)?;
    let text = fs::read_to_string(&file)?;
    let cases: Vec<&str> =
        text.split("{\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut speed = run.env.program(&program);
    let output = run.exec(speed.args(["1048576", "65536"]).args(&cases))?;
    if cases.len() == 8 && output.lines().count() == cases.len() {
        return Ok(Outcome::Passed(format!("{} cases", cases.len())));
    }
    bail!("another number of cases than 8 was measured: {cases:?}\n{output}")
}

fn source(run: &Run, name: &str) -> PathBuf {
    run.env.root.join("bindings-c/examples").join(name)
}

fn binary(run: &Run, name: &str) -> PathBuf {
    run.env.target.join("c/bin").join(name)
}

fn files(run: &Run) -> Result<()> {
    let program = binary(run, "example-encrypt_file");
    C.compile(run, &[source(run, "encrypt_file.c")], &[], &program)?;
    let folder = prefix::work(run, "example-files")?;
    let file = |name: &str| folder.join(name);
    fs::write(file("key"), "0f".repeat(32))?;
    // More than a run of chunks, so that the bar moves.
    fs::write(file("plain"), vec![7; 5_000_000])?;
    let call = |mode: &str, from: &str, to: &str| {
        let mut command = run.env.program(&program);
        run.exec(command.arg(mode).args([file("key"), file(from), file(to)]))
    };
    let shown = call("encrypt", "plain", "sealed")?;
    if !shown.contains("100 %") {
        bail!("the example shows no progress: {shown}");
    }
    call("decrypt", "sealed", "again")?;
    if fs::read(file("again"))? != fs::read(file("plain"))? {
        bail!("the decrypted file is another one");
    }
    let refused = call("decrypt", "plain", "never").err().context("plaintext was decrypted")?;
    if !refused.to_string().contains("bad_magic") || file("never").exists() {
        bail!("another failure than bad_magic: {refused}");
    }
    Ok(())
}

/// A message and a file, with a key that does not leave the token.
fn token(run: &Run) -> Result<()> {
    let folder = prefix::work(run, "example-token")?;
    fs::create_dir(folder.join("tokens"))?;
    let config = folder.join("softhsm2.conf");
    fs::write(&config, format!("directories.tokendir = {}\n", folder.join("tokens").display()))?;
    let mut init = run.env.program("softhsm2-util");
    init.env("SOFTHSM2_CONF", &config).args(["--init-token", "--free", "--label", "sealwax"]);
    run.exec(init.args(["--pin", "1234", "--so-pin", "5678"]))?;
    let program = with_token(run, "hsm")?;
    let hsm = |pin: &str| {
        let mut hsm = run.env.program(&program);
        run.exec(hsm.env("SOFTHSM2_CONF", &config).args([SOFTHSM, "sealwax", pin, "kek 1"]))
    };
    // Twice: the first run makes the key, the second one finds it.
    for _ in 0..2 {
        let output = hsm("1234")?;
        if !output.contains("decrypted: high water") || !output.contains("another context:") {
            bail!("the token example said something else: {output}");
        }
    }
    let refused = hsm("9999").err().context("a wrong PIN was accepted")?;
    if !refused.to_string().contains("the login failed") {
        return Err(refused.context("a wrong PIN fails in another way"));
    }
    token_file(run, &folder, &config)
}

fn token_file(run: &Run, folder: &Path, config: &Path) -> Result<()> {
    let program = with_token(run, "hsm_file")?;
    let call = |mode: &str, from: &Path, to: &Path| {
        let mut hsm = run.env.program(&program);
        hsm.env("SOFTHSM2_CONF", config).env("PKCS11_PIN", "1234");
        run.exec(hsm.args([mode, SOFTHSM, "sealwax", "kek 1"]).arg(from).arg(to))
    };
    let (sealed, again) = (folder.join("sealed"), folder.join("again"));
    let plain = source(run, "hsm_file.c");
    call("encrypt", &plain, &sealed)?;
    call("decrypt", &sealed, &again)?;
    if fs::read(&again)? != fs::read(&plain)? {
        bail!("the decrypted file is another one");
    }
    // The name by which the Python package looks for the key.
    let id = b"pkcs11:token=sealwax;object=kek%201";
    if !fs::read(&sealed)?.windows(id.len()).any(|window| window == id) {
        bail!("the header does not name the key by its PKCS#11 URI");
    }
    Ok(())
}

/// Compiles an example that uses `pkcs11_provider.c`.
fn with_token(run: &Run, name: &str) -> Result<PathBuf> {
    let program = binary(run, &format!("example-{name}"));
    let mut config = run.env.program("pkg-config");
    let include = process::ask(config.args(["--cflags", "p11-kit-1"]))?;
    let flags: Vec<&str> = C.flags.iter().copied().chain(include.split_whitespace()).collect();
    let sources = [source(run, &format!("{name}.c")), source(run, "pkcs11_provider.c")];
    C.compile_with(run, &flags, &sources, &["-ldl"], &program)?;
    Ok(program)
}

fn parallel(run: &Run) -> Result<()> {
    let program = binary(run, "example-parallel");
    CPP.compile(run, &[source(run, "parallel.cpp")], &[], &program)?;
    let output = run.exec(run.env.program(&program).arg("32"))?;
    if output.contains("read 1000 bytes") { Ok(()) } else { bail!("parallel said: {output}") }
}

/// Outside of the tree, with nothing but the prefix.
pub fn cmake(run: &Run, installed: &Path) -> Result<()> {
    let outside = tempfile::tempdir()?;
    let (project, build) = (outside.path().join("project"), outside.path().join("build"));
    fs::create_dir(&project)?;
    for name in ["CMakeLists.txt", "main.c", "main.cpp"] {
        fs::copy(source(run, "cmake-project").join(name), project.join(name))?;
    }
    let mut configure = run.env.program("cmake");
    configure.arg("-S").arg(&project).arg("-B").arg(&build);
    let mut prefix_argument = std::ffi::OsString::from("-DCMAKE_PREFIX_PATH=");
    prefix_argument.push(installed);
    run.exec(configure.arg(prefix_argument))?;
    run.exec(run.env.program("cmake").arg("--build").arg(&build))?;
    let mut test = run.env.program("ctest");
    let output = run.exec(test.arg("--test-dir").arg(&build).arg("--output-on-failure"))?;
    if output.contains("100% tests passed, 0 tests failed out of 3") {
        return Ok(());
    }
    bail!("ctest ran something else: {output}")
}

/// Compiles and runs every program of bindings-c/README.md.
pub fn readme(run: &Run) -> Result<Outcome> {
    let text = fs::read_to_string(run.env.root.join("bindings-c/README.md"))?;
    let folder = prefix::work(run, "readme")?;
    let mut count = 0;
    for (ending, variant) in [("c", C), ("cpp", CPP)] {
        for (index, program) in blocks(&text, ending).into_iter().enumerate() {
            let file = folder.join(format!("{index}.{ending}"));
            fs::write(&file, program)?;
            let target = folder.join(format!("{index}-{ending}"));
            variant.compile(run, &[file], &[], &target)?;
            run.exec(run.env.program(&target).current_dir(&folder))?;
            count += 1;
        }
    }
    if count < 3 {
        bail!("the README has only {count} programs");
    }
    Ok(Outcome::Passed(format!("{count} programs")))
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block.to_owned()))
        .collect()
}

/// Envelopes made by the C library for the reference, and the other way.
pub fn reference(run: &Run) -> Result<Outcome> {
    let program = binary(run, "interop");
    C.compile(run, &[run.env.root.join("bindings-c/tests/c/interop.c")], &[], &program)?;
    let folder = prefix::work(run, "interop")?;
    run.exec(run.env.program(&program).arg("make").arg(&folder))?;
    let mut python = run.env.python();
    python.env("PYTHONPATH", run.env.root.join("core/reference"));
    python.args(["-m", "sealwax_reference", "batch"]).arg(folder.join("batch-0"));
    let results = python.output().context("cannot start the reference: run cargo xtask setup")?;
    if !results.status.success() {
        bail!("the reference failed: {}", String::from_utf8_lossy(&results.stderr));
    }
    write(&folder.join("results-0"), &results.stdout)?;
    let said = run.exec(run.env.program(&program).arg("check").arg(&folder))?;
    Ok(Outcome::Passed(said.trim().to_owned()))
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

/// The compiled example that encrypts and decrypts files with a token, for other steps.
pub fn hsm_file(run: &Run) -> Result<PathBuf> {
    with_token(run, "hsm_file")
}

#[cfg(test)]
mod tests {
    #[test]
    fn blocks_of_one_language_are_found() {
        let text =
            "a\n```c\nint x;\n```\nb\n```sh\nmake\n```\n```cpp\nint y;\n```\n```c\nint z;\n```\n";
        assert_eq!(super::blocks(text, "c"), ["int x;\n", "int z;\n"]);
        assert_eq!(super::blocks(text, "cpp"), ["int y;\n"]);
    }
}
