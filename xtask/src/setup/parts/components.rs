//! rustfmt and clippy of the native toolchain.

use crate::env::which;
use crate::process;
use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::{Result, bail};

/// The native toolchain's own checkers.
pub struct Components;

impl Part for Components {
    fn name(&self) -> &'static str {
        "components"
    }
    fn why(&self) -> &'static str {
        "the format and lint checks need rustfmt and clippy"
    }
    fn what(&self) -> &'static str {
        "rustup component add rustfmt clippy"
    }
    fn how_long(&self) -> &'static str {
        "about 10 s"
    }

    fn found(&self, setup: &Setup) -> Result<Option<String>> {
        let version = |program| process::ask(setup.env.program(program).arg("--version"));
        let (Ok(rustfmt), Ok(clippy)) = (version("rustfmt"), version("cargo-clippy")) else {
            return Ok(None);
        };
        let first_two =
            |text: String| text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        Ok(Some(format!("{}, {}", first_two(rustfmt), first_two(clippy))))
    }

    fn install(&self, setup: &Setup, task: &Task) -> Result<String> {
        let Some(rustup) = which("rustup") else {
            bail!(
                "install rustfmt and clippy with the toolchain's own installer: there is no rustup"
            );
        };
        process::run(
            setup.env.program(rustup).args(["component", "add", "rustfmt", "clippy"]),
            task,
        )?;
        Ok("added by rustup".to_owned())
    }
}
