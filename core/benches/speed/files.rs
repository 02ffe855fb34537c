//! Files in memory (tmpfs): whole, at random offsets, rewrapped.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sealwax::file::{FileOptions, decrypt_file, encrypt_file, open_file, rewrap_file};
use sealwax::{DecryptOptions, EncryptOptions, Kek, LocalKek, RewrapMode, SysRng};

use crate::limit::{Bare, CHUNK, SEALED};
use crate::memory::filler;
use crate::sampler::{compare, median, summary};
use crate::scale::Scale;
use crate::table::{Table, Target};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A folder in memory where there is one.
pub fn folder() -> Result<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_path_buf() } else { std::env::temp_dir() };
    Ok(tempfile::tempdir_in(parent)?)
}

pub fn rows(scale: &Scale, table: &mut Table) -> Result {
    let folder = folder()?;
    let key = LocalKek::new(Kek::generate(&mut SysRng)?, "bench")?;
    whole(scale, table, folder.path(), &key)?;
    let large = folder.path().join("large.sealwax");
    sparse(&folder.path().join("zeros"), scale.large_len)?;
    encrypt(&folder.path().join("zeros"), &large, &key)?;
    random_reads(scale, table, &large, &key)?;
    rewrap(scale, table, &large, key)
}

/// Writes a file of `len` bytes that are not zero.
pub fn write_file(path: &Path, len: u64) -> Result {
    let block = filler(1 << 20);
    let mut file = File::create(path)?;
    let mut left = len;
    while left > 0 {
        let part = usize::try_from(left.min(block.len() as u64))?;
        file.write_all(&block[..part])?;
        left -= part as u64;
    }
    Ok(())
}

fn sparse(path: &Path, len: u64) -> Result {
    Ok(File::create(path)?.set_len(len)?)
}

pub fn encrypt(src: &Path, dst: &Path, key: &LocalKek) -> Result {
    encrypt_file(src, dst, &[key], &EncryptOptions::new(), &FileOptions::new())?;
    Ok(())
}

pub fn decrypt(src: &Path, dst: &Path, key: &LocalKek) -> Result {
    decrypt_file(src, dst, &[key], &DecryptOptions::new(), &FileOptions::new())?;
    Ok(())
}

fn copy(src: &Path, dst: &Path) -> Result {
    let status = Command::new("cp").arg(src).arg(dst).status()?;
    if status.success() { Ok(()) } else { Err("cp failed".into()) }
}

fn whole(scale: &Scale, table: &mut Table, folder: &Path, key: &LocalKek) -> Result {
    let [plain, sealed, target] = ["plain", "sealed", "target"].map(|name| folder.join(name));
    write_file(&plain, scale.file_len)?;
    encrypt(&plain, &sealed, key)?;
    let [mut sealing, mut opening] = [Vec::new(), Vec::new()];
    for _ in 0..scale.file_rounds {
        let limit = spent(&target, || copy(&plain, &target))?;
        sealing.push((spent(&target, || encrypt(&plain, &target, key))?, limit));
        let limit = spent(&target, || copy(&sealed, &target))?;
        opening.push((spent(&target, || decrypt(&sealed, &target, key))?, limit));
    }
    for (verb, rounds) in [("encrypt_file", sealing), ("decrypt_file", opening)] {
        let what = format!("{verb} {} MiB on tmpfs, all cores", scale.file_len >> 20);
        add_whole(table, &what, scale.file_len, &rounds);
    }
    [plain, sealed].iter().try_for_each(fs::remove_file)?;
    Ok(())
}

/// Wall-clock and processor time, in seconds.
#[derive(Clone, Copy)]
struct Spent {
    wall: f64,
    cpu: f64,
}

/// What `work` spends to make `target`, which is removed again.
fn spent(target: &PathBuf, work: impl FnOnce() -> Result) -> Result<Spent> {
    let (start, before) = (Instant::now(), cpu_seconds()?);
    work()?;
    let spent = Spent { wall: start.elapsed().as_secs_f64(), cpu: cpu_seconds()? - before };
    fs::remove_file(target)?;
    Ok(spent)
}

