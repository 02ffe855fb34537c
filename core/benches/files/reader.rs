//! 4 KiB at a random offset, against a bare read of a chunk and a bare decryption.

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sealwax::DecryptOptions;
use sealwax::file::open_file;

use super::kek;
use super::measure::{Row, median};

const CHUNK_LEN: usize = 16_384;
const READS: u32 = 20_000;
const ROUNDS: usize = 7;

/// Offsets that jump about, the same ones each time.
struct Offsets(u64);

impl Offsets {
    fn next(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 16) % end
    }
}

fn time_of_one(mut work: impl FnMut(u64), end: u64) -> Duration {
    let (mut offsets, start) = (Offsets(1), Instant::now());
    for _ in 0..READS {
        work(offsets.next(end));
    }
    start.elapsed() / READS
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

pub(crate) fn rows(sealed: &Path, print: impl Fn(&Row)) {
    let reader = open_file(sealed, &[&kek()], &DecryptOptions::new()).unwrap();
    let file = File::open(sealed).unwrap();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[1; 32]).unwrap());
    let mut chunk = vec![0; CHUNK_LEN];
    key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut chunk).unwrap();
    let (mut plain, mut page) = (vec![0; CHUNK_LEN], [0; 4_096]);
    let mut buffer = vec![0; CHUNK_LEN + 16];
    let (ciphertext, tag) = chunk.split_at(CHUNK_LEN);
    let end = reader.len() - CHUNK_LEN as u64;
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(time_of_one(
            |offset| {
                file.read_exact_at(&mut buffer[..CHUNK_LEN], offset).unwrap();
                key.open_separate_gather(nonce(), Aad::empty(), ciphertext, tag, &mut plain)
                    .unwrap();
                black_box(&plain);
            },
            end,
        ));
        ours.push(time_of_one(
            |offset| {
                // Aligned, as a page of a database is: it lies in one chunk.
                reader.read_exact_at(&mut page, offset & !4_095).unwrap();
                black_box(&page);
            },
            end,
        ));
    }
    print(&row("4 KiB read at a random offset, aligned", median(ours), median(bare.clone())));
    let any = (0..ROUNDS)
        .map(|_| time_of_one(|offset| reader.read_exact_at(&mut page, offset).unwrap(), end));
    print(&row("4 KiB read at a random offset, any", median(any.collect()), median(bare)));
}

fn row(name: &str, figure: Duration, limit: Duration) -> Row {
    Row {
        name: name.to_owned(),
        figure: format!("{:.2} us", figure.as_secs_f64() * 1e6),
        limit: format!("{:.2} us (pread of 16 KiB and one open)", limit.as_secs_f64() * 1e6),
        ratio: figure.as_secs_f64() / limit.as_secs_f64(),
    }
}
