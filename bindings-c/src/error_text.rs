//! The names and descriptions of the error codes.

use std::ffi::{CString, c_char};
use std::sync::LazyLock;

use sealwax::ErrorCode;

use crate::error_record::c_string;
use crate::failure::{number, sealwax_code};
use crate::panic_boundary::answer;

struct Text {
    number: sealwax_code,
    name: CString,
    description: CString,
}

static TEXTS: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let text = |code: &ErrorCode| Text {
        number: number(*code),
        name: c_string(code.as_str()),
        description: c_string(code.description()),
    };
    ErrorCode::ALL.iter().map(text).collect()
});

fn text_of(
    code: sealwax_code,
    ok: *const c_char,
    unknown: *const c_char,
    field: impl FnOnce(&Text) -> *const c_char,
) -> *const c_char {
    answer(unknown, || match code {
        0 => Ok(ok),
        _ => Ok(TEXTS.iter().find(|text| text.number == code).map_or(unknown, field)),
    })
}

/// Description of a code, a sentence. Never null, valid forever; it depends on the code alone.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_strerror(code: sealwax_code) -> *const c_char {
    let unknown = c"This code is not known to this version of the library.".as_ptr();
    text_of(code, c"Success.".as_ptr(), unknown, |text| text.description.as_ptr())
}

/// Stable name of a code, such as `truncated`. Never null, valid forever.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_code_name(code: sealwax_code) -> *const c_char {
    text_of(code, c"ok".as_ptr(), c"unknown".as_ptr(), |text| text.name.as_ptr())
}
