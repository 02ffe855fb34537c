//! Files, adapters and readers: everything that needs an operating system.
#![cfg(all(feature = "std", unix))]

mod adapters;
mod common;
mod journal;
mod limits;
mod parallel;
mod readers;
mod rewrap;
mod targets;
mod whole;
