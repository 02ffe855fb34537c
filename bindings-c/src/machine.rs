//! What an encryptor and a decryptor have in common: they can be finished once, and are of no use
//! after a panic.

use sealwax::Error;

use crate::failure::Result;

/// A state machine of the core, where it stays: it is not moved, as that would leave keys behind.
pub(crate) struct Machine<T> {
    /// `None` once it was finished.
    inner: Option<T>,
    /// Whether a call has begun and not ended: it panicked, or a callback of it calls again.
    busy: bool,
}

impl<T> Machine<T> {
    pub(crate) const fn new(inner: T) -> Self {
        Machine { inner: Some(inner), busy: false }
    }

    /// Runs a call on it.
    pub(crate) fn with<R>(&mut self, call: impl FnOnce(&mut T) -> Result<R, Error>) -> Result<R> {
        self.view()?;
        let inner = self.inner.as_mut().ok_or(FINISHED)?;
        self.busy = true;
        let result = call(inner);
        self.busy = false;
        Ok(result?)
    }

    pub(crate) fn view(&self) -> Result<&T> {
        if self.busy {
            return Err(Error::InvalidState("a call of it has not ended").into());
        }
        Ok(self.inner.as_ref().ok_or(FINISHED)?)
    }

    /// Ends it.
    pub(crate) fn finish(&mut self, end: impl FnOnce(T) -> Result<(), Error>) -> Result<()> {
        self.view()?;
        Ok(end(self.inner.take().ok_or(FINISHED)?)?)
    }
}

const FINISHED: Error = Error::InvalidState("it was finished already");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{entry, sealwax_code};

    const INVALID_STATE: sealwax_code = 2;

    #[test]
    fn a_machine_that_panicked_is_of_no_use() {
        let mut machine = Machine::new(1);
        let add_one = |number: &mut i32| {
            *number += 1;
            Ok(())
        };
        assert_eq!(entry(|| machine.with(add_one)), 0);
        assert_eq!(entry(|| machine.with::<()>(|two| panic!("at {two}"))), 5);
        assert_eq!(entry(|| machine.with(|_| Ok(()))), INVALID_STATE);
        assert_eq!(entry(|| machine.finish(|_| Ok(()))), INVALID_STATE);
        assert_eq!(
            crate::last_error::snapshot().message,
            "invalid state: a call of it has not ended"
        );
    }

    #[test]
    fn a_machine_is_finished_once() {
        let mut machine = Machine::new(1);
        assert_eq!(entry(|| machine.finish(|_| Err(Error::Truncated))), 61);
        assert_eq!(entry(|| machine.finish(|_| Ok(()))), INVALID_STATE);
        assert_eq!(entry(|| machine.view().map(|_| ())), INVALID_STATE);
    }
}
