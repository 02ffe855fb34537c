//! Messages of 1 KiB under an existing data key.

use std::hint::black_box;
use std::time::Duration;

use sealwax::{
    CacheLimits, CachingEncryptor, DecryptOptions, EncryptOptions, EncryptionContext, Kek,
    LocalKek, SysRng,
};

use crate::limit::{Bare, Envelope, Expand};
use crate::memory::{Bench, filler};
use crate::sampler::{Comparison, compare};
use crate::scale::Scale;
use crate::table::{Table, Target};

const LEN: usize = 1_024;
const LIMIT: &str = "HKDF-Expand, key setup, one seal";

pub fn rows(scale: &Scale, table: &mut Table) -> Result<(), Box<dyn std::error::Error>> {
    let bench = Bench::new()?;
    let found = encrypt(scale, &bench);
    table.add_rate("encrypt 1 KiB, cached DEK, 1 thread", LIMIT, found, Target::AtLeast(0.8));
    let rate = 1.0 / found.figure;
    let target = Target::Words("≥ 400,000 /s", rate >= 400_000.0);
    table.add_rate("the same, absolute", LIMIT, found, target);
    let found = decrypt(scale, &bench)?;
    table.add_rate(
        "decrypt 1 KiB, cached DEK, 1 thread",
        "HKDF-Expand, key setup, one open",
        found,
        Target::AtLeast(0.8),
    );
    let found = cached(scale, &bench)?;
    table.add_rate("encrypt 1 KiB by `CachingEncryptor`", "by its handle", found, Target::None);
    let (sealing, opening) = whole(scale)?;
    let limit = "the primitives of its bytes";
    table.add_rate("encrypt 1 KiB, local key, no cache", limit, sealing, Target::AtLeast(0.85));
    table.add_rate("decrypt 1 KiB, local key, no cache", limit, opening, Target::AtLeast(0.85));
    Ok(())
}

fn encrypt(scale: &Scale, bench: &Bench) -> Comparison {
    let plaintext = filler(LEN);
    let mut envelope = vec![0; bench.encrypt.header().len() + 56 + LEN + 16];
    let (expand, mut sealed) = (Expand::new(), vec![0; LEN + 16]);
    compare(
        scale.many,
        || {
            let written = bench.encrypt.encrypt_into(&plaintext, b"", &mut envelope, &mut SysRng);
            black_box(written.expect("encrypts"));
        },
        || {
            Bare::new(&expand.expand()[..32]).seal(0, &plaintext, &mut sealed);
            black_box(&sealed);
        },
    )
}

fn decrypt(scale: &Scale, bench: &Bench) -> sealwax::Result<Comparison> {
    let plaintext = filler(LEN);
    let envelope = bench.encrypt.encrypt(&plaintext, b"", &mut SysRng)?;
    let mut out = vec![0; LEN];
    let (expand, mut sealed, mut bare_out) = (Expand::new(), vec![0; LEN + 16], vec![0; LEN]);
    Bare::new(&expand.expand()[..32]).seal(0, &plaintext, &mut sealed);
    let found = compare(
        scale.many,
        || {
            let read = bench.decrypt.decrypt_into(&envelope, b"", &mut out);
            black_box(read.expect("decrypts"));
        },
        || {
            Bare::new(&expand.expand()[..32]).open(0, &sealed, &mut bare_out);
            black_box(&bare_out);
        },
    );
    assert!(out == plaintext && bare_out == plaintext);
    Ok(found)
}

/// Envelopes of a fresh DEK each, wrapped by a local key.
fn whole(scale: &Scale) -> sealwax::Result<(Comparison, Comparison)> {
    let (plaintext, bare) = (filler(LEN), Envelope::new());
    let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "bench")?;
    let (options, reading) = (EncryptOptions::new(), DecryptOptions::new());
    let mut wrapped = [0; 48];
    let (mut sealed, mut opened) = (vec![0; LEN + 16], vec![0; LEN]);
    let sealing = compare(
        scale.many,
        || drop(black_box(sealwax::encrypt(&plaintext, &[&kek], &options).expect("encrypts"))),
        || bare.seal(&plaintext, &mut wrapped, black_box(&mut sealed)),
    );
    let envelope = sealwax::encrypt(&plaintext, &[&kek], &options)?;
    let opening = compare(
        scale.many,
        || drop(black_box(sealwax::decrypt(&envelope, &[&kek], &reading).expect("decrypts"))),
        || bare.open(&wrapped, &sealed, black_box(&mut opened)),
    );
    assert!(opened == plaintext);
    Ok((sealing, opening))
}

/// What the look-up costs, and the new buffer.
fn cached(scale: &Scale, bench: &Bench) -> sealwax::Result<Comparison> {
    let plaintext = filler(LEN);
    let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "bench")?;
    let limits = CacheLimits::new(100, Duration::from_hours(1)).max_messages(u64::MAX);
    let encryptor = CachingEncryptor::new(vec![Box::new(kek)], limits.max_bytes(u64::MAX))?;
    let context = EncryptionContext::from_pairs([("tenant", "blue")])?;
    let options = EncryptOptions::new().context(context);
    Ok(compare(
        scale.many,
        || drop(black_box(encryptor.encrypt(&plaintext, &options).expect("encrypts"))),
        || drop(black_box(bench.encrypt.encrypt(&plaintext, b"", &mut SysRng).expect("encrypts"))),
    ))
}
