//! The tables of FORMAT.md that the library has as constants.

use std::collections::BTreeMap;

use sealwax::{ErrorCode, chunked, header, limits};

/// The cells of all table rows.
fn rows() -> Vec<Vec<String>> {
    let cells = |line: &str| {
        let cells = line.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().replace('`', "")).collect()
    };
    crate::format_md().lines().filter(|line| line.starts_with('|')).map(cells).collect()
}

/// [E-01]: numbers, names and classes.
#[test]
fn the_error_codes_are_those_of_the_library() {
    let classes = ["misuse", "format", "key", "body", "host"];
    let listed: Vec<(u16, String, String)> = rows()
        .into_iter()
        .filter(|row| row.len() == 5 && classes.contains(&row[2].as_str()))
        .map(|row| (row[0].parse().unwrap(), row[1].clone(), row[2].clone()))
        .collect();
    let known: Vec<(u16, String, String)> = ErrorCode::ALL
        .iter()
        .map(|code| (code.as_u16(), code.to_string(), code.class().to_owned()))
        .collect();
    assert_eq!(listed, known);
    assert!(known.windows(2).all(|pair| pair[0].0 < pair[1].0), "ascending, none twice");
}

/// The first number of a cell, without the commas.
fn number(cell: &str) -> Option<u64> {
    let start = cell.find(|char: char| char.is_ascii_digit())?;
    let digits = cell[start..].split(|char: char| !char.is_ascii_digit() && char != ',').next()?;
    digits.replace(',', "").parse().ok()
}

/// [L-01]: least and most.
#[test]
fn the_limits_are_those_of_the_library() {
    let most: BTreeMap<String, u64> = rows()
        .into_iter()
        .filter(|row| row.len() == 3)
        .filter_map(|row| number(&row[2]).map(|most| (row[0].clone(), most)))
        .collect();
    let expected = [
        ("header, with padding and MAC", limits::MAX_HEADER_LEN),
        ("context pairs", limits::MAX_CONTEXT_PAIRS),
        ("canonical context", limits::MAX_CONTEXT_LEN),
        ("metadata, plaintext", limits::MAX_METADATA_LEN),
        ("wrapped keys", limits::MAX_WRAPPED_KEYS),
        ("provider id", limits::MAX_PROVIDER_ID_LEN),
        ("key id", limits::MAX_KEY_ID_LEN),
        ("wrapped DEK", limits::MAX_WRAPPED_DEK_LEN),
    ];
    for (what, limit) in expected {
        assert_eq!(most.get(what), Some(&(limit as u64)), "{what}");
    }
    assert_eq!(limits::MAX_CHUNKS, 1 << 38);
    assert_eq!(header::MIN_HEADER_LEN, 63);
}

/// Overheads that the README promises: 72 bytes and 0.1 % at most.
#[test]
fn the_overhead_is_small() {
    for n in [0, 1, 16_383, 16_384, 16_385, 100_000, 1 << 30, (1 << 52) - 1] {
        let overhead = chunked::sealed_len(n).unwrap() - n;
        assert!(overhead <= 72 + n / 1_000, "{n} bytes grow by {overhead}");
    }
}
