//! The async API: the same envelopes and errors as the blocking one under any schedule, and no data
//! lost when a future is dropped.
#![allow(missing_docs, unreachable_pub, clippy::missing_panics_doc)]
// a test exports nothing

#[path = "../common/mod.rs"]
mod common;

mod adapters;
mod key_events;
mod providers;
mod slow;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use sealwax::{Kek, LocalKek};

/// The simplest executor: it asks again and again, but not for ever.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..10_000_000 {
        if let Poll::Ready(done) = once(future.as_mut()) {
            return done;
        }
    }
    panic!("it waits for something that never comes");
}

/// One poll.
pub fn once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

pub fn kek(id: &str) -> LocalKek {
    LocalKek::new(Kek::from_slice(&[7; 32]).unwrap(), id).unwrap()
}

pub fn bytes(len: usize) -> Vec<u8> {
    (0..=250).cycle().take(len).collect()
}
