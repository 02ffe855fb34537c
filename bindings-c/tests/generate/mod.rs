//! Makes `sealwax.h`: cbindgen for types and functions, the core for numbers.

use std::fmt::Write as _;
use std::path::Path;

use sealwax::ErrorCode;

/// The whole header.
pub fn header(folder: &Path) -> String {
    let mut config = cbindgen::Config::from_file(folder.join("cbindgen.toml")).unwrap();
    let parts = [&constants(), ATTRIBUTES, INITIALIZERS, &codes()];
    config.after_includes = Some(format!("\n{}", parts.join("\n")));
    let bindings = cbindgen::Builder::new().with_crate(folder).with_config(config).generate();
    let mut text = Vec::new();
    bindings.unwrap().write(&mut text);
    with_attributes(&String::from_utf8(text).unwrap())
}

/// Calls whose failure changes nothing for the caller, so that a program may ignore the result.
const MAY_BE_IGNORED: [&str; 5] = [
    "sealwax_failure_set",
    "sealwax_failure_set_denied",
    "sealwax_failure_set_request_id",
    "sealwax_failure_attach",
    "sealwax_object_name_set",
];

/// Puts a line with its attributes in front of each function.
fn with_attributes(header: &str) -> String {
    let mut text = String::new();
    for line in header.lines() {
        if let Some(name) = function_name(line) {
            let returns_code = line.starts_with("sealwax_code ");
            let must_use = returns_code && !MAY_BE_IGNORED.contains(&name);
            text += if must_use { "SEALWAX_MUST_USE SEALWAX_API\n" } else { "SEALWAX_API\n" };
        }
        text += line;
        text += "\n";
    }
    text
}

/// The function that a line declares, if it does: declarations start at its beginning.
fn function_name(line: &str) -> Option<&str> {
    let declares = line.starts_with(|first: char| first.is_ascii_alphabetic());
    let (front, _arguments) = line.split_once('(')?;
    let name = front.rsplit([' ', '*']).next()?;
    let is_function = declares && name.starts_with("sealwax_") && !line.starts_with("typedef");
    is_function.then_some(name)
}

/// Attributes of the functions, which a program can define before.
const ATTRIBUTES: &str = r#"/// Marks the functions of the library. A program can define it, or SEALWAX_DLL to use the DLL of
/// Windows.
#ifndef SEALWAX_API
#if defined(_WIN32) && defined(SEALWAX_DLL)
#define SEALWAX_API __declspec(dllimport)
#elif !defined(_WIN32) && defined(__GNUC__)
#define SEALWAX_API __attribute__((visibility("default")))
#else
#define SEALWAX_API
#endif
#endif

/// Makes the compiler warn where a program ignores the result of a call. A program can define it.
#ifndef SEALWAX_MUST_USE
#if defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define SEALWAX_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define SEALWAX_MUST_USE __attribute__((warn_unused_result))
#else
#define SEALWAX_MUST_USE
#endif
#endif
"#;

/// Initializers of the structs with a `struct_size`.
const INITIALIZERS: &str = r"/// `sealwax_wrapped_key key = SEALWAX_WRAPPED_KEY_INIT;`
#define SEALWAX_WRAPPED_KEY_INIT {sizeof(sealwax_wrapped_key), NULL, 0, NULL, 0, NULL, 0}
/// `sealwax_progress progress = SEALWAX_PROGRESS_INIT;`
#define SEALWAX_PROGRESS_INIT {sizeof(sealwax_progress), 0, 0, SEALWAX_NEED_INPUT}
/// `sealwax_cache_stats stats = SEALWAX_CACHE_STATS_INIT;`
#define SEALWAX_CACHE_STATS_INIT {sizeof(sealwax_cache_stats), 0, 0, 0, 0, 0}
/// `sealwax_provider_callbacks callbacks = SEALWAX_PROVIDER_CALLBACKS_INIT;`
#define SEALWAX_PROVIDER_CALLBACKS_INIT \
  {sizeof(sealwax_provider_callbacks), NULL, NULL, NULL, NULL, NULL}
/// `sealwax_read_callbacks callbacks = SEALWAX_READ_CALLBACKS_INIT;`
#define SEALWAX_READ_CALLBACKS_INIT {sizeof(sealwax_read_callbacks), NULL, NULL, NULL}
";

/// That of a public key of X-Wing has 1,646 bytes.
const KEY_TEXT_LEN: usize = 2_048;

/// Macros with values of the core and of Cargo.toml.
fn constants() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap());
    let mut next = || parts.next().unwrap();
    format!(
        "/// Version of this header. `sealwax_version` returns that of the library.\n\
         #define SEALWAX_VERSION \"{version}\"\n\
         #define SEALWAX_VERSION_MAJOR {}\n\
         #define SEALWAX_VERSION_MINOR {}\n\
         #define SEALWAX_VERSION_PATCH {}\n\n\
         /// Length of a DEK and of a local key encryption key, in bytes.\n\
         #define SEALWAX_KEY_LEN {}\n\n\
         /// Length of the largest header, in bytes.\n\
         #define SEALWAX_MAX_HEADER_LEN {}\n\n\
         /// Room for the longest text form of a public or secret key, with its zero byte.\n\
         #define SEALWAX_KEY_TEXT_LEN {KEY_TEXT_LEN}\n",
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
        "/// The result of a call. The numbers never change: 1-19 misuse, 20-39 format, 40-59 key,\n\
         /// 60-79 body, 80-99 host. Later versions may add codes.\n\
         enum sealwax_code\n#ifdef __cplusplus\n  : uint32_t\n#endif // __cplusplus\n {\n  \
         /// Success.\n  SEALWAX_OK = 0,\n",
    );
    for code in ErrorCode::ALL {
        let name = code.as_str().to_ascii_uppercase();
        writeln!(text, "  /// {}", code.description()).unwrap();
        writeln!(text, "  SEALWAX_ERR_{name} = {},", code.as_u16()).unwrap();
    }
    text + "};\n#ifndef __cplusplus\ntypedef uint32_t sealwax_code;\n#endif // __cplusplus\n"
}
