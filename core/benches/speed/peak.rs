//! Peak memory of an operation, measured in a process that does nothing else.

use std::path::Path;
use std::process::Command;

use sealwax::file::rewrap_file;
use sealwax::{Kek, LocalKek, RewrapMode};

use crate::files::{decrypt, encrypt, folder, write_file};
use crate::scale::Scale;
use crate::table::{Table, Target};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What this program is called with when it is the process that is measured.
pub const FLAG: &str = "--measure-peak";

const MOST: f64 = 64.0;

fn key(byte: u8) -> Result<LocalKek> {
    Ok(LocalKek::new(Kek::from_slice(&[byte; 32])?, format!("bench {byte}"))?)
}

/// Does one operation and prints the peak of its resident memory, in KiB.
pub fn child(arguments: &[String]) -> Result {
    let [operation, src, dst] = arguments else { return Err("three arguments are needed".into()) };
    let (src, dst) = (Path::new(src), Path::new(dst));
    match operation.as_str() {
        "encrypt_file" => encrypt(src, dst, &key(1)?)?,
        "decrypt_file" => decrypt(src, dst, &key(1)?)?,
        "rewrap_file" => {
            rewrap_file(src, &[&key(1)?], &[&key(2)?], RewrapMode::Replace)?;
        }
        _ => return Err("an unknown operation".into()),
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    println!("{}", line.ok_or("no VmHWM")?.trim().trim_end_matches(" kB"));
    Ok(())
}

/// The peak of one operation, in MiB.
fn peak(operation: &str, src: &Path, dst: &Path) -> Result<f64> {
    let mut command = Command::new(std::env::current_exe()?);
    let output = command.arg(FLAG).arg(operation).arg(src).arg(dst).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse::<f64>()? / 1024.0)
}

pub fn rows(scale: &Scale, table: &mut Table) -> Result {
    let folder = folder()?;
    let [plain, sealed, opened] =
        ["plain", "sealed", "opened"].map(|name| folder.path().join(name));
    let small = scale.file_len / 32;
    for len in [small, scale.file_len] {
        write_file(&plain, len)?;
        let peaks = [
            ("encrypt_file", peak("encrypt_file", &plain, &sealed)?),
            ("decrypt_file", peak("decrypt_file", &sealed, &opened)?),
            ("rewrap_file", peak("rewrap_file", &sealed, Path::new(""))?),
        ];
        for (operation, mib) in peaks {
            let what = format!("peak memory of {operation}, {} MiB", len >> 20);
            let target = Target::Words("< 64 MiB", mib < MOST);
            table.add(&what, format!("{mib:.1} MiB"), String::new(), f64::NAN, target);
        }
        [&plain, &sealed, &opened].into_iter().try_for_each(std::fs::remove_file)?;
    }
    Ok(())
}
