//! A token behind PKCS #11, in software.

use crate::setup::part::{Part, Setup};
use crate::ui::Task;
use anyhow::{Result, bail};
use std::path::Path;

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";

/// SoftHSM2.
pub struct SoftHsm;

impl Part for SoftHsm {
    fn name(&self) -> &'static str {
        "softhsm"
    }
    fn why(&self) -> &'static str {
        "the PKCS #11 providers are tested with a token"
    }
    fn what(&self) -> &'static str {
        "SoftHSM2"
    }
    fn how_long(&self) -> &'static str {
        "about 5 s"
    }

    fn found(&self, _setup: &Setup) -> Result<Option<String>> {
        Ok(Path::new(MODULE).is_file().then(|| MODULE.to_owned()))
    }

    fn packages(&self, _setup: &Setup, _task: &Task) -> Result<Vec<&'static str>> {
        Ok(vec!["softhsm2"])
    }

    fn install(&self, setup: &Setup, _task: &Task) -> Result<String> {
        match self.found(setup)? {
            Some(module) => Ok(module),
            None => bail!("{MODULE} is not there although the package softhsm2 is installed"),
        }
    }
}
