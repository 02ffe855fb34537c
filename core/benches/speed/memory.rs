//! A big buffer, on one core and on two.

use std::cell::RefCell;
use std::hint::black_box;

use sealwax::aead::RustCrypto;
use sealwax::{
    ContextRef, DecryptHandle, Dek, EncryptHandle, EncryptOptions, Kek, LocalKek, SysRng, chunked,
    generate_dek, parallel,
};

use crate::limit::{Bare, CHUNK, SEALED};
use crate::sampler::compare;
use crate::scale::Scale;
use crate::table::{Table, Target};

/// A key, its handles, a plaintext and room for the envelope.
pub struct Bench {
    pub encrypt: EncryptHandle,
    pub decrypt: DecryptHandle,
    pub dek: Dek,
}

impl Bench {
    pub fn new() -> sealwax::Result<Self> {
        let kek = LocalKek::new(Kek::generate(&mut SysRng)?, "bench")?;
        let (dek, keys) = generate_dek(&[&kek], ContextRef::EMPTY, &mut SysRng)?;
        let encrypt = EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng)?;
        let decrypt = DecryptHandle::new(encrypt.header(), dek.duplicate())?;
        Ok(Bench { encrypt, decrypt, dek })
    }
}

/// Bytes that no compression or zero page can make easy.
pub fn filler(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = vec![0; len];
    for word in bytes.chunks_mut(8) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        word.copy_from_slice(&state.to_be_bytes()[..word.len()]);
    }
    bytes
}

/// What both sides work on: each with buffers of its own, of the same length.
struct Buffers {
    plaintext: Vec<u8>,
    envelope: Vec<u8>,
    opened: Vec<u8>,
    bare_sealed: Vec<u8>,
    bare_opened: Vec<u8>,
}

pub fn rows(scale: &Scale, table: &mut Table) -> Result<(), Box<dyn std::error::Error>> {
    let bench = Bench::new()?;
    let len = scale.buffer_len;
    let mut buffers = Buffers {
        plaintext: filler(len),
        envelope: vec![1; usize::try_from(bench.encrypt.sealed_len(len as u64)?)?],
        opened: vec![1; len],
        bare_sealed: vec![1; len.div_ceil(CHUNK) * SEALED],
        bare_opened: vec![1; len],
    };
    portable(scale, table, &bench, &mut buffers);
    one_thread(scale, table, &bench, &mut buffers);
    two_threads(scale, table, &bench, &mut buffers);
    assert!(buffers.opened == buffers.plaintext);
    Ok(())
}

fn what(verb: &str, buffers: &Buffers, how: &str) -> String {
    format!("{verb} {} MiB in memory, {how}", buffers.plaintext.len() >> 20)
}

fn portable(scale: &Scale, table: &mut Table, bench: &Bench, buffers: &mut Buffers) {
    let bare = Bare::new(&[9; 32]);
    let Buffers { plaintext, envelope, bare_sealed, .. } = buffers;
    let key = bench.dek.expose();
    let found = compare(
        scale.few,
        || {
            let sealed = chunked::seal::<RustCrypto>(key, &[b""], &[1; 24], plaintext, envelope);
            black_box(sealed.expect("seals"));
        },
        || bare.seal_all(plaintext, bare_sealed),
    );
    let what = what("encrypt", buffers, "1 thread, without `aws-lc`");
    table.add_speed(&what, scale.buffer_len, "bare AWS-LC", found, Target::None);
}

fn one_thread(scale: &Scale, table: &mut Table, bench: &Bench, buffers: &mut Buffers) {
    let bare = Bare::new(&[9; 32]);
    let Buffers { plaintext, envelope, opened, bare_sealed, bare_opened } = buffers;
    let sealed = compare(
        scale.few,
        || {
            let written = bench.encrypt.encrypt_into(plaintext, b"", envelope, &mut SysRng);
            black_box(written.expect("encrypts"));
        },
        || bare.seal_all(plaintext, bare_sealed),
    );
    let read = compare(
        scale.few,
        || {
            black_box(bench.decrypt.decrypt_into(envelope, b"", opened).expect("decrypts"));
        },
        || bare.open_all(bare_sealed, bare_opened),
    );
    for (verb, found) in [("encrypt", sealed), ("decrypt", read)] {
        let what = what(verb, buffers, "1 thread");
        table.add_speed(&what, scale.buffer_len, "bare AWS-LC", found, Target::AtLeast(0.95));
    }
}

fn two_threads(scale: &Scale, table: &mut Table, bench: &Bench, buffers: &mut Buffers) {
    let (encrypt, decrypt) = (&bench.encrypt, &bench.decrypt);
    let Buffers { plaintext, envelope, opened, .. } = buffers;
    let envelope = RefCell::new(envelope);
    let seal = |threads| {
        let out: &mut [u8] = &mut envelope.borrow_mut();
        black_box(parallel::encrypt_into(encrypt, plaintext, b"", out, threads).expect("encrypts"));
    };
    let sealed = compare(scale.few, || seal(2), || seal(1));
    let opened = RefCell::new(opened);
    let open = |threads| {
        let out: &mut [u8] = &mut opened.borrow_mut();
        let envelope = envelope.borrow();
        black_box(parallel::decrypt_into(decrypt, &envelope, b"", out, threads).expect("decrypts"));
    };
    let read = compare(scale.few, || open(2), || open(1));
    for (verb, found) in [("encrypt", sealed), ("decrypt", read)] {
        let what = what(verb, buffers, "2 threads");
        table.add_speed(&what, scale.buffer_len, "1 thread", found, Target::AtLeast(1.8));
    }
}
