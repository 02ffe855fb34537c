//! The layout of an installation below the prefix.

use super::archive;
use super::options::{Options, PACKAGE};
use super::platform::{Platform, Shared};
use crate::env::Env;
use crate::ui::Task;
use crate::{metadata, process};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};
use xshell::cmd;

/// What bindings-c/build.rs gives to the linker.
const SONAME: &str = "libsealwax.so.0";

/// One installation.
pub struct Layout<'a> {
    env: &'a Env,
    task: &'a Task,
    platform: &'a Platform,
    source: PathBuf,
    built: PathBuf,
    prefix: &'a Path,
    /// The folder of the libraries below the prefix.
    libdir: &'a str,
    version: String,
    strip: bool,
}

impl<'a> Layout<'a> {
    pub fn new(
        env: &'a Env,
        options: &'a Options,
        platform: &'a Platform,
        built: PathBuf,
        task: &'a Task,
    ) -> Result<Self> {
        let package = metadata::package_named(env, PACKAGE)?;
        let (source, version) = (package.folder, package.version);
        let libdir = options.libdir.to_str().context("--libdir is not UTF-8")?;
        let strip = options.profile == "release";
        let prefix = &options.prefix;
        Ok(Self { env, task, platform, source, built, prefix, libdir, version, strip })
    }

    /// The headers of C and of C++.
    pub fn headers(&self) -> Result<()> {
        for folder in ["include", "include/sealwax"] {
            let (from, to) = (self.source.join(folder), self.folder(folder)?);
            for entry in fs::read_dir(&from).with_context(|| from.display().to_string())? {
                let path = entry?.path();
                if let (true, Some(name)) = (path.is_file(), path.file_name()) {
                    copy(&path, &to.join(name))?;
                }
            }
        }
        Ok(())
    }

    /// The static library, and the shared one in the form of the system.
    pub fn libraries(&self) -> Result<()> {
        let lib = self.folder(self.libdir)?;
        let (archive, target) = (self.built.join("libsealwax_c.a"), lib.join("libsealwax.a"));
        let (env, task, platform, strip) = (self.env, self.task, self.platform, self.strip);
        let tools = archive::Tools { env, task, platform, strip };
        match platform.shared {
            Shared::Elf => self.shared_library(&lib)?,
            Shared::Dll => self.dll(&lib)?,
            Shared::None => {}
        }
        if platform.shared != Shared::Dll {
            return tools.build(&archive, &target);
        }
        // Windows objects cannot be linked into one, because their unwind tables are separate sections.
        copy(&archive, &target)?;
        if strip { tools.strip_debug(&target) } else { Ok(()) }
    }

    /// The DLL, and the import library that programs link.
    fn dll(&self, folder: &Path) -> Result<()> {
        let installed = self.folder("bin")?.join("sealwax_c.dll");
        copy(&self.built.join("sealwax_c.dll"), &installed)?;
        self.strip(&installed)?;
        copy(&self.built.join("libsealwax_c.dll.a"), &folder.join("libsealwax.dll.a"))
    }

    /// The library under its full version, and the links that programs and linkers look for.
    fn shared_library(&self, folder: &Path) -> Result<()> {
        let name = format!("libsealwax.so.{}", self.version);
        let installed = folder.join(&name);
        copy(&self.built.join("libsealwax_c.so"), &installed)?;
        self.strip(&installed)?;
        link(&name, &folder.join(SONAME))?;
        link(SONAME, &folder.join("libsealwax.so"))
    }

    /// Removes the symbols and the debug information that no program needs, from a release.
    fn strip(&self, shared: &Path) -> Result<()> {
        if !self.strip {
            return Ok(());
        }
        let (sh, strip) = (self.env.shell()?, self.platform.tool("strip"));
        process::run(cmd!(sh, "{strip} --strip-unneeded {shared}"), self.task).map(drop)
    }

    /// pkg-config, CMake, licences and documentation.
    pub fn metadata(&self) -> Result<()> {
        let package_config = self.folder(&format!("{}/pkgconfig", self.libdir))?;
        self.fill("sealwax.pc.in", &package_config.join("sealwax.pc"))?;
        let cmake = self.folder(&format!("{}/cmake/Sealwax", self.libdir))?;
        for name in ["SealwaxConfig.cmake", "SealwaxConfigVersion.cmake"] {
            self.fill(&format!("cmake/{name}.in"), &cmake.join(name))?;
        }
        let doc = self.folder("share/doc/sealwax")?;
        for name in ["bindings-c/README.md", "LICENSE-APACHE", "LICENSE-MIT"] {
            let name = Path::new(name);
            copy(&self.env.root.join(name), &doc.join(name.file_name().unwrap_or_default()))?;
        }
        Ok(())
    }

    fn fill(&self, template: &str, target: &Path) -> Result<()> {
        let path = self.source.join(template);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let parts: Vec<&str> = self.version.split('.').collect();
        let private = self.platform.private_libraries;
        let flags: Vec<String> = private.iter().map(|name| format!("-l{name}")).collect();
        // From the folders of pkg-config and CMake up to the prefix; both move with it.
        let up = "/..".repeat(Path::new(self.libdir).components().count());
        let text = text
            .replace("@VERSION@", &self.version)
            .replace("@MAJOR@", parts.first().unwrap_or(&"0"))
            .replace("@MINOR@", parts.get(1).unwrap_or(&"0"))
            .replace("@SONAME@", SONAME)
            .replace("@PRIVATE_LIBRARIES@", &flags.join(" "))
            .replace("@CMAKE_LIBRARIES@", &private.join(";"))
            .replace("@LIBDIR@", self.libdir)
            .replace("@UP@", &up);
        fs::write(target, text).with_context(|| target.display().to_string())
    }

    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.prefix.join(name);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }
}

/// Replaces the target: programs that have the old file open keep it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    fs::copy(from, to).with_context(|| format!("{} to {}", from.display(), to.display()))?;
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| path.display().to_string())
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn link(to: &str, at: &Path) -> Result<()> {
    remove(at)?;
    std::os::unix::fs::symlink(to, at).with_context(|| at.display().to_string())
}

#[cfg(not(unix))]
fn link(_to: &str, at: &Path) -> Result<()> {
    anyhow::bail!("{}: this system has no links", at.display())
}
