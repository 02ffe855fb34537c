//! The core as WebAssembly, for the TypeScript in `ts/` to build on.
//!
//! Engines outside seal and open most chunks: `WebCrypto`, or the module in `aes/`. The core itself
//! calls that module for small messages and metadata (`sealwax-aes-gcm-portable`, feature
//! `imported`).
//!
//! Every function converts its arguments, makes one call of the core and converts the result.
//! Secrets cross as `Uint8Array`s that are copied straight into memory that is wiped;
//! wasm-bindgen's slice types would leave copies in freed memory. A failure is thrown as `[code,
//! message, detail]`, from which the TypeScript makes a `SealwaxError`.
//!
//! Objects cross by serde-wasm-bindgen. A panic is a bug: the instance stops at once, without a
//! message, because `xtask/bindgen` removes the standard library's printing, a fifth of the size.
//! The TypeScript then throws a `SealwaxError` with code `panic`.
#![allow(clippy::missing_errors_doc)] // each names the core's call, which documents them
#![allow(clippy::needless_pass_by_value)] // wasm-bindgen hands values over

pub mod chunk_layout;
pub mod context;
pub mod decrypt;
pub mod encrypt;
mod error;
pub mod header;
mod js_array;
mod js_bytes;
mod js_number;
pub mod local_kek;
pub mod message_cipher;
mod safe_integer;
pub mod text_prefix;

/// What every fallible export returns; the error is thrown.
type Result<T> = core::result::Result<T, wasm_bindgen::JsValue>;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
