//! Running the test programs: alone, and under the tools that watch memory and threads.

use super::compile::{Argument, PROGRAMS, Program, Variant};
use super::prefix;
use crate::process;
use crate::steps::step::{Outcome, Run};
use anyhow::{Context, Result};
use std::process::Command;

const AS_C: &[&str] = &["-std=c99", "-g", "-O1"];
const SANITIZE: &[&str] =
    &["-std=c++17", "-g", "-x", "c++", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];
const SANITIZE_C: &[&str] =
    &["-std=c99", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// The sanitizers of both compilers.
pub const SANITIZED: &[Variant] = &[
    Variant { name: "gcc-asan", compiler: "gcc", flags: SANITIZE_C, cpp: false, fixed: true },
    Variant { name: "clang-asan", compiler: "clang++", flags: SANITIZE, cpp: true, fixed: true },
];

/// What valgrind is given.
pub const PLAIN: &[Variant] = &[
    Variant { name: "plain", compiler: "gcc", flags: AS_C, cpp: false, fixed: false },
    Variant {
        name: "plain++",
        compiler: "g++",
        flags: &["-std=c++17", "-g", "-O1"],
        cpp: true,
        fixed: false,
    },
];

/// Memory that is lost for certain, or not there, ends the program with an error. Rust's thread
/// handles are held by pointers into their middle, which counts as possibly lost and is not.
pub const VALGRIND: [&str; 6] = [
    "valgrind",
    "-q",
    "--error-exitcode=9",
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect",
];

/// Looks at the stack of another thread, also below its end: what valgrind is there to find.
const LOOKS_BELOW_STACKS: &str = "secrets";

/// Compiles and runs every program in every variant, two at a time.
pub fn run(run: &Run, variants: &[Variant], tool: &[&str]) -> Result<Outcome> {
    prefix::path(run)?;
    let mut jobs = Vec::new();
    for variant in variants {
        // Valgrind's C++ variant is for the sources that nothing else compiles.
        let only_cpp = !tool.is_empty() && variant.cpp;
        let fits = |program: &&Program| {
            variant.fits(program)
                && (tool.is_empty() || program.name != LOOKS_BELOW_STACKS)
                && !(only_cpp && variants.iter().any(|v| !v.cpp && v.fits(program)))
        };
        jobs.extend(PROGRAMS.iter().filter(fits).map(|program| (variant, program)));
    }
    let count = jobs.len();
    in_parallel(&jobs, |(variant, program)| {
        let binary = variant.build(run, program)?;
        let name = format!("{}-{}{}", program.name, variant.name, tool.first().unwrap_or(&""));
        let mut command = match tool.split_first() {
            Some((tool, flags)) => {
                let mut command = run.env.program(tool);
                command.args(flags).arg(binary);
                command
            }
            None => run.env.program(binary),
        };
        add_arguments(run, program, &name, &mut command)?;
        run.exec(&mut command).map(drop).with_context(|| name)
    })?;
    Ok(Outcome::Passed(format!("{count} programs")))
}

fn add_arguments(run: &Run, program: &Program, name: &str, command: &mut Command) -> Result<()> {
    for argument in program.arguments {
        match argument {
            Argument::Vectors => command.arg(run.env.root.join("core/vectors")),
            Argument::Folder => command.arg(prefix::work(run, name)?),
        };
    }
    Ok(())
}

/// Works through the jobs with as many threads as there are cores; the first error counts.
fn in_parallel<T: Sync>(jobs: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let worker = || -> Result<()> {
        while let Some(job) = jobs.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
            work(job)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| match worker.join() {
            Ok(result) => result,
            Err(_) => anyhow::bail!("a thread of the runner panicked"),
        })
    })
}

/// What both tools can see the locks of; tests/c/threads.c says more.
const LOCK_FREE: &str = "lock-free";

/// Helgrind sees all machine code, Rust's too; the thread sanitizer sees C's accesses exactly.
pub fn races(run: &Run) -> Result<Outcome> {
    let program = PROGRAMS.iter().find(|program| program.name == "threads");
    let program = program.context("there is no threaded test")?;
    let plain = PLAIN[0].build(run, program)?;
    let mut helgrind = run.env.program("valgrind");
    helgrind.args(["-q", "--tool=helgrind", "--error-exitcode=9"]).arg(plain).arg(LOCK_FREE);
    run.exec(&mut helgrind)?;
    let variant = Variant {
        name: "tsan",
        compiler: "clang",
        flags: &["-std=c99", "-g", "-fsanitize=thread"],
        cpp: false,
        fixed: true,
    };
    run.pass(run.env.program(variant.build(run, program)?).arg(LOCK_FREE))
}

/// What the fuzz target runs in the gate: the same inputs each time, so that the verdict is about
/// the change and not about luck. Without these arguments it searches on.
const FUZZ_SMOKE: [&str; 2] = ["-runs=20000", "-seed=1"];

/// Builds the fuzz target with clang's libFuzzer and runs it for a short while.
pub fn fuzz(run: &Run) -> Result<Outcome> {
    let variant = Variant {
        name: "fuzz",
        compiler: "clang",
        flags: &["-std=c99", "-g", "-O1", "-fsanitize=fuzzer,address,undefined"],
        cpp: false,
        fixed: true,
    };
    let binary = run.env.target.join("c/bin/fuzz-calls");
    let source = run.env.root.join("bindings-c/fuzz/calls.c");
    variant.compile(run, &[source], &[], &binary)?;
    let corpus = prefix::work(run, "fuzz-corpus")?;
    let mut fuzz = run.env.program(binary);
    fuzz.current_dir(prefix::work(run, "fuzz")?).arg(corpus);
    fuzz.args(FUZZ_SMOKE).args(["-max_len=4096", "-len_control=0"]);
    let output = process::run(&mut fuzz, run.task)?;
    let runs = output.lines().rev().find(|line| line.starts_with("Done "));
    Ok(Outcome::Passed(runs.context("the fuzzer did not finish")?.to_owned()))
}
