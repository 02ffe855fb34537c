//! Bodies that must not open, each for one cause.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{Authentication, CommitmentMismatch, TrailingData, Truncated};

use crate::common::raw::CHUNK;
use crate::common::schema::InvalidEnvelope;
use crate::common::seed::derived;

use super::case::{Built, Case, failure, pairs};

fn with_body(
    built: &Built,
    (code, chunk): (ErrorCode, Option<u64>),
    released: usize,
    body: &[u8],
) -> InvalidEnvelope {
    built.invalid_parts(failure(code, chunk), released, &built.header_bytes(), body)
}

pub fn commitment() -> Vec<InvalidEnvelope> {
    let mismatch = (CommitmentMismatch, None);
    let base = |comment: &str| Case::new(comment).flag("Commitment");
    let flip = |comment: &str, at: usize| {
        let built = base(comment).build();
        let mut body = built.body();
        body[at] ^= 1;
        with_body(&built, mismatch, 0, &body)
    };
    let mut tests = vec![
        flip("the first bit of the salt", 0),
        flip("the last byte of the salt", 23),
        flip("the first byte of the commitment", 24),
        flip("the last byte of the commitment", 55),
    ];
    tests.extend([
        other_data("other associated data", b"a.txt", b"b.txt"),
        other_data("associated data missing", b"a.txt", b""),
        other_data("associated data where there was none", b"", b"a.txt"),
        other_data("associated data with one byte more", b"a.txt", b"a.txt\0"),
    ]);
    tests.extend(splices());
    tests
}

fn other_data(comment: &str, written: &[u8], read: &[u8]) -> InvalidEnvelope {
    let case = Case::new(comment).flag("Commitment").flag("AssociatedData");
    let mut built = case.with(|case| case.associated_data = written.to_vec()).build();
    let body = built.body();
    built.case.associated_data = read.to_vec();
    with_body(&built, (CommitmentMismatch, None), 0, &body)
}

/// Header of one envelope, body of another, both whole and of one DEK.
fn splices() -> Vec<InvalidEnvelope> {
    let splice = |comment: &str, other: fn(&mut Case)| {
        let case = Case::new(format!("body of an envelope with {comment}"));
        let case = case.flag("Commitment").flag("Splice");
        let built = case.with(|case| case.metadata_len = Some(4)).build();
        let body = Case { comment: "the spliced one".into(), ..built.case.clone() }.with(other);
        with_body(&built, (CommitmentMismatch, None), 0, &body.build().body())
    };
    vec![
        splice("another context", |case| case.pairs = pairs(&[("tenant", "other")])),
        splice("no context", |case| case.pairs.clear()),
        splice("other metadata", |case| case.metadata_len = Some(5)),
        splice("the same metadata under another salt", |_| {}),
        splice("no metadata", |case| case.metadata_len = None),
        splice("other associated data", |case| case.associated_data = vec![1]),
        splice("another DEK", |case| case.dek = derived("another DEK")),
    ]
}

