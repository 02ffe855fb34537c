//! What differs between the systems that the library is built for.

use super::options::PACKAGE;
use super::paths;
use crate::env::Env;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// A system, with the names of its tools and files.
pub struct Platform {
    /// In front of the names of binutils: `aarch64-linux-gnu-`, or nothing for this machine's own.
    tools: &'static str,
    /// The C compiler, where it is not the one of this machine.
    pub compiler: Option<&'static str>,
    pub shared: Shared,
    /// What a program that links the static library needs besides.
    pub private_libraries: &'static [&'static str],
    /// An archive of Rust's that becomes a part of the static library.
    pub inner: Option<PathBuf>,
}

/// The form of the shared library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shared {
    /// `libsealwax.so` with a soname.
    Elf,
    /// `sealwax_c.dll` with an import library.
    Dll,
    /// There is none: Rust links programs of this system statically.
    None,
}

/// Not `gcc_s`: the compiler's driver adds what unwinds, in the form that the program needs, and a
/// static program cannot have that one.
const LINUX: &[&str] = &["pthread", "m", "dl"];
/// What Rust's standard library asks of Windows, and AWS-LC of MinGW.
const WINDOWS: &[&str] =
    &["kernel32", "ntdll", "userenv", "ws2_32", "dbghelp", "bcrypt", "advapi32", "pthread"];

/// The targets besides this machine.
pub const TARGETS: [&str; 4] = [
    "i686-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "x86_64-pc-windows-gnu",
];

impl Platform {
    /// This machine, or a target of Rust.
    pub fn of(env: &Env, target: Option<&str>) -> Result<Self> {
        let linux = || Platform {
            tools: "",
            compiler: None,
            shared: Shared::Elf,
            private_libraries: LINUX,
            inner: None,
        };
        let cross = |tools, compiler| Platform { tools, compiler: Some(compiler), ..linux() };
        Ok(match target {
            None | Some("x86_64-unknown-linux-gnu") if cfg!(target_os = "linux") => linux(),
            None => bail!("install-c lays out a prefix for Linux; elsewhere say --target"),
            Some("i686-unknown-linux-gnu") => cross("i686-linux-gnu-", "i686-linux-gnu-gcc"),
            Some("aarch64-unknown-linux-gnu") => {
                cross("aarch64-linux-gnu-", "aarch64-linux-gnu-gcc")
            }
            Some(musl @ "x86_64-unknown-linux-musl") => {
                let part = format!("lib/rustlib/{musl}/lib/self-contained/libunwind.a");
                let inner = Some(paths::sysroot(env)?.join(part));
                Platform { shared: Shared::None, inner, ..cross("", "musl-gcc") }
            }
            Some("x86_64-pc-windows-gnu") => Platform {
                shared: Shared::Dll,
                private_libraries: WINDOWS,
                ..cross("x86_64-w64-mingw32-", "x86_64-w64-mingw32-gcc")
            },
            Some(other) => {
                bail!("install-c knows no tools for {other}: build {} with cargo", PACKAGE)
            }
        })
    }

    /// The name of one of binutils for this system.
    pub fn tool(&self, name: &str) -> String {
        format!("{}{name}", self.tools)
    }

    /// Tells cargo who links for the target, unless the user has.
    pub fn name_linker(&self, target: &str, cargo: &mut Command) {
        let name = target.to_uppercase().replace('-', "_");
        let variable = format!("CARGO_TARGET_{name}_LINKER");
        // With musl it is Rust's own, which brings what starts and ends a program.
        let compiler = self.compiler.filter(|_| self.shared != Shared::None);
        if let (Some(compiler), None) = (compiler, std::env::var_os(&variable)) {
            cargo.env(variable, compiler);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Platform, Shared, TARGETS};
    use crate::env::Env;

    #[test]
    fn targets_have_tools_of_their_own() {
        let env = Env::find().unwrap();
        let arm = Platform::of(&env, Some("aarch64-unknown-linux-gnu")).unwrap();
        assert_eq!((arm.tool("ld").as_str(), arm.shared), ("aarch64-linux-gnu-ld", Shared::Elf));
        for target in TARGETS {
            assert!(Platform::of(&env, Some(target)).unwrap().compiler.is_some(), "{target}");
        }
        assert!(Platform::of(&env, Some("sparc64-unknown-linux-gnu")).is_err());
    }
}
