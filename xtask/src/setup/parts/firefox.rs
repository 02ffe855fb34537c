//! Firefox, in which the package's suite can run, too.

use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::{Result, bail};
use std::path::Path;

/// Where Debian's package puts it.
const PROGRAM: &str = "/usr/bin/firefox-esr";

/// Debian's Firefox.
pub struct Firefox;

impl Part for Firefox {
    fn name(&self) -> &'static str {
        "firefox"
    }
    fn why(&self) -> &'static str {
        "cargo xtask test-firefox runs the package's suite in it"
    }
    fn what(&self) -> &'static str {
        "Firefox"
    }
    fn how_long(&self) -> &'static str {
        "about 30 s"
    }

    fn found(&self, _setup: &Setup) -> Result<Option<String>> {
        Ok(Path::new(PROGRAM).exists().then(|| PROGRAM.to_owned()))
    }

    fn packages(&self, _setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        Ok(vec!["firefox-esr"])
    }

    fn install(&self, setup: &Setup, _task: &Task) -> Result<String> {
        match self.found(setup)? {
            Some(program) => Ok(program),
            None => bail!("{PROGRAM} is not there although the package firefox-esr is installed"),
        }
    }
}
