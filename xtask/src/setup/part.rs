//! What a part of the set-up is.

use crate::env::Env;
use crate::toolchain::Choice;
use crate::ui::Task;
use anyhow::Result;

/// What every part sees.
pub struct Setup<'a> {
    /// The places.
    pub env: &'a Env,
    /// The allowed routes to compilers for other targets.
    pub choice: Choice,
}

/// One thing that the tests need on the machine.
pub trait Part {
    /// The name for `--only`.
    fn name(&self) -> &'static str;
    /// What needs it.
    fn why(&self) -> &'static str;
    /// What installing does.
    fn what(&self) -> &'static str;
    /// What installing costs on an ordinary machine.
    fn how_long(&self) -> &'static str;

    /// A word about what is there, or `None` when the part is missing. Must be fast.
    fn found(&self, setup: &Setup) -> Result<Option<String>>;

    /// The Debian packages that [`Part::install`] will need; asked only when the part is missing.
    fn packages(&self, _setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        Ok(Vec::new())
    }

    /// Installs the part, packages being there by now, and says what is there then.
    fn install(&self, setup: &Setup, task: &Task) -> Result<String>;
}
