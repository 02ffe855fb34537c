//! Words that are allowed in certain places only. `git grep` finds them: it is fast, and it knows
//! which files belong to the project.

use crate::env::Env;
use anyhow::{Result, bail};
use xshell::cmd;

/// A pattern that must not occur in some places.
pub struct Rule {
    /// What is wrong with a line that matches.
    pub what: &'static str,
    /// A Perl regular expression.
    pub pattern: &'static str,
    /// Git's patterns for the files.
    pub places: &'static [&'static str],
}

/// A line that is a comment, whatever the language.
const COMMENT: &str = r"^\s*(//|/\*|\* |# )";

/// Bindings convert arguments and call the core. Their tests and examples may know the format.
pub const BINDINGS: &[Rule] = &[
    Rule {
        what: "a binding depends on cryptography or on another binding",
        pattern: concat!(
            r#"^(\[.*dependencies\.)?(.* package = )?"?(aead|aes|aes-gcm(-siv)?|aes-kw|aws-lc-(rs|sys)|"#,
            "blake2|blake3|chacha20(poly1305)?|cipher|crypto-common|digest|ghash|graviola|hkdf|hmac|",
            "openssl|pbkdf2|polyval|rand_core|ring|rsa|sealwax-aes-gcm-portable|sha1|sha2|subtle|",
            r#"universal-hash|sealwax-(c|python|wasm))["\].\s=]"#,
        ),
        places: &[":(glob)bindings-*/Cargo.toml"],
    },
    Rule {
        what: "a binding holds a part of the format",
        pattern: concat!(
            r#"b"SEALWAX|SEALWAX\\x01|sealwax/v1|c2sp\.org/|AEAD_AES_256_GCM|sealwax1\."#,
            r"|\b(16_?384|16_?400|0x4000)\b",
        ),
        places: &[
            ":(glob)bindings-*/src/**",
            ":(glob)bindings-*/ts/**",
            ":(glob)bindings-*/python/**",
            ":(glob)bindings-*/include/**",
        ],
    },
];

/// Only the module `ffi` may have unsafe code, which makes slices of C's pointers. Functions that C
/// calls are declared outside it, with unsafe signatures and symbols. xtask contains the word and
/// therefore forbids such code by lint.
pub const UNSAFE: &[Rule] = &[
    Rule {
        what: "unsafe code",
        pattern: r"\bunsafe\b",
        places: &["*.rs", ":!xtask/src", ":!bindings-c/src"],
    },
    Rule {
        what: "unsafe code outside of the module ffi",
        pattern: r#"\bunsafe\b(?!\(no_mangle\)| extern "C(-unwind)?" fn)"#,
        places: &["bindings-c/src", ":!bindings-c/src/ffi", ":!bindings-c/src/ffi.rs"],
    },
];

/// Fails with every line that breaks a rule.
pub fn check(env: &Env, rules: &[Rule]) -> Result<()> {
    for Rule { what, pattern, places: files } in rules {
        let files = *files;
        let sh = env.shell()?;
        let lines = ["--untracked", "--line-number", "--perl-regexp", "-e", pattern];
        let code = ["--and", "--not", "-e", COMMENT, "--"];
        let grep = cmd!(sh, "git grep {lines...} {code...} {files...}");
        let output = grep.quiet().ignore_status().output()?;
        // The code is 1 if nothing was found, and 128 if the pattern is invalid.
        if output.status.code() != Some(1) {
            let said = [output.stdout, output.stderr].concat();
            bail!("{what}:\n{}", String::from_utf8_lossy(&said).trim_end());
        }
    }
    Ok(())
}
