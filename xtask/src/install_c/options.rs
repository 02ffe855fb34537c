//! What to install, and where.

use clap::Args;
use std::path::PathBuf;

/// The package in the workspace.
pub const PACKAGE: &str = "sealwax-c";

/// Where to install, and what.
#[derive(Args, Clone)]
pub struct Options {
    /// The folder for include/, lib/ and share/; it is created if missing.
    #[arg(long)]
    pub prefix: PathBuf,
    /// The folder for libraries below the prefix, such as lib64 or lib/x86_64-linux-gnu.
    #[arg(long, default_value = "lib")]
    pub libdir: PathBuf,
    /// The system to build for, as Rust names it; its C compiler and binutils must be there.
    #[arg(long)]
    pub target: Option<String>,
    /// The cargo profile. Only `release` is stripped of debug information.
    #[arg(long, default_value = "release")]
    pub profile: String,
}

impl Options {
    /// A prefix for this machine.
    pub fn new(prefix: PathBuf, profile: &str) -> Self {
        Self { prefix, libdir: "lib".into(), target: None, profile: profile.to_owned() }
    }
}
