//! The formatters and linters of every language: steps of the gate, and `cargo xtask lint`.

use crate::env::Env;
use crate::process;
use crate::{ui, wasm};
use anyhow::{Result, bail};
use clap::Args;
use std::process::{Command, ExitCode};
use xshell::{Shell, cmd};

/// What to check.
#[derive(Args)]
pub struct Options {
    /// Run only these tools, by name; by default all that take seconds.
    tools: Vec<String>,
    /// Let the tools repair what they can.
    #[arg(long)]
    fix: bool,
}

/// One formatter or linter.
pub struct Tool {
    /// The name of the tool, which is the name of the step.
    pub name: &'static str,
    /// What it shows, for the list.
    pub what: &'static str,
    /// The steps that make what it reads.
    pub needs: &'static [&'static str],
    /// Whether it takes seconds.
    fast: bool,
    /// The commands that check, or that repair.
    commands: fn(&Checker) -> Result<Vec<Command>>,
}

/// Every tool. `cargo clippy` compiles, and has a step of its own.
pub const TOOLS: &[Tool] = &[
    fast("fmt", "every Rust file is formatted", |it| {
        let (sh, check) = (&it.sh, it.unless_fix("--check"));
        Ok(vec![cmd!(sh, "cargo fmt --all {check...}").into()])
    }),
    fast("ruff", "every Python file is formatted, and has no lint", |it| {
        let (sh, ruff) = (&it.sh, it.env.checker("ruff")?);
        let (check, fix) = (it.unless_fix("--check"), it.fix.then_some("--fix"));
        Ok(vec![
            cmd!(sh, "{ruff} format --quiet {check...} .").into(),
            cmd!(sh, "{ruff} check --quiet {fix...} .").into(),
        ])
    }),
    Tool {
        // Types are checked with those of the module's glue.
        needs: &["wasm:build"],
        ..fast("eslint", "no lint in JavaScript and TypeScript", |it| {
            let (sh, fix) = (it.env.shell_in(wasm::PACKAGE)?, it.fix.then_some(["--", "--fix"]));
            if !sh.path_exists("build/core.d.ts") {
                bail!("types are checked with those of the module: run `cargo xtask build-wasm`");
            }
            Ok(vec![cmd!(sh, "npm run lint").args(fix.into_iter().flatten()).into()])
        })
    },
    fast("prettier", "every file of JavaScript, TypeScript and the page is formatted", |it| {
        let sh = it.env.shell_in(wasm::PACKAGE)?;
        let script = if it.fix { "format" } else { "format:check" };
        Ok(vec![cmd!(sh, "npm run {script}").into()])
    }),
    fast("clang-format", "every file of C and C++ is formatted", |it| {
        let (sh, format, files) = (&it.sh, it.env.checker("clang-format")?, it.c_files()?);
        let how: &[&str] = if it.fix { &["-i"] } else { &["--dry-run", "--Werror"] };
        Ok(vec![
            cmd!(sh, "{format} --style=file:bindings-c/.clang-format {how...} {files...}").into(),
        ])
    }),
    Tool {
        name: "clang-tidy",
        what: "no mistake in C and C++ that a compiler does not find",
        needs: &[],
        fast: false,
        commands: |it| {
            let (sh, tidy) = (&it.sh, it.env.checker("clang-tidy")?);
            let pkcs11 = process::ask(cmd!(sh, "pkg-config --cflags p11-kit-1"))?;
            let mut flags = vec!["-Ibindings-c/include", "-Ibindings-c/examples"];
            flags.extend(pkcs11.split_whitespace());
            let (fix, flags) = (it.fix.then_some("--fix"), &flags);
            let run = |pattern, standard: &str| -> Result<Command> {
                let files = it.files(&[pattern])?;
                Ok(cmd!(sh, "{tidy} --quiet {fix...} {files...} -- {standard} {flags...}").into())
            };
            Ok(vec![run("bindings-c/*.c", "-std=gnu11")?, run("bindings-c/*.cpp", "-std=c++17")?])
        },
    },
    fast("taplo", "every TOML file is formatted and fits its schema", |it| {
        let (sh, taplo) = (&it.sh, it.env.checker("taplo")?);
        let (check, files) = (it.unless_fix("--check"), it.files(&["*.toml"])?);
        Ok(vec![cmd!(sh, "{taplo} format {check...} {files...}").env("RUST_LOG", "warn").into()])
    }),
    fast("typos", "no word is misspelt, in code and in prose", |it| {
        let (sh, typos) = (&it.sh, it.env.checker("typos")?);
        let fix = it.fix.then_some("--write-changes");
        Ok(vec![cmd!(sh, "{typos} {fix...}").into()])
    }),
    fast("shellcheck", "no lint in a shell script", |it| {
        let (sh, shellcheck) = (&it.sh, it.env.checker("shellcheck")?);
        let files = it.files(&["*.sh", ".ci/run", ".ci/debian-rust/*"])?;
        Ok(vec![
            cmd!(sh, "{shellcheck} --enable=all --exclude=SC2250,SC2310,SC2312 {files...}").into(),
        ])
    }),
    fast("actionlint", "no lint in a workflow of GitHub's", |it| {
        let (sh, actionlint) = (&it.sh, it.env.checker("actionlint")?);
        let shellcheck = it.env.checker("shellcheck")?;
        Ok(vec![cmd!(sh, "{actionlint} -shellcheck {shellcheck} -pyflakes ''").into()])
    }),
];

