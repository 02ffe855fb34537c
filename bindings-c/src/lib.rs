//! Sealwax for C and C++.
//!
//! Every function here is part of `include/sealwax.h`, which cbindgen makes of these sources: the
//! documentation is written for readers of that header. A function converts its arguments, makes
//! a call of the core, and converts the result or the error.
//!
//! # Safety
//! What a caller owes is the same for every function, and is stated once, at the top of the
//! header: a pointer is null or points to what the function documents, for as long as it
//! documents; an object came from this library and was not freed; nobody else uses an object
//! that a call may change. Null, lengths that no buffer has, overlapping buffers and text that
//! is not UTF-8 are checked. All `unsafe` blocks are in `ffi`.

#![allow(non_camel_case_types)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

#[macro_use]
mod ffi;

// In the order of the header.
mod failure;
mod last_error;
mod machine;

mod version;

mod context;
mod options;

mod provider;

mod host_provider;

mod cache;

mod key_event;
mod watched;

mod oneshot;

mod encryptor;

mod decryptor;

mod encrypt_handle;

mod decrypt_handle;

mod parallel;

mod file_options;

mod file;

mod reader;

mod header;
mod range;
mod rewrap;
mod text;
