//! `sealwax-bindgen MODULE FOLDER`: writes the glue for a module that links wasm-bindgen, and the
//! module that fits the glue, into the folder.
#![forbid(unsafe_code)]

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [module, folder] = arguments.as_slice() else {
        bail!("usage: sealwax-bindgen MODULE FOLDER");
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name("core")
        .web(true)?
        .typescript(true)
        .omit_default_module_path(true)
        .generate(folder)
        .with_context(|| format!("cannot make the glue of {}", module.display()))
}
