//! What goes where below the prefix.

use super::{PACKAGE, archive};
use crate::env::Env;
use crate::ui::Task;
use crate::{metadata, process};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// What bindings-c/build.rs gives to the linker.
const SONAME: &str = "libsealwax.so.0";
/// What a program that links the static library needs besides.
const PRIVATE_LIBRARIES: [&str; 4] = ["gcc_s", "pthread", "m", "dl"];

/// One installation.
pub struct Layout<'a> {
    env: &'a Env,
    task: &'a Task,
    source: PathBuf,
    built: PathBuf,
    prefix: &'a Path,
    version: String,
    strip: bool,
}

impl<'a> Layout<'a> {
    pub fn new(
        env: &'a Env,
        prefix: &'a Path,
        built: PathBuf,
        strip: bool,
        task: &'a Task,
    ) -> Result<Self> {
        let package = metadata::package_named(env, PACKAGE)?;
        let (source, version) = (package.folder, package.version);
        Ok(Self { env, task, source, built, prefix, version, strip })
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

    /// The library under its full version, and the links that programs and linkers look for.
    pub fn shared_library(&self) -> Result<()> {
        let folder = self.folder("lib")?;
        let name = format!("libsealwax.so.{}", self.version);
        let installed = folder.join(&name);
        copy(&self.built.join("libsealwax_c.so"), &installed)?;
        if self.strip {
            let mut strip = self.env.program("strip");
            process::run(strip.arg("--strip-unneeded").arg(&installed), self.task)?;
        }
        link(&name, &folder.join(SONAME))?;
        link(SONAME, &folder.join("libsealwax.so"))
    }

    /// The archive, which exports what the shared library exports.
    pub fn static_library(&self) -> Result<()> {
        let tools = archive::Tools { env: self.env, task: self.task, strip: self.strip };
        let lib = self.folder("lib")?;
        tools.build(
            &self.built.join("libsealwax_c.a"),
            &self.built.join("libsealwax_c.so"),
            &lib.join("libsealwax.a"),
        )
    }

    /// pkg-config, CMake, licences and documentation.
    pub fn metadata(&self) -> Result<()> {
        let package_config = self.folder("lib/pkgconfig")?;
        self.fill("sealwax.pc.in", &package_config.join("sealwax.pc"))?;
        let cmake = self.folder("lib/cmake/Sealwax")?;
        for name in ["SealwaxConfig.cmake", "SealwaxConfigVersion.cmake"] {
            self.fill(&format!("cmake/{name}.in"), &cmake.join(name))?;
        }
        let doc = self.folder("share/doc/sealwax")?;
        copy(&self.source.join("README.md"), &doc.join("README.md"))?;
        for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
            copy(&self.env.root.join(name), &doc.join(name))?;
        }
        Ok(())
    }

    fn fill(&self, template: &str, target: &Path) -> Result<()> {
        let path = self.source.join(template);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let parts: Vec<&str> = self.version.split('.').collect();
        let flags: Vec<String> = PRIVATE_LIBRARIES.iter().map(|name| format!("-l{name}")).collect();
        let text = text
            .replace("@VERSION@", &self.version)
            .replace("@MAJOR@", parts.first().unwrap_or(&"0"))
            .replace("@MINOR@", parts.get(1).unwrap_or(&"0"))
            .replace("@SONAME@", SONAME)
            .replace("@PRIVATE_LIBRARIES@", &flags.join(" "))
            .replace("@CMAKE_LIBRARIES@", &PRIVATE_LIBRARIES.join(";"));
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
