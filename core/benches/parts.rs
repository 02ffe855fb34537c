//! Benchmarks of the parts of an envelope: `cargo bench -p sealwax --bench parts`.
//!
//! For comparisons with alternatives see `speed`.

use std::time::Duration;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sealwax::aead::{Aead, AwsLc, RustCrypto};
use sealwax::chunked::{CHUNK_LEN, Cipher, KeySchedule, SEALED_CHUNK_LEN};
use sealwax::{
    CacheLimits, CachingProvider, ContextRef, DecryptHandle, Dek, EncryptHandle, EncryptOptions,
    EncryptionContext, Header, Kek, KeyProvider, LocalKek, SysRng, WrappedKey, generate_dek,
};

fn main() {
    divan::main();
}

fn kek() -> LocalKek {
    LocalKek::new(Kek::generate(&mut SysRng).expect("a key"), "bench").expect("a name")
}

fn keys() -> (Dek, Vec<WrappedKey>) {
    generate_dek(&[&kek()], ContextRef::EMPTY, &mut SysRng).expect("a DEK")
}

fn handle() -> EncryptHandle {
    let (dek, keys) = keys();
    EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng).expect("a handle")
}

const LENGTHS: [usize; 4] = [64, 1_024, 4_096, CHUNK_LEN];

#[divan::bench(types = [AwsLc, RustCrypto], args = LENGTHS)]
fn seal_chunk<A: Aead>(bencher: Bencher<'_, '_>, len: usize) {
    let cipher = Cipher::<A>::raw(&[1; 32], &[2; 12]);
    let (plaintext, mut sealed) = (vec![7; len], vec![0; len + 16]);
    bencher
        .counter(BytesCount::new(len))
        .bench_local(|| cipher.seal_chunk(black_box(0), &plaintext, &mut sealed));
}

#[divan::bench(types = [AwsLc, RustCrypto])]
fn open_chunk<A: Aead>(bencher: Bencher<'_, '_>) {
    let cipher = Cipher::<A>::raw(&[1; 32], &[2; 12]);
    let (mut plaintext, mut sealed) = (vec![7; CHUNK_LEN], vec![0; SEALED_CHUNK_LEN]);
    cipher.seal_chunk(0, &plaintext, &mut sealed).expect("seals");
    bencher
        .counter(BytesCount::new(CHUNK_LEN))
        .bench_local(|| cipher.open_chunk(black_box(0), &sealed, &mut plaintext));
}

#[divan::bench(types = [AwsLc, RustCrypto])]
fn set_up_cipher<A: Aead>(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| Cipher::<A>::raw(black_box(&[1; 32]), &[2; 12]));
}

#[divan::bench]
fn key_schedule_of_a_new_dek(bencher: Bencher<'_, '_>) {
    let context = [3; 144];
    bencher.bench_local(|| KeySchedule::derive(black_box(&[1; 32]), &[2; 24], &[&context]));
}

#[divan::bench]
fn key_schedule_and_salt_of_a_handle(bencher: Bencher<'_, '_>) {
    let handle = handle();
    bencher.bench_local(|| handle.body_schedule(black_box(b""), &mut SysRng));
}

#[divan::bench]
fn salt(bencher: Bencher<'_, '_>) {
    use sealwax::rand_core::TryRng;
    let mut salt = [0; 24];
    bencher.bench_local(|| SysRng.try_fill_bytes(black_box(&mut salt)));
}

#[divan::bench]
fn make_a_header(bencher: Bencher<'_, '_>) {
    let (dek, keys) = keys();
    let options = EncryptOptions::new();
    bencher.bench_local(|| EncryptHandle::new(&dek, &keys, black_box(&options), &mut SysRng));
}

#[divan::bench]
fn parse_a_header(bencher: Bencher<'_, '_>) {
    let handle = handle();
    bencher.bench_local(|| Header::parse(black_box(handle.header())).map(|header| header.suite()));
}

#[divan::bench]
fn verify_a_header(bencher: Bencher<'_, '_>) {
    let (dek, keys) = keys();
    let handle = EncryptHandle::new(&dek, &keys, &EncryptOptions::new(), &mut SysRng);
    let handle = handle.expect("a handle");
    bencher.bench_local(|| DecryptHandle::new(black_box(handle.header()), dek.duplicate()));
}

#[divan::bench]
fn local_wrap(bencher: Bencher<'_, '_>) {
    let (kek, dek) = (kek(), keys().0);
    bencher.bench_local(|| kek.wrap(black_box(&dek), &mut ContextRef::EMPTY.into()));
}

#[divan::bench]
fn cached_unwrap(bencher: Bencher<'_, '_>) {
    let limits = CacheLimits::new(10, Duration::from_hours(1));
    let kms = CachingProvider::new(kek(), limits).expect("a cache");
    let context = EncryptionContext::from_pairs([("tenant", "blue")]).expect("a context");
    let (_, keys) = generate_dek(&[&kms], context.view(), &mut SysRng).expect("a DEK");
    bencher.bench_local(|| kms.unwrap(black_box(keys[0].view()), &mut context.view().into()));
}
