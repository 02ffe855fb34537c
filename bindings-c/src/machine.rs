//! The state machine behind an encryptor or a decryptor. It can be finished once, belongs to one
//! process, and refuses every call after a panic.

use std::sync::{Arc, RwLock};

use sealwax::{Error, OwnProcess};

use crate::failure::Result;

/// A state machine of the core. It never moves in memory, because a move would leave keys behind.
///
/// A clone refers to the same machine. Each call holds one, so that its callbacks can free the
/// object.
pub(crate) struct Machine<T> {
    /// `None` after it was finished. No call waits for the lock: if it is held, this is a callback
    /// of the running call, or a second thread. After a panic it stays locked.
    state: Arc<RwLock<Option<T>>>,
    /// The process that made it. After a fork, both would encrypt with the same key and nonces.
    process: OwnProcess,
}

impl<T> Clone for Machine<T> {
    fn clone(&self) -> Self {
        Machine { state: Arc::clone(&self.state), process: self.process }
    }
}

impl<T> Machine<T> {
    pub(crate) fn new(inner: T) -> Self {
        Machine { state: Arc::new(RwLock::new(Some(inner))), process: OwnProcess::new() }
    }

    /// Runs a call that changes it.
    pub(crate) fn with<R>(&self, call: impl FnOnce(&mut T) -> Result<R, Error>) -> Result<R> {
        self.process.check()?;
        let mut state = self.state.try_write().map_err(|_| BUSY)?;
        Ok(call(state.as_mut().ok_or(FINISHED)?)?)
    }

    /// Runs a call that does not change it. Several can run at the same time.
    pub(crate) fn view<R>(&self, call: impl FnOnce(&T) -> Result<R, Error>) -> Result<R> {
        self.process.check()?;
        let state = self.state.try_read().map_err(|_| BUSY)?;
        Ok(call(state.as_ref().ok_or(FINISHED)?)?)
    }

    /// Ends it.
    pub(crate) fn finish(&self, end: impl FnOnce(T) -> Result<(), Error>) -> Result<()> {
        self.process.check()?;
        let mut state = self.state.try_write().map_err(|_| BUSY)?;
        Ok(end(state.take().ok_or(FINISHED)?)?)
    }
}

const BUSY: Error = Error::InvalidState("a call of it has not ended");
const FINISHED: Error = Error::InvalidState("it was finished already");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_record;
    use crate::failure::sealwax_code;
    use crate::panic_boundary::entry;

    const INVALID_STATE: sealwax_code = 2;

    #[test]
    fn a_machine_that_panicked_is_of_no_use() {
        let machine = Machine::new(1);
        let add_one = |number: &mut i32| {
            *number += 1;
            Ok(())
        };
        assert_eq!(entry(|| machine.with(add_one)), 0);
        assert_eq!(entry(|| machine.with::<()>(|two| panic!("at {two}"))), 5);
        assert_eq!(entry(|| machine.with(|_| Ok(()))), INVALID_STATE);
        assert_eq!(entry(|| machine.view(|_| Ok(()))), INVALID_STATE);
        assert_eq!(entry(|| machine.finish(|_| Ok(()))), INVALID_STATE);
        assert_eq!(error_record::newest().1, "invalid state: a call of it has not ended");
    }

    #[test]
    fn a_machine_is_finished_once() {
        let machine = Machine::new(1);
        assert_eq!(entry(|| machine.finish(|_| Err(Error::Truncated))), 61);
        assert_eq!(entry(|| machine.finish(|_| Ok(()))), INVALID_STATE);
        assert_eq!(entry(|| machine.view(|_| Ok(()))), INVALID_STATE);
    }

    #[test]
    fn a_call_in_a_call_is_refused_and_views_run_beside_each_other() {
        let machine = Machine::new(1);
        let inner = |_: &mut i32| {
            assert_eq!(entry(|| machine.with(|_| Ok(()))), INVALID_STATE);
            assert_eq!(entry(|| machine.view(|_| Ok(()))), INVALID_STATE);
            Ok(())
        };
        assert_eq!(entry(|| machine.with(inner)), 0);
        let view = |_: &i32| {
            assert_eq!(entry(|| machine.view(|_| Ok(()))), 0);
            Ok(())
        };
        assert_eq!(entry(|| machine.view(view)), 0);
    }
}
