//! Bindings convert arguments and call the core: no cryptography, no number of the format.

use super::{source, words};
use crate::metadata::Package;
use anyhow::Result;
use std::path::Path;

/// Crates that only the core may name.
const CRYPTOGRAPHY: [&str; 29] = [
    "aead",
    "aes",
    "aes-gcm",
    "aes-gcm-siv",
    "aes-kw",
    "aws-lc-rs",
    "aws-lc-sys",
    "blake2",
    "blake3",
    "chacha20",
    "chacha20poly1305",
    "cipher",
    "crypto-common",
    "digest",
    "ghash",
    "graviola",
    "hkdf",
    "hmac",
    "openssl",
    "pbkdf2",
    "polyval",
    "rand_core",
    "ring",
    "rsa",
    "sealwax-aes-gcm-portable",
    "sha1",
    "sha2",
    "subtle",
    "universal-hash",
];

/// Parts of the format that a binding asks the core for.
const FORMAT: [&str; 11] = [
    "b\"SEALWAX",
    "SEALWAX\\x01",
    "sealwax/v1",
    "c2sp.org/",
    "AEAD_AES_256_GCM",
    "sealwax1.",
    "16384",
    "16_384",
    "16400",
    "16_400",
    "0x4000",
];

/// The endings of what a binding is written in.
const ENDINGS: [&str; 8] = ["rs", "ts", "js", "mjs", "py", "pyi", "hpp", "c"];

/// The folders of a binding that hold what is shipped. Tests and examples may know the format.
const SHIPPED: [&str; 4] = ["src", "ts", "python", "include"];

/// Whether a folder below the root is a binding.
pub fn is_binding(name: &str) -> bool {
    name.starts_with("bindings-")
}

/// Cryptographic crates that a binding's Cargo.toml names, and other bindings.
pub fn dependency_findings(package: &Package, others: &[&str]) -> Vec<String> {
    let is_bad =
        |name: &&String| CRYPTOGRAPHY.contains(&name.as_str()) || others.contains(&name.as_str());
    package
        .dependencies
        .iter()
        .filter(is_bad)
        .map(|name| format!("{} depends on {name}", package.name))
        .collect()
}

/// Cryptographic crates and parts of the format in a binding's sources.
pub fn source_findings(folder: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for part in SHIPPED {
        for path in source::files(&folder.join(part), &ENDINGS)? {
            let text = source::read(&path)?;
            let shown = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            findings.extend(check(&text).into_iter().map(|finding| format!("{shown}{finding}")));
        }
    }
    Ok(findings)
}

fn check(text: &str) -> Vec<String> {
    let code = source::before_tests(text);
    source::code_lines(code)
        .flat_map(|(number, line)| {
            named_in(line).into_iter().map(move |what| format!(":{number}: {what}"))
        })
        .collect()
}

fn named_in(line: &str) -> Vec<String> {
    let crates = CRYPTOGRAPHY
        .iter()
        .filter(|name| names_crate(line, name))
        .map(|name| format!("names the crate {name}"));
    let format = FORMAT
        .iter()
        .filter(|part| holds(line, part))
        .map(|part| format!("holds {part} of the format"));
    crates.chain(format).collect()
}

fn names_crate(line: &str, name: &str) -> bool {
    let path = name.replace('-', "_");
    words::positions(line, &path)
        .any(|at| line[at + path.len()..].starts_with("::") && !line[..at].ends_with("::"))
}

/// Numbers count as whole words, so that 0x40001 is not 0x4000.
fn holds(line: &str, part: &str) -> bool {
    if part.starts_with(|c: char| c.is_ascii_digit()) {
        words::positions(line, part).next().is_some()
    } else {
        line.contains(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_and_constants_are_found_in_code_only() {
        assert_eq!(check("use aes_gcm::Aes256Gcm;\n"), [":1: names the crate aes-gcm"]);
        assert_eq!(check("let len = 16_384;\n"), [":1: holds 16_384 of the format"]);
        assert_eq!(check("const MAGIC = b\"SEALWAX\";\n"), [":1: holds b\"SEALWAX of the format"]);
        assert_eq!(
            check("// chunks hold 16384 bytes\nlet ring = 1;\nlet big = 163840;\n"),
            [""; 0]
        );
    }

    #[test]
    fn a_binding_may_not_depend_on_cryptography_or_another_binding() {
        let package = Package {
            name: "sealwax-c".into(),
            folder: "bindings-c".into(),
            version: "0.1.0".into(),
            features: Vec::new(),
            roots: Vec::new(),
            dependencies: ["sealwax", "zeroize", "sha2", "sealwax-python"]
                .map(String::from)
                .to_vec(),
        };
        let found = dependency_findings(&package, &["sealwax-c", "sealwax-python"]);
        assert_eq!(found, ["sealwax-c depends on sha2", "sealwax-c depends on sealwax-python"]);
    }
}
