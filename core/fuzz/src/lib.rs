//! Shared code of the fuzz targets: the second implementation of the format, from the core's tests,
//! and edits of envelopes.

#[path = "../../tests/common/drive.rs"]
pub mod drive;
#[path = "../../tests/common/envelope.rs"]
pub mod envelope;
#[path = "../../tests/common/oracle.rs"]
pub mod oracle;
#[path = "../../tests/common/raw.rs"]
pub mod raw;
#[path = "../../tests/common/seed.rs"]
pub mod seed;

use envelope::Sample;
use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// One edit of an envelope's bytes. Offsets are taken modulo the length.
#[derive(Arbitrary, Debug)]
pub enum Edit {
    /// Replaces a byte.
    Set(u16, u8),
    /// Flips a bit.
    Flip(u16, u8),
    /// Inserts bytes.
    Insert(u16, Vec<u8>),
    /// Removes bytes.
    Remove(u16, u8),
    /// Truncates the envelope.
    Truncate(u16),
    /// Overwrites a two-byte number, such as a length.
    Number(u16, u16),
}

impl Edit {
    /// Applies the edit.
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let place = |at: u16| usize::from(at) % bytes.len();
        match self {
            Edit::Set(at, byte) => {
                let at = place(*at);
                bytes[at] = *byte;
            }
            Edit::Flip(at, bit) => {
                let at = place(*at);
                bytes[at] ^= 1 << (bit % 8);
            }
            Edit::Insert(at, more) => {
                let at = place(*at);
                bytes.splice(at..at, more.iter().copied());
            }
            Edit::Remove(at, count) => {
                let at = place(*at);
                let end = bytes.len().min(at + usize::from(*count));
                bytes.drain(at..end);
            }
            Edit::Truncate(at) => {
                let at = place(*at);
                bytes.truncate(at);
            }
            Edit::Number(at, number) => {
                let at = place(*at);
                let end = bytes.len().min(at + 2);
                bytes[at..end].copy_from_slice(&number.to_be_bytes()[..end - at]);
            }
        }
    }
}

/// Sizes of pieces, of which at most a few hundred make up `len` bytes: smaller ones only cost
/// time.
pub fn split((piece, room): (u16, u16), len: usize) -> drive::Split {
    let least = len / 300 + 1;
    (usize::from(piece).max(least), usize::from(room).max(least))
}

/// Writes a valid MAC to an edited header, so that code after the MAC check is reached.
pub fn sign_again(sample: &Sample, bytes: &mut [u8]) {
    let Ok(parsed) = oracle::parse(bytes) else { return };
    let (message, rest) = bytes.split_at_mut(parsed.header_len - 32);
    rest[..32].copy_from_slice(&raw::header_mac(&sample.recipe.dek, message));
}
