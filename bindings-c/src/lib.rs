//! Sealwax for C and C++.
//!
//! Every function here is part of `include/sealwax.h`, which cbindgen makes of these sources, so
//! the documentation is written for readers of that header. A function converts its arguments,
//! calls the core, and converts the result or the error.
//!
//! # Safety
//! Every function asks the same of its caller. The top of the header says it once: a pointer is
//! null or points to what the function documents, for as long as it documents; an object came from
//! this library and was not freed; no other thread uses an object that a call may change. Null,
//! impossible lengths, overlapping buffers and text that is not UTF-8 are checked. All `unsafe`
//! blocks are in `ffi`.

#![allow(non_camel_case_types)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

#[macro_use]
mod ffi;

// From the lowest layer to the highest, which is also the order of the functions in the header.
mod failure;
mod host_cause;

mod error_record;
mod panic_boundary;

mod error_text;
mod last_error;
mod output;

mod machine;
mod version;

mod bytes;
mod context;
mod options;

mod callback_buffer;
mod host_failure;

mod host_provider;
mod provider;

mod key_pair;

mod key_event;

mod cache;

mod wrapped_key;

mod header;
mod rewrap;

mod oneshot;

mod progress;

mod encryptor;

mod decryptor;

mod decrypt_handle;
mod encrypt_handle;

mod file_batch;
mod file_options;

mod file;

mod host_object;
mod reader;

mod range;
mod text;
