//! `sealwax-public-api FILE`: the public items in a file of rustdoc's JSON, one a line.
#![forbid(unsafe_code)]

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let file = std::env::args_os().nth(1).context("usage: sealwax-public-api FILE")?;
    let mut builder = public_api::Builder::from_rustdoc_json(file);
    // The compiler adds these to every type.
    builder = builder.omit_blanket_impls(true).omit_auto_trait_impls(false);
    for item in builder.build()?.items() {
        println!("{item}");
    }
    Ok(())
}
