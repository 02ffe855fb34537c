//! The boundary that no panic crosses: every function of the API runs inside [`entry`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error_record;
use crate::failure::{Failure, OK, Result, number, sealwax_code};
use crate::ffi::Uncancelled;

/// Runs a function of the API. It catches panics, defers `pthread_cancel`, and records an error as
/// the thread's newest one.
pub(crate) fn entry(body: impl FnOnce() -> Result<()>) -> sealwax_code {
    let _uncancelled = Uncancelled::new();
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return OK,
        Ok(Err(failure)) => failure,
        Err(payload) => Failure::Panic(panic_message(payload.as_ref())),
    };
    let code = number(failure.code());
    error_record::set(&failure);
    code
}

/// As [`entry`], for functions that return a value instead of a code. A failure returns `fallback`.
pub(crate) fn answer<T>(fallback: T, body: impl FnOnce() -> Result<T>) -> T {
    let mut answer = fallback;
    entry(|| {
        answer = body()?;
        Ok(())
    });
    answer
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANIC: sealwax_code = 5;

    #[test]
    fn a_panic_becomes_an_error_code() {
        assert_eq!(entry(|| panic!("chunk {} of none", 7)), PANIC);
        let message = "a bug in Sealwax: chunk 7 of none".to_owned();
        assert_eq!(error_record::newest(), (PANIC, message));
        assert_eq!(entry(|| std::panic::panic_any(3)), PANIC);
        assert_eq!(error_record::newest().1, "a bug in Sealwax: no message");
    }

    #[test]
    fn an_answer_has_a_fallback() {
        assert_eq!(answer(1, || Ok(2)), 2);
        assert_eq!(answer(1, || Err(Failure::NullPointer("header"))), 1);
        assert_eq!(error_record::newest().1, "null pointer: header");
        assert_eq!(answer(1, || panic!("no answer")), 1);
        assert_eq!(error_record::newest().0, PANIC);
    }
}
