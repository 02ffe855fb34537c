//! Decides when each step runs: in the order of the list, some in parallel.
//!
//! A step waits for the steps that it needs. Only one step compiles at a time; the others run
//! meanwhile, and keep the processor busy while a test waits for a browser or a server.

use super::step::Step;
use std::sync::{Condvar, Mutex, PoisonError};

/// The step that installs what is missing; those that are not early wait for it.
pub const SETUP: &str = "setup";

/// How far a step has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Waiting,
    Running,
    Passed,
    Failed,
}

/// The steps of one run.
pub struct Schedule<'a> {
    steps: &'a [Step],
    states: Mutex<Vec<State>>,
    changed: Condvar,
    keep_going: bool,
}

impl<'a> Schedule<'a> {
    /// No step has started.
    pub fn new(steps: &'a [Step], keep_going: bool) -> Self {
        let states = Mutex::new(vec![State::Waiting; steps.len()]);
        Self { steps, states, changed: Condvar::new(), keep_going }
    }

    /// Runs the steps on this many threads. `run` returns whether a step passed. Steps that need a failed
    /// step do not run.
    pub fn run(&self, threads: usize, run: impl Fn(usize) -> bool + Sync) {
        let work = || {
            while let Some(index) = self.take() {
                let passed = run(index);
                self.set(index, if passed { State::Passed } else { State::Failed });
            }
        };
        std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    }

    /// Waits for the next step and marks it as running; `None` if none is left.
    fn take(&self) -> Option<usize> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match next(self.steps, &states, self.keep_going) {
                Next::Start(index) => {
                    states[index] = State::Running;
                    return Some(index);
                }
                Next::Wait => {
                    states = self.changed.wait(states).unwrap_or_else(PoisonError::into_inner);
                }
                Next::End => return None,
            }
        }
    }

    fn set(&self, index: usize, state: State) {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)[index] = state;
        self.changed.notify_all();
    }
}

#[derive(PartialEq, Eq, Debug)]
enum Next {
    Start(usize),
    Wait,
    End,
}

fn next(steps: &[Step], states: &[State], keep_going: bool) -> Next {
    if !keep_going && states.contains(&State::Failed) {
        return Next::End;
    }
    let of = |name: &str| steps.iter().position(|step| step.name == name).map(|at| states[at]);
    let compiling = (0..steps.len()).any(|at| steps[at].compiles && states[at] == State::Running);
    // The result of a step that was not chosen is there from an earlier run.
    let is_made = |name: &&str| matches!(of(name), None | Some(State::Passed));
    let is_ready = |at: &usize| {
        states[*at] == State::Waiting
            && !(steps[*at].compiles && compiling)
            && (steps[*at].early || is_made(&SETUP))
            && steps[*at].needs.iter().all(is_made)
    };
    match (0..steps.len()).find(is_ready) {
        Some(at) => Next::Start(at),
        None if states.contains(&State::Running) => Next::Wait,
        None => Next::End,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use State::{Failed, Passed, Running, Waiting};

    fn steps() -> Vec<Step> {
        let step = |name| Step::new(name, "", |_| Ok(String::new()));
        vec![
            step("lint").compiles(),
            step("build").compiles(),
            step("test").needs(&["build"]),
            step("other"),
        ]
    }

    #[test]
    fn one_step_compiles_and_others_run_beside_it() {
        let next = |states: &[State]| next(&steps(), states, false);
        assert_eq!(next(&[Waiting; 4]), Next::Start(0));
        assert_eq!(next(&[Running, Waiting, Waiting, Waiting]), Next::Start(3));
        assert_eq!(next(&[Running, Waiting, Waiting, Running]), Next::Wait);
        assert_eq!(next(&[Passed, Running, Waiting, Passed]), Next::Wait);
        assert_eq!(next(&[Passed, Passed, Waiting, Passed]), Next::Start(2));
        assert_eq!(next(&[Passed; 4]), Next::End);
    }

    #[test]
    fn a_failure_ends_the_run_or_what_depends_on_it() {
        let states = [Passed, Failed, Waiting, Waiting];
        assert_eq!(next(&steps(), &states, false), Next::End);
        assert_eq!(next(&steps(), &states, true), Next::Start(3));
        assert_eq!(next(&steps(), &[Passed, Failed, Waiting, Passed], true), Next::End);
    }

    #[test]
    fn every_step_runs_once() {
        let (steps, ran) = (steps(), Mutex::new(Vec::new()));
        Schedule::new(&steps, false).run(2, |index| {
            ran.lock().unwrap().push(index);
            true
        });
        let mut ran = ran.into_inner().unwrap();
        ran.sort_unstable();
        assert_eq!(ran, [0, 1, 2, 3]);
    }
}