/// Processor time of this process and of the children that have ended, in seconds.
fn cpu_seconds() -> Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold anything: user and system time of both, in 1/100 s.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields.skip(11).take(4).map(str::parse::<f64>).sum::<std::result::Result<f64, _>>();
    Ok(ticks? / 100.0)
}

/// The ratios are time to time here, as the targets are.
fn add_whole(table: &mut Table, what: &str, bytes: u64, rounds: &[(Spent, Spent)]) {
    let walls: Vec<_> = rounds.iter().map(|(own, limit)| (own.wall, limit.wall)).collect();
    let found = summary(&walls);
    let speed =
        |seconds: f64| format!("{:.2} s, {:.2} GB/s", seconds, bytes as f64 / seconds / 1e9);
    let limit = format!("{}, `cp`", speed(found.limit));
    table.add(what, speed(found.figure), limit, 1.0 / found.ratio, Target::AtMost(1.0));
    let ratio = median(rounds.iter().map(|(own, limit)| own.cpu / limit.cpu).collect());
    let cpu = |pick: fn(&(Spent, Spent)) -> f64| {
        format!("{:.2} s of CPU", median(rounds.iter().map(pick).collect()))
    };
    let limit = format!("{}, `cp`", cpu(|round| round.1.cpu));
    table.add("the same, CPU", cpu(|round| round.0.cpu), limit, ratio, Target::AtMost(1.3));
}

fn random_reads(scale: &Scale, table: &mut Table, path: &Path, key: &LocalKek) -> Result {
    let reader = open_file(path, &[key], &DecryptOptions::new())?;
    let file = File::open(path)?;
    let bare = Bare::new(&[9; 32]);
    let (mut sealed, mut out, mut buffer) = (vec![0; SEALED], vec![0; CHUNK], vec![0; 4_096]);
    bare.seal(0, &out, &mut sealed);
    let valid = sealed.clone();
    let mut offsets = Offsets(1);
    let mut bare_offsets = Offsets(2);
    let found = compare(
        scale.many,
        || {
            // Within one chunk, as the limit is.
            let chunk = offsets.below(scale.large_len / CHUNK as u64) * CHUNK as u64;
            let offset = chunk + offsets.below((CHUNK - buffer.len()) as u64);
            let read = reader.read_at(&mut buffer, offset).expect("reads");
            assert_eq!(read, buffer.len());
        },
        || {
            let offset = bare_offsets.below(scale.large_len / CHUNK as u64) * SEALED as u64;
            file.read_exact_at(&mut sealed, offset).expect("reads");
            bare.open(0, &valid, &mut out);
        },
    );
    let time = |seconds: f64| format!("{:.2} µs", seconds * 1e6);
    let what = format!("4 KiB at a random offset of {} MiB, warm", scale.large_len >> 20);
    let limit = format!("{}, pread of a chunk, bare open", time(found.limit));
    table.add(&what, time(found.figure), limit, 1.0 / found.ratio, Target::AtMost(1.5));
    Ok(())
}

/// A cheap sequence of offsets, the same in every run.
struct Offsets(u64);

impl Offsets {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 20) % end
    }
}

fn rewrap(scale: &Scale, table: &mut Table, path: &Path, first: LocalKek) -> Result {
    let mut old = first;
    let mut times = Vec::new();
    for round in 0..scale.many.count {
        let new = LocalKek::new(Kek::generate(&mut SysRng)?, format!("bench {}", round % 10))?;
        let start = Instant::now();
        rewrap_file(path, &[&old], &[&new], RewrapMode::Replace)?;
        times.push(start.elapsed().as_secs_f64());
        old = new;
    }
    let time = median(times);
    let what = format!("rewrap a file of {} MiB in place", scale.large_len >> 20);
    let target = Target::Words("< 2 ms", time < 2e-3);
    table.add(&what, format!("{:.3} ms", time * 1e3), String::new(), f64::NAN, target);
    Ok(())
}
