//! Times of the core for 256 MiB in memory, as plain numbers for other programs.
//!
//! `cargo run --release --example rate` prints the best of five rounds. With `--turns` it performs
//! one operation for each line that it reads, `seal`, `open`, `seal_all` or `open_all` (on every
//! core), and prints the seconds, so that another program can alternate its measurements with it.
//! `primitives_seal` and `primitives_open` run only the cryptographic primitives of an envelope of
//! 1 KiB under a local key; the result is for one message.

#[allow(dead_code, unreachable_pub)] // the benchmark of the core uses the rest
#[path = "../benches/speed/limit.rs"]
mod limit;

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use limit::Envelope;

use sealwax::{
    ContextRef, DecryptHandle, EncryptHandle, EncryptOptions, Kek, LocalKek, SysRng, parallel,
};

/// Length of the message, in bytes, the same as in the benchmarks of the bindings.
const LEN: usize = 256 << 20;
const ROUNDS: usize = 5;
const NAMES: [&str; 4] = ["seal", "open", "seal_all", "open_all"];
/// Length of a small message, in bytes.
const SMALL_LEN: usize = 1 << 10;
/// Number of small messages in one turn.
const SMALL_COUNT: u32 = 20_000;

struct Rate {
    sealing: EncryptHandle,
    opening: DecryptHandle,
    plaintext: Vec<u8>,
    envelope: Vec<u8>,
}

impl Rate {
    fn new() -> sealwax::Result<Self> {
        let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "rate")?;
        let (dek, keys) = sealwax::generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng)?;
        let sealing = EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng)?;
        let opening = DecryptHandle::new(sealing.header(), dek)?;
        let plaintext = vec![7; LEN];
        let envelope = sealing.encrypt(&plaintext, b"", &mut SysRng)?;
        Ok(Rate { sealing, opening, plaintext, envelope })
    }

    /// Performs one operation; returns the seconds.
    fn turn(&mut self, name: &str) -> sealwax::Result<f64> {
        if let Some(kind) = name.strip_prefix("primitives_") {
            return Ok(primitives(kind == "seal"));
        }
        let Rate { sealing, opening, plaintext, envelope } = self;
        let start = Instant::now();
        match name {
            "seal" => sealing.encrypt_into(plaintext, b"", envelope, &mut SysRng)?,
            "open" => opening.decrypt_into(envelope, b"", plaintext)?,
            "seal_all" => parallel::encrypt_into(sealing, plaintext, b"", envelope, 0)?,
            "open_all" => parallel::decrypt_into(opening, envelope, b"", plaintext, 0)?,
            _ => return Err(sealwax::Error::InvalidArgument("no such measurement")),
        };
        Ok(start.elapsed().as_secs_f64())
    }
}

/// Seconds of the primitives of one small message.
fn primitives(sealing: bool) -> f64 {
    let (bare, mut plaintext) = (Envelope::new(), vec![7; SMALL_LEN]);
    let (mut wrapped, mut sealed) = ([0; 48], vec![0; SMALL_LEN + 16]);
    bare.seal(&plaintext, &mut wrapped, &mut sealed);
    let start = Instant::now();
    for _ in 0..SMALL_COUNT {
        if sealing {
            bare.seal(&plaintext, &mut wrapped, black_box(&mut sealed));
        } else {
            bare.open(&wrapped, &sealed, black_box(&mut plaintext));
        }
    }
    start.elapsed().as_secs_f64() / f64::from(SMALL_COUNT)
}

fn main() -> sealwax::Result<()> {
    let mut rate = Rate::new()?;
    if std::env::args().any(|argument| argument == "--turns") {
        for name in std::io::stdin().lines() {
            println!("{:.9}", rate.turn(&name?)?);
            std::io::stdout().flush()?;
        }
        return Ok(());
    }
    for name in NAMES {
        let mut best = f64::MAX;
        for _ in 0..ROUNDS {
            best = best.min(rate.turn(name)?);
        }
        #[allow(clippy::cast_precision_loss)] // exact to 15 digits
        let bytes = LEN as f64;
        println!("{name} {:.0}", bytes / best);
    }
    Ok(())
}
