//! Steps for the core's features: each must compile alone, with no other to lean on.

use super::step::Step;
use crate::env::Env;
use crate::metadata;
use anyhow::Result;

/// The core's package.
const CORE: &str = "sealwax";

/// One step for no feature, for each feature alone, and for all.
pub fn steps(env: &Env) -> Result<Vec<Step>> {
    let features = metadata::package_named(env, CORE)?.features;
    let mut steps = vec![step("none", vec!["--no-default-features".into()])];
    for feature in features.iter().filter(|name| *name != "default") {
        steps.push(step(
            feature,
            vec!["--no-default-features".into(), format!("--features={feature}")],
        ));
    }
    steps.push(step("all", vec!["--all-features".into()]));
    Ok(steps)
}

fn step(name: &str, arguments: Vec<String>) -> Step {
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