/// A body whose chunks can be changed one by one.
fn with_chunks(
    comment: &str,
    flags: &[&'static str],
    len: usize,
    (code, chunk, released): (ErrorCode, Option<u64>, usize),
    change: impl FnOnce(&Built, &mut Vec<Vec<u8>>),
) -> InvalidEnvelope {
    let case = flags.iter().fold(Case::new(comment), |case, flag| case.flag(flag));
    let built = case.len(len).build();
    let message = built.message();
    let mut chunks = message.chunks(&built.plaintext);
    change(&built, &mut chunks);
    let body = [message.prefix(), chunks.concat()].concat();
    with_body(&built, (code, chunk), released, &body)
}

fn failing_at(chunk: u64) -> (ErrorCode, Option<u64>, usize) {
    (Authentication, Some(chunk), usize::try_from(chunk).expect("small") * CHUNK)
}

pub fn chunks() -> Vec<InvalidEnvelope> {
    let flip = |comment: &str, len: usize, index: u64, at: usize| {
        let flags: &[_] =
            if index == 0 { &["ModifiedChunk"] } else { &["ModifiedChunk", "LateError"] };
        with_chunks(comment, flags, len, failing_at(index), |_, chunks| {
            chunks[usize::try_from(index).expect("small")][at] ^= 0x10;
        })
    };
    let mut tests = vec![
        flip("a bit of the only chunk", 40, 0, 0),
        flip("a bit of the only chunk's tag", 40, 0, 55),
        flip("a bit of the tag of the empty chunk", 0, 0, 15),
        flip("the last bit of a full chunk's ciphertext", CHUNK, 0, CHUNK - 1),
        flip("a bit of the last chunk", CHUNK + 9, 1, 3),
        flip("a bit of the empty last chunk", CHUNK, 1, 0),
    ];
    tests.extend(exchanged());
    tests.extend(foreign());
    tests
}

fn exchanged() -> Vec<InvalidEnvelope> {
    let change = |comment: &str, at: u64, change: fn(&mut Vec<Vec<u8>>)| {
        let flags: &[_] = if at == 0 { &["ChunkOrder"] } else { &["ChunkOrder", "LateError"] };
        with_chunks(comment, flags, 2 * CHUNK + 5, failing_at(at), |_, chunks| change(chunks))
    };
    vec![
        change("chunks 0 and 1 exchanged", 0, |chunks| chunks.swap(0, 1)),
        change("chunk 0 repeated", 1, |chunks| chunks[1] = chunks[0].clone()),
        change("chunk 0 left out", 0, |chunks| drop(chunks.remove(0))),
        change("chunk 1 left out", 1, |chunks| drop(chunks.remove(1))),
        change("the last chunk first", 0, |chunks| chunks.rotate_right(1)),
    ]
}

/// Chunks that are authentic, of this DEK or even of this message, yet not here.
fn foreign() -> Vec<InvalidEnvelope> {
    let other_message = |built: &Built| {
        let salt = derived("another message");
        built.header.body_message(&built.case.dek, &salt, &[])
    };
    vec![
        with_chunks(
            "a chunk of another message of this DEK",
            &["Splice"],
            40,
            failing_at(0),
            |built, chunks| {
                *chunks = other_message(built).chunks(&built.plaintext);
            },
        ),
        with_chunks(
            "a last chunk of another message",
            &["Splice", "LateError"],
            CHUNK + 9,
            failing_at(1),
            |built, chunks| {
                chunks[1] = other_message(built).chunk(1, &built.plaintext[CHUNK..]);
            },
        ),
        with_chunks(
            "a short chunk in the middle",
            &["ChunkOrder"],
            40,
            failing_at(0),
            |built, chunks| {
                *chunks =
                    vec![built.message().chunk(0, &[1; 100]), built.message().chunk(1, &[2; 100])];
            },
        ),
        with_chunks("numbered from 1", &["ChunkOrder"], 40, failing_at(0), |built, chunks| {
            *chunks = vec![built.message().chunk(1, &built.plaintext)];
        }),
        with_chunks(
            "the nonce counts in little-endian order",
            &["ChunkOrder", "LateError"],
            CHUNK + 9,
            failing_at(1),
            |built, chunks| {
                let little_endian = built.message().chunk(1 << 56, &built.plaintext[CHUNK..]);
                chunks[1] = little_endian;
            },
        ),
    ]
}

/// How a body ends: too early, or not where it says.
pub fn ends() -> Vec<InvalidEnvelope> {
    let short = (Truncated, None, 0);
    let cut = |len: usize| {
        let case = Case::new(format!("only {len} bytes of the body")).flag("Truncation").build();
        with_body(&case, (short.0, short.1), 0, &case.body()[..len])
    };
    let mut tests: Vec<_> = [0, 1, 24, 55, 56, 57, 71].map(cut).into();
    tests.push(with_chunks(
        "the last byte is cut",
        &["Truncation"],
        40,
        failing_at(0),
        |_, chunks| {
            chunks[0].pop();
        },
    ));
    tests.push(with_chunks(
        "16 bytes of the only chunk are left",
        &["Truncation"],
        40,
        failing_at(0),
        |_, chunks| {
            chunks[0].truncate(16);
        },
    ));
    tests.extend(late_ends());
    tests.extend(trailing());
    tests
}

fn late_ends() -> Vec<InvalidEnvelope> {
    let flags = &["Truncation", "LateError"];
    let late = |comment: &str, len: usize, left: usize| {
        let expected = (Truncated, None, CHUNK);
        with_chunks(comment, flags, len, expected, |_, chunks| chunks[1].truncate(left))
    };
    vec![
        late("the empty last chunk is missing", CHUNK, 0),
        late("the short last chunk is missing", CHUNK + 9, 0),
        late("one byte of the last chunk is left", CHUNK + 9, 1),
        late("15 bytes of the last chunk are left", CHUNK + 9, 15),
        with_chunks(
            "the last chunk is cut by one byte",
            flags,
            CHUNK + 9,
            failing_at(1),
            |_, chunks| {
                chunks[1].pop();
            },
        ),
        with_chunks(
            "a full chunk is cut by one byte",
            &["Truncation"],
            CHUNK,
            failing_at(0),
            |_, chunks| {
                chunks[0].pop();
                chunks.pop();
            },
        ),
    ]
}

fn trailing() -> Vec<InvalidEnvelope> {
    let detached =
        Case::new("a byte after a detached header").flag("DetachedHeader").flag("TrailingData");
    let detached = detached.with(|case| case.detached = true).build();
    let header = [detached.header_bytes(), vec![0]].concat();
    let whole = Case::new("a whole envelope where a detached header belongs");
    let whole = whole.flag("DetachedHeader").flag("TrailingData");
    let whole = whole.with(|case| case.detached = true).build();
    let trailing_data = || failure(TrailingData, None);
    vec![
        with_chunks(
            "one byte after the only chunk",
            &["TrailingData"],
            40,
            failing_at(0),
            |_, chunks| {
                chunks.push(vec![0]);
            },
        ),
        with_chunks(
            "a second last chunk",
            &["TrailingData"],
            40,
            failing_at(0),
            |built, chunks| {
                chunks.push(built.message().chunk(1, b"more"));
            },
        ),
        with_chunks(
            "one byte after the last chunk",
            &["TrailingData", "LateError"],
            CHUNK + 9,
            failing_at(1),
            |_, chunks| {
                chunks.push(vec![0]);
            },
        ),
        detached.invalid_parts(trailing_data(), 0, &header, &detached.body()),
        whole.invalid_parts(trailing_data(), 0, &whole.envelope(), &whole.body()),
        header_in_front_of_body(),
    ]
}

/// The reader has the header already; the object must not hold it again.
fn header_in_front_of_body() -> InvalidEnvelope {
    let case =
        Case::new("a header in front of a body whose header is detached").flag("DetachedHeader");
    let built = case.with(|case| case.detached = true).build();
    with_body(&built, (CommitmentMismatch, None), 0, &built.envelope())
}
