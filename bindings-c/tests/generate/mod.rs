//! Makes `sealwax.h`: cbindgen for types and functions, the core for numbers.

use std::fmt::Write as _;
use std::path::Path;

use sealwax::ErrorCode;

/// The whole header.
pub fn header(folder: &Path) -> String {
    let mut config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    config.after_includes = Some(format!("\n{}\n{}", constants(), codes()));
    let bindings = cbindgen::Builder::new().with_crate(folder).with_config(config).generate();
    let mut text = Vec::new();
    bindings.unwrap().write(&mut text);
    String::from_utf8(text).unwrap()
}

/// Macros whose values the core and Cargo.toml know.
fn constants() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap());
    let mut next = || parts.next().unwrap();
    format!(
        "/** Version of this header; `sealwax_version` says that of the library. */\n\
         #define SEALWAX_VERSION \"{version}\"\n\
         #define SEALWAX_VERSION_MAJOR {}\n\
         #define SEALWAX_VERSION_MINOR {}\n\
         #define SEALWAX_VERSION_PATCH {}\n\n\
         /** Length of a DEK and of a local key encryption key, in bytes. */\n\
         #define SEALWAX_KEY_LEN {}\n\n\
         /** Length of the largest header, in bytes. */\n\
         #define SEALWAX_MAX_HEADER_LEN {}\n",
        next(),
        next(),
        next(),
        sealwax::KEY_LEN,
        sealwax::limits::MAX_HEADER_LEN,
    )
}

/// The enum of codes, as cbindgen would write it.
fn codes() -> String {
    let mut text = String::from(
        "/**\n * What a call returns. The numbers never change: 1-19 misuse, 20-39 format, 40-59 key,\n \
         * 60-79 body, 80-99 host. Later versions may add codes.\n */\n\
         enum sealwax_code\n#ifdef __cplusplus\n  : uint32_t\n#endif // __cplusplus\n {\n  \
         /**\n   * Success.\n   */\n  SEALWAX_OK = 0,\n",
    );
    for code in ErrorCode::ALL {
        let name = code.as_str().to_ascii_uppercase();
        writeln!(text, "  /**\n   * {}\n   */", code.description()).unwrap();
        writeln!(text, "  SEALWAX_ERR_{name} = {},", code.as_u16()).unwrap();
    }
    text + "};\n#ifndef __cplusplus\ntypedef uint32_t sealwax_code;\n#endif // __cplusplus\n"
}
