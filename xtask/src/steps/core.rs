//! Steps for the core's features: each must compile alone, with no other to lean on.

use super::step::Step;
use crate::env::Env;
use crate::metadata;
use anyhow::Result;

/// The core's package.
const CORE: &str = "sealwax";

/// The feature that needs Go and CMake to build: `cargo xtask fips` checks it.
const FIPS: &str = "fips";

/// One step for no feature, for each feature alone, and for all together.
pub fn steps(env: &Env) -> Result<Vec<Step>> {
    let mut features = metadata::package_named(env, CORE)?.features;
    features.retain(|name| name != "default" && name != FIPS);
    let mut steps = vec![step("none", "")];
    steps.extend(features.iter().map(|feature| step(feature, feature)));
    steps.push(step("all", &features.join(",")));
    Ok(steps)
}

fn step(name: &str, features: &str) -> Step {
    let arguments = ["--no-default-features".to_owned(), format!("--features={features}")];
    Step::new(
        format!("features:{name}"),
        format!("the core has no lint with features: {name}"),
        move |run| {
            let mut cargo = run.cargo("clippy");
            cargo.args(["--package", CORE]).args(&arguments).args(["--", "-D", "warnings"]);
            run.pass(&mut cargo)
        },
    )
}
