//! `encrypt_file` and `decrypt_file` against `cp` of the same file.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use sealwax::file::{FileOptions, decrypt_file, encrypt_file};
use sealwax::{DecryptOptions, EncryptOptions};

use super::kek;
use super::measure::{Cost, Row, median, run};

const ROUNDS: usize = 5;

/// The measured process: one operation, then its peak memory in KiB on standard output.
pub(crate) fn child(arguments: &[String]) {
    let [operation, src, dst, threads] = arguments else { panic!("{arguments:?}") };
    let file = FileOptions::new().threads(threads.parse().unwrap());
    match operation.as_str() {
        "encrypt" => encrypt_file(src, dst, &[&kek()], &EncryptOptions::new(), &file),
        _ => decrypt_file(src, dst, &[&kek()], &DecryptOptions::new(), &file),
    }
    .unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    println!("{}", peak.trim().trim_end_matches(" kB"));
}

fn own(operation: &str, src: &Path, dst: &Path, threads: usize) -> (Cost, u32) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child", operation]).args([src, dst]).arg(threads.to_string());
    let (cost, output) = run(&mut command, dst);
    (cost, output.trim().parse().unwrap())
}

/// A file whose every page is there.
fn write_input(path: &Path, len: u64) {
    use std::io::Write;
    let mut file = File::create(path).unwrap();
    let block: Vec<u8> =
        (0..1 << 20).map(|i: u32| i.to_le_bytes()[1] ^ i.to_le_bytes()[0]).collect();
    for _ in 0..len >> 20 {
        file.write_all(&block).unwrap();
    }
}

pub(crate) fn rows(folder: &Path, len: u64, print: impl Fn(&Row)) {
    let (plain, sealed, out) =
        (folder.join("plain"), folder.join("plain.sealwax"), folder.join("out"));
    write_input(&plain, len);
    own("encrypt", &plain, &sealed, 0);
    for (operation, src) in [("encrypt", &plain), ("decrypt", &sealed)] {
        for threads in [0, 1] {
            compare(operation, src, &out, threads, len, &print);
        }
    }
    for path in [plain, sealed, out] {
        std::fs::remove_file(path).unwrap();
    }
}

fn compare(
    operation: &str,
    src: &Path,
    out: &Path,
    threads: usize,
    len: u64,
    print: &impl Fn(&Row),
) {
    let (mut ours, mut copies, mut peak) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        copies.push(run(Command::new("cp").args([src, out]), out).0);
        let (cost, memory) = own(operation, src, out, threads);
        ours.push(cost);
        peak = peak.max(memory);
    }
    let cores = if threads == 0 { "all cores".to_owned() } else { format!("{threads} thread") };
    let name = format!("{operation}_file {} MiB, {cores}", len >> 20);
    let wall = |costs: &[Cost]| median(costs.iter().map(|cost| cost.wall).collect());
    let cpu = |costs: &[Cost]| median(costs.iter().map(|cost| cost.cpu).collect());
    print(&row(format!("{name}: wall"), wall(&ours), wall(&copies), "cp"));
    print(&row(format!("{name}: CPU"), cpu(&ours), cpu(&copies), "cp"));
    print(&Row {
        name: format!("{name}: peak memory"),
        figure: format!("{:.1} MiB", f64::from(peak) / 1_024.0),
        limit: "64 MiB".to_owned(),
        ratio: f64::from(peak) / 65_536.0,
    });
}

fn row(name: String, figure: Duration, limit: Duration, what: &str) -> Row {
    Row {
        name,
        figure: format!("{:.0} ms", figure.as_secs_f64() * 1e3),
        limit: format!("{:.0} ms ({what})", limit.as_secs_f64() * 1e3),
        ratio: figure.as_secs_f64() / limit.as_secs_f64(),
    }
}

/// Encrypts a file of this length that has no pages.
pub(crate) fn encrypt_sparse(folder: &Path, len: u64, sealed: &Path) {
    let sparse = folder.join("sparse");
    File::create(&sparse).unwrap().set_len(len).unwrap();
    own("encrypt", &sparse, sealed, 0);
    std::fs::remove_file(sparse).unwrap();
}
