//! The core as WebAssembly, for the TypeScript in `ts/` to build on.
//!
//! Chunks are sealed and opened elsewhere: by `WebCrypto`, or by the module in `aes/`, which the core calls
//! here, too, for small messages and metadata (`sealwax-aes-gcm-portable`, feature `imported`).
//!
//! Every function converts its arguments, makes one call of the core and converts the result.
//! Secrets cross as `Uint8Array`s that are copied straight into memory which is wiped: arguments
//! of wasm-bindgen's own slice types would leave copies behind in freed memory. A failure is
//! thrown as `[code, message, detail]`, which the TypeScript makes a `SealwaxError` of.
//!
//! Objects cross by serde-wasm-bindgen. A panic is a bug: the instance stops at once, without a
//! message (`xtask/bindgen` takes the standard library's printing out, a fifth of the size), and
//! the TypeScript throws a `SealwaxError` with code `panic`.
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
