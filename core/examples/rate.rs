//! How long the core takes for 256 MiB in memory, as plain numbers for other programs.
//!
//! `cargo run --release --example rate` prints the best of five rounds. With `--turns` it does
//! one thing for each line that it reads, `seal`, `open`, `seal_all` or `open_all` (on every
//! core), and answers with the seconds, so that another program can measure in turns with it.

use std::io::Write;
use std::time::Instant;

use sealwax::{
    ContextRef, DecryptHandle, EncryptHandle, EncryptOptions, Kek, LocalKek, SysRng, parallel,
};

/// As long as what the bindings are measured with, in bytes.
const LEN: usize = 256 << 20;
const ROUNDS: usize = 5;
const NAMES: [&str; 4] = ["seal", "open", "seal_all", "open_all"];

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

    /// Does one thing once; returns the seconds.
    fn turn(&mut self, name: &str) -> sealwax::Result<f64> {
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
