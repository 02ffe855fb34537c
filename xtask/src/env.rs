//! Where things are, and a shell there.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use xshell::Shell;

/// The places that every task shares.
pub struct Env {
    /// The workspace root.
    pub root: PathBuf,
    /// The target directory of the native toolchain; tools of this project live in `target/tools`.
    pub target: PathBuf,
}

impl Env {
    /// Reads the places from the environment that `cargo run` gives.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = manifest.parent().context("xtask lies in no workspace")?.to_path_buf();
        let target = std::env::var_os("CARGO_TARGET_DIR").filter(|folder| !folder.is_empty());
        let target = root.join(target.unwrap_or_else(|| "target".into()));
        Ok(Self { root, target })
    }

    /// A shell in the workspace root, for commands made with `xshell::cmd!`.
    pub fn shell(&self) -> Result<Shell> {
        self.shell_in("")
    }

    /// A shell in a folder of the workspace.
    pub fn shell_in(&self, folder: &str) -> Result<Shell> {
        let sh = Shell::new()?;
        sh.change_dir(self.root.join(folder));
        sh.set_var("CARGO_TARGET_DIR", &self.target);
        // Python caches compiled modules outside of the sources.
        sh.set_var("PYTHONPYCACHEPREFIX", self.tool("pycache"));
        Ok(sh)
    }

    /// A place below the project's own tools.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.target.join("tools").join(name)
    }

    /// Python of the virtual environment that `cargo xtask setup --only python` makes.
    pub fn python(&self) -> PathBuf {
        self.tool("venv/bin/python")
    }

    /// A formatter, a linter or a tool of cargo.
    pub fn checker(&self, name: &str) -> Result<PathBuf> {
        let program = self.tool("checkers/bin").join(name);
        if !program.is_file() {
            bail!("{name} is missing: run `cargo xtask setup --only tools`");
        }
        Ok(program)
    }

    /// An empty folder below the target directory.
    pub fn fresh_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }
}
