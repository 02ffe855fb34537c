//! The examples as a user runs them, the README's too, and the exchange with the reference.

use super::prefix;
use crate::process;
use crate::steps::step::Run;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// The PKCS#11 token in software, where Debian puts it.
const SOFTHSM: &str = "/usr/lib/softhsm/libsofthsm2.so";
/// Every warning that a careful programmer asks for is an error here.
const WARNINGS: [&str; 6] = ["-g", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// Files with a local key, a PKCS#11 token, C++ in parallel, and a CMake project elsewhere.
pub fn run(run: &Run) -> Result<String> {
    files(run)?;
    token(run)?;
    parallel(run)?;
    cmake(run, &prefix::path(run)?)?;
    Ok("file, token, parallel, CMake".to_owned())
}

/// The measuring program, each of its cases once, on 1 MiB: it checks what it measures.
pub fn bench(run: &Run) -> Result<String> {
    let libraries = ["-lcrypto", "-lsodium", "-lpthread"];
    let program = compile(run, &["bindings-c/bench/speed.c"], &libraries, "bench-speed")?;
    let text = fs::read_to_string(run.env.root.join("bindings-c/bench/speed.c"))?;
    let cases: &Vec<&str> =
        &text.split("{\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let sh = &run.sh;
    let output = run.exec(cmd!(sh, "{program} 1048576 65536 {cases...}"))?;
    if cases.len() == 8 && output.lines().count() == cases.len() {
        return Ok(format!("{} cases", cases.len()));
    }
    bail!("another number of cases than 8 was measured: {cases:?}\n{output}")
}

/// Compiles C99 or C++17 with the shared library into a program of this name.
fn compile(run: &Run, sources: &[&str], flags: &[&str], name: &str) -> Result<PathBuf> {
    let (sh, shared) = (&run.sh, prefix::shared(run)?);
    let target = run.env.target.join("c/bin").join(name);
    let is_cpp = sources.iter().any(|source| source.ends_with(".cpp"));
    let (compiler, standard) = if is_cpp { ("g++", "-std=c++17") } else { ("gcc", "-std=c99") };
    let options = [standard].into_iter().chain(WARNINGS);
    run.exec(cmd!(sh, "{compiler} {options...} -o {target} {sources...} {shared...} {flags...}"))?;
    Ok(target)
}

fn files(run: &Run) -> Result<()> {
    let program = compile(run, &["bindings-c/examples/encrypt_file.c"], &[], "encrypt_file")?;
    let folder = prefix::work(run, "example-files")?;
    let (sh, file) = (&run.sh, |name: &str| folder.join(name));
    fs::write(file("key"), "0f".repeat(32))?;
    // More than a run of chunks, so that the bar moves.
    fs::write(file("plain"), vec![7; 5_000_000])?;
    let _there = sh.push_dir(&folder);
    let shown = run.exec(cmd!(sh, "{program} encrypt key plain sealed"))?;
    if !shown.contains("100 %") {
        bail!("the example shows no progress: {shown}");
    }
    run.exec(cmd!(sh, "{program} decrypt key sealed again"))?;
    if fs::read(file("again"))? != fs::read(file("plain"))? {
        bail!("the decrypted file is another one");
    }
    let refused = run.exec(cmd!(sh, "{program} decrypt key plain never"));
    let refused = refused.err().context("plaintext was decrypted")?;
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
    let sh = &run.sh;
    let _config = sh.push_env("SOFTHSM2_CONF", &config);
    let pins = ["--pin", "1234", "--so-pin", "5678"];
    run.exec(cmd!(sh, "softhsm2-util --init-token --free --label sealwax {pins...}"))?;
    let program = with_token(run, "hsm")?;
    let hsm = |pin: &str| run.exec(cmd!(sh, "{program} {SOFTHSM} sealwax {pin} 'kek 1'"));
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
    token_file(run, &folder)
}

fn token_file(run: &Run, folder: &Path) -> Result<()> {
    let (program, sh) = (with_token(run, "hsm_file")?, &run.sh);
    let _pin = sh.push_env("PKCS11_PIN", "1234");
    let (plain, sealed, again) =
        ("bindings-c/examples/hsm_file.c", folder.join("sealed"), folder.join("again"));
    run.exec(cmd!(sh, "{program} encrypt {SOFTHSM} sealwax 'kek 1' {plain} {sealed}"))?;
    run.exec(cmd!(sh, "{program} decrypt {SOFTHSM} sealwax 'kek 1' {sealed} {again}"))?;
    if fs::read(&again)? != fs::read(run.env.root.join(plain))? {
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
    let sh = &run.sh;
    let include = process::ask(cmd!(sh, "pkg-config --cflags p11-kit-1"))?;
    let source = format!("bindings-c/examples/{name}.c");
    let flags: Vec<&str> = include.split_whitespace().chain(["-ldl"]).collect();
    // Steps run side by side, each with programs of its own.
    let target = format!("{name}-{}", run.name.replace(':', "-"));
    compile(run, &[&source, "bindings-c/examples/pkcs11_provider.c"], &flags, &target)
}

fn parallel(run: &Run) -> Result<()> {
    let program = compile(run, &["bindings-c/examples/parallel.cpp"], &[], "parallel")?;
    let sh = &run.sh;
    let output = run.exec(cmd!(sh, "{program} 32"))?;
    if output.contains("read 1000 bytes") { Ok(()) } else { bail!("parallel said: {output}") }
}

/// Outside of the tree, with nothing but the prefix.
pub fn cmake(run: &Run, installed: &Path) -> Result<()> {
    let (sh, outside) = (&run.sh, tempfile::tempdir()?);
    let (project, build) = (outside.path().join("project"), outside.path().join("build"));
    run.exec(cmd!(sh, "cp -r bindings-c/examples/cmake-project {project}"))?;
    let found = format!("-DCMAKE_PREFIX_PATH={}", installed.display());
    run.exec(cmd!(sh, "cmake -S {project} -B {build} {found}"))?;
    run.exec(cmd!(sh, "cmake --build {build}"))?;
    run.exec(cmd!(sh, "ctest --test-dir {build} --output-on-failure --no-tests=error")).map(drop)
}

/// Compiles and runs every program of bindings-c/README.md.
pub fn readme(run: &Run) -> Result<String> {
    let text = fs::read_to_string(run.env.root.join("bindings-c/README.md"))?;
    let (sh, folder) = (&run.sh, prefix::work(run, "readme")?);
    let mut count = 0;
    for language in ["c", "cpp"] {
        for block in blocks(&text, language) {
            let file = folder.join(format!("{count}.{language}"));
            fs::write(&file, block)?;
            let program =
                compile(run, &[&file.to_string_lossy()], &[], &format!("readme-{count}"))?;
            let _there = sh.push_dir(&folder);
            run.exec(cmd!(sh, "{program}"))?;
            count += 1;
        }
    }
    if count < 3 {
        bail!("the README has only {count} programs");
    }
    Ok(format!("{count} programs"))
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
pub fn reference(run: &Run) -> Result<String> {
    let program = compile(run, &["bindings-c/tests/c/interop.c"], &[], "interop")?;
    let (sh, python, folder) = (&run.sh, run.env.python(), prefix::work(run, "interop")?);
    run.exec(cmd!(sh, "{program} make {folder}"))?;
    let batch = folder.join("batch-0");
    let reference = cmd!(sh, "{python} -m sealwax_reference batch {batch}");
    let results = process::ask(reference.env("PYTHONPATH", "core/reference"))?;
    fs::write(folder.join("results-0"), results + "\n")?;
    let said = run.exec(cmd!(sh, "{program} check {folder}"))?;
    Ok(said.trim().to_owned())
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
