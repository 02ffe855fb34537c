//! Removes the messages of panics. The code to print them is a fifth of a module, and nobody sees
//! them in a browser. Functions that only panic become traps, and wasm-opt drops what they called.

use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module};

/// Paths of functions that never return, and of modules that have only such functions.
const PANICS: [&str; 15] = [
    "core::panicking::",
    "std::panicking::",
    "core::option::expect_failed",
    "core::option::unwrap_failed",
    "core::result::unwrap_failed",
    "core::cell::panic_",
    "core::slice::index::slice_",
    "core::slice::copy_from_slice_impl::len_mismatch_fail",
    "alloc::vec::Vec<_>::insert_mut::assert_failed",
    "core::str::slice_error_fail",
    "alloc::alloc::handle_alloc_error",
    "alloc::raw_vec::capacity_overflow",
    "alloc::raw_vec::handle_error",
    "alloc::sync::arc_counter_overflow",
    "std::thread::local::panic_access_error",
];

/// Makes every such function a trap; returns their number.
pub fn silence(module: &mut Module) -> usize {
    let found: Vec<FunctionId> = module
        .funcs
        .iter()
        .filter(|function| matches!(function.kind, FunctionKind::Local(_)))
        .filter(|function| function.name.as_deref().is_some_and(only_panics))
        .map(walrus::Function::id)
        .collect();
    for &id in &found {
        let trap = trap(module, id);
        module.funcs.get_mut(id).kind = FunctionKind::Local(trap);
    }
    found.len()
}

/// Whether a symbol belongs to one of them.
fn only_panics(symbol: &str) -> bool {
    let path = format!("{:#}", rustc_demangle::demangle(symbol));
    let path = path.trim_start_matches(['<', '_']);
    PANICS.iter().any(|prefix| path.starts_with(prefix))
}

/// A function of the same type that traps.
fn trap(module: &mut Module, id: FunctionId) -> LocalFunction {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &params, &results);
    builder.func_body().unreachable();
    let arguments = params.iter().map(|&param| module.locals.add(param)).collect();
    builder.local_func(arguments)
}
