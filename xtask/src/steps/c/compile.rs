//! The test programs, the compilers, and all pairs of them.

use super::prefix;
use crate::steps::step::Run;
use anyhow::Result;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Every warning that a careful programmer asks for is an error here.
const WARNINGS: [&str; 5] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];

/// What a source is written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// C99 that is C++17 too.
    C,
    /// C++17.
    Cpp,
}

/// What a program is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// The folder with the vectors.
    Vectors,
    /// An empty folder.
    Folder,
}

/// One test program: one source file.
pub struct Program {
    pub name: &'static str,
    pub language: Language,
    pub arguments: &'static [Argument],
    pub libraries: &'static [&'static str],
}

const JSON: &[&str] = &["-ljansson", "-lcrypto"];

/// Every program of bindings-c/tests.
pub const PROGRAMS: [Program; 19] = [
    c("memory", &[], &[]),
    c("headers", &[], &[]),
    c("provider", &[], &[]),
    c("key_events", &[], &[]),
    c("misuse", &[], &[]),
    c("growth", &[], &[]),
    c("callbacks", &[Argument::Folder], &[]),
    c("processes", &[], &["-lpthread"]),
    c("secrets", &[], &["-lpthread"]),
    c("files", &[Argument::Folder], &[]),
    c("targets", &[Argument::Folder], &[]),
    c("threads", &[], &["-lpthread"]),
    c("codes", &[Argument::Vectors, Argument::Folder], JSON),
    c("vectors_small", &[Argument::Vectors], JSON),
    c("vectors_envelope", &[Argument::Vectors], JSON),
    c("vectors_events", &[Argument::Vectors], JSON),
    cpp("wrapper", &[Argument::Folder], &[]),
    cpp("listeners", &[], &["-lpthread"]),
    cpp("hosts", &[], &[]),
];

const fn c(
    name: &'static str,
    arguments: &'static [Argument],
    libraries: &'static [&'static str],
) -> Program {
    Program { name, language: Language::C, arguments, libraries }
}

const fn cpp(
    name: &'static str,
    arguments: &'static [Argument],
    libraries: &'static [&'static str],
) -> Program {
    Program { name, language: Language::Cpp, arguments, libraries }
}

/// One way to compile.
#[derive(Clone, Copy)]
pub struct Variant {
    pub name: &'static str,
    pub compiler: &'static str,
    pub flags: &'static [&'static str],
    /// Whether it compiles C++ sources; the others it compiles as its flags say.
    pub cpp: bool,
    /// Whether the library is linked into the program.
    pub fixed: bool,
}

const AS_C: &[&str] = &["-std=c99", "-g"];
const AS_CPP: &[&str] = &["-std=c++17", "-g", "-x", "c++"];

/// Both compilers, both languages, both libraries.
pub const ALL: &[Variant] = &[
    Variant { name: "gcc", compiler: "gcc", flags: AS_C, cpp: false, fixed: false },
    Variant { name: "clang", compiler: "clang", flags: AS_C, cpp: false, fixed: true },
    Variant { name: "g++", compiler: "g++", flags: AS_CPP, cpp: true, fixed: true },
    Variant { name: "clang++", compiler: "clang++", flags: AS_CPP, cpp: true, fixed: false },
];

impl Variant {
    /// Whether it can compile the program.
    pub fn fits(&self, program: &Program) -> bool {
        self.cpp || program.language == Language::C
    }

    /// Compiles the program and says where it is.
    pub fn build(&self, run: &Run, program: &Program) -> Result<PathBuf> {
        let folder = match program.language {
            Language::C => "c",
            Language::Cpp => "cpp",
        };
        let ending = if program.language == Language::C { "c" } else { "cpp" };
        let source = run
            .env
            .root
            .join("bindings-c/tests")
            .join(folder)
            .join(format!("{}.{ending}", program.name));
        let target = run.env.target.join("c/bin").join(format!("{}-{}", program.name, self.name));
        self.compile(run, &[source], program.libraries, &target)?;
        Ok(target)
    }

    /// Compiles sources into one program, with the flags of pkg-config.
    pub fn compile(
        &self,
        run: &Run,
        sources: &[PathBuf],
        libraries: &[&str],
        target: &Path,
    ) -> Result<()> {
        self.compile_with(run, self.flags, sources, libraries, target)
    }

    /// As [`Variant::compile`], with other flags than the variant's own.
    pub fn compile_with(
        &self,
        run: &Run,
        flags: &[&str],
        sources: &[PathBuf],
        libraries: &[&str],
        target: &Path,
    ) -> Result<()> {
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut compiler = run.env.program(self.compiler);
        compiler.args(WARNINGS).args(prefix::flags(run, &["--cflags"])?).args(flags);
        compiler.args(sources).args(["-x", "none", "-o"]).arg(target);
        compiler.args(self.library(run)?).args(libraries);
        run.exec(&mut compiler).map(drop)
    }

    /// How the library is linked.
    fn library(&self, run: &Run) -> Result<Vec<OsString>> {
        let lib = prefix::path(run)?.join("lib");
        if self.fixed {
            let mut all: Vec<OsString> = vec![lib.join("libsealwax.a").into()];
            let private = prefix::flags(run, &["--libs-only-l", "--static"])?;
            all.extend(private.into_iter().filter(|flag| flag != "-lsealwax").map(OsString::from));
            return Ok(all);
        }
        let mut rpath = OsString::from("-Wl,-rpath,");
        rpath.push(&lib);
        let mut all: Vec<OsString> =
            prefix::flags(run, &["--libs"])?.into_iter().map(OsString::from).collect();
        all.push(rpath);
        Ok(all)
    }
}
