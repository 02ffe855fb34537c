//! The documentation: the site, its examples in every language, and what else claims something.

use super::c;
use super::step::{Outcome, Run, Step, tests_passed};
use crate::docs;
use anyhow::{Result, bail};

/// First the site, which the browser opens; the examples need the wheel, the JavaScript package and
/// the C library of the steps before them.
pub fn steps() -> Vec<Step> {
    vec![
        Step::new("docs:site", "the documentation site builds, and no link leads nowhere", site),
        Step::new("docs:examples", "every example of the site runs, in its language", |run| {
            pytest(run, "test_pages.py")
        }),
        Step::new(
            "docs:architecture",
            "ARCHITECTURE.md names files and code that are there",
            |run| pytest(run, "test_architecture.py"),
        ),
        Step::new(
            "docs:browser",
            "the site in Chromium: readable by everybody, and no other host is asked",
            |run| {
                run.pass(
                    run.env.program("node").arg("docs/tests/browser.mjs").arg(docs::site(run.env)),
                )
            },
        ),
    ]
}

fn site(run: &Run) -> Result<Outcome> {
    docs::build(run.env, run.task)?;
    pytest(run, "test_site.py")
}

fn pytest(run: &Run, file: &str) -> Result<Outcome> {
    let mut pytest = run.env.python();
    pytest.args(["-m", "pytest", "--quiet"]).arg(format!("docs/tests/{file}"));
    pytest.env("SEALWAX_SITE", docs::site(run.env));
    if file == "test_pages.py" {
        pytest.env("SEALWAX_C_PREFIX", c::installed(run)?);
        pytest.args(["-n", "2"]); // Pages mostly wait, for servers that start.
    }
    match tests_passed(&run.exec(&mut pytest)?) {
        0 => bail!("{file} has no test"),
        count => Ok(Outcome::Passed(format!("{count} tests"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::all;
    use crate::env::Env;
    use std::fs;

    /// The table in CONTRIBUTING.md has every step, by its name or its area, and no other.
    #[test]
    fn the_checks_for_contributors_are_those_of_the_gate() {
        let env = Env::find().unwrap();
        let text = fs::read_to_string(env.root.join("CONTRIBUTING.md")).unwrap();
        let rows = text.lines().skip_while(|line| !line.starts_with("| steps |")).skip(2);
        let cells = rows.map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
        let named: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        let steps = all(&env).unwrap();
        for step in &steps {
            assert!(named.iter().any(|name| step.is_called(name)), "{} is missing", step.name);
        }
        for name in named {
            assert!(steps.iter().any(|step| step.is_called(name)), "there is no step {name}");
        }
    }
}