const fn fast(
    name: &'static str,
    what: &'static str,
    commands: fn(&Checker) -> Result<Vec<Command>>,
) -> Tool {
    Tool { name, what, needs: &[], fast: true, commands }
}

/// What the commands of a tool are made with.
pub struct Checker<'a> {
    env: &'a Env,
    sh: Shell,
    fix: bool,
}

impl Checker<'_> {
    fn unless_fix(&self, argument: &'static str) -> Option<&'static str> {
        (!self.fix).then_some(argument)
    }

    /// The files of the project that fit one of git's patterns.
    fn files(&self, patterns: &[&str]) -> Result<Vec<String>> {
        let sh = &self.sh;
        let every = ["--cached", "--others", "--exclude-standard"];
        let files = process::ask(cmd!(sh, "git ls-files {every...} -- {patterns...}"))?;
        Ok(files.lines().map(str::to_owned).collect())
    }

    /// What is written in C and C++; cbindgen writes `sealwax.h`.
    fn c_files(&self) -> Result<Vec<String>> {
        let mut files = self.files(&["*.c", "*.h", "*.cpp", "*.hpp"])?;
        files.retain(|file| !file.ends_with("include/sealwax.h"));
        Ok(files)
    }
}

impl Tool {
    /// Runs the tool; what it finds is the error.
    pub fn run(&self, env: &Env, fix: bool, task: &ui::Task) -> Result<()> {
        let checker = Checker { env, sh: env.shell()?, fix };
        for command in (self.commands)(&checker)? {
            process::run(command, task)?;
        }
        Ok(())
    }
}

/// Runs all chosen tools, even if one finds something.
pub fn run(env: &Env, options: &Options) -> Result<ExitCode> {
    let names = &options.tools;
    if let Some(name) = names.iter().find(|name| TOOLS.iter().all(|tool| tool.name != **name)) {
        let known: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        bail!("there is no tool {name}, only {}", known.join(", "));
    }
    let is_chosen = |tool: &&Tool| {
        if names.is_empty() { tool.fast } else { names.iter().any(|name| name == tool.name) }
    };
    let mut all_well = true;
    for tool in TOOLS.iter().filter(is_chosen) {
        if let Err(error) = ui::task(tool.name, |task| tool.run(env, options.fix, task)) {
            println!("{error:#}");
            all_well = false;
        }
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
