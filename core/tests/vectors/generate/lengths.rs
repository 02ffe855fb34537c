//! `lengths.json`: the arithmetic of FORMAT.md section 7, worked out by its formulas.

use sealwax::ErrorCode;
use sealwax::ErrorCode::{InvalidArgument, LimitExceeded, Truncated};

use crate::common::schema::LengthTest;

use super::case::{failure, strings};

const CHUNK: u64 = 16_384;
const SEALED: u64 = 16_400;
const MOST_CHUNKS: u64 = 1 << 38;
const LONGEST: u64 = CHUNK * MOST_CHUNKS - 1;

pub fn file() -> String {
    let groups = vec![
        ("body_len", body_lens()),
        ("plaintext_len", plaintext_lens()),
        ("chunk_of", chunk_positions()),
        ("ciphertext_range", ranges()),
    ];
    super::written::file("Sealwax lengths and offsets v1", groups, |test, id| test.tc_id = id)
}

fn test(function: &str, arguments: &[u64], outcome: Result<Vec<u64>, ErrorCode>) -> LengthTest {
    let listed: Vec<String> = arguments.iter().map(u64::to_string).collect();
    LengthTest {
        tc_id: 0,
        comment: format!("{function}({})", listed.join(", ")),
        flags: strings(&["Lengths"]),
        result: if outcome.is_ok() { "valid" } else { "invalid" }.to_owned(),
        function: function.to_owned(),
        arguments: arguments.to_vec(),
        error: outcome.as_ref().err().map(|code| failure(*code, None)),
        output: outcome.ok(),
    }
}

fn body_len(plaintext: u64) -> u64 {
    56 + plaintext + 16 * (plaintext / CHUNK + 1)
}

/// Plaintext lengths around every edge.
fn edges() -> Vec<u64> {
    let mut lens = vec![0, 1, 2, 1 << 20, 1 << 32, 1 << 40, LONGEST - CHUNK, LONGEST];
    for chunks in [1, 2, 3, 1 << 18, (1 << 32) + 1] {
        lens.extend([chunks * CHUNK - 1, chunks * CHUNK, chunks * CHUNK + 1]);
    }
    lens
}

fn body_lens() -> Vec<LengthTest> {
    let valid = edges().into_iter().map(|n| test("body_len", &[n], Ok(vec![body_len(n)])));
    let over = [LONGEST + 1, (1 << 53) - 1];
    valid.chain(over.map(|n| test("body_len", &[n], Err(LimitExceeded)))).collect()
}

fn plaintext_lens() -> Vec<LengthTest> {
    let call = |body, outcome| test("plaintext_len", &[body], outcome);
    let valid = edges().into_iter().map(|n| call(body_len(n), Ok(vec![n])));
    let impossible = [1, 2, 1_000_000].into_iter().flat_map(|chunks| {
        [0, 1, 15].map(|rest| call(56 + SEALED * chunks + rest, Err(Truncated)))
    });
    let short = [0, 1, 55, 56, 57, 71].map(|body| call(body, Err(Truncated)));
    // One byte more would be a chunk of index 2^38; up to 15 are no chunk at all.
    let over = [
        call(56 + SEALED * MOST_CHUNKS + 15, Err(Truncated)),
        call(56 + SEALED * MOST_CHUNKS + 16, Err(LimitExceeded)),
        call((1 << 53) - 1, Err(LimitExceeded)),
    ];
    valid.chain(short).chain(impossible).chain(over).collect()
}

fn chunk_positions() -> Vec<LengthTest> {
    edges().into_iter().map(|p| test("chunk_of", &[p], Ok(vec![p / CHUNK, p % CHUNK]))).collect()
}

fn ranges() -> Vec<LengthTest> {
    let range = |start, end, body, outcome: Option<(u64, u64)>| {
        test(
            "ciphertext_range",
            &[start, end, body],
            Ok(outcome.map_or(vec![], |(a, b)| vec![a, b])),
        )
    };
    let failing = |start, end, body, code| test("ciphertext_range", &[start, end, body], Err(code));
    let body = body_len(40_000);
    let full = body_len(2 * CHUNK);
    vec![
        range(0, 1, body, Some((56, 56 + SEALED))),
        range(16_383, 16_384, body, Some((56, 56 + SEALED))),
        range(16_383, 16_385, body, Some((56, 56 + 2 * SEALED))),
        range(16_384, 16_385, body, Some((56 + SEALED, 56 + 2 * SEALED))),
        range(0, 40_000, body, Some((56, body))),
        range(39_999, 40_000, body, Some((56 + 2 * SEALED, body))),
        range(39_999, 1 << 52, body, Some((56 + 2 * SEALED, body))),
        range(0, 2 * CHUNK, full, Some((56, 56 + 2 * SEALED))),
        range(
            LONGEST - 1,
            LONGEST,
            body_len(LONGEST),
            Some((56 + SEALED * (MOST_CHUNKS - 1), body_len(LONGEST))),
        ),
        range(0, 0, body, None),
        range(20_000, 20_000, body, None),
        range(40_000, 50_000, body, None),
        range(50_000, 60_000, body, None),
        range(0, 1, 72, None),
        failing(2, 1, body, InvalidArgument),
        failing(60_000, 50_000, body, InvalidArgument),
        failing(0, 1, 71, Truncated),
        failing(0, 1, 56 + SEALED, Truncated),
    ]
}
