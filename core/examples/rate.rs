//! Bytes per second of a large message in memory, as plain numbers for other programs:
//! `cargo run --release --example rate`.

use std::time::Instant;

use sealwax::{ContextRef, DecryptHandle, EncryptHandle, EncryptOptions, Kek, LocalKek, SysRng};

/// As long as what the bindings are measured with, in bytes.
const LEN: usize = 256 << 20;
const ROUNDS: usize = 5;

fn main() -> sealwax::Result<()> {
    let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "rate")?;
    let (dek, keys) = sealwax::generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng)?;
    let sealing = EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng)?;
    let opening = DecryptHandle::new(sealing.header(), dek)?;
    let mut plaintext = vec![7; LEN];
    let len = usize::try_from(sealing.sealed_len(LEN as u64)?).unwrap_or(usize::MAX);
    let mut envelope = vec![0; len];
    let (mut seal, mut open) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        let start = Instant::now();
        sealing.encrypt_into(&plaintext, b"", &mut envelope, &mut SysRng)?;
        seal = seal.min(start.elapsed().as_secs_f64());
        let start = Instant::now();
        opening.decrypt_into(&envelope, b"", &mut plaintext)?;
        open = open.min(start.elapsed().as_secs_f64());
    }
    #[allow(clippy::cast_precision_loss)] // exact to 15 digits
    let len = LEN as f64;
    println!("seal {:.0}\nopen {:.0}", len / seal, len / open);
    Ok(())
}
