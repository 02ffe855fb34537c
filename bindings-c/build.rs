//! Gives the shared library its soname.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        // The number is that of the ABI: it changes when a program built before would break.
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libsealwax.so.0");
    }
}
