//! `sealwax-bindgen MODULE FOLDER`: writes the glue for a module that links wasm-bindgen, and the
//! module that fits the glue, into the folder.
#![forbid(unsafe_code)]

mod panics;

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use walrus::ModuleConfig;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [path, folder] = arguments.as_slice() else {
        bail!("usage: sealwax-bindgen MODULE FOLDER");
    };
    // The generator, too, assumes that LLVM's output is well-formed.
    let mut module = ModuleConfig::new().strict_validate(false).parse_file(path)?;
    let silenced = panics::silence(&mut module);
    println!("{silenced} functions that panic trap at once");
    Bindgen::new()
        .input_module("core", module)
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .generate(folder)
        .with_context(|| format!("cannot make the glue of {}", path.display()))
}
