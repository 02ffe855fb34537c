//! A tour with a real file: encrypts it under a local key, shows the header, rotates the key,
//! decrypts, and checks that the bytes are the same.
//!
//! ```sh
//! cargo run --release --example demo -- FILE
//! ```
//! All output is written beside `FILE` and stays there.

use std::error::Error;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};
use sealwax::file::{FileOptions, decrypt_file, encrypt_file, inspect_file, rewrap_file};
use sealwax::{
    DecryptOptions, EncryptOptions, EncryptionContext, Header, Kek, KeyProvider, LocalKek,
    RewrapMode, SysRng,
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let plain = PathBuf::from(std::env::args_os().nth(1).ok_or("usage: demo FILE")?);
    let (sealed, opened) = (plain.with_extension("sealwax"), plain.with_extension("opened"));
    let this_year = LocalKek::new(Kek::generate(&mut SysRng)?, "demo-2026")?;
    let next_year = LocalKek::new(Kek::generate(&mut SysRng)?, "demo-2027")?;
    let context = EncryptionContext::from_pairs([("purpose", "demo"), ("tenant", "blue")])?;

    let options = EncryptOptions::new().context(context.clone()).metadata(b"the file's real name");
    timed("encrypted", &plain, |file| {
        encrypt_file(&plain, &sealed, &[&this_year], &options, file)
    })?;
    show_header(&sealed)?;
    rotate(&sealed, &this_year, &next_year)?;

    let options = DecryptOptions::new().required_context(context);
    timed("decrypted", &plain, |file| {
        decrypt_file(&sealed, &opened, &[&next_year], &options, file)
    })?;
    compare(&plain, &opened)?;
    tamper(&sealed, &opened, &next_year)
}

/// Runs a file operation with a progress bar and prints its speed.
fn timed(
    what: &str,
    plain: &Path,
    operation: impl FnOnce(&FileOptions<'_>) -> sealwax::Result<u64>,
) -> Result<()> {
    let len = plain.metadata()?.len();
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec}")?;
    let bar = ProgressBar::new(len).with_style(style);
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
        ControlFlow::Continue(())
    };
    let start = Instant::now();
    let written = operation(&FileOptions::new().progress(&progress))?;
    let took = start.elapsed();
    bar.finish_and_clear();
    let rate = u128::from(len) / took.as_micros().max(1);
    println!("{what}: {written} bytes written in {took:.2?} ({rate} MB/s, synced to disk)");
    Ok(())
}

/// Shows what an envelope reveals without a key.
fn show_header(sealed: &Path) -> Result<()> {
    let bytes = inspect_file(sealed)?;
    let header = Header::parse(&bytes)?;
    println!("\nheader of {}", sealed.display());
    println!("  length       {} bytes, {} of them free", header.header_len(), header.padding_len());
    println!("  suite        0x{:04x}: AES-256-GCM in chunks, committing", header.suite());
    for (key, value) in header.context().iter() {
        println!("  context      {key} = {value}");
    }
    println!("  metadata     {} bytes, encrypted", header.sealed_metadata().len());
    for key in header.wrapped_keys() {
        let len = key.wrapped_dek.len();
        println!("  wrapped key  {len} bytes by {}, key {}", key.provider_id, key.key_id);
    }
    println!();
    Ok(())
}

/// Rotates the file from one key to the next; the body does not change.
fn rotate(sealed: &Path, old: &dyn KeyProvider, new: &dyn KeyProvider) -> Result<()> {
    let start = Instant::now();
    let outcome = rewrap_file(sealed, &[old], &[new], RewrapMode::Replace)?;
    let took = start.elapsed();
    println!("rotated to the next key in {took:.1?}: {outcome:?}, no byte of the body touched");
    Ok(())
}

fn compare(plain: &Path, opened: &Path) -> Result<()> {
    let (mut left, mut right) = (File::open(plain)?, File::open(opened)?);
    let (mut a, mut b) = (vec![0; 1 << 20], vec![0; 1 << 20]);
    let mut total = 0;
    loop {
        let len = left.read(&mut a)?;
        if len == 0 {
            break;
        }
        right.read_exact(&mut b[..len])?;
        if a[..len] != b[..len] {
            return Err(format!("the files differ after {total} bytes").into());
        }
        total += len;
    }
    if right.read(&mut b)? != 0 {
        return Err("the decrypted file is longer".into());
    }
    println!("compared: all {total} bytes are the same");
    Ok(())
}

/// Flips one bit in the middle and shows that decryption fails.
fn tamper(sealed: &Path, opened: &Path, key: &dyn KeyProvider) -> Result<()> {
    let mut file = File::options().read(true).write(true).open(sealed)?;
    let middle = file.metadata()?.len() / 2;
    let mut byte = [0];
    file.seek(SeekFrom::Start(middle))?;
    file.read_exact(&mut byte)?;
    file.seek(SeekFrom::Start(middle))?;
    file.write_all(&[byte[0] ^ 1])?;
    std::fs::remove_file(opened)?;
    match decrypt_file(sealed, opened, &[key], &DecryptOptions::new(), &FileOptions::new()) {
        Ok(_) => Err("a modified file was accepted".into()),
        Err(_) if opened.exists() => Err("a file was left behind".into()),
        Err(error) => {
            println!("one bit flipped at byte {middle}: {error}; nothing was written");
            Ok(())
        }
    }
}
