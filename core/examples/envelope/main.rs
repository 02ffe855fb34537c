//! Envelopes on the command line, with the same flags as `core/reference`: the tests there compare
//! the two. Whole messages are held in memory; real programs use the state machines or the files.
//!
//! ```text
//! envelope encrypt|decrypt|rewrap IN OUT --kek HEX --key-id ID [...]
//! envelope inspect IN
//! envelope batch FILE     one command for each line, with tabs between the arguments
//! ```
//!
//! The exit status is the number of the error code; its name is the last line of stderr.

mod args;
mod commands;

use std::process::ExitCode;

use sealwax::Error;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.as_slice() {
        [command, file] if command == "batch" => batch(file),
        _ => commands::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}\n{}", error.code());
            ExitCode::from(u8::try_from(error.code().as_u16()).unwrap_or(u8::MAX))
        }
    }
}

/// Prints a line for each command: code, name, and the index of a chunk that is not authentic.
fn batch(file: &str) -> sealwax::Result<()> {
    for line in std::fs::read_to_string(file)?.lines().filter(|line| !line.is_empty()) {
        let arguments: Vec<String> = line.split('\t').map(String::from).collect();
        match commands::run(&arguments) {
            Ok(()) => println!("0\tok\t"),
            Err(error @ Error::Authentication { chunk }) => {
                println!("{}\t{}\t{chunk}", error.code().as_u16(), error.code());
            }
            Err(error) => println!("{}\t{}\t", error.code().as_u16(), error.code()),
        }
    }
    Ok(())
}
