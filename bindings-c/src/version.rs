//! Version and features, and calls that need no object.

use std::ffi::{c_char, c_void};

use zeroize::Zeroize;

use crate::failure::sealwax_code;
use crate::panic_boundary::{answer, entry};

/// The features of this build; see `sealwax_has_feature`.
const FEATURES: [&str; 4] = ["files", "threads", "dek-cache", "aws-lc"];

/// Version of the running library, such as "1.2.3"; valid forever. `SEALWAX_VERSION` is the
/// version of the header.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// Whether the library was built with a feature: "files", "threads", "dek-cache", "aws-lc". False
/// for unknown names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_has_feature(name: *const c_char, name_len: usize) -> bool {
    answer(false, || {
        let name = text!(name, name_len);
        Ok(FEATURES.contains(&name))
    })
}

/// Length of an envelope, or of a body when `header_len` is 0, for `plaintext_len` bytes.
///
/// With `SEALWAX_MAX_HEADER_LEN` it is the maximum for any envelope of this plaintext.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_sealed_len(
    header_len: usize,
    plaintext_len: u64,
    out_len: *mut u64,
) -> sealwax_code {
    entry(|| {
        let out = out!(out_len);
        let body_len = sealwax::chunked::sealed_len(plaintext_len)?;
        let too_long = sealwax::Error::LimitExceeded("the message does not fit 64 bits");
        out.set(body_len.checked_add(header_len as u64).ok_or(too_long)?)
    })
}

/// Fills `dek` with a fresh data encryption key from the operating system's random source, for
/// hosts that call their KMS themselves. `dek_len` is `SEALWAX_KEY_LEN`. Wipe it afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_generate_dek(dek: *mut u8, dek_len: usize) -> sealwax_code {
    entry(|| {
        let out = output!(dek, dek_len);
        if out.len() != sealwax::KEY_LEN {
            return Err(sealwax::Error::InvalidArgument("a DEK has 32 bytes").into());
        }
        out.copy_from_slice(sealwax::Dek::generate(&mut sealwax::SysRng)?.expose());
        Ok(())
    })
}

/// Overwrites a secret with zeros. No compiler removes this. Null is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sealwax_wipe(secret: *mut c_void, secret_len: usize) {
    if secret.is_null() {
        return;
    }
    entry(|| {
        output!(secret, secret_len).zeroize();
        Ok(())
    });
}
