//! Asking providers that wait for a network at the same time.

use std::panic::resume_unwind;
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

use super::wrap_outcome::{Outcome, outcome_of};
use super::{Caller, CallerHandle, ConcurrentWrap, KeyProvider, WrappedKey};
use crate::crypto::secret_key::Dek;
use crate::error::ProviderError;
use crate::format::context::ContextRef;

type Wrapped = Result<WrappedKey, ProviderError>;

/// Wraps `dek` with all providers, concurrently where they support it, and returns the outcomes in
/// their order.
///
/// `None` if fewer than two support it: a thread costs more than a local provider takes.
pub(super) fn wrap_concurrently(
    dek: &Dek,
    providers: &[&dyn KeyProvider],
    context: ContextRef<'_>,
) -> Option<Vec<Outcome>> {
    let prepared = prepare(dek, providers, context)?;
    let caller = Caller::new();
    let handle = caller.handle();
    Some(thread::scope(|scope| {
        let started = prepared.into_iter().map(|wrap| start(scope, wrap?, context, &handle));
        let started: Vec<_> = started.collect();
        // The wraps of this thread come before any join.
        let here = |(started, provider): (Option<_>, &&dyn KeyProvider)| match started {
            Some(thread) => Work::There(thread),
            None => Work::Here(handle.run(|| provider.wrap(dek, &mut context.into()))),
        };
        let work: Vec<Work<'_>> = started.into_iter().zip(providers).map(here).collect();
        work.into_iter().zip(providers).map(|(work, p)| outcome_of(*p, work.finish())).collect()
    }))
}

/// The wraps for other threads, by provider; the calling thread runs the rest.
fn prepare<'a>(
    dek: &'a Dek,
    providers: &[&'a dyn KeyProvider],
    context: ContextRef<'a>,
) -> Option<Vec<Option<ConcurrentWrap<'a>>>> {
    if providers.len() < 2 {
        return None;
    }
    let mut prepared: Vec<_> =
        providers.iter().copied().map(|it| it.concurrent_wrap(dek, context)).collect();
    if prepared.iter().flatten().count() < 2 {
        return None;
    }
    // The calling thread runs one itself.
    prepared.iter_mut().rev().find(|wrap| wrap.is_some()).map(Option::take);
    Some(prepared)
}

/// A wrap that is finished, or that a thread is running.
enum Work<'scope> {
    Here(Wrapped),
    There(ScopedJoinHandle<'scope, Wrapped>),
}

impl Work<'_> {
    fn finish(self) -> Wrapped {
        match self {
            Work::Here(wrapped) => wrapped,
            Work::There(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        }
    }
}

/// `None` if the system cannot start another thread.
fn start<'scope>(
    scope: &'scope Scope<'scope, '_>,
    wrap: ConcurrentWrap<'scope>,
    context: ContextRef<'scope>,
    handle: &CallerHandle,
) -> Option<ScopedJoinHandle<'scope, Wrapped>> {
    let handle = handle.clone();
    Builder::new()
        .name("sealwax-wrap".into())
        .spawn_scoped(scope, move || handle.run(|| wrap(&mut context.into())))
        .ok()
}
