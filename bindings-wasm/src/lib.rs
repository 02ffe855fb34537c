//! The core as WebAssembly, for the TypeScript in `ts/`.
//!
//! An engine outside this module seals and opens most chunks: `WebCrypto`, or the module in `aes/`.
//! The core calls the latter itself for small messages and metadata (`sealwax-aes-gcm-portable`,
//! feature `imported`).
//!
//! Every function converts its arguments, makes one call of the core and converts the result.
//! Secrets cross as `Uint8Array`s that are copied directly into memory that is wiped;
//! wasm-bindgen's slice types would leave copies in freed memory. A failure is thrown as `[code,
//! message, detail]`, which the TypeScript converts to a `SealwaxError`.
//!
//! serde-wasm-bindgen converts objects. A panic is a bug: the instance stops at once and without a
//! message, because `xtask/bindgen` removes the standard library's printing, which is a fifth of
//! the size. The TypeScript then throws a `SealwaxError` with code `panic`.
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

/// The result of every fallible export. The error is thrown.
type Result<T> = core::result::Result<T, wasm_bindgen::JsValue>;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
